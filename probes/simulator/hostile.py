"""Answers made to hurt their reader: sizes, encodings, framing that lies."""

import gzip
import struct
import zlib
from dataclasses import replace
from functools import lru_cache

from probes.simulator.reframing import chunked, measured, with_header, without_header
from probes.simulator.scenario import Bend
from probes.simulator.script import End, Reply, Step

_MIB = 1024 * 1024
_BLOCK = bytes(65536)
_TEN_GB = 10_000_000_000
_GZIP = ("Content-Encoding", "gzip")
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
_CRC_OF_ZEROS = {
    256: 0x2A0E7DBB,
    1024: 0x5B64C2B0,
}  # by mebibytes; counting them would stop every other stream for a second


def _with_body(reply: Reply, body: bytes) -> Reply:
    """Another body at the same time."""
    wait_s = sum(step.after_s for step in reply.steps)
    return measured(replace(reply, steps=(Step(after_s=wait_s, data=body),)))


def gzipped(reply: Reply) -> Reply:
    """One honest gzip layer, flushed after every event, though identity was asked for."""
    squeezer = zlib.compressobj(6, zlib.DEFLATED, 31)
    steps = []
    for step in reply.steps:
        data = squeezer.compress(step.data) + squeezer.flush(zlib.Z_SYNC_FLUSH)
        steps.append(Step(after_s=step.after_s, data=data))
    steps.append(Step(after_s=0.0, data=squeezer.flush()))
    return with_header(measured(replace(reply, steps=tuple(steps))), *_GZIP)


def gzipped_twice(reply: Reply) -> Reply:
    """Two layers, and the header says so."""
    body = gzip.compress(gzip.compress(reply.body, mtime=0), mtime=0)
    return with_header(_with_body(reply, body), "Content-Encoding", "gzip, gzip")


def gzip_cut(reply: Reply) -> Reply:
    """A gzip layer without its end."""
    body = gzip.compress(reply.body, mtime=0)
    return with_header(_with_body(reply, body[: len(body) // 2]), *_GZIP)


def gzip_bomb(reply: Reply) -> Reply:
    """256 MiB of zeros, a thousand times smaller on the wire."""
    return with_header(_with_body(reply, _bomb(256)), *_GZIP)


def gzip_bomb_twice(reply: Reply) -> Reply:
    """1 GiB of zeros in two layers: a few kilobytes on the wire."""
    twice = gzip.compress(_bomb(1024), mtime=0)
    return with_header(_with_body(reply, twice), "Content-Encoding", "gzip, gzip")


@lru_cache(maxsize=2)
def _bomb(mebibytes: int) -> bytes:
    """One gzip member of zeros: the same deflated mebibyte again and again, joined after full flushes."""
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = squeezer.compress(bytes(_MIB)) + squeezer.flush(zlib.Z_FULL_FLUSH)
    trailer = struct.pack("<II", _CRC_OF_ZEROS[mebibytes], mebibytes * _MIB)
    return _GZIP_HEAD + block * mebibytes + squeezer.flush() + trailer


def encoded_as(name: str) -> Bend:
    """A Content-Encoding that the body does not have."""
    return lambda reply: with_header(reply, "Content-Encoding", name)


def declared_10_gb(reply: Reply) -> Reply:
    """10 GB are declared, ten bytes come, then silence."""
    short = replace(reply, steps=(Step(after_s=0.0, data=b'{"choices"'),), end=End.STALL)
    return with_header(without_header(short, "transfer-encoding"), "Content-Length", str(_TEN_GB))


def ten_gb(reply: Reply) -> Reply:
    """10 GB really come."""
    return chunked(replace(reply, steps=(Step(after_s=0.0, data=_BLOCK),) * (_TEN_GB // len(_BLOCK))))


def endless_line(reply: Reply) -> Reply:
    """One SSE line of 1 GB."""
    line = (Step(after_s=0.0, data=b"data: "),) + (Step(after_s=0.0, data=b"x" * 65536),) * 16384
    return chunked(replace(reply, steps=line))


def many_headers(reply: Reply) -> Reply:
    """A million headers."""
    return replace(reply, headers=reply.headers + (("x-filler", "1"),) * 1_000_000)


def big_header(reply: Reply) -> Reply:
    """One header of 100 MB."""
    return replace(reply, headers=(*reply.headers, ("x-filler", "x" * (100 * _MIB))))


def deep_json(reply: Reply) -> Reply:
    """Arrays nested 100,000 deep."""
    return _with_body(reply, b'{"choices":' + b"[" * 100_000 + b"]" * 100_000 + b"}")


def long_number(reply: Reply) -> Reply:
    """A number of a million digits."""
    return _with_body(reply, b'{"usage":{"prompt_tokens":' + b"9" * 1_000_000 + b"}}")


def not_json(reply: Reply) -> Reply:
    """Text that was never JSON, under the same content type."""
    return _with_body(reply, b"data: {not json}\n\n" if reply.header("transfer-encoding") else b"{not json}")


def broken_chunks(reply: Reply) -> Reply:
    """A body that announces chunks and holds none."""
    step = Step(after_s=0.0, data=b"zz\r\nthis is no chunk\r\n")
    return chunked(replace(reply, steps=(step,), raw=True, end=End.CUT))


def not_http(reply: Reply) -> Reply:
    """Another protocol answers: the bytes are no HTTP at all."""
    step = Step(after_s=0.0, data=b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
    return replace(reply, status=0, steps=(step,), raw=True, end=End.CUT)
