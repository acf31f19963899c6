"""The loop on real time: every slot ends as exactly one row, whatever happens to the one before."""

import asyncio
import itertools
from dataclasses import dataclass, field

import pytest

from probes.clock import NS, SystemClock
from probes.model import SkipReason
from probes.schedule.loop import Loop, Skip
from probes.schedule.phases import phase
from probes.schedule.plan import Entry

CLOCK = SystemClock()


def entry(name="p", every_s=0.2):
    return Entry(
        channel=None,
        probe=None,
        provider=name,
        key="k",
        phase=phase(identity=name, family=name, every_s=every_s, jitter_s=0),
    )


@dataclass
class Book:
    """What the loop did."""

    hold_s: float = 0.0
    refuse: SkipReason | None = None
    done: list[int] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)

    async def execute(self, _entry, due_ns):
        self.done.append(due_ns)
        await asyncio.sleep(self.hold_s)

    async def skipped(self, skip):
        self.skips.append(skip)

    def loop(self):
        return Loop(
            clock=CLOCK, execute=self.execute, skipped=self.skipped, why_not=lambda _entry: self.refuse
        )


async def _live(book, entries, last=None, for_s=1.1):
    loop = book.loop()
    loop.start()
    begin = CLOCK.wall_ns()
    await loop.follow(entries, last or {})
    await asyncio.sleep(for_s)
    await loop.stop(0)
    return begin, CLOCK.wall_ns()


async def test_each_slot_runs_once_at_its_time():
    book, one = Book(), entry()
    begin, end = await _live(book, [one])
    due = [one.phase.due_ns(i) for i in range(one.phase.index_after(begin), one.phase.index_after(end))]
    assert book.done == due[: len(book.done)]
    assert len(due) - len(book.done) <= 1  # the last may be due as we stop
    assert not book.skips


async def test_a_slot_that_falls_into_a_running_probe_is_skipped_as_overlap():
    book = Book(hold_s=0.5)
    await _live(book, [entry()])
    assert {skip.reason for skip in book.skips} == {SkipReason.OVERLAP}
    rows = sorted([*book.done, *(skip.first_ns for skip in book.skips)])
    assert {b - a for a, b in itertools.pairwise(rows)} == {round(0.2 * NS)}  # none lost, none twice


async def test_slots_missed_while_nobody_was_there_are_one_row():
    book, one = Book(), entry()
    last_ns = one.phase.due_ns(one.phase.index_after(CLOCK.wall_ns()) - 11)
    await _live(book, [one], {one.identity: last_ns}, for_s=0.05)
    assert [(skip.reason, skip.count) for skip in book.skips] == [(SkipReason.ABORTED, 10)]
    assert book.skips[0].first_ns == last_ns + round(0.2 * NS)


async def test_a_clock_that_steps_back_goes_on_from_now():
    ahead_s = [0.0]

    class Stepping(SystemClock):
        def wall_ns(self):
            return super().wall_ns() + round(ahead_s[0] * NS)

    book, one = Book(), entry()
    loop = Loop(clock=Stepping(), execute=book.execute, skipped=book.skipped, why_not=lambda _entry: None)
    loop.start()
    ahead_s[0] = 3600.0
    await loop.follow([one], {})
    await asyncio.sleep(0.5)
    ahead_s[0] = 0.0
    book.done.clear()
    await asyncio.sleep(0.7)
    await loop.stop(0)
    assert len(book.done) >= 2


async def test_a_new_interval_begins_with_the_reload():
    book = Book()
    loop = book.loop()
    loop.start()
    await loop.follow([entry(every_s=3600)], {})
    await asyncio.sleep(0.3)
    await loop.follow([entry(every_s=0.2)], {})
    await asyncio.sleep(0.5)
    await loop.stop(0)
    assert book.done
    assert not book.skips


async def test_a_blocked_loop_skips_what_it_missed_and_makes_no_burst():
    book, one = Book(), entry()
    loop = book.loop()
    loop.start()
    await loop.follow([one], {})
    await asyncio.sleep(0.25)
    before = len(book.done)
    __import__("time").sleep(1.05)  # nothing of the loop can run now
    await asyncio.sleep(0.15)
    await loop.stop(0)
    assert sum(skip.count for skip in book.skips if skip.reason is SkipReason.OVERLOAD) >= 4
    assert len(book.done) - before <= 2


@pytest.mark.parametrize("reason", [SkipReason.PAUSED, SkipReason.MAINTENANCE])
async def test_a_refused_slot_is_skipped_with_the_reason(reason):
    book = Book(refuse=reason)
    await _live(book, [entry()], for_s=0.5)
    assert not book.done
    assert {skip.reason for skip in book.skips} == {reason}


async def test_following_a_new_plan_keeps_what_did_not_change():
    book, kept, gone, new = Book(), entry("kept"), entry("gone"), entry("new")
    loop = book.loop()
    loop.start()
    await loop.follow([kept, gone], {})
    await asyncio.sleep(0.3)
    await loop.follow([kept, new], {})
    book.done.clear()
    begin = CLOCK.wall_ns()
    await asyncio.sleep(0.65)
    await loop.stop(0)
    for one, expected in ((kept, True), (new, True), (gone, False)):
        slots = {
            one.phase.due_ns(i)
            for i in range(one.phase.index_after(begin - NS), one.phase.index_after(CLOCK.wall_ns()))
        }
        assert bool(slots & set(book.done)) is expected, one.provider


async def test_stopping_cancels_what_runs_past_its_grace():
    book = Book(hold_s=60)
    loop = book.loop()
    loop.start()
    await loop.follow([entry()], {})
    await asyncio.sleep(0.3)
    assert loop.inflight == 1
    await asyncio.wait_for(loop.stop(0.1), 1)
    assert loop.inflight == 0
