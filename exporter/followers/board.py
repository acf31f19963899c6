"""What the status page says of each channel: its state, its last results, every slot of the last 24 hours.

Raw slots are kept, in memory and in `state.db`, so that percentiles are exact. Longer windows want roll-ups.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from exporter.followers.standings import Standings
from exporter.followers.verdicts import latencies_s, rates
from exporter.followers.windows import Span
from probes.clock import NS
from probes.journal.reader import Row
from probes.model import (
    Plan,
    Probe,
    Reason,
    Result,
    SkipReason,
    result_from_json,
    rfc3339,
    rfc3339_ns,
)

WINDOW_NS = 24 * 3600 * NS
_SLACK_NS = 3600 * NS  # trimming in steps of an hour, not at every row
_SCHEMA = """
CREATE TABLE IF NOT EXISTS board_span (
    channel TEXT, probe TEXT, first_ns INTEGER, last_ns INTEGER, count INTEGER, outcome TEXT, why TEXT,
    figures TEXT
);
CREATE INDEX IF NOT EXISTS board_span_end ON board_span (last_ns);
CREATE TABLE IF NOT EXISTS board_last (channel TEXT, probe TEXT, body TEXT, PRIMARY KEY (channel, probe));
"""
Place = tuple[str, str]  # channel, probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """The newest result of a probe, whatever its reason."""

    outcome: str
    error: str | None
    finished_at: str
    flags: tuple[str, ...]
    served_model: str | None


@dataclass(slots=True)
class History:
    """Of one probe."""

    spans: list[Span] = field(default_factory=list)
    last: Last | None = None


class Board:
    """Histories of probes and states of channels. `revision` moves with every row taken."""

    name = "board"

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._histories: dict[Place, History] = {}
        self._new_spans: list[tuple[Place, Span]] = []
        self._new_last: set[Place] = set()
        self._newest_ns = self._trimmed_ns = 0
        self.standings = Standings(self.name)
        self.revision = 0

    def adopt(self, plan: Plan) -> None:
        """Take a configuration."""
        self._plan = plan
        self.revision += 1

    def history(self, channel: str, probe: str) -> History:
        """Of a probe; empty before its first row."""
        return self._histories.get((channel, probe)) or History()

    def load(self, db: sqlite3.Connection) -> None:
        """Become what was last saved."""
        for statement in _SCHEMA.split(";"):
            db.execute(statement)
        self._histories, self._new_spans, self._new_last = {}, [], set()
        self.standings.load(db)
        for channel, probe, *values in db.execute("SELECT * FROM board_span ORDER BY rowid"):
            self._of((channel, probe)).spans.append(_span_from(values))
        for channel, probe, body in db.execute("SELECT * FROM board_last"):
            data = orjson.loads(body)
            self._of((channel, probe)).last = Last(**data | {"flags": tuple(data["flags"])})
        self.revision += 1

    def apply(self, rows: Sequence[Row]) -> None:
        """Fold rows. Raises when one cannot be read."""
        for row in rows:
            self.standings.take(row)
            self._newest_ns = max(self._newest_ns, row.at_ns)
            if row.type == "result":
                self._result(result_from_json(row.body))
            elif row.type == "skip" and row.body["channel"] is not None:
                self._skip(row.body)
        self._trim()
        self.revision += 1

    def _result(self, result: Result) -> None:
        probe = self._probe(result.channel, result.probe)
        if probe is None or result.channel is None:
            return
        place = (result.channel, result.probe)
        self._of(place).last = Last(
            outcome=result.outcome,
            error=result.error,
            finished_at=rfc3339(result.finished_ns),
            flags=result.flags,
            served_model=result.served_model,
        )
        self._new_last.add(place)
        if result.reason is Reason.SCHEDULED:
            self._keep(place, _span_of(result, probe))

    def _skip(self, body: dict[str, Any]) -> None:
        if self._probe(body["channel"], body["probe"]) is None:
            return
        span = Span(
            first_ns=rfc3339_ns(body["first_scheduled_at"]),
            last_ns=rfc3339_ns(body["last_scheduled_at"]),
            count=body["count"],
            outcome="skipped",
            why=SkipReason(body["reason"]).value,
        )
        self._keep((body["channel"], body["probe"]), span)

    def _keep(self, place: Place, span: Span) -> None:
        self._of(place).spans.append(span)
        self._new_spans.append((place, span))

    def _of(self, place: Place) -> History:
        return self._histories.setdefault(place, History())

    def _probe(self, channel_id: str | None, name: str) -> Probe | None:
        channel = self._plan.channels.get(channel_id or "")
        return channel.probe(name) if channel else None

    def _trim(self) -> None:
        start_ns = self._newest_ns - WINDOW_NS
        if start_ns - self._trimmed_ns < _SLACK_NS:
            return
        self._trimmed_ns = start_ns
        for history in self._histories.values():
            history.spans = [span for span in history.spans if span.last_ns >= start_ns]

    def save(self, db: sqlite3.Connection) -> None:
        """Write what is new, forget what is old."""
        db.executemany(
            "INSERT INTO board_span VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(_span_row, self._new_spans)
        )
        for channel, probe in self._new_last:
            body = orjson.dumps(self._histories[(channel, probe)].last)
            db.execute("INSERT OR REPLACE INTO board_last VALUES (?, ?, ?)", (channel, probe, body))
        db.execute("DELETE FROM board_span WHERE last_ns < ?", (self._trimmed_ns,))
        self.standings.save(db)
        self._new_spans, self._new_last = [], set()


def _span_of(result: Result, probe: Probe) -> Span:
    return Span(
        first_ns=result.scheduled_ns,
        last_ns=result.scheduled_ns,
        count=1,
        outcome=result.outcome.value,
        why=result.error.value if result.error is not None else None,
        figures=latencies_s(result, probe) | rates(result),
    )


def _span_row(new: tuple[Place, Span]) -> tuple[Any, ...]:
    place, span = new
    figures = orjson.dumps(span.figures).decode()
    return (*place, span.first_ns, span.last_ns, span.count, span.outcome, span.why, figures)


def _span_from(values: Sequence[Any]) -> Span:
    first_ns, last_ns, count, outcome, why, figures = values
    return Span(
        first_ns=first_ns,
        last_ns=last_ns,
        count=count,
        outcome=outcome,
        why=why,
        figures=orjson.loads(figures),
    )
