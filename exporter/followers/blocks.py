"""All series of one thing (a probe, a key of a provider): changed, stored and rendered together."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from exporter.catalogue import METRICS, Metric, Type

Own = tuple[str, ...]  # values of a metric's own labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The last thing seen in a bucket; becomes its exemplar."""

    result_id: str
    value: float
    at_s: float


@dataclass(slots=True)
class Histogram:
    """Counts per bucket; the last one is +Inf. Exemplars are not stored: they only point at fresh results."""

    bounds: tuple[float, ...]
    counts: list[int]
    total: float = 0.0
    seen: dict[int, Observation] = field(default_factory=dict)

    def observe(self, value: float, observation: Observation) -> None:
        """Count a value; one that equals a bound belongs below it."""
        bucket = bisect_left(self.bounds, value)
        self.counts[bucket] += 1
        self.total += value
        self.seen[bucket] = observation


class Block:
    """Series that share their leading labels: its identity, and what `metrics.labels` adds to that.

    `version` moves with every change, so that rendered text can be kept until then. `configured` values
    follow from the configuration alone and are not stored.
    """

    __slots__ = ("configured", "extra", "histograms", "identity", "saved_version", "values", "version")

    def __init__(self, identity: tuple[str, ...]) -> None:
        self.identity = identity
        self.extra: tuple[str, ...] = ()
        self.values: dict[str, dict[Own, float]] = {}
        self.configured: dict[str, dict[Own, float]] = {}
        self.histograms: dict[str, Histogram] = {}
        self.version, self.saved_version = 1, 0

    @property
    def labels(self) -> tuple[str, ...]:
        """The values of its leading labels."""
        return self.identity + self.extra

    def series(self, metric: Metric) -> dict[Own, float]:
        """The values of one metric by their own labels."""
        return self.values.get(metric.name) or self.configured.get(metric.name) or {}

    @property
    def dirty(self) -> bool:
        """Whether something changed since it was stored."""
        return self.version != self.saved_version

    def add(self, metric: Metric, *own: str, by: float = 1.0) -> None:
        """Count up."""
        series = self.values.setdefault(metric.name, {})
        series[own] = series.get(own, 0.0) + by
        self.version += 1

    def put(self, metric: Metric, value: float, *own: str) -> None:
        """Set a gauge."""
        self.values.setdefault(metric.name, {})[own] = value
        self.version += 1

    def drop(self, metric: Metric, *own: str) -> None:
        """Make a gauge absent."""
        self.values.get(metric.name, {}).pop(own, None)
        self.version += 1

    def observe(self, metric: Metric, value: float, observation: Observation) -> None:
        """Put a value into a histogram that the block has; others do not exist for it."""
        histogram = self.histograms.get(metric.name)
        if histogram is not None:
            histogram.observe(value, observation)
            self.version += 1

    def shape(self, counters: Iterable[tuple[str, Own]], bounds: Mapping[str, tuple[float, ...]]) -> None:
        """Give it the counters and histograms that its configuration says, and no others.

        A histogram whose bounds changed starts anew.
        """
        old, gauges = self.values, (name for name in self.values if METRICS[name].type is Type.GAUGE)
        self.values = {name: old[name] for name in gauges}
        for name, own in counters:
            self.values.setdefault(name, {})[own] = old.get(name, {}).get(own, 0.0)
        self.histograms = {name: self._histogram(name, wanted) for name, wanted in bounds.items()}
        self.version += 1

    def _histogram(self, name: str, bounds: tuple[float, ...]) -> Histogram:
        old = self.histograms.get(name)
        return old if old and old.bounds == bounds else Histogram(bounds, [0] * (len(bounds) + 1))

    def to_json(self) -> dict[str, Any]:
        """What must survive a restart."""
        return {
            "identity": self.identity,
            "values": {name: list(series.items()) for name, series in self.values.items()},
            "histograms": {name: [h.bounds, h.counts, h.total] for name, h in self.histograms.items()},
        }


def block_from_json(data: dict[str, Any]) -> Block:
    """The block that `to_json` wrote, without metrics that no longer exist."""
    block = Block(tuple(data["identity"]))
    block.values = {
        name: {tuple(own): value for own, value in series}
        for name, series in data["values"].items()
        if name in METRICS
    }
    block.histograms = {
        name: Histogram(tuple(bounds), counts, total)
        for name, (bounds, counts, total) in data["histograms"].items()
    }
    block.saved_version = block.version
    return block
