from typing import Any

import pytest

from probes.model import Broken, Fact, Fault, Framing, Kind, Output, OutputKind, Terminal, Usage, WireName
from tests.unit.wire.asks import ask, facts, request_of

IMAGES = request_of(WireName.OPENAI_IMAGES, ask(kind=Kind.IMAGE, stream=False))
B64 = "iVBORw0KGgo="
ASYNC = Broken(detail="a task id where a picture was due: this channel is asynchronous")


def picture(text: str = B64, **fields: Any) -> Output:
    return Output(kind=OutputKind.IMAGE, text=text, **fields)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param({"created": 1, "data": [{"b64_json": B64}]}, [picture()], id="base64"),
        pytest.param(
            {"data": [{"url": "https://x/y.png", "revised_prompt": "r"}]},
            [picture("", url="https://x/y.png")],
            id="address",
        ),
        pytest.param(
            {"data": [{"url": "https://x/y.png", "b64_json": B64}]}, [picture()], id="bytes before an address"
        ),
        pytest.param(
            {"data": [{"url": "https://x/y.png", "b64_json": ""}]},
            [picture("", url="https://x/y.png")],
            id="empty bytes",
        ),
        pytest.param(
            {"data": [{"b64_json": f"data:image/webp;base64,{B64}"}]},
            [picture(mime="image/webp")],
            id="data URI",
        ),
        pytest.param(
            {"data": [{"b64_json": B64, "media_type": "image/png"}]},
            [picture(mime="image/png")],
            id="media type",
        ),
        pytest.param({"images": [{"url": "https://x/y"}]}, [picture("", url="https://x/y")], id="images"),
        pytest.param(
            {"data": {"url": "https://x/y"}}, [picture("", url="https://x/y")], id="not in an array"
        ),
        pytest.param({"created": 1, "data": []}, [], id="empty data"),
        pytest.param({"created": 1}, [], id="no data"),
        pytest.param({"data": [{"b64_json": ""}]}, [], id="empty payload"),
        pytest.param(
            {
                "data": [{"b64_json": B64}],
                "usage": {
                    "input_tokens": 13,
                    "output_tokens": 272,
                    "output_tokens_details": {"image_tokens": 272},
                    "input_tokens_details": {"text_tokens": 13},
                },
            },
            [picture(), Usage(input=13, output=272, image=272)],
            id="usage by Responses' names",
        ),
        pytest.param({"task_id": "t-1", "status": "processing"}, [ASYNC], id="a task: sub2api"),
        pytest.param(
            {"code": 200, "data": [{"status": "submitted", "task_id": "t"}]}, [ASYNC], id="a task: APIMart"
        ),
        pytest.param({"code": 200, "msg": "success", "data": {"taskId": "t"}}, [ASYNC], id="a task: kie.ai"),
        pytest.param(
            {"type": "image_generation.partial_image", "partial_image_index": 0, "b64_json": B64},
            [picture(draft=True)],
            id="partial",
        ),
        pytest.param(
            {"type": "image_generation.completed", "b64_json": B64, "usage": {"output_tokens": 272}},
            [picture(), Terminal(), Usage(output=272)],
            id="completed",
        ),
        pytest.param(
            {"type": "image_edit.completed", "b64_json": ""}, [Terminal()], id="completed with nothing"
        ),
    ],
)
def test_message(message: dict[str, Any], expected: list[Fact]) -> None:
    assert facts(IMAGES, message) == expected


def test_moderation_in_a_body_is_a_fault() -> None:
    body = {"error": {"type": "image_generation_user_error", "code": "moderation_blocked", "param": ""}}
    assert facts(IMAGES, body, framing=Framing.JSON) == [Fault(body=body), Terminal()]
