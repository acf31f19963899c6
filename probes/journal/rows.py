"""What is done to the tables, statement by statement. Every function runs inside the writer's transaction."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from probes.errors import ProgrammingError
from probes.journal import ledger
from probes.journal.body import decode, encode
from probes.journal.values import Cap, Intent, Refusal, RowType, series_of, slot_time
from probes.model import Result, SkipReason, Slot, rfc3339, rfc3339_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """`count` slots of one series, due from `first_ns` to `last_ns`, that were not executed."""

    channel: str | None
    probe: str
    reason: SkipReason
    first_ns: int
    last_ns: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIntent:
    """A request that has left and is not settled."""

    id: str
    channel: str
    probe: str
    scheduled_ns: int | None
    worst_nano: int
    scopes: tuple[str, ...]
    day: str


class Log:
    """The tables behind one transaction; `at_ns` is its wall time, `today` its date in the budget's zone."""

    def __init__(self, connection: sqlite3.Connection, at_ns: int, today: str) -> None:
        self._connection, self._at_ns, self._today = connection, at_ns, today

    def commit(self, intent: Intent, caps: Sequence[Cap]) -> Refusal | None:
        """Reserve and put on record, or refuse and change nothing."""
        channel, probe = series_of(intent.slot)
        scheduled_ns = slot_time(intent.slot)
        if scheduled_ns is not None and self._taken(channel, probe, scheduled_ns):
            rule = "this slot already has its request or its end"
            return Refusal(scope="slot", worst_nano=intent.worst_nano, rule=rule)
        day = ledger.enter_day(self._connection, self._today)
        refused = ledger.refusal(self._connection, intent, caps, day)
        if refused is not None:
            return refused
        ledger.book(self._connection, intent.scopes, day, intent.worst_nano)
        self._append(RowType.INTENT, _intent_body(intent), id_=intent.slot.id, series=(channel, probe))
        self._connection.execute(
            "INSERT INTO open_intent (id, channel, probe, scheduled_ns, worst_nano, scopes, day)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                intent.slot.id,
                channel,
                probe,
                scheduled_ns,
                intent.worst_nano,
                orjson.dumps(intent.scopes).decode(),
                day,
            ),
        )
        return None

    def result(self, result: Result, cost_nano: int | None) -> None:
        """Record and settle: what it really cost takes the place of the worst case; unknown, that stays.

        A cost above the worst case is charged in full, and the row says by how much (`overrun_nano`).
        A result that is on record already is left as it is, so that a write may be tried again.
        """
        intent = self._open(result.id)
        if intent is None:
            if self._recorded(result.id):
                return
            raise ProgrammingError(f"result {result.id} has no open intent")
        body = result.to_json()
        if cost_nano is not None:
            ledger.book(self._connection, intent.scopes, intent.day, cost_nano - intent.worst_nano)
            if cost_nano > intent.worst_nano:
                body["overrun_nano"] = cost_nano - intent.worst_nano
        self._close(intent)
        series = (intent.channel, intent.probe)
        self._append(RowType.RESULT, body, id_=result.id, series=series, ends_ns=intent.scheduled_ns)

    def abandon(self, intent: OpenIntent) -> None:
        """Close an intent that will never have a result: the worst case stays spent, its slot is aborted."""
        self._close(intent)
        body = {
            "id": intent.id,
            "channel": intent.channel or None,
            "probe": intent.probe,
            "reason": SkipReason.ABORTED,
            "charged_nano": intent.worst_nano,
        }
        self._append(RowType.SETTLE, body, id_=intent.id, series=(intent.channel, intent.probe))
        if intent.scheduled_ns is not None:
            self.skip(
                Skip(
                    channel=intent.channel or None,
                    probe=intent.probe,
                    reason=SkipReason.ABORTED,
                    first_ns=intent.scheduled_ns,
                    last_ns=intent.scheduled_ns,
                    count=1,
                )
            )

    def abandon_all(self) -> int:
        """Close every open intent; how many there were."""
        ids = [row[0] for row in self._connection.execute("SELECT id FROM open_intent ORDER BY id")]
        for intent in map(self._open, ids):
            if intent is not None:
                self.abandon(intent)
        return len(ids)

    def abort(self, request_id: str) -> None:
        """Close one intent, if it is open."""
        intent = self._open(request_id)
        if intent is not None:
            self.abandon(intent)

    def skip(self, skip: Skip) -> None:
        """Record slots that were not executed, once: a slot that has its end already keeps it."""
        series = (skip.channel or "", skip.probe)
        if self._taken(*series, skip.last_ns):
            return
        body = {
            "channel": skip.channel,
            "probe": skip.probe,
            "reason": skip.reason,
            "first_scheduled_at": rfc3339(skip.first_ns),
            "last_scheduled_at": rfc3339(skip.last_ns),
            "count": skip.count,
        }
        self._append(RowType.SKIP, body, series=series, ends_ns=skip.last_ns)

    def note(self, type_: RowType, body: Mapping[str, Any]) -> None:
        """A row that concerns no slot: a heartbeat or an action."""
        self._append(type_, body)

    def _append(
        self,
        type_: RowType,
        body: Mapping[str, Any],
        *,
        id_: str | None = None,
        series: tuple[str, str] = ("", ""),
        ends_ns: int | None = None,
    ) -> None:
        self._connection.execute(
            "INSERT INTO row (type, at_ns, id, channel, probe, scheduled_ns, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (type_, self._at_ns, id_, series[0] or None, series[1] or None, ends_ns, encode(body)),
        )
        if ends_ns is not None:
            self._connection.execute(
                "INSERT INTO last_slot (channel, probe, scheduled_ns) VALUES (?, ?, ?)"
                " ON CONFLICT (channel, probe) DO UPDATE SET scheduled_ns = excluded.scheduled_ns"
                " WHERE scheduled_ns < excluded.scheduled_ns",
                (*series, ends_ns),
            )

    def _taken(self, channel: str, probe: str, scheduled_ns: int) -> bool:
        """Whether a slot has its end, or a request on its way."""
        place = (channel, probe, scheduled_ns)
        if self._connection.execute(
            "SELECT 1 FROM open_intent WHERE channel = ? AND probe = ? AND scheduled_ns = ?", place
        ).fetchone():
            return True
        # a skip of several slots stands at the last of them: the first end at or after the slot may cover it
        after = self._connection.execute(
            "SELECT type, scheduled_ns, body FROM row WHERE ifnull(channel, '') = ? AND probe = ?"
            " AND scheduled_ns >= ? ORDER BY scheduled_ns LIMIT 1",
            place,
        ).fetchone()
        if after is None:
            return False
        if after[1] == scheduled_ns:
            return True
        if (
            after[0] != RowType.SKIP or after[1] > self._at_ns
        ):  # written when the clock stood ahead: covers nothing
            return False
        return bool(rfc3339_ns(decode(after[2])["first_scheduled_at"]) <= scheduled_ns)

    def _recorded(self, request_id: str) -> bool:
        found = self._connection.execute("SELECT 1 FROM row WHERE type = 'result' AND id = ?", (request_id,))
        return found.fetchone() is not None

    def _open(self, request_id: str) -> OpenIntent | None:
        row = self._connection.execute(
            "SELECT id, channel, probe, scheduled_ns, worst_nano, scopes, day FROM open_intent WHERE id = ?",
            (request_id,),
        ).fetchone()
        if row is None:
            return None
        return OpenIntent(
            id=row[0],
            channel=row[1],
            probe=row[2],
            scheduled_ns=row[3],
            worst_nano=row[4],
            scopes=tuple(orjson.loads(row[5])),
            day=row[6],
        )

    def _close(self, intent: OpenIntent) -> None:
        self._connection.execute("DELETE FROM open_intent WHERE id = ?", (intent.id,))


def _intent_body(intent: Intent) -> dict[str, Any]:
    slot: Slot = intent.slot
    return {
        "id": slot.id,
        "channel": slot.channel,
        "probe": slot.probe,
        "provider": slot.provider,
        "key": slot.key,
        "reason": slot.reason,
        "scheduled_at": rfc3339(slot.scheduled_ns),
        "worst_nano": intent.worst_nano,
        "scopes": intent.scopes,
    }
