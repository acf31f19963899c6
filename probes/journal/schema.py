"""The file: its tables, how it is made whole or not at all, and how it is opened.

No descriptor of the database is ever opened beside SQLite's own: closing it would drop SQLite's locks
(https://www.sqlite.org/howtocorrupt.html, section 2.2).
"""

import contextlib
import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from probes.errors import JournalError

VERSION = 1
_APPLICATION = 0x67656E70  # "genp": tells our files from other SQLite databases
_WAL_LEFT = 16 * 1024 * 1024  # bytes of WAL that may stay on disk between bursts

_TABLES = """
-- The log. Append-only. `at_ns` is the wall clock and may go back; `seq` never does.
-- `channel` and `probe` name the series of slots (NULL and reach:PROVIDER:KEY for reach; here below '').
-- `scheduled_ns` is set only where the row ends a slot of the schedule: its time, of several the last.
CREATE TABLE row (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    at_ns INTEGER NOT NULL,
    id TEXT,
    channel TEXT,
    probe TEXT,
    scheduled_ns INTEGER,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX row_slot ON row (ifnull(channel, ''), probe, scheduled_ns)
    WHERE scheduled_ns IS NOT NULL;
CREATE UNIQUE INDEX row_result ON row (id) WHERE type = 'result';
CREATE INDEX row_recent ON row (channel, seq, probe) WHERE type = 'result';
CREATE INDEX row_action ON row (seq) WHERE type = 'action';

-- Requests that have left and are not settled.
CREATE TABLE open_intent (
    id TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    probe TEXT NOT NULL,
    scheduled_ns INTEGER,
    worst_nano INTEGER NOT NULL,
    scopes TEXT NOT NULL,
    day TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX open_slot ON open_intent (channel, probe, scheduled_ns) WHERE scheduled_ns IS NOT NULL;

-- Spent or reserved, nano-USD, by calendar period of the budget's zone (2026-11-21 or 2026-11).
CREATE TABLE spend (
    period TEXT NOT NULL,
    scope TEXT NOT NULL,
    nano INTEGER NOT NULL,
    PRIMARY KEY (period, scope)
) STRICT, WITHOUT ROWID;

CREATE TABLE last_slot (
    channel TEXT NOT NULL,
    probe TEXT NOT NULL,
    scheduled_ns INTEGER NOT NULL,
    PRIMARY KEY (channel, probe)
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""


def journal_path(data_dir: Path, shard: int) -> Path:
    """The file of one shard."""
    return data_dir / f"journal-{shard}.db"


def create(path: Path, shard: int, created: str) -> None:
    """Make a new journal under a passing name and put it in place whole: a crash leaves none or all of it."""
    passing = path.with_suffix(".new")
    passing.unlink(missing_ok=True)
    os.close(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with contextlib.closing(_connect(passing, "rw")) as connection:
        connection.executescript(
            f"BEGIN; {_TABLES} PRAGMA user_version = {VERSION};"
            f" PRAGMA application_id = {_APPLICATION}; COMMIT;"
        )
        meta = [("shard", str(shard)), ("created", created)]
        connection.executemany("INSERT INTO meta (name, value) VALUES (?, ?)", meta)
        connection.execute("PRAGMA journal_mode = WAL")
    _sync(passing)
    passing.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_writer(path: Path, shard: int) -> sqlite3.Connection:
    """The one connection that writes and checkpoints. JournalError when the file is not this shard's journal.

    Nothing is scanned: damage deeper in the file shows when it is met. A file of a newer version is not
    touched.
    """
    with contextlib.ExitStack() as undo:
        try:
            with contextlib.closing(open_reader(path)) as look:
                found = look.execute("SELECT value FROM meta WHERE name = 'shard'").fetchone()
            if found != (str(shard),):
                raise JournalError(f"{path} is not the journal of prober {shard}: put it back where it was")
            for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
                with contextlib.suppress(FileNotFoundError):
                    file.chmod(0o600)
            connection = _connect(path, "rw")
            undo.callback(connection.close)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA mmap_size = 0")
            connection.execute(f"PRAGMA journal_size_limit = {_WAL_LEFT}")
            connection.execute("SELECT max(seq) FROM row").fetchone()
        except sqlite3.Error as error:
            raise explain(path, error) from error
        undo.pop_all()
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. JournalError when the file is not a journal that this version reads."""
    if not path.is_file():
        raise JournalError(f"{path} is not a file: move it aside")
    with contextlib.ExitStack() as undo:
        try:
            connection = _connect(path, "ro")
            undo.callback(connection.close)
            connection.execute("PRAGMA query_only = 1")
            connection.execute("PRAGMA mmap_size = 0")
            _check(path, connection)
        except sqlite3.Error as error:
            raise explain(path, error) from error
        undo.pop_all()
    return connection


def _check(path: Path, connection: sqlite3.Connection) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != _APPLICATION:
        raise damaged(path, "it is no genping journal")
    if version > VERSION:
        raise JournalError(
            f"{path} was written by a newer genping (schema {version}, this one knows {VERSION}):"
            " upgrade genping"
        )


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        isolation_level=None,
        timeout=5.0,
        check_same_thread=False,
    )


def explain(path: Path, error: sqlite3.Error) -> JournalError:
    """What SQLite says, as one line that says what to do."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(path, str(error))
    if code == sqlite3.SQLITE_FULL:
        return JournalError(f"{path}: the disk is full; free some space, and measuring goes on by itself")
    if code == sqlite3.SQLITE_IOERR:
        return JournalError(f"{path}: {error}; look at the disk, its quota and its limits")
    return JournalError(f"{path}: {error}")


def damaged(path: Path, what: str) -> JournalError:
    """The file cannot be trusted, and what to do."""
    return JournalError(
        f"{path} is damaged ({what}): stop genping and move it and its -wal and -shm files aside;"
        " a new one begins, and what the old one holds as spent today is no longer counted"
    )
