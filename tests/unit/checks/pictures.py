"""Pictures, and things that pretend to be some."""

import base64
import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image


def gradient(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """No two corners alike."""
    left, right = Image.linear_gradient("L"), Image.linear_gradient("L").rotate(90)
    picture = Image.merge("RGB", (left, right, left.rotate(180))).resize((width, height))
    return picture.convert(mode)


def hidden(picture: Image.Image) -> Image.Image:
    """All its colours behind full transparency."""
    picture.putalpha(0)
    return picture


def encoded(picture: Image.Image, name: str = "PNG", **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, name, **options)
    return out.getvalue()


def as_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises a size and holds a few compressed bytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", body) + png_chunk(b"IEND", b"")
    )


def zeros_png(side: int) -> bytes:
    """A true picture of one colour: a few hundred kilobytes that decode to gigabytes."""
    head = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    squeezer = zlib.compressobj(9)
    row = b"\0" * (1 + side * 4)
    body = b"".join(squeezer.compress(row) for _ in range(side)) + squeezer.flush()
    return (
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", body) + png_chunk(b"IEND", b"")
    )
