"""The loop: APScheduler wakes us at each slot's time, nothing more. What a slot becomes is decided here.

Every slot of an entry ends as exactly one row: a result, or a skip with its reason.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from probes.clock import NS, Clock
from probes.model import SkipReason
from probes.schedule.phases import Phase
from probes.schedule.plan import Entry

_LOG = logging.getLogger(__name__)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_LATE_NS = 30 * NS
_MIN_LATE_NS = 1 * NS
MAX_INFLIGHT = 2000

Execute = Callable[[Entry, int], Awaitable[None]]  # (entry, due in wall ns); writes the slot's row itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Slots that were not executed: `count` of them, the first and the last due at these wall-clock ns."""

    entry: Entry
    reason: SkipReason
    first_ns: int
    last_ns: int
    count: int


Skipped = Callable[[Skip], Awaitable[None]]


class SlotTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler ships no types
    """Fires at each slot of a phase."""

    def __init__(self, phase: Phase) -> None:
        self._phase = phase

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """The first slot after now, and after the one that fired last."""
        after = max(_wall_ns(now), _wall_ns(previous) if previous else 0)
        return _moment(self._phase.due_ns(self._phase.index_after(after)))


def _wall_ns(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def _moment(wall_ns: int) -> datetime:
    # rounded up, so that we are never woken before the slot is due
    return _EPOCH + timedelta(microseconds=-(-wall_ns // 1000))


@dataclass(slots=True)
class _Seat:
    """What the loop remembers of one entry."""

    entry: Entry
    done_ns: int  # the last slot that has its row
    running: asyncio.Task[None] | None = None


class Loop:
    """Drives slots: no overlap per entry, no burst after a pause, no slot without its row."""

    def __init__(
        self,
        *,
        clock: Clock,
        execute: Execute,
        skipped: Skipped,
        why_not: Callable[[Entry], SkipReason | None],
    ) -> None:
        self._clock, self._execute, self._skipped, self._why_not = clock, execute, skipped, why_not
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._seats: dict[tuple[str | None, str], _Seat] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def inflight(self) -> int:
        """How many probes are running."""
        return sum(1 for seat in self._seats.values() if seat.running is not None)

    def start(self) -> None:
        """Begin to wake."""
        self._scheduler.start()

    async def follow(self, entries: Iterable[Entry], last_ns: dict[tuple[str | None, str], int]) -> None:
        """Take a plan: new entries start, gone ones end, unchanged ones keep their phase and their place.

        `last_ns` holds the last slot on record of each entry; those missed since are skipped as `aborted`.
        """
        wanted = {entry.identity: entry for entry in entries}
        for identity in [i for i in self._seats if i not in wanted]:
            self._scheduler.remove_job(_job(identity))
            del self._seats[identity]
        now_ns = self._clock.wall_ns()
        for identity, entry in wanted.items():
            seat = self._seats.get(identity)
            if seat is not None and seat.entry.phase == entry.phase:
                seat.entry = entry
                continue
            # a new interval begins now: its slots before that were never due
            done_ns = now_ns if seat else last_ns.get(identity, now_ns)
            self._seat(_Seat(entry, min(done_ns, now_ns), seat.running if seat else None))
            if seat is None and identity in last_ns:
                await self._miss(self._seats[identity], now_ns, SkipReason.ABORTED)

    def _seat(self, seat: _Seat) -> None:
        self._seats[seat.entry.identity] = seat
        self._scheduler.add_job(
            self._wake,
            SlotTrigger(seat.entry.phase),
            args=[seat.entry.identity],
            id=_job(seat.entry.identity),
            coalesce=True,
            max_instances=100,
            misfire_grace_time=None,
            replace_existing=True,
        )

    async def _wake(self, identity: tuple[str | None, str]) -> None:
        seat = self._seats.get(identity)
        if seat is None:
            return
        now_ns, phase = self._clock.wall_ns(), seat.entry.phase
        due_ns = phase.due_ns(phase.index_after(now_ns) - 1)
        if seat.done_ns > now_ns + phase.every_ns:
            _LOG.warning("the wall clock stepped back; slots of %s go on from now", identity)
            seat.done_ns = due_ns - 1
        if due_ns <= seat.done_ns:  # a small step back: this slot has its row
            return
        await self._miss(seat, due_ns - 1, SkipReason.OVERLOAD)
        seat.done_ns = due_ns
        reason = self._refuse(seat, now_ns - due_ns)
        if reason is not None:
            await self._skip(seat, reason, due_ns, due_ns, 1)
            return
        seat.running = asyncio.create_task(self._run(seat, due_ns))
        self._tasks.add(seat.running)
        seat.running.add_done_callback(self._tasks.discard)

    def _refuse(self, seat: _Seat, late_ns: int) -> SkipReason | None:
        reason = self._why_not(seat.entry)
        if reason is not None:
            return reason
        if seat.running is not None:
            return SkipReason.OVERLAP
        limit_ns = max(_MIN_LATE_NS, min(_MAX_LATE_NS, seat.entry.phase.every_ns // 2))
        if late_ns > limit_ns or self.inflight >= MAX_INFLIGHT:
            return SkipReason.OVERLOAD
        return None

    async def _run(self, seat: _Seat, due_ns: int) -> None:
        try:
            await self._execute(seat.entry, due_ns)
        except Exception:  # noqa: BLE001 - one slot's bug must not end the loop
            _LOG.exception("slot %s of %s failed inside genping", due_ns, seat.entry.identity)
        finally:
            seat.running = None

    async def _miss(self, seat: _Seat, until_ns: int, reason: SkipReason) -> None:
        """Account for the slots after the last one on record, up to `until_ns`: nobody was there."""
        phase = seat.entry.phase
        count = phase.count_between(seat.done_ns, until_ns)
        if count == 0:
            return
        first_ns = phase.due_ns(phase.index_after(seat.done_ns))
        last_ns = phase.due_ns(phase.index_after(until_ns) - 1)
        seat.done_ns = last_ns
        await self._skip(seat, reason, first_ns, last_ns, count)

    async def _skip(self, seat: _Seat, reason: SkipReason, first_ns: int, last_ns: int, count: int) -> None:
        await self._skipped(
            Skip(entry=seat.entry, reason=reason, first_ns=first_ns, last_ns=last_ns, count=count)
        )

    async def stop(self, grace_s: float) -> None:
        """Wake no more; give running probes `grace_s` to end, then cancel them."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_s)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _job(identity: tuple[str | None, str]) -> str:
    return f"{identity[0] or ''}\0{identity[1]}"
