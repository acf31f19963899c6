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

TEXT = request_of(WireName.GEMINI_GENERATE, ask())
IMAGE = request_of(WireName.GEMINI_GENERATE, ask(kind=Kind.IMAGE))
B64 = "/9j/4AAQ"


def out(kind: OutputKind, text: str = "", **fields: Any) -> Output:
    return Output(kind=kind, text=text, **fields)


def picture(text: str = B64, **fields: Any) -> Output:
    return out(OutputKind.IMAGE, text, mime="image/jpeg", **fields)


def parts(*given: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"role": "model", "parts": list(given)}}]}


def blob(data: str = B64, mime: str = "image/jpeg") -> dict[str, Any]:
    return {"inlineData": {"mimeType": mime, "data": data}}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param(parts({"text": "OK"}), [out(OutputKind.TEXT, "OK")], id="text"),
        pytest.param(parts({"text": "O"}, {"text": "K"}), [out(OutputKind.TEXT, "OK")], id="several parts"),
        pytest.param(parts({"text": ""}), [], id="empty text"),
        pytest.param(
            parts({"text": "Planning", "thought": True}, {"text": "OK"}),
            [out(OutputKind.REASONING, "Planning"), out(OutputKind.TEXT, "OK")],
            id="thought",
        ),
        pytest.param({"candidates": None}, [], id="candidates null"),
        pytest.param({"candidates": []}, [], id="no candidates"),
        pytest.param({"candidates": [{}]}, [], id="candidate empty"),
        pytest.param({"candidates": [{"content": {}}]}, [], id="content empty"),
        pytest.param({"candidates": [{"content": {"parts": None}}]}, [], id="parts null"),
        pytest.param(
            {"candidates": [{"content": {"role": "model"}, "finishReason": "STOP"}]},
            [Finish(reason="STOP", verdict=Verdict.NORMAL)],
            id="the empty success",
        ),
        pytest.param(
            {"promptFeedback": {"blockReason": "OTHER"}, "usageMetadata": {"promptTokenCount": 9}},
            [Finish(reason="OTHER", verdict=Verdict.FILTERED), Usage(input=9)],
            id="a blocked prompt is filtered, whatever the reason",
        ),
        pytest.param(
            {"modelVersion": "gemini-3.1-flash-image", "responseId": "dTOr"},
            [Echo(model="gemini-3.1-flash-image", id="dTOr")],
            id="echo",
        ),
        pytest.param(
            [parts({"text": "O"}), parts({"text": "K"})],
            [out(OutputKind.TEXT, "O"), out(OutputKind.TEXT, "K")],
            id="an array of messages, without alt=sse",
        ),
    ],
)
def test_message_of_a_text_probe(message: Any, expected: list[Fact]) -> None:
    assert facts(TEXT, message) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param(parts(blob()), [picture()], id="inlineData"),
        pytest.param(
            parts({"inline_data": {"mime_type": "image/jpeg", "data": B64}}), [picture()], id="inline_data"
        ),
        pytest.param(
            parts({"fileData": {"mimeType": "image/jpeg", "fileUri": "https://x/y"}}),
            [picture("", url="https://x/y")],
            id="fileData",
        ),
        pytest.param(
            parts({"file_data": {"mime_type": "image/jpeg", "file_uri": "gs://b/o"}}),
            [picture("", url="gs://b/o")],
            id="file_data",
        ),
        pytest.param(
            parts(blob("AA=="), blob("BB=="), blob()),
            [picture("AA==", draft=True), picture("BB==", draft=True), picture()],
            id="the last is the picture",
        ),
        pytest.param(
            parts({"thought": True, **blob("AA==")}, blob()),
            [picture("AA==", draft=True), picture()],
            id="a thought's picture is a draft",
        ),
        pytest.param(
            parts({"text": "Here"}, {**blob(), "thoughtSignature": "x" * 600}),
            [out(OutputKind.TEXT, "Here"), picture()],
            id="a signature is nothing",
        ),
        pytest.param(
            parts({"text": f"![image](data:image/jpeg;base64,{B64})"}), [picture()], id="Markdown in text"
        ),
        pytest.param(
            parts({"text": "https://cdn.example/x"}),
            [out(OutputKind.IMAGE, url="https://cdn.example/x")],
            id="address in text",
        ),
        pytest.param(parts(blob("")), [], id="empty payload"),
        pytest.param(
            parts(blob(mime="audio/wav")), [out(OutputKind.AUDIO, B64, mime="audio/wav")], id="audio"
        ),
        pytest.param(
            {"candidates": [{"finishReason": "NO_IMAGE"}]},
            [Finish(reason="NO_IMAGE", verdict=Verdict.NOTHING)],
            id="NO_IMAGE",
        ),
    ],
)
def test_message_of_an_image_probe(message: Any, expected: list[Fact]) -> None:
    assert facts(IMAGE, message) == expected


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        pytest.param(
            {
                "promptTokenCount": 10,
                "candidatesTokenCount": 1392,
                "totalTokenCount": 1402,
                "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
            },
            [Usage(input=10, output=1392, image=1120)],
            id="details need not sum to the count",
        ),
        pytest.param(
            {"promptTokenCount": 10, "candidatesTokenCount": 1219, "thoughtsTokenCount": 167},
            [Usage(input=10, output=1386, reasoning=167)],
            id="thoughts are output, too",
        ),
        pytest.param(
            {"promptTokenCount": 10, "thoughtsTokenCount": 167, "cachedContentTokenCount": 4},
            [Usage(input=10, output=167, reasoning=167, cached=4)],
            id="no candidates counted",
        ),
        pytest.param(
            {"candidatesTokensDetails": [{"modality": "TEXT", "tokenCount": 7}, None, "x"]}, [], id="no image"
        ),
        pytest.param({}, [], id="empty"),
        pytest.param(None, [], id="null"),
    ],
)
def test_usage(usage: Any, expected: list[Fact]) -> None:
    assert facts(TEXT, {"usageMetadata": usage}) == expected


def test_errors_come_in_an_array_of_one() -> None:
    error = {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "quota"}}
    assert facts(TEXT, [error], framing=Framing.STRAY) == [Fault(body=error)]
