"""What goes into the journal and what it answers. Money is whole nano-USD everywhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from probes.model import Reason, Slot

NANO = 1_000_000_000


class RowType(StrEnum):
    """What a row of the log is."""

    INTENT = "intent"  # a request is about to leave; its worst case is spent
    RESULT = "result"  # what came of it
    SKIP = "skip"  # slots that were not executed, and why
    SETTLE = "settle"  # an intent that will never have a result; its worst case stays spent
    HEARTBEAT = "heartbeat"
    ACTION = "action"  # what an operator, or a reload, did


class Period(StrEnum):
    """How long a cap lasts: by the calendar of the budget's zone."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One request that wants to leave, with the most that it can cost and everything that pays for it."""

    slot: Slot
    worst_nano: int
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """A hard limit on one scope. `elsewhere_nano`: what other journals hold of it, by calendar period."""

    scope: str
    period: Period
    limit_nano: int
    elsewhere_nano: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a request may not leave: a cap would be exceeded, or (`period` None) a rule that is not a cap."""

    scope: str
    worst_nano: int
    period: Period | None = None
    limit_nano: int = 0
    spent_nano: int = 0
    rule: str = ""

    def __str__(self) -> str:
        if self.period is None:
            return f"{self.scope}: {self.rule}"
        return (
            f"{self.scope}: ${_usd(self.limit_nano)} a {self.period} is the cap, ${_usd(self.spent_nano)} is"
            f" spent or reserved, and this request may cost ${_usd(self.worst_nano)}"
        )


def _usd(nano: int) -> str:
    whole, rest = divmod(nano, NANO)
    return f"{whole}.{rest:09d}".rstrip("0").rstrip(".")


def series_of(slot: Slot) -> tuple[str, str]:
    """Which series of slots it belongs to: channel and probe; for reach no channel and its provider's key."""
    if slot.channel is None:
        return "", f"reach:{slot.provider}:{slot.key}"
    return slot.channel, slot.probe


def slot_time(slot: Slot) -> int | None:
    """The time of a slot that the schedule owns; None for requests out of turn, which end no slot."""
    return slot.scheduled_ns if slot.reason in (Reason.SCHEDULED, Reason.REACH) else None
