"""The transport as its callers see it: one request out, stamped bytes in, one `Exchange` back."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from probes.model import Chunk, ErrorKind, Exchange, Provider, WireRequest


class Progress(Enum):
    """How far an answer is, in the eyes of whoever understands its bytes."""

    WAITING = auto()  # no output yet
    FLOWING = auto()  # output was seen
    DONE = auto()  # the protocol's end marker was seen


class Abort(Exception):
    """Ends the exchange with this failure. `detail` is short and holds neither URL nor key."""

    def __init__(self, error: ErrorKind, detail: str) -> None:
        super().__init__(f"{error.value}: {detail}")
        self.error, self.detail = error, detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Over which of a provider's keys to ask. `reuse` names the warm connection that may be used."""

    provider: Provider
    key: str
    reuse: str | None = None  # id of a channel; None: a cold connection, closed afterwards


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What ends an exchange. The deadline is an instant of `Clock.now_ns()`, the rest are durations."""

    deadline_ns: int
    connect_timeout_s: float  # DNS, TCP and TLS together
    first_token_timeout_s: float | None  # from request start to output; None: only the deadline holds
    stall_timeout_s: float  # without a byte, once output was seen
    max_body_bytes: int  # on the wire, and again when decoded


Take = Callable[[Chunk], Progress]
Feed = Callable[[int, tuple[tuple[str, str], ...]], Take]


class Transport(Protocol):
    """The only client of channels. A failing channel is an `Exchange` with a failure, never an exception."""

    async def exchange(self, request: WireRequest, *, line: Line, limits: Limits, feed: Feed) -> Exchange:
        """Send once, receive, end by the deadline. `feed` is opened with the head, then takes each chunk."""
        ...

    async def close(self) -> None:
        """Close the warm connections."""
        ...
