"""Values that are not kept as series but read when asked: channels, probers, budgets, configuration."""

import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from exporter.catalogue import Metric
from exporter.catalogue import metrics as m
from exporter.follow import Follow
from exporter.followers.labels import extra_names, info_names, values_of
from exporter.followers.pulse import Pulses
from exporter.followers.standings import Standings, since_s
from probes.clock import NS
from probes.model import Plan, State

Sample = tuple[Metric, tuple[str, ...], float]  # metric, values of every label, value

_UP = {State.OPERATIONAL: 1.0, State.DEGRADED: 1.0, State.DOWN: 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reloads:
    """How the publisher's last reload went."""

    successful: bool
    at_ns: int  # when the running configuration was taken


def channels(plan: Plan, standings: Standings, now_ns: int) -> Iterator[Sample]:
    """State and description of each channel."""
    names = info_names(plan)
    for channel in plan.channels.values():
        leading = (channel.id, channel.provider, channel.family, plan.vantage)
        described = (channel.model, channel.group, channel.region, channel.title, channel.key)
        yield m.CHANNEL_INFO, (*leading, *described, *values_of(channel, names)), 1.0
        place = (*leading, *values_of(channel, extra_names(plan)))
        now = standings.of(channel.id, now_ns)
        for state in State:
            yield m.CHANNEL_STATE, (*place, state), float(state is now.state)
        if now.state in _UP:
            yield m.CHANNEL_UP, place, _UP[now.state]
        began_s = since_s(now)
        if began_s is not None:
            yield m.CHANNEL_SINCE, place, began_s


def intervals(plan: Plan, standings: Standings) -> Iterator[Sample]:
    """How often each probe is sent, as asked and as planned."""
    for channel in plan.channels.values():
        extra = values_of(channel, extra_names(plan))
        for probe in channel.probes:
            place = (
                channel.id,
                probe.name,
                probe.kind,
                channel.provider,
                channel.family,
                plan.vantage,
                *extra,
            )
            yield m.INTERVAL, (*place, "asked"), probe.every_s
            yield m.INTERVAL, (*place, "planned"), standings.planned_s(channel.id, probe)


def probers(plan: Plan, pulses: Pulses, now_ns: int) -> Iterator[Sample]:
    """Life signs of every configured prober, and what the ones that spoke last said."""
    for shard in range(plan.probers):
        yield m.PROBER_UP, (str(shard),), float(pulses.alive(shard, now_ns))
        pulse = pulses.by_shard.get(shard)
        if pulse is not None:
            yield m.LAST_COMMIT, (str(shard),), pulse.row_ns / NS
    beats = pulses.beats()
    if beats:
        yield m.LOOP_LAG, (), max(float(beat.get("loop_lag_s") or 0.0) for beat in beats)
        yield m.INFLIGHT, (), float(sum(beat.get("inflight", 0) for beat in beats))


def budgets(plan: Plan, pulses: Pulses) -> Iterator[Sample]:
    """Caps and what is left, of what is configured."""
    for budget in pulses.budgets():
        known = budget.provider in {"", *plan.providers} and budget.channel in {"", *plan.channels}
        if known and budget.scope in m.BUDGET_SCOPES:
            place = (budget.scope, budget.provider, budget.channel)
            yield m.BUDGET, place, budget.limit_usd
            yield m.BUDGET_LEFT, place, budget.remaining_usd


def publisher(follows: Sequence[Follow], pulses: Pulses, reloads: Reloads) -> Iterator[Sample]:
    """How publishing itself is doing."""
    for follow in follows:
        yield m.FOLLOWER_LAG, (follow.name,), float(follow.lag_rows)
        yield m.QUARANTINED, (follow.name,), float(follow.quarantined)
    yield m.JOURNAL_ROWS, (), float(sum(follows[0].last_seq.values()))
    taken = reloads.successful and all(beat.get("reload_ok", True) for beat in pulses.beats())
    yield m.RELOAD_OK, (), float(taken)
    yield m.RELOAD_AT, (), reloads.at_ns / NS
    yield m.BUILD_INFO, (_version(), platform.python_version()), 1.0


def _version() -> str:
    try:
        return version("genping")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "unknown"


def by_name(samples: Iterable[Sample]) -> dict[str, list[tuple[tuple[str, ...], float]]]:
    """The samples of each metric."""
    out: dict[str, list[tuple[tuple[str, ...], float]]] = {}
    for metric, labels, value in samples:
        out.setdefault(metric.name, []).append((labels, value))
    return out
