"""Figures of a window of slots. What is not observed, or too little of it, is None, never 0."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from probes.model import ErrorKind, Outcome, SkipReason

MIN_COVERAGE = 0.8
MIN_SAMPLES = 12  # under it a percentage says nothing: 7 of 8 may be anything from 53 % to 98 %
_MIN_FOR = {"p50": 1, "p95": 59, "p99": 299}  # P(the sample reaches beyond the percentile) ≥ 95 %
LATENCIES = ("ttft", "ttfa", "e2e")
RATES = ("decode_tps", "e2e_tps")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A scheduled slot, or a run of skipped ones: evenly spaced from the first to the last."""

    first_ns: int
    last_ns: int
    count: int
    outcome: str  # ok failed excluded skipped
    why: str | None = None  # the error, or why it was skipped
    figures: dict[str, float] = field(default_factory=dict)  # of LATENCIES (seconds) and RATES

    def slots_since(self, start_ns: int) -> int:
        """How many of its slots are not before `start_ns`."""
        if self.first_ns >= start_ns:
            return self.count
        if self.last_ns < start_ns:
            return 0
        step_ns = (self.last_ns - self.first_ns) / (self.count - 1)
        return int((self.last_ns - start_ns) / step_ns) + 1


@dataclass(slots=True)
class Tally:
    """Slots of a window by what became of them. `limited` are the failed ones that were 429."""

    ok: int = 0
    failed: int = 0
    limited: int = 0
    unreachable: int = 0
    excluded: int = 0
    skipped: int = 0
    errors: dict[str, int] = field(default_factory=dict)


def tally(spans: Iterable[Span], start_ns: int) -> Tally:
    """Count the slots since `start_ns`."""
    out = Tally()
    for span in spans:
        slots = span.slots_since(start_ns)
        if slots and span.outcome != "skipped" and span.why is not None:
            out.errors[span.why] = out.errors.get(span.why, 0) + slots
        if span.outcome == Outcome.OK:
            out.ok += slots
        elif span.outcome == Outcome.EXCLUDED:
            out.excluded += slots
        elif span.outcome == Outcome.FAILED:
            out.failed += slots
            out.limited += slots if span.why == ErrorKind.RATE_LIMITED else 0
        elif span.why == SkipReason.UNREACHABLE:
            out.unreachable += slots
        else:
            out.skipped += slots
    return out


def uptime(counts: Tally, *, limits_excluded: bool) -> dict[str, Any]:
    """Good ÷ (good + bad) over scheduled slots, with everything that it rests on.

    `coverage` is what was judged of all slots due; under 0.8 there is no value, nor under 12 samples.
    """
    bad = counts.failed + counts.unreachable - (counts.limited if limits_excluded else 0)
    judged = counts.ok + bad
    excluded = counts.excluded + (counts.limited if limits_excluded else 0)
    due = judged + excluded + counts.skipped
    coverage = judged / due if due else None
    without = counts.ok + counts.failed + counts.unreachable - counts.limited
    enough = coverage is not None and coverage >= MIN_COVERAGE
    return {
        "value": counts.ok / judged if enough and judged >= MIN_SAMPLES else None,
        "n": judged,
        "low": None,
        "high": None,
        "good": counts.ok,
        "bad": bad,
        "excluded": excluded,
        "skipped": counts.skipped,
        "coverage": coverage,
        "excluding_rate_limits": counts.ok / without if enough and without >= MIN_SAMPLES else None,
    }


def distribution(values: Sequence[float], names: Iterable[str]) -> dict[str, Any]:
    """Percentiles that were really observed (nearest rank), each only where enough values carry it."""
    ranked = sorted(values)
    out: dict[str, Any] = {
        name: ranked[ceil(int(name[1:]) / 100 * len(ranked)) - 1] if len(ranked) >= _MIN_FOR[name] else None
        for name in names
    }
    return {**out, "n": len(ranked)}


def figures(spans: Sequence[Span], start_ns: int, name: str) -> list[float]:
    """The values of one latency or rate since `start_ns`."""
    return [s.figures[name] for s in spans if name in s.figures and s.last_ns >= start_ns]
