"""Bodies that come encoded although nobody asked."""

import gzip
import zlib

import pytest

from probes.clock import NS
from probes.model import ErrorKind
from tests.integration.transport.asking import Listener, ask, limits, line
from tests.integration.transport.gateway import LAST_CHUNK, answers, chunk, chunked, serving, whole

pytestmark = pytest.mark.integration

TEXT = b"data: tok\n\n" * 20_000
PACKED = gzip.compress(TEXT)


@pytest.mark.parametrize(
    ("packed", "name"),
    [
        pytest.param(PACKED, "gzip", id="gzip"),
        pytest.param(PACKED, "X-GZIP, identity", id="x-gzip"),
        pytest.param(zlib.compress(TEXT), "deflate", id="deflate"),
        pytest.param(zlib.compress(TEXT, wbits=-15), "deflate", id="raw deflate"),
        pytest.param(gzip.compress(TEXT[:11]) + gzip.compress(TEXT[11:]), "gzip", id="two members"),
    ],
)
async def test_one_layer_is_taken_off(packed: bytes, name: str):
    listener = Listener()
    async with serving(answers(whole(packed, f"Content-Encoding: {name}"))) as gateway:
        exchange = await ask(line(gateway.url), feed=listener.open)
    assert exchange.failure is None
    assert listener.body == TEXT
    assert exchange.body == TEXT[: 64 * 1024]
    assert exchange.bytes_received == len(packed)
    assert max(len(chunk.data) for chunk in listener.chunks) <= 64 * 1024


async def test_a_compressed_stream_flows():
    packer = zlib.compressobj(wbits=31)
    first = packer.compress(b"tok 1") + packer.flush(zlib.Z_SYNC_FLUSH)
    second = packer.compress(b"tok 2") + packer.flush()
    listener = Listener()
    script = answers(chunked("Content-Encoding: gzip"), chunk(first), 0.05, chunk(second), LAST_CHUNK)
    async with serving(script) as gateway:
        await ask(line(gateway.url), feed=listener.open)
    assert [chunk.data for chunk in listener.chunks] == [b"tok 1", b"tok 2"]
    assert listener.chunks[1].at_ns - listener.chunks[0].at_ns > 0.04 * NS


def bomb() -> bytes:
    """A thousand to one: 64 MB in 65 KB."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(64)) + packer.flush()


@pytest.mark.parametrize(
    ("body", "fields", "error"),
    [
        pytest.param(bomb(), ["gzip"], ErrorKind.OVERSIZED_RESPONSE, id="bomb"),
        pytest.param(
            gzip.compress(b"") * 60_000, ["gzip"], ErrorKind.OVERSIZED_RESPONSE, id="much ado, no output"
        ),
        pytest.param(gzip.compress(bomb()), ["gzip, gzip"], ErrorKind.MALFORMED_RESPONSE, id="two layers"),
        pytest.param(PACKED, ["gzip", "gzip"], ErrorKind.MALFORMED_RESPONSE, id="two layers, two fields"),
        pytest.param(PACKED, [", ".join(["gzip"] * 50)], ErrorKind.MALFORMED_RESPONSE, id="fifty layers"),
        pytest.param(PACKED, ["br"], ErrorKind.MALFORMED_RESPONSE, id="brotli"),
        pytest.param(PACKED, ["zstd"], ErrorKind.MALFORMED_RESPONSE, id="zstd"),
        pytest.param(TEXT, ["gzip"], ErrorKind.MALFORMED_RESPONSE, id="declared but not there"),
        pytest.param(TEXT, ["deflate"], ErrorKind.MALFORMED_RESPONSE, id="declared, no deflate"),
        pytest.param(PACKED[:-9], ["gzip"], ErrorKind.TRUNCATED_STREAM, id="cut"),
        pytest.param(PACKED + b"more", ["gzip"], ErrorKind.MALFORMED_RESPONSE, id="more behind it"),
        pytest.param(b"", ["br"], None, id="no body, no matter"),
    ],
)
async def test_anything_else_is_refused(body: bytes, fields: list[str], error: ErrorKind | None):
    listener = Listener()
    head = [f"Content-Encoding: {field}" for field in fields]
    async with serving(answers(whole(body, *head))) as gateway:
        exchange = await ask(line(gateway.url), feed=listener.open, within=limits(max_bytes=1_000_000))
    assert (exchange.failure and exchange.failure.error) == error
    assert exchange.status == 200
    assert len(listener.body) <= 1_000_000
