"""Real PNG pictures of any size, cheap enough to be made for every request.

The pixels are indices into a palette. They depend on the size only, so they are compressed once and kept; the
palette, a comment and the last row depend on the request. So no two pictures are the same, and 4096 × 4096
costs a few milliseconds from the second time on.
"""

import hashlib
import struct
import zlib
from functools import lru_cache

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SHADES = 64  # distinct rows of the gradient
_ADLER_START = 1


def picture(width: int, height: int, nonce: str, *, flat: bool = False, padding: int = 0) -> bytes:
    """A gradient in colours of its own; `flat`: one colour all over.

    `padding` bytes travel in a private chunk, for pictures that must be heavy: decoders ignore it.
    """
    digest = hashlib.sha256(nonce.encode()).digest()
    parts = [
        _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        _chunk(b"PLTE", _palette(digest, flat=flat)),
        _chunk(b"tEXt", b"Comment\x00" + nonce.encode("latin-1", "replace")),
    ]
    if padding:
        parts.append(_chunk(b"gpAd", _noise(padding)))
    parts += [_chunk(b"IDAT", _pixels(width, height, digest)), _chunk(b"IEND", b"")]
    return _SIGNATURE + b"".join(parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _palette(digest: bytes, *, flat: bool) -> bytes:
    """256 colours on three triangle waves, whose phases are the request's own."""
    red, green, blue = digest[:3]
    if flat:
        return bytes((red, green, blue)) * 256
    waves = ((index + red, 2 * index + green, 3 * index + blue) for index in range(256))
    return bytes(_triangle(phase) for wave in waves for phase in wave)


def _triangle(phase: int) -> int:
    return abs((phase * 2) % 510 - 255)


def _pixels(width: int, height: int, digest: bytes) -> bytes:
    """One zlib stream: the cached rows, then the request's own last row.

    Raw deflate blocks can be joined after a full flush, and Adler-32 can be carried on.
    """
    common, adler = _common_rows(width, height)
    last = b"\x00" + (digest * (width // len(digest) + 1))[:width]
    tail = zlib.compressobj(1, zlib.DEFLATED, -15)
    stream = common + tail.compress(last) + tail.flush()
    return b"\x78\x01" + stream + struct.pack(">I", zlib.adler32(last, adler))


@lru_cache(maxsize=32)
def _common_rows(width: int, height: int) -> tuple[bytes, int]:
    """All rows but the last: deflated, and their Adler-32."""
    slope = bytes(x * 256 // width for x in range(width))
    rows = [b"\x00" + slope.translate(_shifted(shade * 2)) for shade in range(_SHADES)]
    squeezer, adler, parts = zlib.compressobj(1, zlib.DEFLATED, -15), _ADLER_START, []
    for shade in range(_SHADES):
        first, last = (-(-(height - 1) * edge // _SHADES) for edge in (shade, shade + 1))
        band = rows[shade] * (last - first)
        parts.append(squeezer.compress(band))
        adler = zlib.adler32(band, adler)
    parts.append(squeezer.flush(zlib.Z_FULL_FLUSH))
    return b"".join(parts), adler


def _shifted(by: int) -> bytes:
    return bytes((index + by) % 256 for index in range(256))


@lru_cache(maxsize=4)
def _noise(length: int) -> bytes:
    """Bytes that no compression makes smaller, the same on every machine."""
    return hashlib.shake_128(b"genping").digest(length)
