"""Results as the journals have them, newest first."""

from typing import Any

from probes.journal.reader import Reader, Row
from probes.model import result_from_json

LIMIT = 100
_FIRST_LOOK_ROWS = 4 * LIMIT


def of_channel(reader: Reader, channel: str, probe: str | None) -> list[dict[str, Any]]:
    """The newest of a channel, or of one of its probes."""
    return [_public(row) for row in reader.recent(channel, probe, LIMIT)]


def of_all(reader: Reader) -> list[dict[str, Any]]:
    """The newest of everything."""
    rows = [row for shard in reader.shards() for row in _tail(reader, shard)]
    rows.sort(key=lambda row: (row.at_ns, row.seq), reverse=True)
    return [_public(row) for row in rows[:LIMIT]]


def one(reader: Reader, result_id: str) -> dict[str, Any] | None:
    """The result of that id."""
    row = reader.result(result_id)
    return None if row is None else _public(row)


def _tail(reader: Reader, shard: int) -> list[Row]:
    """The last results of a journal: look at its end, further back until there are enough."""
    last, look = reader.last_seq(shard), _FIRST_LOOK_ROWS
    while True:
        rows = reader.read(shard, max(0, last - look), look, ("result",))
        if len(rows) >= LIMIT or look >= last:
            return rows[-LIMIT:]
        look *= 4


def _public(row: Row) -> dict[str, Any]:
    """Exactly the published fields: the journal's row may hold more."""
    return result_from_json(row.body).to_json()
