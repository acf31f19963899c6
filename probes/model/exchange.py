"""What crosses the wire: requests, stamped bytes, events, facts, and the record of it all.

Stamps are `Clock.now_ns()` values: monotonic nanoseconds, taken when bytes arrive, before they are parsed.
"""

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from probes.model.plan import Channel, Probe, Provider
from probes.model.secret import Secret
from probes.model.words import ErrorKind


class Purpose(StrEnum):
    """Why a wire sends a request."""

    SUBMIT = "submit"
    POLL = "poll"
    DOWNLOAD = "download"
    ADAPT = "adapt"


class Framing(StrEnum):
    """How an event was cut out of the bytes."""

    SSE = "sse"
    JSON = "json"  # a whole body
    STRAY = "stray"  # lines without SSE framing inside an SSE stream; Google's errors come so


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Bytes of a response body as they came out of one read of the socket.

    Chunks with the same `read` arrived together: their stamps cannot tell them apart.
    """

    at_ns: int
    data: bytes
    read: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One framed message, with the stamp of the chunk that completed it."""

    data: bytes
    at_ns: int
    read: int
    framing: Framing
    name: str = ""  # SSE `event:`


class OutputKind(StrEnum):
    """What a piece of output is."""

    TEXT = "text"
    REASONING = "reasoning"
    TOOL = "tool"
    REFUSAL = "refusal"
    IMAGE = "image"
    AUDIO = "audio"
    LIST = "list"  # model ids of a models list
    VECTOR = "vector"
    RANKING = "ranking"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Non-empty output. An image carries base64 in `text`, or a `url` where that is all that was given.

    A `draft` is a picture that a later one replaces.
    """

    kind: OutputKind
    text: str = ""
    url: str = ""
    mime: str = ""
    draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as the provider counts them. None: not said. The last Usage of a stream is the one that holds.

    `output` is billable output, reasoning included; `input` is with cached tokens included.
    """

    input: int | None = None
    output: int | None = None
    reasoning: int | None = None
    cached: int | None = None
    image: int | None = None
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """What the answer says of itself."""

    model: str = ""
    id: str = ""


class Verdict(StrEnum):
    """What a wire's own finish reason means."""

    NORMAL = "normal"
    LENGTH = "length"  # the token limit
    FILTERED = "filtered"
    NOTHING = "nothing"  # the model gave nothing (Gemini NO_IMAGE)
    FAILED = "failed"  # the provider says that generation failed
    UNKNOWN = "unknown"  # a reason not known here: never ok


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """The provider's reason for ending, as said and as meant. Seen = the stream was not cut."""

    reason: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An error object inside a response; `body` is the JSON value that holds it."""

    body: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """The protocol's end marker, where it has one (`[DONE]`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Bytes that should have been a message and are not."""

    detail: str


Fact = Output | Usage | Echo | Finish | Fault | Terminal | Broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """A fact with the stamp of the bytes that it came in."""

    at_ns: int
    read: int
    fact: Fact
    event: int | None = None  # which event of its exchange, from 0: one event may hold several facts


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """One HTTP request of a wire, without the key: the transport adds `auth` when it sends.

    `read` says what an event of the answer means; it is pure and keeps no state.
    """

    purpose: Purpose
    method: str
    url: str
    read: Callable[[Event], Iterable[Fact]]
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    body: bytes = b""
    wait_s: float = 0.0  # pause before sending: polls


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """When things happened, in monotonic ns; None: it did not."""

    start_ns: int  # just before DNS, or before taking a warm connection
    dns_ns: int | None = None  # answer of the resolver
    connect_ns: int | None = None  # TCP established
    tls_ns: int | None = None  # TLS established
    send_ns: int | None = None  # just before the first byte of the request is handed to the socket
    sent_ns: int | None = None  # after the last byte of the request was handed over
    first_byte_ns: int | None = None  # of the response
    last_byte_ns: int | None = None  # of the response
    end_ns: int  # when the exchange was over, whatever the way


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why an exchange ended early: the transport's own verdict, already a member of the closed set."""

    error: ErrorKind
    detail: str

    @property
    def is_cut(self) -> bool:
        """Whether the connection was lost, whoever had still something to say."""
        return self.error in (ErrorKind.CONNECTION_RESET, ErrorKind.TRUNCATED_STREAM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and what came back. `body` keeps the first 64 KiB of a body, for judging errors."""

    request: WireRequest
    marks: Marks
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()  # names in lower case
    http_version: str | None = None
    body: bytes = b""
    bytes_received: int = 0
    failure: Failure | None = None
    warm: bool = False
    stamp: str = "user"  # kernel | user

    def header(self, name: str) -> str | None:
        """The first header of that (lower-case) name."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def event_stream(self) -> bool:
        """Whether the body is server-sent events, by what the answer says of itself."""
        media_type = (self.header("content-type") or "").partition(";")[0]
        return media_type.strip().lower() == "text/event-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a wire is told to ask for. `nonce` makes every request unique, so that no cache can answer it."""

    provider: Provider
    channel: Channel | None  # None: reach
    probe: Probe | None  # None: reach
    prompt: str
    nonce: str
    key: str = "default"  # the name of the provider's key that pays
    expected: str | None = None  # the challenge's answer


Talk = Generator[WireRequest, Exchange, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What happened, complete: every number and verdict of a result is a pure function of it."""

    ask: Ask
    start_ns: int  # probe start: just before the first DNS question
    end_ns: int
    exchanges: tuple[Exchange, ...]
    deltas: tuple[Delta, ...]  # of the exchange that carried the answer

    @property
    def last(self) -> Exchange:
        """The exchange that decided."""
        return self.exchanges[-1]

    @property
    def is_whole(self) -> bool:
        """Whether the last exchange said all: no failure, or a connection lost after the end of a stream.

        A body with a declared length that did not come is cut, whatever it holds.
        """
        failure = self.last.failure
        if failure is None:
            return True
        ended = any(isinstance(delta.fact, Finish | Terminal) for delta in self.deltas)
        return failure.is_cut and self.last.event_stream and ended

    def facts(self, kind: type) -> list[Any]:
        """The facts of one type in order of arrival."""
        return [delta.fact for delta in self.deltas if isinstance(delta.fact, kind)]
