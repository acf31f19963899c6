"""Reading the journals while they are written: rows after a cursor, newest results, money by shard.

Every look is one short read: the writer is never blocked, and its checkpoints are not held up.
"""

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from probes.errors import JournalError
from probes.journal.body import decode
from probes.journal.schema import explain, journal_path, open_reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of one journal. `at_ns` is the writer's wall clock, which may go back; `seq` never does."""

    shard: int
    seq: int
    type: str
    at_ns: int
    body: dict[str, Any]


class Reader:
    """Every journal of a data directory, read-only. A journal that does not exist yet is an empty one.

    May be used from any thread. JournalError: a file is damaged or of a newer version.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir.absolute()
        self._open: dict[int, tuple[tuple[int, int], sqlite3.Connection]] = {}
        self._mutex = threading.Lock()

    def shards(self) -> tuple[int, ...]:
        """Which journals there are."""
        names = (path.stem.removeprefix("journal-") for path in self._data_dir.glob("journal-*.db"))
        return tuple(sorted(int(name) for name in names if name.isdecimal()))

    def read(self, shard: int, after_seq: int, limit: int, types: Sequence[str] | None = None) -> list[Row]:
        """At most `limit` rows after a cursor, oldest first; of all types or of some."""
        if types is None:
            where, chosen = "WHERE seq > ?", tuple[str, ...]()
        elif tuple(types) == ("action",):  # few among millions: they have an index of their own
            where, chosen = "INDEXED BY row_action WHERE seq > ? AND type = 'action'", ()
        else:
            where, chosen = f"WHERE seq > ? AND type IN ({_marks(types)})", tuple(types)
        return self._rows(shard, f"{where} ORDER BY seq LIMIT ?", (after_seq, *chosen, limit))

    def last_seq(self, shard: int) -> int:
        """The newest row's number; 0 where there is none."""
        found = self._fetch(shard, "SELECT max(seq) FROM row", ())
        return (found[0][0] or 0) if found else 0

    def recent(self, channel: str, probe: str | None = None, limit: int = 100) -> list[Row]:
        """A channel's newest results, newest first, whatever their reason."""
        one, chosen = ("", ()) if probe is None else ("AND probe = ?", (probe,))
        where = f"WHERE type = 'result' AND channel = ? {one} ORDER BY seq DESC LIMIT ?"
        values = (channel, *chosen, limit)
        found = [row for shard in self.shards() for row in self._rows(shard, where, values)]
        return sorted(found, key=lambda row: (row.at_ns, row.seq), reverse=True)[:limit]

    def result(self, result_id: str) -> Row | None:
        """The result of that id, from whichever shard."""
        where = "WHERE type = 'result' AND id = ?"
        found = (row for shard in self.shards() for row in self._rows(shard, where, (result_id,)))
        return next(found, None)

    def spends(self, shard: int, since: str) -> dict[tuple[str, str], int]:
        """(period, scope) -> nano-USD spent or reserved, in the periods `since` (2026-11) and after it."""
        rows = self._fetch(shard, "SELECT period, scope, nano FROM spend WHERE period >= ?", (since,))
        return {(period, scope): nano for period, scope, nano in rows}

    def close(self) -> None:
        """Let the files go."""
        with self._mutex:
            for _, connection in self._open.values():
                connection.close()
            self._open.clear()

    def _rows(self, shard: int, where: str, values: Sequence[Any]) -> list[Row]:
        query = f"SELECT seq, type, at_ns, body FROM row {where}"  # noqa: S608 - constants only
        return [
            Row(shard=shard, seq=seq, type=type_, at_ns=at_ns, body=self._decoded(shard, seq, body))
            for seq, type_, at_ns, body in self._fetch(shard, query, values)
        ]

    def _decoded(self, shard: int, seq: int, body: bytes) -> dict[str, Any]:
        try:
            return decode(body)
        except JournalError as error:
            raise JournalError(f"{journal_path(self._data_dir, shard)}, row {seq}: {error}") from error

    def _fetch(self, shard: int, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        path = journal_path(self._data_dir, shard)
        with self._mutex:
            try:
                connection = self._connection(shard, path)
                return connection.execute(query, values).fetchall() if connection else []
            except sqlite3.Error as error:
                raise explain(path, error) from error

    def _connection(self, shard: int, path: Path) -> sqlite3.Connection | None:
        """The file's connection: a new one when another file has taken its place."""
        try:
            status = path.stat()
        except FileNotFoundError:
            status = None
        identity = (status.st_dev, status.st_ino) if status else None
        held = self._open.get(shard)
        if held is not None and held[0] != identity:
            held[1].close()
            del self._open[shard]
            held = None
        if identity is None or held is not None:
            return held[1] if held else None
        connection = open_reader(path)
        self._open[shard] = (identity, connection)
        return connection


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" for _ in values)
