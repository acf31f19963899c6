"""Which limit runs when."""

import asyncio

import pytest

from probes.clock import NS
from probes.model import ErrorKind
from probes.transport import Limits, Progress
from probes.transport.watch import ExpiredError, Watch
from tests.fakes import FakeClock


def watched(*, first_s: float | None = 30.0) -> tuple[Watch, FakeClock, int]:
    clock = FakeClock()
    limits = Limits(
        deadline_ns=clock.now_ns() + 60 * NS,
        connect_timeout_s=10,
        first_token_timeout_s=first_s,
        stall_timeout_s=20,
        max_body_bytes=1_000,
    )
    return Watch(clock, limits), clock, clock.now_ns()


def test_the_running_limit_follows_the_exchange():
    watch, clock, start = watched()
    due = [watch.due_ns()]
    clock.advance(5)
    watch.stamps.send_ns = clock.now_ns()
    due.append(watch.due_ns())
    clock.advance(2)
    watch.stamps.last_byte_ns = clock.now_ns()
    watch.advance(Progress.FLOWING)
    due.append(watch.due_ns())
    clock.advance(1)
    watch.advance(Progress.DONE)
    due.append(watch.due_ns())
    clock.advance(0.5)
    watch.advance(Progress.DONE)
    due.append(watch.due_ns())
    assert [(ns - start) / NS for ns in due] == [10, 35, 27, 9, 9]


@pytest.mark.parametrize("first_s", [None, 90.0], ids=["none due", "later than the deadline"])
def test_no_limit_outlives_the_deadline(first_s: float | None):
    watch, clock, start = watched(first_s=first_s)
    clock.advance(55)
    assert watch.due_ns() - start == 10 * NS
    watch.stamps.send_ns = watch.stamps.last_byte_ns = clock.now_ns()
    for progress in Progress:
        watch.advance(progress)
        assert watch.due_ns() - start <= 60 * NS


async def test_time_spent_on_parsing_is_no_stall():
    watch, clock, _ = watched()
    watch.stamps.send_ns = watch.stamps.last_byte_ns = clock.now_ns()
    watch.advance(Progress.FLOWING)
    clock.advance(25)
    await watch.breathe()
    clock.advance(36)
    with pytest.raises(ExpiredError):
        await watch.breathe()
    failure = watch.verdict()
    assert failure is not None
    assert failure.error is ErrorKind.TOTAL_TIMEOUT


async def test_a_flood_leaves_turns_to_the_others():
    """64 KiB of one-byte chunks take the parser far longer than others may be kept waiting."""
    watch, clock, _ = watched()
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    running = asyncio.create_task(others())
    await watch.breathe()
    for _ in range(10):
        for _ in range(6):
            clock.advance(0.001)
            await watch.breathe()
    running.cancel()
    assert turns >= 10


def test_a_prelude_has_the_time_that_is_left_and_stamps_of_its_own():
    watch, clock, _ = watched()
    clock.advance(4)
    apart = watch.apart()
    apart.stamps.send_ns = clock.now_ns()
    assert apart.due_ns() == watch.due_ns()
    assert watch.stamps.send_ns is None
