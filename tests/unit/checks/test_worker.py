"""The child process behind the inspector: when it lives, how it dies, what it may cost."""

import asyncio
import time
from collections.abc import AsyncIterator

import psutil
import pytest

from probes.checks.images import ImageInspector
from probes.checks.worker import Worker, WorkerBroken
from probes.clock import SystemClock
from tests.unit.checks.pictures import encoded, gradient

GOOD = encoded(gradient(256, 256))


@pytest.fixture
async def inspector() -> AsyncIterator[ImageInspector]:
    made = ImageInspector()
    yield made
    await made.close()


def children() -> list[psutil.Process]:
    return [p for p in psutil.Process().children() if "probes.checks.image_worker" in p.cmdline()]


async def test_one_child_is_reused_and_ends_with_us(inspector: ImageInspector):
    assert children() == []  # nothing is started before it is needed
    await asyncio.gather(*(inspector.inspect(GOOD) for _ in range(5)))
    (child,) = children()
    await inspector.inspect(GOOD)
    assert children() == [child]
    await inspector.close()
    assert children() == []


async def test_a_killed_child_costs_one_picture(inspector: ImageInspector):
    await inspector.inspect(GOOD)
    children()[0].kill()
    await asyncio.sleep(0.1)
    assert (await inspector.inspect(GOOD)).image is not None


async def test_too_slow_is_unfit_and_the_next_gets_a_new_child():
    inspector = ImageInspector(limit_s=0.0)
    await inspector.start()
    (first,) = children()
    found = await inspector.inspect(GOOD)
    assert found.image is None
    assert "0 s" in found.unfit
    await inspector.start()
    assert children() != [first]
    await inspector.close()


async def test_a_cancelled_question_is_not_answered_to_the_next(inspector: ImageInspector):
    await inspector.start()
    asked = asyncio.create_task(inspector.inspect(encoded(gradient(4096, 4096), compress_level=1)))
    await asyncio.sleep(0.05)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    found = await inspector.inspect(encoded(gradient(33, 17)))
    assert found.image is not None
    assert found.image.width == 33


async def test_the_child_ends_when_its_input_does(inspector: ImageInspector):
    await inspector.start()
    (child,) = children()
    assert inspector._worker._process is not None  # our death, seen from the child: its input ends
    assert inspector._worker._process.stdin is not None
    inspector._worker._process.stdin.close()
    await asyncio.to_thread(child.wait, 5)


async def test_the_child_holds_no_keys(inspector: ImageInspector, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SELLER_KEY", "sk-canary-0123456789")
    await inspector.start()
    assert "canary" not in str(children()[0].environ())


async def test_the_event_loop_runs_on_while_a_large_picture_is_sent(inspector: ImageInspector):
    await inspector.start()
    text = "A" * (90 * 1024 * 1024)
    asked = asyncio.create_task(inspector.inspect(text))
    longest, last = 0.0, time.thread_time()  # ours alone: the machine may have other things to do
    while not asked.done():
        await asyncio.sleep(0)
        now = time.thread_time()
        longest, last = max(longest, now - last), now
    assert (await asked).image is None
    assert longest < 0.05


async def test_a_child_that_cannot_start_is_our_own_trouble():
    worker = Worker(SystemClock(), "probes.checks.no_such_module")
    with pytest.raises(WorkerBroken):
        await worker.start()


async def test_search_finds(inspector: ImageInspector):
    assert await inspector.search(r"\bcube\s+café\b", "a red cube  café ☕") is True
    assert await inspector.search(r"^sphere", "a red cube") is False


async def test_a_pattern_without_end_is_stopped(inspector: ImageInspector):
    await inspector.start()
    started = time.perf_counter()
    assert await inspector.search(r"(a+)+$", "a" * 64 + "b") is None
    assert time.perf_counter() - started < 10
    assert await inspector.search("b", "ab") is True
