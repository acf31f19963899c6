"""Answers that are well: what is stamped, what is kept, what is left alone."""

import asyncio
import socket
import statistics

import pytest

from probes.clock import NS
from probes.model import Api, Auth, Exchange, Purpose, Secret, WireRequest
from probes.transport import HttpTransport, Line
from probes.transport.stamped import StampedSocket
from tests.integration.transport.asking import CLOCK, KEY, Listener, ask, limits, line, post, trusting
from tests.integration.transport.conftest import Authority
from tests.integration.transport.gateway import LAST_CHUNK, Peer, answers, chunk, chunked, serving, whole

pytestmark = pytest.mark.integration


async def test_marks_are_in_order_of_what_happened(authority: Authority):
    listener = Listener()
    async with serving(answers(whole(b"tok")), tls=authority.server()) as gateway:
        exchange = await ask(trusting(gateway.url, authority.file), feed=listener.open)
    marks = exchange.marks
    order = [
        marks.start_ns,
        marks.dns_ns,
        marks.connect_ns,
        marks.tls_ns,
        marks.send_ns,
        marks.sent_ns,
        marks.first_byte_ns,
        marks.last_byte_ns,
        marks.end_ns,
    ]
    assert None not in order
    assert order == sorted(order, key=lambda ns: ns or 0)
    assert (exchange.failure, exchange.status, exchange.http_version) == (None, 200, "HTTP/1.1")
    assert (exchange.warm, exchange.stamp, exchange.bytes_received) == (False, "user", 3)
    assert listener.body == exchange.body == b"tok"


async def test_plain_http_has_no_tls_mark():
    async with serving(answers(whole(b"tok"))) as gateway:
        marks = (await ask(line(gateway.url))).marks
    assert marks.tls_ns is None
    assert marks.connect_ns is not None


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
async def test_each_chunk_is_stamped_when_it_came(authority: Authority, *, secure: bool):
    """Half of the stamps within 5 ms of the gateway's own clock, and never before it."""
    pace = [piece for n in range(10) for piece in (0.01, chunk(b"tok %d" % n))]
    script = answers(chunked(), *pace, LAST_CHUNK)
    listener = Listener()
    async with serving(script, tls=authority.server() if secure else None) as gateway:
        await ask(trusting(gateway.url, authority.file), feed=listener.open)
        sent_ns = gateway.sent_ns[1:-1]
    errors = [chunk.at_ns - sent for chunk, sent in zip(listener.chunks, sent_ns, strict=True)]
    assert min(errors) > 0
    assert statistics.median(errors) < 5_000_000
    assert len({chunk.read for chunk in listener.chunks}) == len(listener.chunks)


async def test_chunks_of_one_read_share_its_number_and_stamp():
    listener = Listener()
    together = chunked() + chunk(b"tok 1") + chunk(b"tok 2")
    async with serving(answers(together, 0.05, chunk(b"tok 3"), LAST_CHUNK)) as gateway:
        await ask(line(gateway.url), feed=listener.open)
    first, second, third = listener.chunks
    assert (first.read, first.at_ns) == (second.read, second.at_ns)
    assert third.read > second.read
    assert third.at_ns - second.at_ns >= 0.04 * NS


async def test_bytes_are_stamped_when_they_come_and_not_when_somebody_has_time_for_them():
    ours, theirs = socket.socketpair()
    ours.settimeout(0)
    stamped = StampedSocket(ours, CLOCK)
    theirs.sendall(b"first")
    await stamped.readable()
    stamps = [(stamped.recv_now(), stamped.reads, stamped.at_ns)]
    sent_ns = []
    for data in (b"second", b"third"):
        theirs.sendall(data)
        sent_ns.append(CLOCK.now_ns())
        await asyncio.sleep(0.05)
    assert (stamped.reads, stamped.at_ns) == stamps[0][1:]
    stamps += [(stamped.recv_now(), stamped.reads, stamped.at_ns) for _ in range(2)]
    assert [(data, read) for data, read, _ in stamps] == [(b"first", 1), (b"second", 2), (b"third", 3)]
    assert abs(stamps[1][2] - sent_ns[0]) < 0.02 * NS  # one read ahead
    assert stamps[2][2] - sent_ns[1] > 0.04 * NS  # and no further: memory is bounded
    stamped.close()
    theirs.close()


async def test_an_error_answer_is_an_answer():
    listener = Listener()
    body = b"x" * 100_000
    async with serving(answers(whole(body, "Retry-After: 7", status="503 Busy"))) as gateway:
        exchange = await ask(line(gateway.url), feed=listener.open)
    assert (exchange.status, exchange.failure, listener.status) == (503, None, 503)
    assert exchange.header("retry-after") == "7"
    assert exchange.body == body[: 64 * 1024]
    assert exchange.bytes_received == len(listener.body) == 100_000


async def test_redirects_are_not_followed():
    async with serving(answers(whole(b"tok"))) as other:
        head = whole(b"", f"Location: {other.url}/", status="307 Elsewhere")
        async with serving(answers(head)) as gateway:
            exchange = await ask(line(gateway.url))
    assert (exchange.status, exchange.failure) == (307, None)
    assert (gateway.connections, other.connections) == (1, 0)


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(b"HTTP/1.0 200 OK\r\n\r\ntok", id="http/1.0 until the end"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\ntok", id="http/1.1 until the end"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" * 9 + whole(b"tok"), id="1xx first"),
        pytest.param(chunked() + chunk(b"tok") + b"0\r\nX-Trailer: a\r\n\r\n", id="trailers"),
        pytest.param(whole(b"tok", "Content-Encoding: identity"), id="identity"),
    ],
)
async def test_lawful_forms_of_an_answer(response: bytes):
    async with serving(answers(response)) as gateway:
        exchange = await ask(line(gateway.url))
    assert (exchange.status, exchange.failure, exchange.body) == (200, None, b"tok")


@pytest.mark.parametrize(
    ("api", "auth", "present", "absent"),
    [
        (Api.OPENAI, Auth.BEARER, f"\r\nAuthorization: Bearer {KEY}\r\n", "anthropic-version"),
        (Api.GEMINI, Auth.X_GOOG_API_KEY, f"\r\nx-goog-api-key: {KEY}\r\n", "Authorization"),
        (Api.ANTHROPIC, Auth.X_API_KEY, f"\r\nx-api-key: {KEY}\r\n", "Authorization"),
        (Api.ANTHROPIC, Auth.BEARER, "\r\nanthropic-version: 2023-06-01\r\n", "x-api-key"),
        (Api.OPENAI, Auth.NONE, "\r\nUser-Agent: Mozilla/5.0 (compatible)\r\n", KEY),
    ],
)
async def test_the_key_goes_where_the_provider_wants_it(api: Api, auth: Auth, present: str, absent: str):
    async with serving(answers(whole(b"tok"))) as gateway:
        await ask(line(gateway.url, api=api, auth=auth))
        sent = gateway.requests[0].decode()
    assert present in sent
    assert absent not in sent
    assert "genping" not in sent.lower()


async def test_a_request_is_sent_as_the_wire_made_it():
    request = post(
        "", b'{"a":1}', headers={"Content-Type": "application/json", "accept-encoding": "identity"}
    )
    async with serving(answers(whole(b"tok"))) as gateway:
        target = line(gateway.url, headers={"X-Team": Secret("blue"), "user-agent": Secret("curl/8")})
        asked = WireRequest(
            purpose=Purpose.SUBMIT,
            method="POST",
            url=f"{gateway.url}/v1/models/a%20b:generate?alt=sse",
            read=request.read,
            headers=request.headers,
            body=request.body,
        )
        await HttpTransport(CLOCK).exchange(asked, line=target, limits=limits(), feed=Listener().open)
        head, _, body = gateway.requests[0].decode().partition("\r\n\r\n")
    first, *fields = head.split("\r\n")
    assert first == "POST /v1/models/a%20b:generate?alt=sse HTTP/1.1"
    assert fields[0] == f"Host: localhost:{gateway.port}"
    assert {"X-Team: blue", "user-agent: curl/8", "Content-Length: 7"} <= set(fields)
    assert {"Content-Type: application/json", "accept-encoding: identity"} <= set(fields)
    assert body == '{"a":1}'


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
async def test_a_refusal_is_heard_while_the_body_is_still_being_sent(authority: Authority, *, secure: bool):
    """A gateway may say 401 without reading megabytes of pictures first."""

    async def refuse(peer: Peer) -> None:
        await peer.reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.05)
        await peer.send(whole(b"no", status="401 Unauthorized"))
        await asyncio.sleep(9)

    async with serving(refuse, tls=authority.server() if secure else None) as gateway:
        exchange = await edit(trusting(gateway.url, authority.file))
    assert (exchange.status, exchange.failure) == (401, None)
    assert exchange.marks.sent_ns is None
    assert exchange.marks.end_ns - exchange.marks.start_ns < 2 * NS


async def test_session_tickets_are_no_answer(authority: Authority):
    """They arrive while a long body is on its way, and must not end the sending of it."""

    async def slow(peer: Peer) -> None:
        await asyncio.sleep(0.1)
        await peer.request()
        await peer.send(whole(b"tok"))

    async with serving(slow, tls=authority.server()) as gateway:
        exchange = await edit(trusting(gateway.url, authority.file))
        assert len(gateway.requests[0]) > 16_000_000
    assert (exchange.status, exchange.failure) == (200, None)
    assert exchange.marks.sent_ns is not None


async def edit(target: Line) -> Exchange:
    """Ask with 16 MB of pictures."""
    return await HttpTransport(CLOCK).exchange(
        post(f"{target.provider.base_url}/v1/edits", b"x" * 16_000_000),
        line=target,
        limits=limits(),
        feed=Listener().open,
    )
