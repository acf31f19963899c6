"""The child process that looks at strangers' pictures: `python -m probes.checks.image_worker`.

It holds no key, has little memory, may write no file and start no process, and ends with its standard input.
Messages both ways: four bytes of length (big-endian), then the body. A request's body begins with one byte:
`B` picture as base64, `R` picture as bytes, `S` a pattern and a text to search, both as JSON in a list. An
answer is a JSON object.
"""

import base64
import binascii
import json
import re
import resource
import signal
import struct
import sys
import warnings
from contextlib import suppress
from io import BytesIO
from typing import Any, BinaryIO

from PIL import GifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

_FORMATS = (
    PngImagePlugin.PngImageFile.format,
    JpegImagePlugin.JpegImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
    GifImagePlugin.GifImageFile.format,
)
_NAMES = {"MPO": "jpeg"}  # a JPEG with a second one behind it
_MOST_PIXELS = 64_000_000
_MEMORY = 768 * 1024 * 1024
_GIVE_UP_S = 10  # twice what the parent allows: for the case that there is no parent any more
_SPARSE = (1024, 1024)
_SAMPLE = (64, 64)
_BLANK_RANGE = 8  # of 255: what is left of one colour after JPEG
_LENGTH = struct.Struct(">I")


class Unfit(Exception):
    """The picture is none; the words are ours and hold nothing of the picture."""


def main() -> None:
    """Answer until standard input ends."""
    _confine()
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    _send(sink, {"ready": True})
    while (request := _receive(source)) is not None:
        signal.alarm(_GIVE_UP_S)
        answer = _answer(request)
        signal.alarm(0)
        _send(sink, answer)


def _confine() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes the pipe
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def _receive(source: BinaryIO) -> bytes | None:
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = source.read(length)
    return body if len(body) == length else None


def _send(sink: BinaryIO, answer: dict[str, Any]) -> None:
    body = json.dumps(answer).encode()
    sink.write(_LENGTH.pack(len(body)) + body)
    sink.flush()


def _answer(request: bytes) -> dict[str, Any]:
    kind, body = request[:1], memoryview(request)[1:]
    try:
        if kind == b"S":
            pattern, text = json.loads(bytes(body))
            return {"found": re.search(pattern, text) is not None}
        return _look(_decoded(bytes(body)) if kind == b"B" else bytes(body))
    except Unfit as unfit:
        return {"unfit": str(unfit)}
    except MemoryError:
        return {"unfit": "too large to decode"}


def _decoded(text: bytes) -> bytes:
    """Base64 as models send it: perhaps as a data URI, with line breaks, in the URL alphabet, unpadded."""
    if text[:5] == b"data:":
        text = text.partition(b",")[2]
    with suppress(binascii.Error):
        return base64.b64decode(text, validate=True)  # as it should be: no second copy of megabytes
    text = text.translate(bytes.maketrans(b"-_", b"+/"), b" \t\r\n=")
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise Unfit("not base64") from None


def _look(data: bytes) -> dict[str, Any]:
    """Decode all of it: a header promises, pixels prove."""
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise Unfit(f"{image.width} × {image.height} pixels are too many")
            image.verify()  # checksums; it uses the image up
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            image.load()
            name, (width, height) = image.format or "", image.size
            return {
                "width": width,
                "height": height,
                "format": _NAMES.get(name, name.lower()),
                "bytes": len(data),
                "blank": _is_blank(image),
            }
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unfit("too many pixels") from None
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, IndexError, KeyError):
        raise Unfit("no PNG, JPEG, WebP or GIF that can be decoded") from None


def _is_blank(image: Image.Image) -> bool:
    """Whether the picture is one colour all over, or nothing but transparency."""
    image.thumbnail(_SPARSE, Image.Resampling.NEAREST)  # in place: no second full-size copy
    if image.mode.startswith(("I", "F")):
        image = image.point(lambda value: value / 256).convert("L")
    shown = image.convert("RGBA" if image.has_transparency_data else "RGB")
    small = shown.resize(_SAMPLE, Image.Resampling.BOX)  # it weighs by alpha: unseen colours do not count
    shades = [band.tobytes() for band in small.split()]
    return all(max(shade) - min(shade) <= _BLANK_RANGE for shade in shades)


if __name__ == "__main__":
    main()
