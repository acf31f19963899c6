"""The money of one journal: who has spent what in which calendar period.

What writes here runs inside the writer's transaction; what only looks may use a reading connection.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from probes.clock import NS
from probes.journal.values import Cap, Intent, Period, Refusal


def calendar_day(wall_ns: int, zone: ZoneInfo) -> str:
    """The date of an instant in the budget's zone, as `2026-11-21`."""
    return datetime.fromtimestamp(wall_ns // NS, UTC).astimezone(zone).date().isoformat()


def month_of(day: str) -> str:
    """The month of a date, as `2026-11`."""
    return day[: len("2026-11")]


def periods(day: str) -> tuple[str, str]:
    """The calendar day and the month that money spent on it is booked under."""
    return day, month_of(day)


def label(period: Period, day: str) -> str:
    """The calendar period that a cap looks at on a day."""
    return day if period is Period.DAY else month_of(day)


def effective_day(connection: sqlite3.Connection, today: str) -> str:
    """The budget's day: it never goes back, whatever the clock does, so that no budget opens twice."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'last_day'").fetchone()
    return max(today, row[0]) if row else today


def enter_day(connection: sqlite3.Connection, today: str) -> str:
    """The budget's day, put on record."""
    day = effective_day(connection, today)
    connection.execute(
        "INSERT INTO meta (name, value) VALUES ('last_day', ?) ON CONFLICT (name) DO UPDATE"
        " SET value = excluded.value WHERE value <> excluded.value",
        (day,),
    )
    return day


def spent(connection: sqlite3.Connection, scope: str, period: str) -> int:
    """Spent or reserved by a scope in a calendar period."""
    row = connection.execute(
        "SELECT nano FROM spend WHERE period = ? AND scope = ?", (period, scope)
    ).fetchone()
    return int(row[0]) if row else 0


def held(connection: sqlite3.Connection, cap: Cap, day: str) -> int:
    """What counts against a cap: what this journal has spent or reserved, and what others hold."""
    period = label(cap.period, day)
    return spent(connection, cap.scope, period) + cap.elsewhere_nano.get(period, 0)


def refusal(connection: sqlite3.Connection, intent: Intent, caps: Sequence[Cap], day: str) -> Refusal | None:
    """The first cap that an intent's worst case would exceed."""
    for cap in caps:
        before = held(connection, cap, day)
        if before + intent.worst_nano > cap.limit_nano:
            return Refusal(
                scope=cap.scope,
                period=cap.period,
                limit_nano=cap.limit_nano,
                spent_nano=before,
                worst_nano=intent.worst_nano,
            )
    return None


def book(connection: sqlite3.Connection, scopes: Iterable[str], day: str, nano: int) -> None:
    """Charge (or, negative, give back) to every scope, in the day and in its month."""
    if nano == 0:
        return
    connection.executemany(
        "INSERT INTO spend (period, scope, nano) VALUES (?, ?, ?)"
        " ON CONFLICT (period, scope) DO UPDATE SET nano = nano + excluded.nano",
        [(period, scope, nano) for scope in scopes for period in periods(day)],
    )
