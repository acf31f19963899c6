"""Durations as people write them: `500ms` `30s` `1m30s` `6h` `1d`."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from probes.config.shown import quoted
from probes.config.unfit import Unfit

_UNITS: dict[str, Decimal | int] = {"d": 86400, "h": 3600, "m": 60, "s": 1, "ms": Decimal("0.001")}
_NUMBER = r"([0-9]{1,9}(?:\.[0-9]{1,3})?)"
_FORM = re.compile("".join(rf"(?:{_NUMBER}{unit})?" for unit in _UNITS))
_LONGEST_S = 10 * 366 * 86400
NOT_A_DURATION = "is not a duration; write 30s, 5m, 1h30m"


def seconds_of(value: object) -> float:
    """The seconds that a duration means, 0 or more. Raises Unfit with what to write instead."""
    if not isinstance(value, str) or not value:
        raise Unfit(NOT_A_DURATION)
    return _seconds(value)


@lru_cache(maxsize=1024)  # a fleet says the same few over and over
def _seconds(text: str) -> float:
    found = _FORM.fullmatch(text)
    if found is None:
        raise Unfit(NOT_A_DURATION)
    counts = zip(found.groups(), _UNITS.values(), strict=True)
    total = sum((Decimal(count) * unit for count, unit in counts if count), Decimal(0))
    if total > _LONGEST_S:
        raise Unfit("is longer than ten years; write 30s, 5m, 1h30m")
    return float(total)


def parse_duration(text: str) -> float:
    """The same for a command line: the message names the text."""
    try:
        return seconds_of(text)
    except ValueError as error:
        raise Unfit(f"{quoted(text)} {error}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """Reads a duration between two others, both as one would write them."""

    least: str
    most: str

    def __call__(self, value: object) -> float:
        """The seconds."""
        found = seconds_of(value)
        if found < seconds_of(self.least):
            raise Unfit(f"is too short; at least {self.least}")
        if found > seconds_of(self.most):
            raise Unfit(f"is too long; at most {self.most}")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Jitter:
    """How much later than planned a slot may start: a part of the interval, or seconds."""

    share: float | None = None
    length_s: float = 0.0

    def of(self, every_s: float) -> float:
        """In seconds, for an interval."""
        return self.length_s if self.share is None else self.share * every_s


_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?) ?%")


def jitter_of(value: object) -> Jitter:
    """A jitter from `10%` or `30s`."""
    found = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        try:
            return Jitter(length_s=seconds_of(value))
        except Unfit:
            raise Unfit("is neither a percentage nor a duration; write 10% or 30s") from None
    share = Decimal(found[1]) / 100
    if share > 1:
        raise Unfit("is more than the whole interval; write 0% to 100%")
    return Jitter(share=float(share))
