"""The state of a channel: one pure rule, folded over the journal alike by prober and publisher.

Down: three failures in a row, the first of them of a slot (a confirmation cannot begin one). So: a failed
slot and both its confirmations; where the budget allows none, three failed slots; and a confirmation that was
denied is made up for by the next failing slot. An escalated probe is as good as a slot's; what is sent by
hand counts nowhere. Operational again after 2 oks in a row; out of unknown or misconfigured one suffices.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from probes.clock import NS
from probes.model import ErrorGroup, ErrorKind, Outcome, Reason, SkipReason, State, rfc3339_ns

_FAILURES_TO_DOWN = 3
_OKS_TO_OPERATIONAL = 2
_OURS_TO_MISCONFIGURED = 2
_INTERVALS_TO_UNKNOWN = 3


class Action(StrEnum):
    """What an action row says was done, in its key `action`. All but plan name their `channel`."""

    PLAN = "plan"  # `channels`: {id: {main: name, every_s: {probe: planned interval}}}
    PAUSE = "pause"  # `until_ns`: wall clock, or None
    RESUME = "resume"
    MAINTENANCE_START = "maintenance-start"  # `until_ns` as above
    MAINTENANCE_END = "maintenance-end"


class Evidence(StrEnum):
    """What one slot or request says about a channel."""

    OK = "ok"
    FAILED = "failed"
    OURS = "ours"
    PENDING = "pending"  # a slot fell into a probe that is still running: its answer is due


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Evidence of one probe; `count` slots of it."""

    at_ns: int
    probe: str
    evidence: Evidence
    confirming: bool = False
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What will be asked of the channel from now on: each probe's planned interval, and which is main."""

    at_ns: int
    main: str
    every_ns: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why a channel is not judged; `until_ns` None: until somebody says so."""

    until_ns: int | None = None

    def active(self, at_ns: int) -> bool:
        """Whether it still holds."""
        return self.until_ns is None or at_ns < self.until_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A pause or maintenance begins (`hold`) or ends (None)."""

    at_ns: int
    maintenance: bool
    hold: Hold | None


Event = Seen | Planned | Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What is known of one probe. The counts are in a row; `evidence_ns` None: it has never been seen."""

    every_ns: int = 0  # planned; 0: not known, and then nothing grows stale
    verdict: State = State.UNKNOWN
    evidence_ns: int | None = None
    oks: int = 0
    failures: int = 0
    ours: int = 0
    ours_ns: int | None = None  # the last one that was ours

    @property
    def stale_ns(self) -> int | None:
        """When what is known stops being news; None: never."""
        if self.evidence_ns is None or not self.every_ns or self.verdict is State.UNKNOWN:
            return None
        return self.evidence_ns + _INTERVALS_TO_UNKNOWN * self.every_ns

    def as_of(self, at_ns: int) -> "Health":
        """What is still known at a time: nothing, after 3 planned intervals without news."""
        if not self._silent(self.evidence_ns, at_ns):
            return self
        ours = 0 if self._silent(self.ours_ns, at_ns) else self.ours
        return replace(self, verdict=State.UNKNOWN, oks=0, failures=0, ours=ours)

    def _silent(self, last_ns: int | None, at_ns: int) -> bool:
        limit_ns = _INTERVALS_TO_UNKNOWN * self.every_ns
        return bool(self.every_ns) and last_ns is not None and at_ns - last_ns >= limit_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """A channel's state and everything that the next one depends on. Times are wall-clock ns."""

    state: State = State.UNKNOWN
    since_ns: int = 0
    at_ns: int | None = None  # the last event
    main: str | None = None
    probes: Mapping[str, Health] = field(default_factory=dict)
    pause: Hold | None = None
    maintenance: Hold | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain values, for `state_from_json`."""
        return asdict(self)


def state_from_json(data: Mapping[str, Any]) -> ChannelState:
    """The value that `ChannelState.to_json` wrote."""
    probes = {
        name: Health(**{**health, "verdict": State(health["verdict"])})
        for name, health in data["probes"].items()
    }
    holds = {name: Hold(**data[name]) if data[name] else None for name in ("pause", "maintenance")}
    return ChannelState(**{**data, "state": State(data["state"]), "probes": probes, **holds})


def fold(state: ChannelState, event: Event) -> ChannelState:
    """The state after an event of this channel. Events come in the order of the journal."""
    before = current(state, event.at_ns)
    known = {name: health.as_of(event.at_ns) for name, health in before.probes.items()}
    after = replace(_applied(before, known, event), at_ns=event.at_ns)
    verdict = _state_at(after, event.at_ns)
    if state.at_ns is None or verdict is not before.state:
        return replace(after, state=verdict, since_ns=event.at_ns)
    return after


def current(state: ChannelState, now_ns: int) -> ChannelState:
    """The same with the state and its beginning as of now: time alone makes things unknown and ends holds."""
    if state.at_ns is None:
        return state
    turns = [health.stale_ns for health in state.probes.values()]
    turns += [hold.until_ns for hold in (state.pause, state.maintenance) if hold is not None]
    for turn_ns in sorted({turn for turn in turns if turn is not None and state.at_ns < turn <= now_ns}):
        verdict = _state_at(state, turn_ns)
        if verdict is not state.state:
            state = replace(state, state=verdict, since_ns=turn_ns)
    return state


def _state_at(state: ChannelState, at_ns: int) -> State:
    if state.maintenance is not None and state.maintenance.active(at_ns):
        return State.MAINTENANCE
    if state.pause is not None and state.pause.active(at_ns):
        return State.UNKNOWN
    verdicts = {name: health.as_of(at_ns).verdict for name, health in state.probes.items()}
    main = verdicts.get(state.main or "", State.UNKNOWN)
    if main is State.OPERATIONAL and State.DOWN in verdicts.values():  # the one reason to be degraded so far
        return State.DEGRADED
    return main


def _applied(state: ChannelState, known: Mapping[str, Health], event: Event) -> ChannelState:
    match event:
        case Seen() if event.probe in known:
            return replace(state, probes={**known, event.probe: _judged(known[event.probe], event)})
        case Planned():
            probes = {
                name: replace(known.get(name, Health()), every_ns=every_ns)
                for name, every_ns in event.every_ns.items()
            }
            return replace(state, main=event.main, probes=probes)
        case Held(maintenance=True):
            return replace(state, probes=known, maintenance=event.hold)
        case Held():
            return replace(state, probes=known, pause=event.hold)
    return replace(state, probes=known)  # a probe that is not planned any more


def _judged(health: Health, seen: Seen) -> Health:
    match seen.evidence:
        case Evidence.OK:
            return _after_ok(health, seen)
        case Evidence.FAILED:
            return _after_failure(health, seen)
        case Evidence.OURS:
            return _after_ours(health, seen)
    return replace(health, evidence_ns=seen.at_ns) if health.evidence_ns is not None else health


def _after_ok(health: Health, seen: Seen) -> Health:
    oks = health.oks + seen.count
    recovering = health.verdict is State.DOWN and oks < _OKS_TO_OPERATIONAL
    verdict = State.DOWN if recovering else State.OPERATIONAL
    return replace(health, verdict=verdict, evidence_ns=seen.at_ns, oks=oks, failures=0, ours=0)


def _after_failure(health: Health, seen: Seen) -> Health:
    begins = health.failures > 0 or not seen.confirming
    failures = health.failures + seen.count if begins else 0
    verdict = health.verdict
    if failures >= _FAILURES_TO_DOWN:
        verdict = State.DOWN
    elif verdict is State.MISCONFIGURED:
        verdict = State.UNKNOWN
    return replace(health, verdict=verdict, evidence_ns=seen.at_ns, oks=0, failures=failures, ours=0)


def _after_ours(health: Health, seen: Seen) -> Health:
    health = replace(health, ours=health.ours + seen.count, ours_ns=seen.at_ns)
    if health.ours < _OURS_TO_MISCONFIGURED and health.evidence_ns is not None:
        return health
    return replace(health, verdict=State.MISCONFIGURED, evidence_ns=seen.at_ns, oks=0, failures=0)


def events(row_type: str, at_ns: int, body: Mapping[str, Any]) -> Iterator[tuple[str, Event]]:
    """What a row of the journal says about channels: (channel id, event) pairs; of most rows none."""
    if row_type == "result" and body["channel"] is not None:
        evidence = _evidence(body["reason"], body["outcome"], body["error"])
        if evidence is not None:
            confirming = body["reason"] == Reason.CONFIRM
            finished_ns = rfc3339_ns(body["finished_at"])
            yield (
                body["channel"],
                Seen(at_ns=finished_ns, probe=body["probe"], evidence=evidence, confirming=confirming),
            )
    elif row_type == "skip" and body["channel"] is not None:
        evidence = _OF_SKIPS.get(body["reason"])
        if evidence is not None:
            seen = Seen(at_ns=at_ns, probe=body["probe"], evidence=evidence, count=body["count"])
            yield body["channel"], seen
    elif row_type == "action":
        yield from _of_action(at_ns, body)


# unreachable: the slot counts as bad, as it does in uptime; overlap: its probe is still running
_OF_SKIPS = {SkipReason.UNREACHABLE: Evidence.FAILED, SkipReason.OVERLAP: Evidence.PENDING}


def _evidence(reason: str, outcome: str, error: str | None) -> Evidence | None:
    if reason in (Reason.MANUAL, Reason.REACH):
        return None
    if outcome != Outcome.EXCLUDED:
        return Evidence(outcome)
    ours = error is not None and ErrorKind(error).group is ErrorGroup.OURS
    return Evidence.OURS if ours else None


def _of_action(at_ns: int, body: Mapping[str, Any]) -> Iterator[tuple[str, Event]]:
    until_ns = body.get("until_ns")
    match body.get("action"):
        case Action.PLAN:
            for channel, planned in body["channels"].items():
                every_ns = {name: round(every_s * NS) for name, every_s in planned["every_s"].items()}
                yield channel, Planned(at_ns=at_ns, main=planned["main"], every_ns=every_ns)
        case Action.PAUSE:
            yield body["channel"], Held(at_ns=at_ns, maintenance=False, hold=Hold(until_ns=until_ns))
        case Action.RESUME:
            yield body["channel"], Held(at_ns=at_ns, maintenance=False, hold=None)
        case Action.MAINTENANCE_START:
            yield body["channel"], Held(at_ns=at_ns, maintenance=True, hold=Hold(until_ns=until_ns))
        case Action.MAINTENANCE_END:
            yield body["channel"], Held(at_ns=at_ns, maintenance=True, hold=None)
