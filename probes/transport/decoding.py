"""Content encodings. We ask for none; one gzip or deflate layer is taken off all the same, inside the limits.

Every piece is at most 64 KiB however small its source: a body of 2 KB can stand for gigabytes.
"""

import zlib
from collections.abc import Iterator
from typing import Protocol

from probes.model import ErrorKind
from probes.transport.seam import Abort

PIECE_BYTES = 64 * 1024
GZIP_BITS, ZLIB_BITS, RAW_BITS = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
ZLIB_METHOD = 8  # RFC 1950: low nibble of the first byte; no raw deflate stream in use begins so
GZIP_NAMES = frozenset({"gzip", "x-gzip"})


class Decoding(Protocol):
    """Takes a layer off."""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Pieces of the plain body. Raises `Abort` (`malformed_response`)."""
        ...

    def finish(self) -> None:
        """The body has ended. Raises `Abort` (`truncated_stream`) where the layer has not."""
        ...


def open_decoding(headers: tuple[tuple[str, str], ...]) -> Decoding:
    """What the head promises; what cannot be decoded is an error only once there is a body."""
    said = ",".join(value for name, value in headers if name == "content-encoding")
    layers = [layer for part in said.lower().split(",") if (layer := part.strip()) not in ("", "identity")]
    if not layers:
        return Plain()
    if len(layers) > 1:
        return Undecodable("more than one content encoding")
    if layers[0] in GZIP_NAMES or layers[0] == "deflate":
        return Inflate(gzip=layers[0] in GZIP_NAMES)
    return Undecodable("a content encoding that was not asked for")


class Plain:
    """No layer."""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """The data itself."""
        yield data

    def finish(self) -> None:
        """Nothing can be missing."""


class Undecodable:
    """A layer that is not ours to take off."""

    def __init__(self, detail: str) -> None:
        self._detail = detail

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Refuse."""
        if data:
            raise Abort(ErrorKind.MALFORMED_RESPONSE, self._detail)
        return iter(())

    def finish(self) -> None:
        """Without a body nothing was missed."""


class Inflate:
    """gzip (several members are one body), or deflate with or without its zlib wrapping."""

    def __init__(self, *, gzip: bool) -> None:
        self._bits: int | None = GZIP_BITS if gzip else None
        self._engine: zlib._Decompress | None = None

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Pieces of at most 64 KiB."""
        more = bool(data)
        try:
            while more:
                engine = self._engine_for(data)
                piece = engine.decompress(data, PIECE_BYTES)
                data = engine.unused_data if engine.eof else engine.unconsumed_tail
                full = len(piece) == PIECE_BYTES and not engine.eof  # there may be more from the same input
                more = full or bool(data)
                if piece:
                    yield piece
        except zlib.error as exc:
            raise Abort(ErrorKind.MALFORMED_RESPONSE, "not the content encoding that was declared") from exc

    def _engine_for(self, data: bytes) -> "zlib._Decompress":
        if self._bits is None:
            self._bits = ZLIB_BITS if data[0] & 0x0F == ZLIB_METHOD else RAW_BITS
        if self._engine is None or self._engine.eof:
            self._engine = zlib.decompressobj(self._bits)
        return self._engine

    def finish(self) -> None:
        """The end of the layer must have come."""
        if self._engine is not None and not self._engine.eof:
            raise Abort(ErrorKind.TRUNCATED_STREAM, "the content encoding was cut")
