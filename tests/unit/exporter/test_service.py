"""The publishing process on real sockets, over a real journal."""

import asyncio
import json
import socket
import threading
import urllib.error
import urllib.request
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest

from exporter.service import Service
from probes.clock import NS, SystemClock
from probes.errors import GenpingError
from probes.journal import Intent, Journal
from probes.model import Reason, Slot
from tests.unit.exporter.made import CONFIG, RESULT, plan_of


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def with_ports(text=CONFIG):
    for _ in range(2):
        text = text.replace("127.0.0.1:0", f"127.0.0.1:{free_port()}", 1)
    return text


@pytest.fixture
def text():
    return with_ports()


async def get(url, method="GET"):
    def call():
        try:
            with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=5) as answer:  # noqa: S310 - our own loopback
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    return await asyncio.to_thread(call)


async def until(what):
    for _ in range(400):
        if await what():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come")


@asynccontextmanager
async def running(plan):
    service = Service(plan, clock=SystemClock(), environ={})
    task = asyncio.create_task(service.run())
    try:
        await until(lambda: _answers(plan, task))
        yield service
    finally:
        service.stop()
        await asyncio.wait_for(task, 5)


async def _answers(plan, task):
    if task.done():
        task.result()
    try:
        return (await get(f"{plan.ops.url}/-/healthy"))[0] == 200
    except OSError:
        return False


async def measure(journal, count, clock):
    for number in range(count):
        result = replace(
            RESULT, id=f"01JD{number:022d}", scheduled_ns=clock.wall_ns(), finished_ns=clock.wall_ns()
        )
        slot = Slot(
            id=result.id,
            channel="talk",
            probe="chat",
            provider="alpha",
            key="default",
            reason=Reason.SCHEDULED,
            scheduled_ns=result.scheduled_ns,
        )
        assert await journal.commit(Intent(slot=slot, worst_nano=0, scopes=("total",)), ()) is None
        await journal.append_result(result, 0)


async def follow_a_heartbeat(plan):
    """So that there is a cursor to speak of."""
    journal = Journal.open(plan.data_dir, 0, SystemClock())
    await journal.append_heartbeat({"prober": 0, "budgets": []})
    async with running(plan):

        async def followed():
            return 'genping_prober_up{prober="0"} 1.0' in (await get(f"{plan.ops.url}/metrics"))[1]

        await until(followed)
    await journal.close()


async def test_from_the_journal_to_both_listeners(tmp_path, text):
    plan, clock = plan_of(tmp_path, text), SystemClock()
    journal = Journal.open(plan.data_dir, 0, clock)
    async with running(plan):
        assert (await get(f"{plan.ops.url}/-/ready"))[0] == 503
        await journal.append_heartbeat({"prober": 0, "budgets": [], "reload_ok": True})
        await measure(journal, 3, clock)

        async def seen():
            _, metrics = await get(f"{plan.ops.url}/metrics")
            return any(
                line.startswith("genping_uptime_slots_total") and line.endswith(" 3.0")
                for line in metrics.split("\n")
            )

        await until(seen)
        assert (await get(f"{plan.ops.url}/-/ready"))[0] == 200
        _, results = await get(f"{plan.ops.url}/api/v1/results?channel=talk")
        assert [entry["id"][-1] for entry in json.loads(results)] == ["2", "1", "0"]
        await asyncio.sleep(1.1)
        _, channels = await get(f"{plan.public.url}/api/v1/channels")
        assert json.loads(channels)["channels"][0]["uptime"]["24h"]["good"] == 3
        assert (await get(f"{plan.public.url}/metrics"))[0] == 404
        assert (await get(f"{plan.public.url}/", "POST"))[0] == 405
    await journal.close()


async def test_a_taken_address_is_one_clear_line(tmp_path, text):
    plan = plan_of(tmp_path, text)
    with socket.create_server(("127.0.0.1", plan.ops.port)):
        expected = f"127.0.0.1:{plan.ops.port} is in use: stop the other genping or set listen.ops"
        with pytest.raises(GenpingError, match=expected) as caught:
            await Service(plan, clock=SystemClock(), environ={}).run()
    assert caught.value.exit_code == 1


async def test_an_address_that_is_not_ours_is_one_clear_line(tmp_path):
    plan = plan_of(tmp_path)
    plan = replace(plan, public=replace(plan.public, host="192.0.2.1"))
    with pytest.raises(GenpingError, match=r"cannot listen on 192\.0\.2\.1:0: .*; set listen\.public"):
        await Service(plan, clock=SystemClock(), environ={}).run()


async def test_reload_takes_a_new_plan_and_asks_the_prober_first(tmp_path, text, start_prober):
    plan = plan_of(tmp_path, text)
    prober = start_prober(plan.data_dir)
    async with running(plan):
        plan_of(tmp_path, text.replace("id: draw", "id: paint"))
        assert (await get(f"{plan.ops.url}/-/reload", "POST"))[0] == 200
        assert {"verb": "reload"} in prober.asked
        _, metrics = await get(f"{plan.ops.url}/metrics")
        assert 'channel="paint"' in metrics
        assert 'channel="draw"' not in metrics


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("every: 60s", "every: 60x"), "genping.yaml:"),
        (("vantage: test", "vantage: moon"), "a change of vantage needs a restart"),
        (("public: 127.0.0.1:", "public: 127.0.0.2:"), "a change of listen.public needs a restart"),
        (("budget:", "probers: 2\nbudget:"), "a change of probers needs a restart"),
    ],
    ids=["wrong", "vantage", "listen", "probers"],
)
async def test_a_reload_that_cannot_be_keeps_the_old_plan(tmp_path, text, change, message, start_prober):
    plan = plan_of(tmp_path, text)
    prober = start_prober(plan.data_dir)
    async with running(plan):
        (tmp_path / "genping.yaml").write_text("data_dir: ./data\n" + text.replace(*change))
        status, answer = await get(f"{plan.ops.url}/-/reload", "POST")
        assert status == 422
        assert message in json.loads(answer)["error"]
        assert {"verb": "reload"} not in prober.asked
        _, metrics = await get(f"{plan.ops.url}/metrics")
        assert "genping_config_last_reload_successful 0.0" in metrics
        assert 'channel="talk"' in metrics


async def test_what_the_prober_refuses_is_refused(tmp_path, text, start_prober):
    plan = plan_of(tmp_path, text)
    prober = start_prober(plan.data_dir)
    prober.answers["reload"] = {"ok": False, "error": "too dear", "status": 422}
    async with running(plan) as service:
        plan_of(tmp_path, text.replace("id: draw", "id: paint"))
        assert (await get(f"{plan.ops.url}/-/reload", "POST")) == (422, '{"error":"too dear"}')
        _, metrics = await get(f"{plan.ops.url}/metrics")
        assert 'channel="draw"' in metrics
        prober.answers.clear()
        service.reload()

        async def taken():
            return 'channel="paint"' in (await get(f"{plan.ops.url}/metrics"))[1]

        await until(taken)


async def test_without_a_prober_the_new_plan_is_taken_all_the_same(tmp_path, text, caplog):
    plan = plan_of(tmp_path, text)
    async with running(plan):
        assert (await get(f"{plan.ops.url}/-/reload", "POST"))[0] == 200
    assert "prober 0 is not running" in caplog.text


async def test_followers_are_acknowledged(tmp_path, text, start_prober):
    plan = plan_of(tmp_path, text)
    await follow_a_heartbeat(plan)
    prober = start_prober(plan.data_dir)
    async with running(plan):

        async def told():
            return len(prober.asked) == 2

        await until(told)
    assert sorted(each["follower"] for each in prober.asked) == ["board", "prometheus"]
    assert {each["verb"] for each in prober.asked} == {"ack"}
    assert {each["seq"] for each in prober.asked} == {1}


async def test_it_stops_at_once_although_a_client_hangs_on(tmp_path, text):
    plan = plan_of(tmp_path, text)
    async with running(plan) as service:
        _, writer = await asyncio.open_connection(plan.public.host, plan.public.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")  # and never ends its request
        await writer.drain()
        began = SystemClock().now_ns()
        service.stop()
        await asyncio.sleep(0.1)
    assert SystemClock().now_ns() - began < 5 * NS
    writer.close()
    with socket.create_server((plan.public.host, plan.public.port)):
        pass  # the address is free again
    assert threading.active_count() < 50


async def test_it_stops_in_time_although_a_prober_never_answers(tmp_path, text, start_prober):
    plan = plan_of(tmp_path, text)
    await follow_a_heartbeat(plan)
    prober = start_prober(plan.data_dir)
    prober.answers = {verb: threading.Event() for verb in ("reload", "ack")}
    async with running(plan) as service:
        waiting = asyncio.create_task(get(f"{plan.ops.url}/-/reload", "POST"))

        async def both():
            return {each["verb"] for each in prober.asked} == {"reload", "ack"}

        await until(both)
        began = SystemClock().now_ns()
        service.stop()
    assert SystemClock().now_ns() - began < 5 * NS
    with suppress(OSError):  # or nothing at all
        assert (await waiting)[0] == 500


async def test_the_headers_of_a_listener_do_not_name_its_server(tmp_path, text):
    plan = plan_of(tmp_path, text)
    async with running(plan):

        def headers():
            with urllib.request.urlopen(plan.public.url, timeout=5) as answer:  # noqa: S310 - our own loopback
                return {name.lower() for name in answer.headers}

        found = await asyncio.to_thread(headers)
    assert "server" not in found
    assert {"content-security-policy", "content-length", "date"} <= found
