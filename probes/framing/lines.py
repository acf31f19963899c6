"""Lines of a byte stream: ended by LF, CRLF or CR and by nothing else, each with the chunk that ended it.

Text splitters (`str.splitlines`, httpx's `aiter_lines`) also cut at U+2028, U+0085 and the ASCII separators,
which are legal inside a JSON string: they break an event in two. `bytes.splitlines` knows three ends only.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from probes.framing.limits import FrameLimits
from probes.model import Chunk

_CR, _LF, _ENDS = b"\r", b"\n", b"\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line without its end, whole once its LF, or its CR, is there: a LF after a CR is not waited for."""

    data: bytes
    at_ns: int
    read: int


class LineSplitter:
    """Linear in the bytes, and no larger than the unfinished line even when it drips byte by byte."""

    def __init__(self, limits: FrameLimits) -> None:
        self._limits = limits
        self._unfinished = bytearray()
        self._last: Chunk | None = None  # the latest chunk with bytes of the unfinished line
        self._after_cr = False

    def feed(self, chunk: Chunk) -> Iterator[Line]:
        """The lines that this chunk ended. To be exhausted before the next call."""
        if not chunk.data:
            return
        data = chunk.data.removeprefix(_LF) if self._after_cr else chunk.data
        self._after_cr = data.endswith(_CR)
        for piece in data.splitlines(keepends=True):
            content = piece.rstrip(_ENDS)
            self._limits.check_line(len(self._unfinished) + len(content))
            if len(content) == len(piece):
                self._unfinished += content
                self._last = chunk
            else:
                yield Line(data=self._finish(content), at_ns=chunk.at_ns, read=chunk.read)

    def close(self) -> Iterator[Line]:
        """The unfinished line, if bytes of one came."""
        if self._unfinished and self._last is not None:
            yield Line(data=self._finish(b""), at_ns=self._last.at_ns, read=self._last.read)

    def _finish(self, content: bytes) -> bytes:
        if not self._unfinished:
            return content
        self._unfinished += content
        whole = bytes(self._unfinished)
        self._unfinished.clear()
        return whole
