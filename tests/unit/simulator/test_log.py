import asyncio
from datetime import datetime

from probes.simulator import Simulator, running
from probes.simulator.log import Entry, RequestLog
from tests.unit.simulator.client import (
    CHAT,
    GEMINI,
    MODELS,
    PICTURES,
    ask,
    call,
    exchange,
    fetch,
    request_bytes,
)


async def test_the_log_tells_what_was_received():
    async with running(speed=50) as url:
        request = request_bytes(CHAT, "ok.alice")
        await exchange(url, request)
        (entry,) = await fetch(url, "/__sim/log")
    assert entry["scenario"] == "ok"
    assert entry["nonce"] == "k3f9"
    assert entry["gateway"] == "requesty"
    assert (entry["method"], entry["path"], entry["status"], entry["end"]) == ("POST", CHAT, 200, "complete")
    assert entry["bytes"] == len(request.partition(b"\r\n\r\n")[2])
    assert entry["sent_bytes"] > 100
    assert datetime.fromisoformat(entry["at_wall"]).tzinfo is not None


def test_every_endpoint_gives_its_nonce():
    simulator = Simulator()
    for path in (CHAT, GEMINI, PICTURES):
        assert ask(path, "ok", simulator=simulator)[1].nonce == "k3f9"
    assert simulator.answer(call(MODELS, "ok", method="GET"))[1].nonce is None


def test_a_refused_request_is_logged_with_its_nonce():
    _, entry = ask(CHAT, "unauthorized")
    assert (entry.scenario, entry.nonce) == ("unauthorized", "k3f9")


def test_pages_about_the_simulator_are_not_logged():
    simulator = Simulator()
    for page in ("log", "stats", "scenarios", "nothing"):
        simulator.answer(call(f"/__sim/{page}", "", method="GET"))
    assert simulator.log.total == 0


async def test_the_log_can_be_read_in_pages():
    async with running(speed=50) as url:
        for _ in range(3):
            await exchange(url, request_bytes(MODELS, "ok", method="GET"))
        first = await fetch(url, "/__sim/log?limit=2")
        rest = await fetch(url, f"/__sim/log?after={first[-1]['number']}")
        stats = await fetch(url, "/__sim/stats")
    assert (len(first), len(rest)) == (2, 1)
    assert stats["requests"] == 3
    assert stats["scenarios"] == {"ok": 3}
    assert stats["statuses"] == {"200": 3}


async def test_a_client_that_leaves_is_seen_to_leave():
    async with running() as url:
        await exchange(url, request_bytes(CHAT, "late"), within_s=0.2)
        await asyncio.sleep(0.05)
        (entry,) = await fetch(url, "/__sim/log")
    assert entry["end"] == "gone"


async def test_reset_is_a_post():
    async with running(speed=50) as url:
        await exchange(url, request_bytes(MODELS, "ok", method="GET"))
        refused = await exchange(url, request_bytes("/__sim/reset", "", method="GET"))
        done = await exchange(url, request_bytes("/__sim/reset", "", {}))
        log = await fetch(url, "/__sim/log")
        missing = await exchange(url, request_bytes("/__sim/nothing", "", method="GET"))
        known = await fetch(url, "/__sim/scenarios")
    assert [x.head.split(b" ")[1] for x in (refused, done, missing)] == [b"405", b"200", b"404"]
    assert log == []
    assert {"key", "about", "source"} == set(known[0])


def test_the_log_is_bounded():
    log = RequestLog(capacity=3)
    for number in range(5):
        log.add(
            Entry(
                number=number,
                at_monotonic_ns=0,
                at_wall_ns=0,
                connection=1,
                method="GET",
                path="/",
                gateway="none",
                scenario=None,
                nonce=None,
                bytes=0,
            )
        )
    assert [entry.number for entry in log.after(-1)] == [2, 3, 4]
    assert log.counts()["requests"] == 5
