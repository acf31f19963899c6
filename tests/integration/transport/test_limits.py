"""Limits on time: which one names the error, and that nothing outlives the deadline."""

import asyncio
import socket
import threading

import pytest

from probes.clock import NS
from probes.model import ErrorKind, Exchange
from probes.transport import Abort, HttpTransport, Limits, Progress
from probes.transport.backend import Stream
from probes.transport.lookup import Endpoint
from probes.transport.stamped import StampedSocket
from probes.transport.watch import Watch
from tests.integration.transport.asking import CLOCK, Listener, ask, limits, line, post, trusting
from tests.integration.transport.conftest import Authority
from tests.integration.transport.gateway import (
    LAST_CHUNK,
    Peer,
    Script,
    answers,
    chunk,
    chunked,
    serving,
    whole,
)

pytestmark = pytest.mark.integration


def ended(exchange: Exchange, within: Limits) -> ErrorKind | None:
    """The failure's kind, of an exchange that was over by the deadline + 100 ms."""
    assert exchange.marks.end_ns <= within.deadline_ns + 0.1 * NS
    return exchange.failure.error if exchange.failure else None


async def silent(peer: Peer) -> None:
    await peer.silence()


def dripping(head: bytes, drop: bytes, every_s: float = 0.02) -> Script:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(head)
        while True:
            await asyncio.sleep(every_s)
            await peer.send(drop)

    return script


def flooding(head: bytes, wave: bytes) -> Script:
    return dripping(head, wave, 0.0)


HTTP200 = b"HTTP/1.1 200 OK\r\n"
TOKEN = chunked() + chunk(b"data: tok\n\n")


@pytest.mark.parametrize(
    ("script", "first_s", "error"),
    [
        pytest.param(silent, 0.2, ErrorKind.FIRST_TOKEN_TIMEOUT, id="silence"),
        pytest.param(silent, None, ErrorKind.TOTAL_TIMEOUT, id="silence, no first token due"),
        pytest.param(silent, 0.1, ErrorKind.FIRST_TOKEN_TIMEOUT, id="silence, first token due early"),
        pytest.param(dripping(HTTP200, b"a"), 0.2, ErrorKind.FIRST_TOKEN_TIMEOUT, id="header drip"),
        pytest.param(dripping(chunked(), b"1"), 0.2, ErrorKind.FIRST_TOKEN_TIMEOUT, id="chunk header drip"),
        pytest.param(
            dripping(chunked(), chunk(b": keep-alive\n\n")), 0.2, ErrorKind.FIRST_TOKEN_TIMEOUT, id="comments"
        ),
        pytest.param(
            flooding(chunked(), chunk(b"x") * 999), 0.2, ErrorKind.FIRST_TOKEN_TIMEOUT, id="flood of nothing"
        ),
        pytest.param(dripping(TOKEN, chunk(b"tok")), 0.2, ErrorKind.TOTAL_TIMEOUT, id="tokens forever"),
        pytest.param(
            flooding(TOKEN, chunk(b"tok") * 999), 0.2, ErrorKind.TOTAL_TIMEOUT, id="flood of tokens"
        ),
        pytest.param(dripping(TOKEN, chunk(b": ping\n\n")), 0.2, ErrorKind.TOTAL_TIMEOUT, id="pings after"),
        pytest.param(answers(TOKEN, 9.0), 0.2, ErrorKind.STALLED, id="one token, then silence"),
        pytest.param(answers(9.0, whole(b"tok")), 0.2, ErrorKind.FIRST_TOKEN_TIMEOUT, id="too late"),
    ],
)
async def test_the_limit_that_fires_names_the_error(script: Script, first_s: float | None, error: ErrorKind):
    async with serving(script) as gateway:
        within = limits(0.25, first_s=first_s, stall_s=0.1)
        exchange = await ask(line(gateway.url), within=within)
    assert ended(exchange, within) is error


async def test_a_first_token_may_come_late_where_the_deadline_allows():
    async with serving(answers(chunked(), 0.3, chunk(b"tok"), LAST_CHUNK)) as gateway:
        exchange = await ask(line(gateway.url), within=limits(2, first_s=1, stall_s=0.1))
    assert exchange.failure is None


async def test_a_deadline_that_has_passed_sends_nothing():
    async with serving(silent) as gateway:
        exchange = await ask(line(gateway.url), within=limits(-1.0))
    assert exchange.failure is not None
    assert exchange.failure.error is ErrorKind.CONNECT_TIMEOUT
    assert (exchange.marks.send_ns, gateway.requests) == (None, [])


@pytest.mark.parametrize(("total_s", "connect_s"), [(2.0, 0.2), (0.2, 2.0)], ids=["own limit", "deadline"])
async def test_a_tls_handshake_that_stalls(authority: Authority, total_s: float, connect_s: float):
    async with serving(silent) as gateway:
        within = limits(total_s, connect_s=connect_s)
        exchange = await ask(trusting(gateway.url.replace("http:", "https:"), authority.file), within=within)
    assert ended(exchange, within) is ErrorKind.CONNECT_TIMEOUT
    assert exchange.marks.connect_ns is not None
    assert exchange.marks.end_ns - exchange.marks.start_ns < 0.4 * NS


async def test_a_slow_name_server_is_a_connect_timeout():
    answered = threading.Event()

    def slow(_host: str, _port: int) -> list[Endpoint]:
        answered.wait(5)
        return []

    transport = HttpTransport(CLOCK, ask=slow)
    within = limits(2, connect_s=0.2)
    exchange = await ask(line("http://localhost:9"), within=within, transport=transport)
    answered.set()
    assert ended(exchange, within) is ErrorKind.CONNECT_TIMEOUT
    assert exchange.marks.dns_ns is None


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
async def test_a_request_body_that_nobody_reads(authority: Authority, *, secure: bool):
    async def deaf(_peer: Peer) -> None:
        await asyncio.sleep(5)

    async with serving(deaf, tls=authority.server() if secure else None) as gateway:
        within = limits(0.5)
        exchange = await HttpTransport(CLOCK).exchange(
            post(f"{gateway.url}/v1/edits", b"x" * 16_000_000),
            line=trusting(gateway.url, authority.file),
            limits=within,
            feed=Listener().open,
        )
    assert ended(exchange, within) is ErrorKind.FIRST_TOKEN_TIMEOUT
    assert (exchange.marks.send_ns is None, exchange.marks.sent_ns) == (False, None)


DONE = TOKEN + chunk(b"data: [DONE]\n\n")


async def test_after_the_end_marker_one_more_second():
    expected = {
        "ends at once": (answers(DONE, LAST_CHUNK), 0.0),
        "ends within the second": (answers(DONE, 0.2, LAST_CHUNK), 0.2),
        "cut within the second": (answers(DONE, 0.2), 0.2),
        "stays open": (answers(DONE, 9.0), 1.0),
        "pings on": (dripping(DONE, chunk(b": ping\n\n")), 1.0),
    }

    async def lasting(script: Script) -> float:
        async with serving(script) as gateway:
            exchange = await ask(line(gateway.url), within=limits(5, stall_s=0.1))
        assert exchange.failure is None
        return (exchange.marks.end_ns - exchange.marks.start_ns) / NS

    lasted = await asyncio.gather(*[lasting(script) for script, _ in expected.values()])
    wanted = [seconds for _, seconds in expected.values()]
    assert lasted == [pytest.approx(seconds, abs=0.3) for seconds in wanted]


async def test_the_second_after_the_end_marker_ends_with_the_deadline():
    async with serving(answers(DONE, 9.0)) as gateway:
        within = limits(0.3)
        exchange = await ask(line(gateway.url), within=within)
    assert ended(exchange, within) is None


async def test_a_head_is_parsed_in_small_turns():
    """64 KiB of tiny 1xx answers would hold the parser, and with it the loop, for 60 ms and more."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)  # noqa: FBT003 - socket's signature
    theirs.sendall(b"x" * 60_000)
    stamped = StampedSocket(ours, CLOCK)
    stream = Stream(stamped, stamped, Watch(CLOCK, limits()))
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    running = asyncio.create_task(others())
    for turn in range(14):
        assert len(await stream.read(64 * 1024)) == 4 * 1024
        assert turns > turn
    assert stamped.reads == 1
    running.cancel()
    stream.close()
    theirs.close()


async def test_whoever_understands_the_bytes_may_end_the_exchange():
    def refuse(_status: int, _headers: tuple[tuple[str, str], ...]) -> None:
        raise Abort(ErrorKind.OVERSIZED_RESPONSE, "a line exceeds the limit")

    async with serving(answers(DONE, 9.0)) as gateway:
        exchange = await ask(line(gateway.url), feed=refuse)  # type: ignore[arg-type] # it never returns
    assert exchange.failure is not None
    assert exchange.failure.error is ErrorKind.OVERSIZED_RESPONSE
    assert (exchange.status, exchange.failure.detail) == (200, "a line exceeds the limit")


async def test_a_bug_in_the_feed_is_loud():
    def broken(_status: int, _headers: tuple[tuple[str, str], ...]) -> Progress:
        raise LookupError("ours")

    async with serving(answers(DONE, 9.0)) as gateway:
        with pytest.raises(LookupError, match="ours"):
            await ask(line(gateway.url), feed=broken)  # type: ignore[arg-type] # it never returns
