"""How much a response may hold, and the error that says it held more."""

from dataclasses import dataclass

from probes.model import ErrorKind


class FrameError(Exception):
    """The bytes cannot be framed; `error` is the verdict on the channel."""

    def __init__(self, error: ErrorKind, detail: str) -> None:
        super().__init__(detail)
        self.error, self.detail = error, detail


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameLimits:
    """Bytes after content decoding. The line limit concerns streams only: a whole body has no lines."""

    max_line_bytes: int
    max_body_bytes: int

    def check_body(self, received: int) -> None:
        """Refuse a body that grew too long."""
        if received > self.max_body_bytes:
            raise FrameError(ErrorKind.OVERSIZED_RESPONSE, f"body over {self.max_body_bytes} bytes")

    def check_line(self, length: int) -> None:
        """Refuse a line that grew too long, finished or not."""
        if length > self.max_line_bytes:
            raise FrameError(ErrorKind.OVERSIZED_RESPONSE, f"line over {self.max_line_bytes} bytes")
