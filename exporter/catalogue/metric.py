"""What a metric family is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Type(StrEnum):
    """What Prometheus calls it."""

    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"


class Scope(StrEnum):
    """What a series speaks of; each has its own leading labels."""

    PROBE = "P"
    CHANNEL = "C"
    KEY = "R"
    GENPING = "-"


LEADING: Mapping[Scope, tuple[str, ...]] = {
    Scope.PROBE: ("channel", "probe", "kind", "provider", "family", "vantage"),
    Scope.CHANNEL: ("channel", "provider", "family", "vantage"),
    Scope.KEY: ("provider", "key", "vantage"),
    Scope.GENPING: (),
}

_UNITS = ("tokens_per_second", "seconds", "tokens", "ratio", "rows", "usd")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One family. `labels` are its own, after the leading ones, with the values that can occur.

    No values: they come from the configuration.
    """

    name: str
    type: Type
    scope: Scope
    help: str
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def unit(self) -> str:
        """The base unit that the name ends in, as OpenMetrics wants it; empty where things are counted."""
        stem = self.name.removesuffix("_total")
        return next((unit for unit in _UNITS if stem.endswith(f"_{unit}")), "")

    @property
    def label_names(self) -> tuple[str, ...]:
        """Every label, leading ones first."""
        return self.with_leading(())

    def with_leading(self, extra: tuple[str, ...]) -> tuple[str, ...]:
        """Every label, with more of them after the leading ones."""
        return (*LEADING[self.scope], *extra, *self.labels)
