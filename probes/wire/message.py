"""From an event to JSON messages, the same for every wire: end marker, broken bytes, arrays, errors, end."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson

from probes.model import Broken, Event, Fact, Fault, Framing, Terminal
from probes.wire.fault import fault_in

Read = Callable[[Event], Iterable[Fact]]
Interpret = Callable[[dict[str, Any]], Iterable[Fact]]

_DONE = b"[DONE]"
_ERROR = "error"  # Anthropic's and OpenAI's name for the event
_ERROR_BYTES = 1000
_MOST_CONTAINERS = 50_000  # objects and arrays of one answer: a list of 1,000 models has some 10,000
_MOST_MESSAGES = 64  # of one array
_MENDABLE_BYTES = 65_536  # a delta is small; mending megabytes would hold up the loop
# Every JSON escape, so that parity of backslashes is never guessed; a proper surrogate pair is one match.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def reader(interpret: Interpret, *, content: frozenset[str], most_messages: int = _MOST_MESSAGES) -> Read:
    """`read` of a wire: `interpret` gives the facts of a message, `content` names where its answers are.

    A whole body that parses is its own end marker. Chat's `[DONE]` is matched by its beginning, as the SDK
    does (openai 2.54.0), whatever the wire: relays send it after Gemini streams too. Of an array of messages
    the first `most_messages` are looked at.
    """

    def read(event: Event) -> list[Fact]:
        if event.data.startswith(_DONE):
            return [Terminal()]
        if not event.data or event.data.isspace():
            return []
        try:
            value = parse(event.data)
        except ValueError as error:
            return [_unreadable(event, str(error))]
        messages = value[:most_messages] if isinstance(value, list) else [value]
        facts = list(_facts(messages, interpret, content))
        if event.name == _ERROR and not any(isinstance(fact, Fault) for fact in facts):
            facts.append(Fault(body=value if isinstance(value, dict) else {_ERROR: value}))
        return [*facts, Terminal()] if event.framing is Framing.JSON else facts

    return read


def _unreadable(event: Event, complaint: str) -> Fact:
    """An event that is named an error is one, whatever it holds."""
    if event.name == _ERROR:
        return Fault(body={_ERROR: event.data[:_ERROR_BYTES].decode(errors="replace")})
    return Broken(detail=complaint)


def parse(data: bytes) -> Any:
    """The JSON value. Raises ValueError with words of our own: what upstream sent is not repeated.

    What has too many objects and arrays is not even parsed: two bytes sent would cost us ten microseconds. A
    lone surrogate escape (a gateway that cut an emoji in two) becomes U+FFFD, as most parsers have it.
    """
    if _is_crowded(data):
        raise ValueError(f"JSON of more than {_MOST_CONTAINERS} objects and arrays")
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if len(data) <= _MENDABLE_BYTES and (mended := _ESCAPE.sub(_mend, data)) != data:
            return parse(mended)
        raise ValueError(_complaint(data, error)) from None


def _is_crowded(data: bytes) -> bool:
    """Brackets inside of texts count too: no answer to a probe has that many. A page is no JSON at all."""
    return data.count(b"{") + data.count(b"[") > _MOST_CONTAINERS and not _is_page(data)


def _is_page(data: bytes) -> bool:
    return data.lstrip().startswith(b"<")


def _mend(match: re.Match[bytes]) -> bytes:
    return b"\\ufffd" if match.group(1) else match.group()


def _complaint(data: bytes, error: orjson.JSONDecodeError) -> str:
    if _is_page(data):
        return "HTML where JSON was due"
    if error.msg == "unexpected end of data":
        return f"JSON that breaks off after {len(data)} bytes"
    return f"{len(data)} bytes that are not JSON"


def _facts(messages: list[Any], interpret: Interpret, content: frozenset[str]) -> Iterator[Fact]:
    """Google wraps errors in an array of one, and without `alt=sse` streams an array of messages."""
    for message in messages:
        if not isinstance(message, dict):
            yield Broken(detail="JSON, but not an object")
            return
        yield from interpret(message)
        if (fault := fault_in(message, content)) is not None:
            yield fault
