"""Pure stream decoders: stamped bytes in, stamped events out. No socket, no clock, no text."""

from typing import Protocol

from probes.framing.body import BodyDecoder
from probes.framing.limits import FrameError, FrameLimits
from probes.framing.sse import SseDecoder
from probes.model import Chunk, Event

__all__ = ["Decoder", "FrameError", "FrameLimits", "open_decoder"]


class Decoder(Protocol):
    """Cuts the bytes of one response body into events. Either method may raise `FrameError`."""

    def feed(self, chunk: Chunk) -> list[Event]:
        """Take the next bytes; return the events that they completed."""
        ...

    def close(self) -> list[Event]:
        """Take the end of the body, however it ended; return what was still unfinished."""
        ...


def open_decoder(content_type: str | None, limits: FrameLimits) -> Decoder:
    """Choose by what the answer says it is, never by what was asked for.

    `stream: true` answered by JSON is an error or a gateway that ignores `stream`: both are whole bodies.
    """
    media_type = (content_type or "").partition(";")[0].strip().lower()
    return SseDecoder(limits) if media_type == "text/event-stream" else BodyDecoder(limits)
