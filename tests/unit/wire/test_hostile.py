"""Whatever JSON a stranger sends: `read` never raises, says nothing empty, and no figure is absurd."""

import time
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.model import Event, Fact, Fault, Framing, Kind, Output, Usage, WireName, WireRequest
from probes.wire.pictures import scan
from probes.wire.shape import count, dollars
from probes.wire.usage import openai_usage
from tests.unit.wire.asks import ask, event, reach, request_of

REQUESTS = [
    request_of(WireName.MODELS_LIST, reach()),
    *(
        request_of(wire, ask(kind=kind))
        for wire in (WireName.OPENAI_CHAT, WireName.OPENAI_IMAGES, WireName.GEMINI_GENERATE)
        for kind in (Kind.CHAT, Kind.IMAGE)
    ),
]
# Members that the wires look at, so that random JSON is read to the bottom.
MEMBERS = """
    choices delta message content text images image image_url url b64_json data models id name model usage
    prompt_tokens completion_tokens completion_tokens_details image_tokens cost error type object code detail
    finish_reason reasoning reasoning_details tool_calls function arguments refusal candidates parts thought
    inlineData mimeType fileData fileUri finishReason promptFeedback blockReason usageMetadata tokenCount
    candidatesTokenCount thoughtsTokenCount candidatesTokensDetails modality responseId task_id header
"""
NAMES = st.sampled_from(MEMBERS.split())
TEXTS = st.one_of(
    st.sampled_from(
        [
            "",
            "x",
            "error",
            "stop",
            "https://x/y.png",
            "data:image/png;base64,AA==",
            "data:",
            "![a](",
            "IMAGE",
            "a,b",
        ]
    ),
    st.text(max_size=8),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**63), max_value=2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXTS,
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(NAMES, TEXTS), inner, max_size=6)
    ),
    max_leaves=30,
)


@settings(max_examples=600, deadline=None)
@given(
    st.sampled_from(REQUESTS),
    VALUES,
    st.sampled_from(list(Framing)),
    st.sampled_from(["", "error", "image_generation.completed"]),
)
def test_any_json_is_read(request_: WireRequest, value: Any, framing: Framing, name: str) -> None:
    for fact in request_.read(event(value, framing=framing, name=name)):
        assert is_sane(fact)


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(REQUESTS), st.binary(max_size=64), st.sampled_from(list(Framing)))
def test_any_bytes_are_read(request_: WireRequest, data: bytes, framing: Framing) -> None:
    for fact in request_.read(Event(data=data, at_ns=0, read=0, framing=framing)):
        assert is_sane(fact)


def is_sane(fact: Fact) -> bool:
    if isinstance(fact, Output):
        return bool(fact.text or fact.url) and len(fact.mime) <= 200
    if isinstance(fact, Usage):
        tokens = (fact.input, fact.output, fact.reasoning, fact.cached, fact.image)
        return all(value is None or (type(value) is int and 0 <= value <= 2_000_000_000) for value in tokens)
    return not isinstance(fact, Fault) or isinstance(fact.body, dict)


@pytest.mark.parametrize("value", [-1, 1.5, 1e300, 10**12, True, False, "12", None, [], {}, float("nan")])
def test_hostile_counts_are_not_observed(value: Any) -> None:
    assert count(value) is None
    assert openai_usage({"prompt_tokens": value, "completion_tokens": 3}) == Usage(output=3)


@pytest.mark.parametrize(("value", "tokens"), [(0, 0), (12, 12), (12.0, 12), (1_000_000_000, 1_000_000_000)])
def test_counts(value: Any, tokens: int) -> None:
    assert count(value) == tokens


@pytest.mark.parametrize(
    ("value", "usd"),
    [
        (0, 0.0),
        (0.0387, 0.0387),
        (-0.1, None),
        (1e9, None),
        (True, None),
        ("0.1", None),
        (None, None),
        ({}, None),
    ],
)
def test_costs(value: Any, usd: float | None) -> None:
    assert dollars(value) == usd


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("![" * (1 << 20), id="openings"),
        pytest.param("![a](https://" * (1 << 18), id="openings with addresses"),
        pytest.param("![a](" + " " * (1 << 21), id="blanks"),
        pytest.param("data:image/png;base64," * (1 << 17), id="headers"),
        pytest.param("https://x " * (1 << 18), id="addresses"),
        pytest.param("data:image/" + "a" * (1 << 21), id="a mime type"),
        pytest.param("https://" + "x" * (1 << 21) + " y", id="a long address"),
    ],
)
def test_hostile_text_is_scanned_in_linear_time(words: str) -> None:
    started = time.process_time()
    scan(words)
    assert time.process_time() - started < 1.0


def filled(head: bytes, piece: bytes, tail: bytes, size: int) -> bytes:
    """JSON of about this many bytes: the piece over and over, between head and tail."""
    return head + (piece + b",") * (size // (len(piece) + 1)) + piece + tail


def crowd(head: bytes, piece: bytes, tail: bytes) -> bytes:
    """As many pieces as the limit of objects and arrays lets through."""
    opened = sum(part.count(b"{") + part.count(b"[") for part in (head, tail))
    each = piece.count(b"{") + piece.count(b"[")
    return head + b",".join([piece] * ((50_000 - opened) // each)) + tail


PLACES = {
    "choices": (b'{"choices":[', b"]}"),
    "a delta's content": (b'{"choices":[{"delta":{"content":[', b"]}}]}"),
    "a delta's images": (b'{"choices":[{"delta":{"images":[', b"]}}]}"),
    "reasoning details": (b'{"choices":[{"delta":{"reasoning_details":[', b"]}}]}"),
    "tool calls": (b'{"choices":[{"delta":{"tool_calls":[', b"]}}]}"),
    "data": (b'{"data":[', b"]}"),
    "models": (b'{"models":[', b"]}"),
    "images": (b'{"images":[', b"]}"),
    "candidates": (b'{"candidates":[', b"]}"),
    "parts": (b'{"candidates":[{"content":{"parts":[', b"]}}]}"),
    "token details": (b'{"usageMetadata":{"candidatesTokensDetails":[', b"]}}"),
    "the top": (b"[", b"]"),
}
PIECES = {"objects": b"{}", "numbers": b"1", "texts": b'"a"'}
FULL = b'{"id":"m","text":"t","task_id":"","delta":{"content":"x"},"finish_reason":"stop"}'


@pytest.mark.parametrize(("size", "most_s"), [(8 << 20, 0.9), (1 << 20, 0.3)], ids=["8 MiB", "1 MiB"])
@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES.keys())
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_no_long_list_holds_up_the_loop(
    place: tuple[bytes, bytes], piece: bytes, size: int, most_s: float
) -> None:
    data = filled(place[0], piece, place[1], size)
    assert max(seconds(request_, data) for request_ in REQUESTS) < most_s


@pytest.mark.parametrize("piece", [b"{}", FULL], ids=["empty", "full"])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_no_crowd_within_the_limit_holds_up_the_loop(place: tuple[bytes, bytes], piece: bytes) -> None:
    data = crowd(place[0], piece, place[1])
    assert max(seconds(request_, data) for request_ in REQUESTS) < 0.9


def test_a_body_of_pictures_may_be_larger_but_not_slower() -> None:
    data = filled(b'{"data":[', b"{}", b"]}", 90_000_000)
    assert seconds(request_of(WireName.OPENAI_IMAGES, ask(kind=Kind.IMAGE)), data) < 0.9


def seconds(request_: WireRequest, data: bytes) -> float:
    """CPU time of one reading."""
    made = event(data, framing=Framing.JSON)
    started = time.process_time()
    list(request_.read(made))
    return time.process_time() - started


def outputs(wire: WireName, kind: Kind, value: Any) -> list[str]:
    asked = reach() if wire is WireName.MODELS_LIST else ask(kind=kind)
    read = request_of(wire, asked).read(event(orjson.dumps(value), framing=Framing.JSON))
    return [fact.text for fact in read if isinstance(fact, Output)]


def numbered(count: int, name: str) -> list[dict[str, str]]:
    return [{name: str(number)} for number in range(count)]


def test_the_first_choices_candidates_and_messages_are_looked_at() -> None:
    choices = [{"delta": {"content": str(number)}} for number in range(20)]
    assert outputs(WireName.OPENAI_CHAT, Kind.CHAT, {"choices": choices}) == list(map(str, range(16)))
    candidates = [{"content": {"parts": [part]}} for part in numbered(20, "text")]
    read = outputs(WireName.GEMINI_GENERATE, Kind.CHAT, {"candidates": candidates})
    assert read == list(map(str, range(8)))
    messages = [{"choices": [choice]} for choice in choices * 4]
    assert len(outputs(WireName.OPENAI_CHAT, Kind.CHAT, messages)) == 64


def test_the_last_parts_and_pictures_are_looked_at() -> None:
    parts = {"candidates": [{"content": {"parts": numbered(1001, "text")}}]}
    assert outputs(WireName.GEMINI_GENERATE, Kind.CHAT, parts) == ["".join(map(str, range(1, 1001)))]
    pictures = {"data": numbered(40, "b64_json")}
    assert outputs(WireName.OPENAI_IMAGES, Kind.IMAGE, pictures)[-1] == "39"
    early = {"data": [{"task_id": "t"}] + [{}] * 32}
    assert outputs(WireName.OPENAI_IMAGES, Kind.IMAGE, early) == []


@pytest.mark.parametrize(
    "value", [numbered(20_001, "id"), {"data": numbered(20_001, "id")}], ids=["a bare array", "an object"]
)
def test_a_models_list_may_be_long(value: Any) -> None:
    read = outputs(WireName.MODELS_LIST, Kind.CHAT, value)
    assert "\n".join(read).split("\n") == list(map(str, range(20_000)))
