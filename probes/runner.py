"""One probe from slot to Result. The scheduler, the command line and the tests all call this."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from probes.budget import Budget, Permit, Refusal
from probes.checks import Findings, inspect
from probes.checks.challenge import question
from probes.checks.images import ImageInspector
from probes.classify import Judgement, judge
from probes.clock import NS, Clock
from probes.errors import JournalError
from probes.framing import Decoder, FrameError, FrameLimits, open_decoder
from probes.journal import Journal
from probes.measure import cost, nano, numbers, worst_case_of
from probes.model import (
    MEDIA_KINDS,
    Ask,
    Chunk,
    Delta,
    ErrorGroup,
    ErrorKind,
    Event,
    Exchange,
    Failure,
    Kind,
    Outcome,
    Output,
    Plan,
    Probe,
    Record,
    Result,
    Slot,
    Talk,
    Terminal,
    WireName,
    WireRequest,
)
from probes.transport import Abort, Limits, Line, Progress, Transport
from probes.ulid import nonce_of
from probes.wire import WIRES

_LOG = logging.getLogger(__name__)
_MIB = 1024 * 1024
_TEXT_LIMITS = FrameLimits(max_line_bytes=_MIB, max_body_bytes=8 * _MIB)
_MEDIA_LIMITS = FrameLimits(max_line_bytes=96 * _MIB, max_body_bytes=96 * _MIB)
_NO_TTFT = frozenset({Kind.REACH, Kind.EMBED, Kind.RERANK})
_LOOK_UP_EVERY = 64  # events read between two looks at the clock: a flood must not outlast the deadline
_OVERRUN_PAUSES = 2
_LATE_S = 1.0  # a loop that was this late makes time limits fire that the channel did not miss
_TAINT_FLOOR_S = 0.001
_TAINT_SHARE = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A slot with everything built that can be built before the clock starts."""

    slot: Slot
    ask: Ask
    kind: Kind
    wire: WireName
    talk: Talk
    first: WireRequest
    worst_usd: Decimal
    timeout_s: float


def prepare(plan: Plan, slot: Slot) -> Prepared:
    """Build the request of a slot and price it at its worst; nothing is sent."""
    provider = plan.providers[slot.provider]
    channel = plan.channels[slot.channel] if slot.channel is not None else None
    probe = channel.probe(slot.probe) if channel else None
    nonce = nonce_of(slot.id)
    prompt, expected = _prompt(probe, nonce)
    ask = Ask(
        provider=provider,
        channel=channel,
        probe=probe,
        prompt=prompt,
        nonce=nonce,
        key=slot.key,
        expected=expected,
    )
    wire = probe.wire if probe else WireName.MODELS_LIST
    talk = WIRES[wire](ask)
    first = next(talk)
    return Prepared(
        slot=slot,
        ask=ask,
        kind=probe.kind if probe else Kind.REACH,
        wire=wire,
        talk=talk,
        first=first,
        worst_usd=worst_case_of(channel.price, probe, first.body) if channel and probe else Decimal(0),
        timeout_s=probe.timeout_s if probe else provider.reach.timeout_s if provider.reach else 10.0,
    )


def _prompt(probe: Probe | None, nonce: str) -> tuple[str, str | None]:
    if probe is None:
        return "", None
    if probe.prompt is None:
        return question(probe.kind, nonce)
    return probe.prompt.replace("{nonce}", nonce), None


@dataclass(slots=True, kw_only=True)
class _Reading:
    """Turns the chunks of one exchange into deltas as they come."""

    request: WireRequest
    limits: FrameLimits
    expired: Callable[[], bool]  # whether the probe's deadline has passed
    deltas: list[Delta] = field(default_factory=list)
    _decoder: Decoder | None = None
    _events: int = 0
    _progress: Progress = Progress.WAITING

    def open(self, status: int, headers: tuple[tuple[str, str], ...]) -> Callable[[Chunk], Progress]:
        """Start on a response. A refused request has no facts: its body is judged as a whole."""
        if status // 100 != 2:  # noqa: PLR2004 - the success class
            return lambda _chunk: Progress.WAITING
        content_type = next((value for name, value in headers if name == "content-type"), None)
        self._decoder = open_decoder(content_type, self.limits)
        return self._feed

    def _feed(self, chunk: Chunk) -> Progress:
        assert self._decoder is not None  # noqa: S101 - open() made it before it handed _feed out
        try:
            self._take(self._decoder.feed(chunk))
        except FrameError as error:
            raise Abort(error.error, error.detail) from None
        return self._progress

    def close(self) -> None:
        """The body is over: a whole-body decoder speaks only now."""
        if self._decoder is not None:
            self._take(self._decoder.close())

    def _take(self, events: list[Event]) -> None:
        for number, event in enumerate(events, self._events):
            if number % _LOOK_UP_EVERY == 0 and self.expired():
                raise Abort(ErrorKind.TOTAL_TIMEOUT, "the deadline came while output was flowing")
            for fact in self.request.read(event):
                self.deltas.append(Delta(at_ns=event.at_ns, read=event.read, fact=fact, event=number))
                if isinstance(fact, Output) and self._progress is Progress.WAITING:
                    self._progress = Progress.FLOWING
                elif isinstance(fact, Terminal):
                    self._progress = Progress.DONE
        self._events += len(events)


class Unrecorded(JournalError):
    """A probe was sent and measured, but its result could not be written: it is kept here for later."""

    def __init__(self, result: Result, cause: JournalError) -> None:
        super().__init__(str(cause))
        self.result = result


class Runner:
    """Everything a probe needs, shared by all of them."""

    def __init__(
        self,
        *,
        clock: Clock,
        transport: Transport,
        images: ImageInspector,
        lag_since: Callable[[int], float],
        vantage: str,
    ) -> None:
        self._clock, self._transport, self._images = clock, transport, images
        self._lag_since, self._vantage = lag_since, vantage
        self._observed: dict[
            tuple[str | None, str], int
        ] = {}  # dearest request of a probe that overran, nano-USD
        self._paused: set[tuple[str | None, str]] = set()  # past twice its worst case: until forgiven

    async def run(
        self, prepared: Prepared, *, budget: Budget, journal: Journal, due_ns: int
    ) -> Result | Refusal:
        """Reserve, measure, record. A refusal means that nothing was sent.

        `due_ns` (monotonic) is when the slot should have started. Raises JournalError when the intent cannot
        be written (nothing was sent), Unrecorded when the result cannot.
        """
        series, worst = (prepared.slot.channel, prepared.slot.probe), nano(prepared.worst_usd)
        worst = max(worst, self._observed.get(series, 0))
        if series in self._paused:
            rule = "a request cost more than twice its worst case; mend the price, then reload"
            return Refusal(scope=f"channel:{series[0]}", worst_nano=worst, rule=rule)
        permit = await budget.reserve(prepared.slot, worst)
        if isinstance(permit, Refusal):
            return permit
        result = await self.measure(prepared, permit, due_ns=due_ns)
        self._learn(series, worst, cost_nano(result) or 0)
        try:
            await journal.append_result(result, cost_nano(result))
        except JournalError as error:
            raise Unrecorded(result, error) from error
        return result

    def _learn(self, series: tuple[str | None, str], worst_nano: int, cost: int) -> None:
        if cost > worst_nano:
            self._observed[series] = max(cost, self._observed.get(series, 0))
        if cost > _OVERRUN_PAUSES * worst_nano:
            _LOG.error("%s cost more than twice its worst case and is asked no more until a reload", series)
            self._paused.add(series)

    def forgive(self) -> None:
        """Ask again what was paused for its cost: the configuration was read again."""
        self._paused.clear()

    async def measure(self, prepared: Prepared, permit: Permit, *, due_ns: int | None = None) -> Result:
        """Ask, and say what was seen. Never raises for anything that a channel does.

        A bug of our own becomes `internal_error`, loudly: logged with its traceback.
        """
        if permit.slot_id != prepared.slot.id:
            raise ValueError("this permit was given for another request")
        started_wall, started = self._clock.wall_ns(), self._clock.now_ns()
        try:
            record = await self._converse(prepared, started)
            values = await self._judge(prepared, record)
        except Exception as error:  # noqa: BLE001 - whatever it is, the channel is not to blame
            _LOG.exception("a probe of %s failed inside genping", prepared.slot.channel)
            values = {
                "outcome": Outcome.EXCLUDED,
                "error": ErrorKind.INTERNAL_ERROR,
                "detail": f"{type(error).__name__} inside genping; see its log",
            }
        finished = self._clock.now_ns()
        lateness = self._lateness(started, due_ns, values)
        if lateness["loop_lag_s"] > _LATE_S and _is_time(values["error"]):
            values |= _ours_to_blame(lateness["loop_lag_s"])
        return self._result(
            prepared,
            started_ns=started_wall,
            finished_ns=started_wall + finished - started,
            **lateness,
            **values,
        )

    async def _converse(self, prepared: Prepared, started_ns: int) -> Record:
        ask, request = prepared.ask, prepared.first
        frame_limits = _MEDIA_LIMITS if prepared.kind in MEDIA_KINDS else _TEXT_LIMITS
        deadline_ns = started_ns + round(prepared.timeout_s * NS)
        exchanges: list[Exchange] = []
        while True:
            if request.wait_s > 0:
                await self._clock.sleep(request.wait_s)
            reading = _Reading(
                request=request, limits=frame_limits, expired=lambda: self._clock.now_ns() > deadline_ns
            )
            exchange = await self._transport.exchange(
                request, line=_line(ask), limits=_limits(prepared, started_ns), feed=reading.open
            )
            exchange = _close(reading, exchange)
            exchanges.append(exchange)
            try:
                request = prepared.talk.send(exchange)
            except StopIteration:
                break
        return Record(
            ask=ask,
            start_ns=started_ns,
            end_ns=self._clock.now_ns(),
            exchanges=tuple(exchanges),
            deltas=tuple(reading.deltas),
        )

    async def _judge(self, prepared: Prepared, record: Record) -> dict[str, Any]:
        values = numbers(record)
        judgement = judge(record)
        findings = Findings() if judgement else await inspect(record, self._images)
        values |= _verdict(judgement, findings)
        channel = prepared.ask.channel
        if channel is not None:
            usd, basis = cost(channel.price, record, values)
            values |= {"cost_usd": usd, "cost_basis": basis}
        return values

    def _lateness(self, started_ns: int, due_ns: int | None, values: dict[str, Any]) -> dict[str, Any]:
        loop_lag_s = round(self._lag_since(started_ns), 6)
        reported = [values[name] for name in ("ttfb_s", "ttft_s", "e2e_s") if values.get(name)]
        limit_s = max(_TAINT_FLOOR_S, _TAINT_SHARE * min(reported, default=0.0))
        return {
            "schedule_lag_s": None if due_ns is None else round(max(0, started_ns - due_ns) / NS, 6),
            "loop_lag_s": loop_lag_s,
            "tainted": loop_lag_s > limit_s,
        }

    def _result(self, prepared: Prepared, **values: Any) -> Result:
        slot, channel, probe = prepared.slot, prepared.ask.channel, prepared.ask.probe
        return Result(
            id=slot.id,
            channel=slot.channel,
            probe=slot.probe,
            provider=slot.provider,
            key=slot.key,
            model=channel.model if channel else None,
            family=channel.family if channel else None,
            group=channel.group if channel else "",
            region=channel.region if channel else "",
            kind=prepared.kind,
            wire=prepared.wire,
            size=probe.size if probe else None,
            vantage=self._vantage,
            reason=slot.reason,
            scheduled_ns=slot.scheduled_ns,
            **values,
        )


def _is_time(error: ErrorKind | None) -> bool:
    return error is not None and error.group is ErrorGroup.TIME


def _ours_to_blame(late_s: float) -> dict[str, Any]:
    return {
        "outcome": Outcome.EXCLUDED,
        "error": ErrorKind.INTERNAL_ERROR,
        "detail": f"genping itself was late by {late_s:.1f} s, so a time limit fired that says nothing",
    }


def cost_nano(result: Result) -> int | None:
    """What a result settles its intent with; None: the worst case stays."""
    return None if result.cost_usd is None else nano(Decimal(str(result.cost_usd)))


def _close(reading: _Reading, exchange: Exchange) -> Exchange:
    try:
        reading.close()
    except (FrameError, Abort) as error:
        if exchange.failure is None:
            return replace(exchange, failure=Failure(error=error.error, detail=error.detail))
    return exchange


def _line(ask: Ask) -> Line:
    warm = ask.probe is not None and ask.probe.reuse_connection and ask.channel is not None
    return Line(provider=ask.provider, key=ask.key, reuse=ask.channel.id if warm and ask.channel else None)


def _limits(prepared: Prepared, started_ns: int) -> Limits:
    probe = prepared.ask.probe
    first_token_s = probe.first_token_timeout_s if probe else prepared.timeout_s
    return Limits(
        deadline_ns=started_ns + round(prepared.timeout_s * NS),
        connect_timeout_s=probe.connect_timeout_s if probe else prepared.timeout_s,
        first_token_timeout_s=None if prepared.kind in _NO_TTFT else first_token_s,
        stall_timeout_s=probe.stall_timeout_s if probe else prepared.timeout_s,
        max_body_bytes=(_MEDIA_LIMITS if prepared.kind in MEDIA_KINDS else _TEXT_LIMITS).max_body_bytes,
    )


def _verdict(judgement: Judgement | None, findings: Findings) -> dict[str, Any]:
    error = judgement.error if judgement else findings.error
    return {
        "outcome": error.outcome if error else Outcome.OK,
        "error": error,
        "detail": judgement.detail if judgement else findings.detail,
        "retry_after_s": judgement.retry_after_s if judgement else None,
        "flags": findings.flags,
        "images": findings.images,
    }
