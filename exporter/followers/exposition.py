"""What `GET /metrics` says: the catalogue filled from the follower's blocks, as text or OpenMetrics."""

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, chain

from prometheus_client import exposition
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar
from prometheus_client.utils import floatToGoString

from exporter.catalogue import METRICS, Metric, Scope, Type
from exporter.catalogue import metrics as m
from exporter.follow import Follow
from exporter.followers import present
from exporter.followers.blocks import Block, Histogram, Own
from exporter.followers.labels import extra_names, info_names
from exporter.followers.prometheus import PrometheusFollower
from probes.clock import Clock

Family = CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily


class Exposition(Collector):
    """Every family of the catalogue, read under the follower's lock.

    A block is the unit that a cache of rendered text would keep: its series change only with its version.
    """

    def __init__(
        self,
        *,
        series: PrometheusFollower,
        follows: Sequence[Follow],
        reloads: Callable[[], present.Reloads],
        clock: Clock,
    ) -> None:
        self._series, self._follows, self._reloads, self._clock = series, follows, reloads, clock
        self._lock = next(follow.lock for follow in follows if follow.name == series.name)

    def render(self, accept: str) -> tuple[bytes, str]:
        """The body and its content type; OpenMetrics where the scraper takes it."""
        encode, content_type = exposition.choose_encoder(accept)
        return encode(self), content_type

    def collect(self) -> Iterator[Family]:
        """Fill every family."""
        with self._lock:
            now = present.by_name(self._present())
            families = [self._family(metric, now.get(metric.name, [])) for metric in METRICS.values()]
        yield from families

    def _present(self) -> Iterator[present.Sample]:
        plan, pulses, now_ns = self._series.plan, self._series.pulses, self._clock.wall_ns()
        return chain(
            present.channels(plan, self._series.standings, now_ns),
            present.intervals(plan, self._series.standings),
            present.probers(plan, pulses, now_ns),
            present.budgets(plan, pulses),
            present.publisher(self._follows, pulses, self._reloads()),
        )

    def _family(self, metric: Metric, now: list[tuple[Own, float]]) -> Family:
        labels, blocks = self._labels(metric), self._blocks(metric.scope)
        if metric.type is Type.HISTOGRAM:
            return _distribution(metric, labels, blocks)
        plain = CounterMetricFamily if metric.type is Type.COUNTER else GaugeMetricFamily
        family = plain(metric.name, metric.help, labels=labels, unit=metric.unit)
        for values, value in now:
            family.add_metric(values, value)
        for block in blocks:
            for own, value in block.series(metric).items():
                family.add_metric((*block.labels, *own), value)
        return family

    def _labels(self, metric: Metric) -> Own:
        plan = self._series.plan
        if metric is m.CHANNEL_INFO:
            return (*metric.label_names, *info_names(plan))
        if metric.scope in (Scope.PROBE, Scope.CHANNEL):
            return metric.with_leading(extra_names(plan))
        return metric.label_names

    def _blocks(self, scope: Scope) -> list[Block]:
        if scope is Scope.PROBE:
            return self._series.probe_blocks()
        if scope is Scope.KEY:
            return self._series.reach_blocks()
        return [self._series.own_block] if scope is Scope.GENPING else []


def _distribution(metric: Metric, labels: Own, blocks: list[Block]) -> HistogramMetricFamily:
    family = HistogramMetricFamily(metric.name, metric.help, labels=labels, unit=metric.unit)
    for block in blocks:
        histogram = block.histograms.get(metric.name)
        if histogram is not None:
            family.add_metric(block.labels, _buckets(histogram), histogram.total)
    return family


def _buckets(histogram: Histogram) -> list[tuple[str, float] | tuple[str, float, Exemplar]]:
    """Cumulative counts by upper bound, with the last result seen in each bucket."""
    names = [*map(floatToGoString, histogram.bounds), "+Inf"]
    out: list[tuple[str, float] | tuple[str, float, Exemplar]] = []
    for index, (name, count) in enumerate(zip(names, accumulate(histogram.counts), strict=True)):
        seen = histogram.seen.get(index)
        if seen is None:
            out.append((name, count))
        else:
            out.append((name, count, Exemplar({"result_id": seen.result_id}, seen.value, seen.at_s)))
    return out
