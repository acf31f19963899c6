"""Answers that end badly, are too large, or are not HTTP."""

import asyncio
import gc
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from probes.model import ErrorKind
from tests.integration.transport.asking import Listener, ask, limits, line, trusting
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

HEAD = b"HTTP/1.1 200 OK\r\n"


def then_reset(*pieces: bytes) -> Script:
    async def script(peer: Peer) -> None:
        await peer.request()
        for piece in pieces:
            await peer.send(piece)
            await asyncio.sleep(0.02)
        peer.reset()

    return script


async def hang_up(_peer: Peer) -> None:
    """Close without a word, the request unread: the kernel makes that a RST."""


@pytest.mark.parametrize(
    ("script", "error"),
    [
        pytest.param(then_reset(), ErrorKind.CONNECTION_RESET, id="rst before the head"),
        pytest.param(answers(), ErrorKind.CONNECTION_RESET, id="fin before the head"),
        pytest.param(hang_up, ErrorKind.CONNECTION_RESET, id="hangs up at once"),
        pytest.param(then_reset(b"HTT"), ErrorKind.TRUNCATED_STREAM, id="rst in the status line"),
        pytest.param(answers(b"HTT"), ErrorKind.TRUNCATED_STREAM, id="fin in the status line"),
        pytest.param(answers(HEAD + b"A: b\r\n"), ErrorKind.TRUNCATED_STREAM, id="fin in the head"),
        pytest.param(then_reset(chunked(), chunk(b"tok")), ErrorKind.TRUNCATED_STREAM, id="rst in the body"),
        pytest.param(
            answers(chunked(), chunk(b"tok")), ErrorKind.TRUNCATED_STREAM, id="fin before last chunk"
        ),
        pytest.param(answers(chunked(), b"ff\r\ntok"), ErrorKind.TRUNCATED_STREAM, id="fin within a chunk"),
        pytest.param(answers(whole(b"tok" * 9)[:-5]), ErrorKind.TRUNCATED_STREAM, id="less than declared"),
        pytest.param(
            answers(HEAD + b"Content-Length: 10000000000\r\n\r\n0123456789"),
            ErrorKind.TRUNCATED_STREAM,
            id="10 GB declared, 10 bytes sent",
        ),
        pytest.param(answers(b"SSH-2.0-OpenSSH_9.2\r\n", 0.1), ErrorKind.MALFORMED_RESPONSE, id="ssh"),
        pytest.param(
            answers(b"\x15\x03\x01\x00\x02\x02\x16"), ErrorKind.MALFORMED_RESPONSE, id="a tls alert"
        ),
        pytest.param(answers(HEAD + b"no colon\r\n\r\n"), ErrorKind.MALFORMED_RESPONSE, id="header garbage"),
        pytest.param(
            answers(HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
            ErrorKind.MALFORMED_RESPONSE,
            id="two lengths",
        ),
        pytest.param(answers(chunked(), b"zz\r\ntok"), ErrorKind.MALFORMED_RESPONSE, id="chunk size garbage"),
        pytest.param(answers(chunked(), b"3\r\ntokXX"), ErrorKind.MALFORMED_RESPONSE, id="chunk end garbage"),
        pytest.param(
            answers(HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n"),
            ErrorKind.MALFORMED_RESPONSE,
            id="transfer encoding",
        ),
        pytest.param(
            answers(b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n", 0.1),
            ErrorKind.MALFORMED_RESPONSE,
            id="an upgrade nobody asked for",
        ),
        pytest.param(
            answers(HEAD + b"A: " + b"b" * 70_000), ErrorKind.OVERSIZED_RESPONSE, id="one endless header"
        ),
        pytest.param(
            answers(HEAD + b"A: b\r\n" * 20_000), ErrorKind.OVERSIZED_RESPONSE, id="a flood of headers"
        ),
        pytest.param(
            answers(b"HTTP/1.1 103 \r\n\r\n" * 9_000), ErrorKind.OVERSIZED_RESPONSE, id="a flood of 1xx"
        ),
        pytest.param(
            answers(chunked(), chunk(b"tok") + b"0\r\n" + b"A: b\r\n" * 30_000),
            ErrorKind.OVERSIZED_RESPONSE,
            id="a flood of trailers",
        ),
        pytest.param(
            answers(chunked(), b"1;" + b"x" * 200_000),
            ErrorKind.OVERSIZED_RESPONSE,
            id="an endless chunk header",
        ),
    ],
)
async def test_each_bad_ending_has_its_name(script: Script, error: ErrorKind):
    async with serving(script) as gateway:
        exchange = await ask(line(gateway.url), within=limits(2))
    assert exchange.failure is not None
    assert exchange.failure.error is error
    assert len(exchange.failure.detail) < 120


async def test_over_tls_a_close_without_goodbye_is_judged_by_the_framing(authority: Authority):
    cut = {
        answers(chunked(), chunk(b"tok")): ErrorKind.TRUNCATED_STREAM,
        answers(): ErrorKind.CONNECTION_RESET,
    }
    for script, error in cut.items():
        async with serving(script, tls=authority.server()) as gateway:
            exchange = await ask(trusting(gateway.url, authority.file), within=limits(2))
        assert exchange.failure is not None
        assert exchange.failure.error is error


async def test_after_the_end_marker_a_cut_is_no_failure():
    async with serving(then_reset(chunked(), chunk(b"data: tok\n\n"), chunk(b"data: [DONE]\n\n"))) as gateway:
        exchange = await ask(line(gateway.url))
    assert exchange.failure is None


async def test_what_came_before_the_end_is_kept():
    listener = Listener()
    async with serving(then_reset(chunked("X-Request-Id: r1"), chunk(b"tok"))) as gateway:
        exchange = await ask(line(gateway.url), feed=listener.open)
    assert (exchange.status, exchange.header("x-request-id"), exchange.body) == (200, "r1", b"tok")
    assert listener.body == b"tok"
    assert exchange.marks.last_byte_ns is not None


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


LIMIT = 100_000


@pytest.mark.parametrize(
    "framed",
    [
        pytest.param(whole, id="declared"),
        pytest.param(lambda body: chunked() + chunk(body) + LAST_CHUNK, id="chunked"),
        pytest.param(lambda body: HEAD + b"\r\n" + body, id="until the end"),
    ],
)
async def test_a_body_may_have_exactly_its_limit(framed: Callable[[bytes], bytes]):
    for size, error in {LIMIT: None, LIMIT + 1: ErrorKind.OVERSIZED_RESPONSE}.items():
        async with serving(answers(framed(b"x" * size))) as gateway:
            exchange = await ask(line(gateway.url), within=limits(max_bytes=LIMIT))
        assert (exchange.failure and exchange.failure.error) == error


@pytest.mark.parametrize(
    ("head", "wave"),
    [
        pytest.param(HEAD + b"Content-Length: 10000000000\r\n\r\n", b"x" * 1_000_000, id="10 GB"),
        pytest.param(chunked(), chunk(b"x" * 1_000_000), id="endless chunks"),
        pytest.param(chunked(), b"1;" + b"x" * 50_000 + b"\r\nx\r\n", id="endless chunk extensions"),
    ],
)
async def test_a_body_without_end_costs_no_memory(head: bytes, wave: bytes):
    async def pour(peer: Peer) -> None:
        await peer.request()
        await peer.send(head)
        while True:
            await peer.send(wave)

    gc.collect()
    before = resident_bytes()
    listener = Listener()
    async with serving(pour) as gateway:
        within = limits(max_bytes=4_000_000)
        exchange = await ask(line(gateway.url), within=within, feed=listener.open)
    assert exchange.failure is not None
    assert exchange.failure.error is ErrorKind.OVERSIZED_RESPONSE
    assert exchange.marks.end_ns < within.deadline_ns
    assert resident_bytes() - before < 32 * 1024 * 1024
