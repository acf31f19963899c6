"""Asking a prober: its answers, its refusals, and when nobody is there."""

import asyncio

import pytest

from exporter.control import ControlError, NoProber, ask
from probes.model import control_socket


@pytest.fixture
def prober(tmp_path, start_prober):
    return start_prober(tmp_path)


async def test_a_question_and_its_answer(prober, tmp_path):
    prober.answers["status"] = {"ok": True, "status": {"inflight": 3}}
    assert (await ask(tmp_path, 0, "status"))["status"] == {"inflight": 3}
    await ask(tmp_path, 0, "ack", follower="board", shard=2, seq=9)
    assert prober.asked[1] == {"verb": "ack", "follower": "board", "shard": 2, "seq": 9}


async def test_each_shard_has_its_socket(tmp_path, start_prober):
    start_prober(tmp_path, 1)
    assert await ask(tmp_path, 1, "status") == {"ok": True}
    assert [control_socket(tmp_path, shard).name for shard in (0, 1)] == ["control.sock", "control-1.sock"]


async def test_a_refusal_carries_its_status(prober, tmp_path):
    prober.answers["probe"] = {"ok": False, "error": "a moment ago", "status": 429, "retry_after_s": 41.5}
    with pytest.raises(ControlError, match="a moment ago") as caught:
        await ask(tmp_path, 0, "probe")
    assert (caught.value.status, caught.value.retry_after_s) == (429, 41.5)


async def test_nobody_there(tmp_path):
    with pytest.raises(NoProber, match="prober 0 is not running"):
        await ask(tmp_path, 0, "status")


@pytest.mark.parametrize("answer", ["", "no json\n", "[]\n", '{"half": ', '{"fine": 1}\n'])
async def test_an_answer_that_is_none(prober, tmp_path, answer):
    prober.answers["status"] = answer
    with pytest.raises(ControlError) as caught:
        await ask(tmp_path, 0, "status")
    assert caught.value.status == 502
    assert not isinstance(caught.value, NoProber)


async def test_a_prober_that_does_not_answer_in_time(tmp_path):
    enough = asyncio.Event()

    async def silent(_reader, writer):
        await enough.wait()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_unix_server(silent, control_socket(tmp_path, 0))
    with pytest.raises(ControlError, match=r"within 0\.05 s") as caught:
        await ask(tmp_path, 0, "status", timeout_s=0.05)
    assert caught.value.status == 504
    enough.set()
    server.close()
    await server.wait_closed()
    await asyncio.sleep(0.05)  # the handler's own end
