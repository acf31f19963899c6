from typing import Any

import pytest

from probes.model import (
    Echo,
    Fact,
    Fault,
    Finish,
    Framing,
    Kind,
    Output,
    OutputKind,
    Usage,
    Verdict,
    WireName,
)
from tests.unit.wire.asks import ask, facts, request_of

CHAT = request_of(WireName.OPENAI_CHAT, ask())
IMAGE = request_of(WireName.OPENAI_CHAT, ask(kind=Kind.IMAGE))
B64 = "iVBORw0KGgo="
URI = f"data:image/png;base64,{B64}"


def out(kind: OutputKind, text: str = "", **fields: Any) -> Output:
    return Output(kind=kind, text=text, **fields)


def picture(text: str = B64, **fields: Any) -> Output:
    return out(OutputKind.IMAGE, text, mime="image/png", **fields)


def delta(**said: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": said, "finish_reason": None}]}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param(delta(content="OK"), [out(OutputKind.TEXT, "OK")], id="text"),
        pytest.param(delta(role="assistant", content=""), [], id="role only"),
        pytest.param(delta(content=None), [], id="null content"),
        pytest.param(delta(content=" "), [out(OutputKind.TEXT, " ")], id="a space is output"),
        pytest.param({"choices": [], "usage": None}, [], id="no choices"),
        pytest.param({"choices": None}, [], id="choices null"),
        pytest.param(
            delta(reasoning_content="Let me"), [out(OutputKind.REASONING, "Let me")], id="reasoning: DeepSeek"
        ),
        pytest.param(
            delta(reasoning="Let", reasoning_details=[{"type": "reasoning.text", "text": "Let"}]),
            [out(OutputKind.REASONING, "Let")],
            id="reasoning: OpenRouter, once",
        ),
        pytest.param(
            delta(reasoning=None, reasoning_details=[{"type": "reasoning.summary", "summary": "Sum"}]),
            [out(OutputKind.REASONING, "Sum")],
            id="reasoning: details only",
        ),
        pytest.param(
            delta(reasoning_details=[{"type": "reasoning.encrypted", "data": "AAAA"}]),
            [],
            id="encrypted reasoning is nothing to read",
        ),
        pytest.param(
            delta(reasoning_content="a", content="b"),
            [out(OutputKind.REASONING, "a"), out(OutputKind.TEXT, "b")],
            id="reasoning before answer",
        ),
        pytest.param(delta(refusal="No."), [out(OutputKind.REFUSAL, "No.")], id="refusal"),
        pytest.param(
            delta(
                tool_calls=[{"function": {"name": "f", "arguments": ""}}, {"function": {"arguments": "{"}}]
            ),
            [out(OutputKind.TOOL, "{")],
            id="a tool's name alone is no argument",
        ),
        pytest.param(
            delta(content=[{"type": "text", "text": "a"}, {"type": "text", "text": "b"}, {"type": "x"}]),
            [out(OutputKind.TEXT, "ab")],
            id="content as an array",
        ),
        pytest.param(
            {"choices": [{"delta": {}, "finish_reason": "stop"}]},
            [Finish(reason="stop", verdict=Verdict.NORMAL)],
            id="finish",
        ),
        pytest.param({"choices": [{"delta": {}, "finish_reason": ""}]}, [], id="empty finish is none"),
        pytest.param(
            {"choices": [{"message": {"content": "OK"}, "finish_reason": "stop"}]},
            [out(OutputKind.TEXT, "OK"), Finish(reason="stop", verdict=Verdict.NORMAL)],
            id="whole answer",
        ),
        pytest.param(
            {"id": "gen-1", "model": "m-2026", "choices": []}, [Echo(model="m-2026", id="gen-1")], id="echo"
        ),
        pytest.param(
            {
                "choices": [],
                "usage": {
                    "prompt_tokens": 11,
                    "completion_tokens": 31,
                    "prompt_tokens_details": {"cached_tokens": 2},
                    "completion_tokens_details": {"reasoning_tokens": 29, "image_tokens": None},
                    "cost": 0.0387,
                },
            },
            [Usage(input=11, output=31, reasoning=29, cached=2, cost_usd=0.0387)],
            id="usage: reasoning is part of the output",
        ),
        pytest.param(
            {
                "choices": [],
                "usage": {"prompt_tokens": 6, "completion_tokens_details": {"image_tokens": 1290}},
            },
            [Usage(input=6, image=1290)],
            id="usage: image tokens",
        ),
    ],
)
def test_message_of_a_text_probe(message: dict[str, Any], expected: list[Fact]) -> None:
    assert facts(CHAT, message) == expected


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({"error": {"code": 429, "message": "x"}}, id="plain"),
        pytest.param({"error": "overloaded"}, id="a string"),
        pytest.param({"error": {"code": 503}, "choices": [{"delta": {"content": ""}}]}, id="beside choices"),
        pytest.param({"type": "error", "code": "x", "message": "y"}, id="flat, as OpenAI's Responses"),
        pytest.param({"object": "error", "message": "y", "code": 400}, id="vLLM"),
        pytest.param({"detail": "Not authenticated"}, id="FastAPI"),
        pytest.param({"detail": [{"loc": ["body"], "msg": "required"}]}, id="FastAPI validation"),
        pytest.param({"code": 500, "msg": "internal"}, id="a code in the body"),
        pytest.param({"code": None, "message": "boom"}, id="a null code does not mean well"),
        pytest.param({"choices": None, "message": "boom"}, id="choices null"),
    ],
)
def test_error_inside_a_good_status_is_a_fault_with_its_body(message: dict[str, Any]) -> None:
    assert [fact for fact in facts(CHAT, message) if isinstance(fact, Fault)] == [Fault(body=message)]


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({"error": None, "choices": []}, id="null error"),
        pytest.param({"error": {}, "choices": []}, id="empty error"),
        pytest.param({"choices": [], "message": "x"}, id="words beside content"),
        pytest.param({"code": 200, "message": "success"}, id="a code that means well"),
        pytest.param({"success": True, "msg": "done"}, id="success"),
        pytest.param({"type": "ping"}, id="ping"),
        pytest.param({}, id="nothing"),
    ],
)
def test_what_only_looks_like_an_error_is_none(message: dict[str, Any]) -> None:
    assert facts(CHAT, message) == []


@pytest.mark.parametrize("wrapper", ["header", "response", "data", "result"])
def test_error_one_level_down_is_found(wrapper: str) -> None:
    inner = {"error": {"message": "x"}}
    assert facts(CHAT, {wrapper: inner}) == [Fault(body=inner)]


def test_error_of_a_choice_keeps_the_partial_answer() -> None:
    choice = {"message": {"content": "par"}, "finish_reason": "error", "error": {"code": 502}}
    assert facts(CHAT, {"choices": [choice]}) == [
        out(OutputKind.TEXT, "par"),
        Finish(reason="error", verdict=Verdict.FAILED),
        Fault(body=choice),
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(
            {"content": "Here.", "images": [{"type": "image_url", "image_url": {"url": URI}}]},
            [out(OutputKind.TEXT, "Here."), picture()],
            id="1: images",
        ),
        pytest.param({"images": [{"image_url": URI}]}, [picture()], id="1: the address without its object"),
        pytest.param({"images": [URI]}, [picture()], id="1: an array of strings"),
        pytest.param({"images": [{"b64_json": B64}]}, [out(OutputKind.IMAGE, B64)], id="1: bare base64"),
        pytest.param({"image": {"url": URI}}, [picture()], id="2: a single object"),
        pytest.param({"content": f"![image]({URI})"}, [picture()], id="3: Markdown"),
        pytest.param(
            {"content": f"Done!\n\n![a]({URI})\nEnjoy."},
            [out(OutputKind.TEXT, "Done!\n\n\nEnjoy."), picture()],
            id="3: Markdown among words",
        ),
        pytest.param(
            {"content": "![image](https://cdn.example/a.png?x=1)"},
            [out(OutputKind.IMAGE, url="https://cdn.example/a.png?x=1")],
            id="3: Markdown with an address",
        ),
        pytest.param({"content": URI}, [picture()], id="3: a bare data URI"),
        pytest.param(
            {"content": "https://cdn.example/render/17"},
            [out(OutputKind.IMAGE, url="https://cdn.example/render/17")],
            id="3: the text is an address",
        ),
        pytest.param(
            {"content": "Your picture: https://cdn.example/a.webp ok?"},
            [
                out(OutputKind.TEXT, "Your picture:  ok?"),
                out(OutputKind.IMAGE, url="https://cdn.example/a.webp"),
            ],
            id="3: an address that ends like a picture",
        ),
        pytest.param(
            {"content": "See https://docs.example/help for help."},
            [out(OutputKind.TEXT, "See https://docs.example/help for help.")],
            id="any other address is text",
        ),
        pytest.param(
            {"content": [{"type": "text", "text": "Hi"}, {"type": "image_url", "image_url": {"url": URI}}]},
            [out(OutputKind.TEXT, "Hi"), picture()],
            id="4: a content array",
        ),
        pytest.param(
            {"images": [{"image_url": {"url": URI}}], "image": {"url": "https://x/y.png"}},
            [picture()],
            id="the first place that has one wins",
        ),
        pytest.param(
            {"images": [{"image_url": {"url": URI}}], "content": f"![image]({URI})"},
            [picture()],
            id="the same in Markdown is neither text nor a second picture",
        ),
        pytest.param(
            {"images": [{"image_url": {"url": "data:image/png;base64,AA=="}}, {"image_url": {"url": URI}}]},
            [picture("AA==", draft=True), picture()],
            id="the last of several is the picture",
        ),
        pytest.param({"images": [{"image_url": {"url": "data:image/png;base64,"}}]}, [], id="empty payload"),
        pytest.param({"images": [{"image_url": {"url": ""}}, None, 7, {}]}, [], id="nothing in it"),
        pytest.param(
            {"content": f"![image]({URI}"},
            [out(OutputKind.TEXT, f"![image]({URI}")],
            id="Markdown that a stream cut stays text",
        ),
    ],
)
def test_places_of_a_picture(said: dict[str, Any], expected: list[Fact]) -> None:
    assert facts(IMAGE, delta(**said)) == expected
    assert facts(IMAGE, {"choices": [{"message": said}]}) == expected


def test_a_text_probe_leaves_text_alone() -> None:
    assert facts(CHAT, delta(content=f"![a]({URI})")) == [out(OutputKind.TEXT, f"![a]({URI})")]


def test_a_whole_answer_is_its_own_end_marker() -> None:
    whole = facts(CHAT, {"choices": [{"message": {"content": "OK"}}]}, framing=Framing.JSON)
    assert [type(fact).__name__ for fact in whole] == ["Output", "Terminal"]
