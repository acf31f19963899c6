"""What a probe's configuration makes of its metrics: which it has, their buckets, and where they start."""

from collections.abc import Iterator
from itertools import product
from math import prod

from exporter.catalogue import metrics as m
from exporter.catalogue.metric import Metric, Scope, Type
from probes.model import IMAGE_KINDS, MEDIA_KINDS, TEXT_KINDS, ErrorKind, Kind, Plan, Probe

TEXT_BOUNDS = (*(float(f"{0.05 * 2 ** (step / 2):.4g}") for step in range(21)), 60.0)  # √2 steps
MEDIA_BOUNDS = (
    *(1.0, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 45.0),
    *(60.0, 75.0, 90.0, 105.0, 120.0, 150.0, 180.0, 240.0, 300.0, 600.0),
)
RATE_BOUNDS = (
    *(1.0, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 40.0),
    *(50.0, 60.0, 80.0, 100.0, 125.0, 150.0, 200.0, 300.0, 500.0, 1000.0),
)
LAG_BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)

_FOLLOWERS = 2
_OF_GENPING = len(LAG_BOUNDS) + 3 + 2 * _FOLLOWERS + 6  # loop lag, inflight, rows, reload twice, build

_NO_FIRST_TOKEN = frozenset({Kind.EMBED, Kind.RERANK})
_NO_OUTPUT_TOKENS = _NO_FIRST_TOKEN | {Kind.SPEECH, Kind.TRANSCRIBE}

NARROW_ERRORS = {  # what only some kinds can meet; every other error is open to all
    ErrorKind.SCHEMA_MISMATCH: frozenset({Kind.STRUCTURED, Kind.TOOLS}),
    ErrorKind.WRONG_ANSWER: TEXT_KINDS | {Kind.RERANK, Kind.TRANSCRIBE},
    ErrorKind.INVALID_IMAGE: IMAGE_KINDS,
    ErrorKind.WRONG_IMAGE_SIZE: IMAGE_KINDS,
    ErrorKind.TASK_FAILED: IMAGE_KINDS,
    ErrorKind.OUTPUT_LIMIT: TEXT_KINDS | IMAGE_KINDS,
}


def errors_of(kind: Kind) -> tuple[ErrorKind, ...]:
    """The errors that a kind can produce."""
    return tuple(error for error in ErrorKind if kind in NARROW_ERRORS.get(error, frozenset(Kind)))


def applies(metric: Metric, probe: Probe) -> bool:
    """Whether a probe can ever have the metric."""
    if metric in (m.TTFT, m.TTFA, m.DECODE_RATE):
        return probe.stream and probe.kind not in _NO_FIRST_TOKEN
    if metric is m.E2E_RATE:
        return probe.kind not in _NO_OUTPUT_TOKENS
    return metric is not m.IMAGES or probe.kind in IMAGE_KINDS


def bounds(metric: Metric, probe: Probe) -> tuple[float, ...]:
    """Upper bounds of a probe's histogram, without +Inf.

    An objective is a bound of its own, so that the share of results that met it is exact.
    """
    if metric in (m.DECODE_RATE, m.E2E_RATE):
        return RATE_BOUNDS
    usual = MEDIA_BOUNDS if probe.kind in MEDIA_KINDS else TEXT_BOUNDS
    objective_s = {m.DURATION: probe.objective.e2e_s, m.TTFT: probe.objective.ttft_s}.get(metric)
    return usual if objective_s is None else tuple(sorted({*usual, objective_s}))


def objectives(probe: Probe) -> dict[str, float]:
    """The latency objectives that a probe has, in seconds, by their label."""
    stated = {"ttft": probe.objective.ttft_s, "e2e": probe.objective.e2e_s}
    return {name: limit_s for name, limit_s in stated.items() if limit_s is not None}


def histograms(probe: Probe) -> list[Metric]:
    """The histograms of a probe."""
    return [metric for metric in _of_probes(Type.HISTOGRAM) if applies(metric, probe)]


def zeros(probe: Probe) -> Iterator[tuple[Metric, tuple[str, ...]]]:
    """Every counter series of a probe, by its own labels: all exist, at 0, before anything happens."""
    configured = {
        "error": errors_of(probe.kind),
        "size": (probe.size or "",),
        "objective": tuple(objectives(probe)),
    }
    for metric in _of_probes(Type.COUNTER):
        if applies(metric, probe):
            values = (configured.get(name, known) for name, known in metric.labels.items())
            yield from ((metric, own) for own in product(*values))


def series_count(plan: Plan) -> int:
    """How many series a configuration makes at most, once everything has been seen."""
    probes = [probe for channel in plan.channels.values() for probe in channel.probes]
    keys = sum(len(provider.keys) for provider in plan.providers.values() if provider.reach)
    caps = [plan.caps, *(p.caps for p in plan.providers.values()), *(c.caps for c in plan.channels.values())]
    return (
        sum(map(_series_of, probes))
        + _values(Scope.CHANNEL) * len(plan.channels)
        + keys
        + 2 * sum(cap.limits for cap in caps)
        + 2 * plan.probers
        + _OF_GENPING
    )


def _series_of(probe: Probe) -> int:
    buckets = sum(len(bounds(metric, probe)) + 3 for metric in histograms(probe))  # +Inf, _sum, _count
    stated = 2 * len(objectives(probe)) + (probe.objective.uptime is not None)
    return sum(1 for _ in zeros(probe)) + buckets + _values(Scope.PROBE) + stated


def _values(scope: Scope) -> int:
    """Gauges of a scope that do not depend on objectives: one for each value of a closed label."""
    gauges = (x for x in m.METRICS.values() if x.scope is scope and x.type is Type.GAUGE)
    plain = (x for x in gauges if x not in (m.OBJECTIVE_SECONDS, m.OBJECTIVE_UPTIME, m.PROBE_INFO))
    return sum(prod(len(values) or 1 for values in x.labels.values()) for x in plain) + (scope is Scope.PROBE)


def _of_probes(kind: Type) -> list[Metric]:
    return [x for x in m.METRICS.values() if x.scope is Scope.PROBE and x.type is kind]
