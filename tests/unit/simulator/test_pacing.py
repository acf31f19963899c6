import asyncio
import time

import pytest

from probes.simulator import running
from tests.unit.simulator.client import CHAT, ask, chat_body, exchange, fetch, request_bytes

REQUEST = request_bytes(CHAT, "ok", chat_body(stream=True))
FIRST_S, GAP_S = 0.25, 0.02  # of the scenario `ok`


@pytest.mark.parametrize("speed", [1.0, 4.0])
async def test_pieces_leave_at_their_times(speed: float):
    """Never early; and the best of a few tries, which a busy machine cannot spoil, within 5 ms."""
    lateness = []
    async with running(speed=speed) as url:
        for _ in range(5):
            seen = await exchange(url, REQUEST)
            texts = (b'"role":"assistant"', b'"content":"42"', b'"content":" k3"', b'"content":"f9"')
            due = [FIRST_S * 0.6, FIRST_S, FIRST_S + GAP_S, FIRST_S + 2 * GAP_S]
            late = [seen.time_of(text) - at_s / speed for text, at_s in zip(texts, due, strict=True)]
            assert min(late) > 0
            lateness.append(late)
    assert max(min(tries) for tries in zip(*lateness, strict=True)) < 0.005


async def test_the_head_leaves_before_the_first_token():
    async with running() as url:
        seen = await exchange(url, REQUEST)
    head_s, first_s = seen.pieces[0][0], seen.time_of(b'"content":"42"')
    assert head_s < first_s - 0.03


async def test_a_whole_answer_comes_when_it_is_ready():
    reply, _ = ask(CHAT, "ok")
    async with running() as url:
        seen = await exchange(url, request_bytes(CHAT, "ok"))
    assert 0 < seen.pieces[0][0] - reply.duration_s < 0.1


async def test_a_late_step_does_not_make_the_later_ones_late():
    """Times are absolute: while the loop is blocked nothing leaves, and the script catches up afterwards."""
    async with running() as url:
        running_exchange = asyncio.create_task(
            exchange(url, request_bytes(CHAT, "long", chat_body(stream=True)))
        )
        await asyncio.sleep(1.0)
        time.sleep(0.3)  # noqa: ASYNC251 - blocking the loop is the point
        seen = await running_exchange
    assert FIRST_S + 199 * GAP_S < seen.ended_s < FIRST_S + 199 * GAP_S + 0.25


async def test_500_streams_at_once():
    async with running() as url:
        started = time.monotonic()
        seen = await asyncio.gather(*(exchange(url, REQUEST, within_s=30) for _ in range(500)))
        lasted_s = time.monotonic() - started
        stats = await fetch(url, "/__sim/stats")
    assert all(one.body.endswith(b"0\r\n\r\n") and one.error is None for one in seen)
    assert stats["ends"]["complete"] == 500
    assert lasted_s < 15


async def test_the_times_of_steps_are_recorded_where_asked():
    async with running(record_steps=True) as url:
        before = time.monotonic_ns()
        await exchange(url, REQUEST)
        (entry,) = await fetch(url, "/__sim/log")
    gaps = [later - earlier for earlier, later in zip(entry["sent_ns"], entry["sent_ns"][1:], strict=False)]
    assert before < entry["at_monotonic_ns"] < entry["sent_ns"][0]
    assert len(entry["sent_ns"]) == 6  # role, three tokens, finish, [DONE]
    assert gaps[1] == pytest.approx(GAP_S * 1e9, abs=15e6)
