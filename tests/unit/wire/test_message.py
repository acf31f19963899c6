"""What every wire does alike: end markers, broken bytes, arrays, events that are named errors."""

import time

import pytest

from probes.model import Broken, Fact, Fault, Framing, Output, OutputKind, Terminal, WireName
from probes.wire.message import parse
from tests.unit.wire.asks import ask, facts, reach, request_of

CHAT = request_of(WireName.OPENAI_CHAT, ask())
CROWDED = "JSON of more than 50000 objects and arrays"
REQUESTS = [
    pytest.param(request_of(wire, reach() if wire is WireName.MODELS_LIST else ask()), id=wire.value)
    for wire in (WireName.MODELS_LIST, WireName.OPENAI_CHAT, WireName.OPENAI_IMAGES, WireName.GEMINI_GENERATE)
]


@pytest.mark.parametrize("request_", REQUESTS)
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"[DONE]", [Terminal()]),
        (b"[DONE] trailing", [Terminal()]),
        (b"", []),
        (b" \n", []),
        (b"null", [Broken(detail="JSON, but not an object")]),
        (b"[]", []),
        (b"[1, 2, 3]", [Broken(detail="JSON, but not an object")]),
        (b"<html>", [Broken(detail="HTML where JSON was due")]),
        (b'{"choices":[{"del', [Broken(detail="JSON that breaks off after 17 bytes")]),
        (b"upstream failed", [Broken(detail="15 bytes that are not JSON")]),
        (b'{"id": "\xff"}', [Broken(detail="11 bytes that are not JSON")]),
        (b'{"a":' + b"1" * 1_000_000 + b"}", [Broken(detail="1000006 bytes that are not JSON")]),
        (b"[" * 50_000, [Broken(detail="50000 bytes that are not JSON")]),
        (b"[" * 50_001, [Broken(detail=CROWDED)]),
        (b'{"data":[' + b"{}," * 50_000 + b"{}]}", [Broken(detail=CROWDED)]),
        (b"<style>" + b"a{}" * 50_001, [Broken(detail="HTML where JSON was due")]),
    ],
    ids=lambda value: repr(value[:18]) if isinstance(value, bytes) else "",
)
def test_bytes_that_are_no_message(request_: object, data: bytes, expected: list[Fact]) -> None:
    assert facts(request_, data) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (b"upstream failed \xff", {"error": "upstream failed \ufffd"}),
        (b'{"message":"x"}', {"message": "x"}),
        (b'{"error":{"code":1}}', {"error": {"code": 1}}),
        (b'"words"', {"error": "words"}),
        (b"null", {"error": None}),
    ],
)
def test_an_event_that_is_named_an_error_is_one(data: bytes, body: object) -> None:
    assert [fact for fact in facts(CHAT, data, name="error") if isinstance(fact, Fault)] == [Fault(body=body)]


@pytest.mark.parametrize(
    ("data", "value"),
    [
        pytest.param(rb'"\ud83d\ude00"', "\U0001f600", id="a pair"),
        pytest.param(rb'"\ud83d"', "\ufffd", id="high alone"),
        pytest.param(rb'"a\uDE00b"', "a\ufffdb", id="low alone"),
        pytest.param(rb'"\ud83d\ud83d\ude00\ud83d"', "\ufffd\U0001f600\ufffd", id="among pairs"),
        pytest.param(rb'["\\ud83d","\ud83d"]', [r"\ud83d", "\ufffd"], id="an escaped backslash is no escape"),
        pytest.param(rb'"\\\ud83d"', "\\\ufffd", id="a backslash before it"),
        pytest.param('"\u2028\u0085"'.encode(), "\u2028\u0085", id="U+2028 and U+0085 are text"),
        pytest.param(b"1" * 30, 1.111111111111111e29, id="a huge integer"),
    ],
)
def test_parse(data: bytes, value: object) -> None:
    assert parse(data) == value


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(rb'"\ud83d' + b"x" * (4 << 20), id="an unfinished text of megabytes"),
        pytest.param(rb'["' + rb"\ud83d\\" * (1 << 19) + b"x", id="escapes by the million"),
    ],
)
def test_hopeless_bytes_are_given_up_in_linear_time(data: bytes) -> None:
    started = time.process_time()
    with pytest.raises(ValueError, match=r"breaks off|not JSON"):
        parse(data)
    assert time.process_time() - started < 0.5


def test_a_whole_body_ends_even_where_a_member_is_missing() -> None:
    body = b'{"choices":[{"message":{"content":"OK"}}]}'
    assert facts(CHAT, body, framing=Framing.JSON) == [Output(kind=OutputKind.TEXT, text="OK"), Terminal()]
    assert facts(CHAT, body, framing=Framing.STRAY) == [Output(kind=OutputKind.TEXT, text="OK")]
