"""Group commit: everybody gets their own answer, and one's error is nobody else's."""

import asyncio
import threading

import pytest

from probes.errors import ProgrammingError
from probes.journal import Refusal
from tests.unit.journal.samples import cap, done, intent, result, slot


async def test_one_bad_submission_does_not_fail_its_group(journal, reader):
    good = [slot(n) for n in range(50)]
    work = [journal.commit(intent(of), ()) for of in good]
    work.insert(20, journal.append_result(result(slot(99)), 0))
    work.insert(30, journal.append_heartbeat({"not json": object()}))
    work.insert(40, journal.commit(intent(slot(98)), [cap(1)]))
    answers = await asyncio.gather(*work, return_exceptions=True)
    assert isinstance(answers[20], ProgrammingError)
    assert isinstance(answers[30], TypeError)
    assert isinstance(answers[40], Refusal)
    assert sum(answer is None for answer in answers) == 50
    assert reader.last_seq(0) == 50
    assert journal.spent("total") == (50_000, 50_000)


async def test_a_submission_that_fails_half_way_leaves_nothing(journal):
    of = slot()
    await journal.commit(intent(of), ())
    with pytest.raises(TypeError):
        await journal.append_result(result(of, detail=object()), 400)
    assert journal.spent("total") == (1000, 1000)
    await journal.append_result(result(of), 400)
    assert journal.spent("total") == (400, 400)


async def test_who_stops_waiting_stops_neither_the_writing_nor_the_others(journal, reader):
    waiting = [asyncio.create_task(journal.append_heartbeat({"n": n})) for n in range(50)]
    await asyncio.sleep(0)
    for task in waiting[::3]:
        task.cancel()
    async with asyncio.timeout(5):
        answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(answer, asyncio.CancelledError) for answer in answers] == [
        n % 3 == 0 for n in range(50)
    ]
    assert [row.body["n"] for row in reader.read(0, 0, 100)] == list(range(50))


async def test_order_is_that_of_asking(journal, reader):
    await asyncio.gather(*(journal.append_heartbeat({"n": n}) for n in range(1200)))
    assert [row.body["n"] for row in reader.read(0, 0, 2000)] == list(range(1200))


async def test_closing_writes_what_is_queued(journal, reader):
    writing = [asyncio.create_task(done(journal, slot(n))) for n in range(3)]
    await asyncio.sleep(0)
    await journal.close()
    await asyncio.gather(*writing, return_exceptions=True)
    assert [row.type for row in reader.read(0, 0, 100)].count("intent") == 3
    await journal.close()


async def test_no_thread_is_left_behind(journal):
    names = {thread.name for thread in threading.enumerate()}
    assert "journal-0.db" in names
    await journal.close()
    assert "journal-0.db" not in {thread.name for thread in threading.enumerate()}
