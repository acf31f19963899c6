"""A body without framing: one JSON event at the end, with the stamp of the last bytes."""

from probes.framing.limits import FrameLimits
from probes.model import Chunk, Event, Framing

BOM = b"\xef\xbb\xbf"


class BodyDecoder:
    """Collects a whole body. An empty one is no event: there is nothing to read."""

    def __init__(self, limits: FrameLimits) -> None:
        self._limits = limits
        self._body = bytearray()
        self._last: Chunk | None = None

    def feed(self, chunk: Chunk) -> list[Event]:
        """Keep the bytes."""
        self._limits.check_body(len(self._body) + len(chunk.data))
        if chunk.data:
            self._body += chunk.data
            self._last = chunk
        return []

    def close(self) -> list[Event]:
        """The body as one event, byte order mark removed."""
        last, self._last = self._last, None
        if last is None:
            return []
        data = bytes(self._body).removeprefix(BOM)
        self._body.clear()
        return [Event(data=data, at_ns=last.at_ns, read=last.read, framing=Framing.JSON)]
