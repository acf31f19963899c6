import asyncio
import gzip
import ssl
import struct
import zlib

import pytest
import trustme

from probes.simulator import running
from tests.unit.simulator.client import (
    CHAT,
    GEMINI,
    MODELS,
    PICTURES,
    ROUTED_CHAT,
    body_for,
    chat_body,
    events,
    exchange,
    fetch,
    request_bytes,
)

STREAM = chat_body(stream=True)
LAST_CHUNK = b"0\r\n\r\n"


def unchunked(body: bytes) -> bytes:
    out = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        out += rest[: int(size, 16)]
        body = rest[int(size, 16) + 2 :]
    return out


@pytest.mark.parametrize("scenario", ["reset-before-head", "reset-midstream", "dead"])
async def test_a_reset_is_a_reset(scenario: str):
    async with running(speed=10) as url:
        seen = await exchange(url, request_bytes(CHAT, scenario, STREAM))
        (entry,) = await fetch(url, "/__sim/log")
    assert isinstance(seen.error, ConnectionResetError)
    assert entry["end"] == "reset"
    assert bool(seen.pieces) is (scenario == "reset-midstream")


@pytest.mark.parametrize(
    ("path", "body"), [(CHAT, STREAM), (GEMINI, None), (PICTURES, None)], ids=["chunked", "length", "image"]
)
async def test_a_cut_is_a_fin_before_the_end(path: str, body: dict[str, object] | None):
    async with running(speed=50) as url:
        seen = await exchange(url, request_bytes(path, "cut", body))
    assert seen.error is None
    assert not seen.body.endswith(LAST_CHUNK)
    if path != CHAT:
        declared = int(seen.head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        assert 0 < len(seen.body) < declared


async def test_a_stream_that_is_cut_inside_an_event_ends_in_broken_json():
    async with running(speed=50) as url:
        seen = await exchange(url, request_bytes(CHAT, "cut-inside-event", STREAM))
    assert not unchunked(seen.body).endswith(b"\n\n")


@pytest.mark.parametrize(
    ("scenario", "some"), [("silent", False), ("head-only", True), ("stall", True), ("declared-10-gb", True)]
)
async def test_a_stall_is_silence_on_an_open_connection(scenario: str, some: bool):  # noqa: FBT001 - a table
    async with running(speed=50) as url:
        seen = await exchange(url, request_bytes(CHAT, scenario, STREAM), within_s=0.6)
        (entry,) = await fetch(url, "/__sim/log")
    assert isinstance(seen.error, TimeoutError)
    assert bool(seen.pieces) is some
    assert entry["end"] == "stall"


async def test_a_closed_connection_before_the_head_is_empty():
    async with running(speed=50) as url:
        seen = await exchange(url, request_bytes(CHAT, "closed-before-head"))
    assert (seen.data, seen.error) == (b"", None)


async def test_another_protocol_may_answer():
    async with running(speed=50) as url:
        seen = await exchange(url, request_bytes(CHAT, "not-http"))
    assert seen.data.startswith(b"SSH-2.0-")


async def test_a_head_drips_byte_by_byte():
    async with running(speed=100) as url:
        seen = await exchange(url, request_bytes(CHAT, "dripped-head"))
    assert len(seen.pieces) > 30
    assert seen.body.endswith(b"}")


async def test_a_body_drips_byte_by_byte():
    async with running(speed=1000) as url:
        seen = await exchange(url, request_bytes(CHAT, "dripped-body"))
    assert len(seen.pieces) > 50


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
async def test_gzip_can_be_read_as_it_arrives(streamed: bool):  # noqa: FBT001 - a table of two
    async with running(speed=50) as url:
        seen = await exchange(url, request_bytes(CHAT, "gzip", chat_body(stream=streamed)))
    body = unchunked(seen.body) if streamed else seen.body
    assert b"Content-Encoding: gzip" in seen.head
    assert b"k3" in gzip.decompress(body)


async def test_a_bomb_is_a_thousand_times_smaller_on_the_wire():
    async with running(speed=50) as url:
        seen = await exchange(url, request_bytes(CHAT, "gzip-bomb"))
    assert len(seen.body) < 300_000
    assert inflated(seen.body) == 256 << 20


async def test_two_layers_make_it_a_few_kilobytes():
    async with running(speed=50) as url:
        seen = await exchange(url, request_bytes(CHAT, "gzip-bomb-twice"))
    assert len(seen.body) < 10_000
    inner = gzip.decompress(seen.body)
    assert struct.unpack("<I", inner[-4:]) == (1 << 30,)
    assert inflated(inner, at_most=32 << 20) == 32 << 20


def inflated(body: bytes, at_most: int = 1 << 40) -> int:
    """The size of a gzip member, by pieces; at its end zlib checks its checksum."""
    inflater, size = zlib.decompressobj(31), 0
    while not inflater.eof and size < at_most:
        size += len(inflater.decompress(body, 1 << 20))
        body = inflater.unconsumed_tail
    return size


async def test_ten_gigabytes_flow_without_being_held():
    async with running() as url:
        seen = await exchange(url, request_bytes(CHAT, "10-gb", STREAM), within_s=0.5)
        await asyncio.sleep(0.05)
        (entry,) = await fetch(url, "/__sim/log")
    assert isinstance(seen.error, TimeoutError)
    assert 1_000_000 < entry["sent_bytes"] < 10_000_000_000
    assert entry["end"] == "gone"


async def test_a_redirect_leads_to_another_name_whose_visits_are_logged():
    async with running(speed=50) as url:
        seen = await exchange(url, request_bytes(ROUTED_CHAT, "redirect"))
        place = next(x for x in seen.head.decode().split("\r\n") if x.startswith("Location: ")).split(" ", 1)[
            1
        ]
        await fetch(url, "/__sim/elsewhere")
        paths = [entry["path"] for entry in await fetch(url, "/__sim/log")]
    assert place == "http://localhost/__sim/elsewhere"
    assert paths == [ROUTED_CHAT, "/__sim/elsewhere"]


async def test_a_linked_picture_is_there_without_a_key():
    async with running(speed=50) as url:
        seen = await exchange(url, request_bytes("/__sim/image/640x480/x.png", "", method="GET"))
        (entry,) = await fetch(url, "/__sim/log")
    assert struct.unpack(">II", seen.body[16:24]) == (640, 480)
    assert entry["path"] == "/__sim/image/640x480/x.png"


async def test_head_has_the_head_alone_and_unknown_paths_are_404():
    async with running(speed=50) as url:
        head = await exchange(url, request_bytes(MODELS, "ok", method="HEAD"))
        nowhere = await exchange(url, request_bytes("/nowhere", "ok", method="GET"))
        unknown = await exchange(url, request_bytes("/requesty/v1/embeddings", "ok", {}))
        wrong = await exchange(url, request_bytes(CHAT, "ok", method="GET"))
    assert head.head.startswith(b"HTTP/1.1 200 OK")
    assert head.body == b""
    assert [x.head.split(b" ")[1] for x in (nowhere, unknown, wrong)] == [b"404"] * 3


async def test_a_connection_is_kept_and_its_requests_answered_in_order():
    async with running(speed=50) as url:
        one = request_bytes(CHAT, "ok", STREAM).replace(b"Connection: close\r\n", b"")
        two = request_bytes(MODELS, "ok", method="GET")
        seen = await exchange(url, one + two)
        entries = await fetch(url, "/__sim/log")
    assert seen.data.count(b"HTTP/1.1 200 OK") == 2
    assert len({entry["connection"] for entry in entries}) == 1


async def test_bad_requests_and_expectations_are_answered():
    async with running(speed=50) as url:
        bad = await exchange(url, b"nonsense\r\n\r\n")
        head, _, body = request_bytes(CHAT, "ok").partition(b"\r\n\r\n")
        patient = await exchange(url, head + b"\r\nExpect: 100-continue\r\n\r\n" + body[:5], within_s=0.3)
        assert patient.error is not None
    assert bad.data.startswith(b"HTTP/1.1 400 Bad Request")
    assert patient.data == b"HTTP/1.1 100 Continue\r\n\r\n"


async def test_tls():
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with running(speed=10, ssl_context=context) as url:
        good = await exchange(url, request_bytes(ROUTED_CHAT, "ok", STREAM), tls=trusting)
        reset = await exchange(url, request_bytes(ROUTED_CHAT, "reset-midstream", STREAM), tls=trusting)
        link = await exchange(
            url, request_bytes(ROUTED_CHAT, "image-as-url", body_for(ROUTED_CHAT, image=True)), tls=trusting
        )
    assert url.startswith("https://127.0.0.1:")
    assert events(unchunked(good.body))[-1]["usage"]["completion_tokens"] == 3
    assert isinstance(reset.error, ConnectionResetError)
    assert b"https://127.0.0.1/__sim/image/" in link.body
