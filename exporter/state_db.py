"""`state.db`: what followers have made of the journals, each with its cursor in the same transaction.

Everything in it can be made again from the journals. So a power cut may take back the newest transactions
(state and cursor go together, and the rows are read again), and a damaged file is put aside and begun anew.
"""

import fcntl
import logging
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from probes.errors import GenpingError

_LOG = logging.getLogger(__name__)
_SCHEMA_VERSION = 1
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS cursor (
    follower TEXT NOT NULL, shard INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (follower, shard)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS quarantine (
    follower TEXT NOT NULL, shard INTEGER NOT NULL, seq INTEGER NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (follower, shard, seq)
) WITHOUT ROWID;
PRAGMA user_version = {_SCHEMA_VERSION};
"""


class StateDb:
    """The one connection that writes `state.db`; transactions of all followers come one after another."""

    def __init__(self, connection: sqlite3.Connection, held: int) -> None:
        self._connection, self._held = connection, held
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> "StateDb":
        """Open or make it. GenpingError when it cannot be used, is in use, or belongs to a newer version."""
        try:
            held = _hold(path)
        except OSError as error:
            raise GenpingError(f"{path}: {error.strerror}; choose another data_dir") from None
        try:
            return cls(_open(path), held)
        except BaseException:
            os.close(held)
            raise

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, alone."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Wait for the transaction that runs, then let go of the file."""
        with self._lock:
            self._connection.close()
            os.close(self._held)


def _hold(path: Path) -> int:
    """Be the only publisher of this file. The kernel lets go when the process ends, however it ends."""
    held = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        raise GenpingError(f"{path} is in use: stop the other genping or choose another data_dir") from None
    return held


def _open(path: Path) -> sqlite3.Connection:
    try:
        return _connect(path)
    except (sqlite3.OperationalError, OSError) as error:
        raise GenpingError(f"{path}: {error}; is the directory writable and the disk not full?") from None
    except sqlite3.DatabaseError as error:
        aside = path.with_name(f"{path.name}.damaged")
        _LOG.error("%s is damaged (%s): kept as %s, made again from the journals", path, error, aside.name)
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        path.replace(aside)
        return _connect(path)


def _connect(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("PRAGMA user_version").fetchone()[0] > _SCHEMA_VERSION:
        raise GenpingError(f"{path} was written by a newer genping; run that, or move the file away")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.executescript(_SCHEMA)
    verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)


def read_cursor(db: sqlite3.Connection, follower: str) -> dict[int, int]:
    """How far a follower has come: shard -> the last row that it has taken."""
    rows = db.execute("SELECT shard, seq FROM cursor WHERE follower = ?", (follower,))
    return dict(rows.fetchall())


def move_cursor(db: sqlite3.Connection, follower: str, shard: int, seq: int) -> None:
    """A follower has taken everything up to `seq`."""
    db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?, ?)", (follower, shard, seq))


def set_aside(db: sqlite3.Connection, follower: str, row: tuple[int, int], reason: str) -> None:
    """Record a row (shard, seq) that a follower cannot take."""
    db.execute("INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?, ?)", (follower, *row, reason))


def count_aside(db: sqlite3.Connection, follower: str) -> int:
    """How many rows a follower could not take."""
    found = db.execute("SELECT count(*) FROM quarantine WHERE follower = ?", (follower,))
    return int(found.fetchone()[0])
