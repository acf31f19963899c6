"""Server-sent events (WHATWG HTML, 9.2.6) over stamped bytes, with the two things that broken gateways need.

- An event carries the stamp of the chunk that ended its last `data:` line. The blank line after it only
  delivers the event: where it comes in a later chunk, time to first token does not wait for it.
- What is unfinished when the bytes end is delivered, not dropped as the standard has it: a gateway that
  forgets the last blank line is judged on its content, and a cut shows in the missing terminal marker.
"""

from probes.framing.body import BOM
from probes.framing.limits import FrameLimits
from probes.framing.lines import Line, LineSplitter
from probes.framing.stray import StrayLines
from probes.model import Chunk, Event, Framing

_DATA, _NAME = b"data", b"event"


class SseDecoder:
    """Comments, `id:`, `retry:` and unknown fields are passed over; a name without data is no event."""

    def __init__(self, limits: FrameLimits) -> None:
        self._limits = limits
        self._splitter = LineSplitter(limits)
        self._stray = StrayLines()
        self._received = 0
        self._started = False
        self._data = b""  # the event's first data line: mostly the only one, and it may hold a picture
        self._more = bytearray()  # the others, each after a line feed
        self._name = b""
        self._last: Line | None = None  # the latest data line of the event

    def feed(self, chunk: Chunk) -> list[Event]:
        """The events that these bytes completed."""
        self._received += len(chunk.data)
        self._limits.check_body(self._received)
        events: list[Event] = []
        for line in self._splitter.feed(chunk):
            events += self._line(line)
        return events

    def close(self) -> list[Event]:
        """The unfinished line, event or stray JSON."""
        events: list[Event] = []
        for line in self._splitter.close():
            events += self._line(line)
        return events + self._stray.flush() + self._dispatch()

    def _line(self, line: Line) -> list[Event]:
        data = line.data
        if not self._started:
            self._started, data = True, data.removeprefix(BOM)
        if not data:
            return self._dispatch()
        if (value := _field(data, _DATA)) is not None:
            return self._append(value, line)
        if (value := _field(data, _NAME)) is not None:
            self._name = value
            return self._stray.flush()
        if self._stray.takes(data):
            return self._dispatch() + self._stray.add(data, line)
        return []

    def _append(self, value: bytes, line: Line) -> list[Event]:
        if self._last is None:
            self._data = value
        else:
            self._more += b"\n" + value
        self._last = line
        return self._stray.flush()

    def _dispatch(self) -> list[Event]:
        last, data, name = self._last, self._data, self._name.decode(errors="replace")
        if self._more:
            data += self._more
            self._more.clear()
        self._last, self._data, self._name = None, b"", b""
        if last is None:
            return []
        return [Event(data=data, at_ns=last.at_ns, read=last.read, framing=Framing.SSE, name=name)]


def _field(line: bytes, name: bytes) -> bytes | None:
    """The value if the line is that field; the one space after the colon is optional and not part of it."""
    if not line.startswith(name):
        return None
    end = len(name)
    if len(line) == end:
        return b""
    if line[end : end + 1] != b":":
        return None
    return line[end + 1 + (line[end + 1 : end + 2] == b" ") :]
