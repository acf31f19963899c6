import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from probes.simulator import Simulator
from tests.unit.simulator.client import (
    BANANA,
    CHAT,
    GEMINI,
    GEMINI_STREAM,
    MODELS,
    PICTURES,
    ROUTED_CHAT,
    ask,
    body_for,
    call,
    chat_body,
    events,
    gemini_body,
)


def whole(path: str, scenario: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(ask(path, scenario, body)[0].body)
    return value


def message(path: str, scenario: str, *, image: bool = False) -> dict[str, Any]:
    value: dict[str, Any] = whole(path, scenario, body_for(path, image=image))["choices"][0]["message"]
    return value


def parts(scenario: str) -> Any:
    return whole(GEMINI, scenario, body_for(GEMINI, image=True))["candidates"][0]["content"].get("parts")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (CHAT, "x-request-id"),
        (ROUTED_CHAT, "X-Generation-Id"),
        (BANANA, "X-Oneapi-Request-Id"),
        (GEMINI, "server-timing"),
        (PICTURES, "x-request-id"),
    ],
)
@pytest.mark.parametrize("scenario", ["ok", "server-error"])
def test_every_gateway_gives_its_request_id(path: str, name: str, scenario: str):
    reply, _ = ask(path, scenario)
    assert reply.header(name)
    if "generation" in name.lower() and scenario == "ok":
        assert json.loads(reply.body)["id"] == reply.header(name)


def test_no_two_requests_have_the_same_id():
    ids = {ask(ROUTED_CHAT, "ok")[0].header("X-Generation-Id") for _ in range(20)}
    assert len(ids) == 20


def test_openrouter_comments_before_the_first_token():
    reply, _ = ask(ROUTED_CHAT, "ok", chat_body(stream=True))
    assert reply.steps[0].data == b": OPENROUTER PROCESSING\n\n"
    assert b'"role":"assistant"' in reply.steps[2].data


@pytest.mark.parametrize(
    ("path", "asked", "told"), [(CHAT, False, False), (CHAT, True, True), (ROUTED_CHAT, False, True)]
)
def test_who_counts_tokens_in_a_stream(path: str, asked: bool, told: bool):  # noqa: FBT001 - a table
    body = chat_body(stream=True) | ({"stream_options": {"include_usage": True}} if asked else {})
    reply, _ = ask(path, "ok", body)
    assert any(event.get("usage") for event in events(reply.body)) is told


@pytest.mark.parametrize(
    ("scenario", "place"),
    [
        ("ok", ["images", 0, "image_url", "url"]),
        ("image-object", ["image", "url"]),
        ("image-parts", ["content", 0, "image_url", "url"]),
        ("image-in-text", ["content"]),
        ("image-as-url", ["images", 0, "image_url", "url"]),
    ],
)
def test_where_a_chat_puts_a_picture(scenario: str, place: list[Any]):
    found: Any = message(ROUTED_CHAT, scenario, image=True)
    for step in place:
        found = found[step]
    start = {
        "image-in-text": "![image](data:image/png;base64,",
        "image-as-url": "http://127.0.0.1:8899/__sim/image/512x512/",
    }
    assert found.startswith(start.get(scenario, "data:image/png;base64,iVBOR"))


def test_where_gemini_puts_a_picture():
    (plain,) = parts("ok")
    assert base64.b64decode(plain["inlineData"]["data"]).startswith(b"\x89PNG")
    assert parts("snake-case")[0]["inline_data"]["mime_type"] == "image/png"
    assert parts("wrong-mime")[0]["inlineData"]["mimeType"] == "image/webp"
    assert parts("image-in-text")[0]["text"].startswith("![image](data:image/png;base64,")
    assert parts("image-as-url")[0]["fileData"]["fileUri"].startswith("http://127.0.0.1:8899/__sim/image/")
    assert len(parts("drafts")) == 2
    assert parts("empty") is None


@pytest.mark.parametrize(
    ("scenario", "reason"),
    [
        ("ok", "STOP"),
        ("empty", "STOP"),
        ("no-image", "NO_IMAGE"),
        ("filtered", "IMAGE_SAFETY"),
        ("odd-finish", "REASON_OF_NEXT_YEAR"),
        ("no-finish", None),
    ],
)
def test_why_gemini_ended(scenario: str, reason: str | None):
    value = whole(GEMINI, scenario, body_for(GEMINI, image=True))
    assert value["candidates"][0].get("finishReason") == reason


def test_a_blocked_prompt_has_no_candidates():
    value = whole(GEMINI, "prompt-blocked")
    assert "candidates" not in value
    assert value["promptFeedback"] == {"blockReason": "PROHIBITED_CONTENT"}


def test_gemini_counts_thoughts_apart_and_chat_within():
    gemini = whole(GEMINI, "reasoning")["usageMetadata"]
    assert (gemini["candidatesTokenCount"], gemini["thoughtsTokenCount"]) == (3, 60)
    assert gemini["totalTokenCount"] == gemini["promptTokenCount"] + 63
    chat = whole(CHAT, "reasoning")["usage"]
    assert (chat["completion_tokens"], chat["completion_tokens_details"]["reasoning_tokens"]) == (63, 60)


def test_counts_of_thoughts_go_down_at_the_end_of_a_stream_with_a_picture():
    fragments = events(ask(GEMINI_STREAM, "reasoning", gemini_body(size="512"))[0].body)
    thoughts = [fragment["usageMetadata"].get("thoughtsTokenCount") for fragment in fragments]
    assert thoughts[-2] > thoughts[-1] == 60


@pytest.mark.parametrize(("size", "tokens"), [("512", 747), ("1K", 1120), ("2K", 1680), ("4K", 2520)])
def test_image_tokens_follow_the_size(size: str, tokens: int):
    usage = whole(GEMINI, "ok", gemini_body(size=size))["usageMetadata"]
    assert usage["candidatesTokensDetails"] == [{"modality": "IMAGE", "tokenCount": tokens}]


def test_without_alt_sse_gemini_streams_an_array():
    reply, _ = ask(GEMINI_STREAM.removesuffix("?alt=sse"), "ok", body_for(GEMINI))
    fragments = json.loads(reply.body)
    assert (
        "".join(part["text"] for f in fragments for part in f["candidates"][0]["content"]["parts"])
        == "42 k3f9"
    )


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_token_limit_cuts(stream: bool):  # noqa: FBT001 - a table of two
    reply, _ = ask(CHAT, "thinks-too-long", chat_body(stream=stream, max_tokens=256))
    assert b'"finish_reason":"length"' in reply.body
    assert b"k3" not in reply.body


def test_a_wrong_model_is_echoed_and_a_wrong_size_is_drawn():
    assert whole(CHAT, "wrong-model")["model"] == "m-lite"
    usage = whole(GEMINI, "wrong-size", gemini_body(size="1K"))["usageMetadata"]
    assert usage["candidatesTokensDetails"][0]["tokenCount"] == 747


@pytest.mark.parametrize(
    ("scenario", "raw"),
    [
        ("separators", "\u2028\u2029\u0085".encode()),
        ("invalid-utf8", b"\xff\xfe"),
        ("lone-surrogate", b"\\ud800"),
    ],
)
def test_hard_text_is_on_the_wire_as_it_is(scenario: str, raw: bytes):
    assert raw in ask(CHAT, scenario)[0].body
    assert raw in ask(GEMINI_STREAM, scenario)[0].body


def test_a_stream_that_is_ignored_is_json():
    reply, _ = ask(CHAT, "stream-ignored", chat_body(stream=True))
    assert reply.header("content-type") == "application/json; charset=utf-8"
    assert json.loads(reply.body)["choices"][0]["message"]["content"] == "42 k3f9"


def test_pixapi_sizes_are_in_the_id_and_requesty_gives_links():
    for suffix, tokens in (("", 1120), ("-512", 747), ("-2k", 1680), ("-4k", 2520)):
        body = {"model": f"gemini-3.1-flash-image-preview{suffix}", "prompt": "A cube"}
        assert whole(PICTURES, "ok", body)["usage"]["output_tokens"] == tokens
    links = whole("/requesty/v1/images/generations", "ok", {"model": "m", "prompt": "A cube"})
    assert set(links["data"][0]) == {"url"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (CHAT, {"model": "m"}),
        (CHAT, {"messages": [{"role": "user", "content": "x"}]}),
        (GEMINI, {"contents": []}),
        (GEMINI, gemini_body(size="1k")),
        (PICTURES, {"model": "m"}),
    ],
)
def test_what_is_not_understood_is_400(path: str, body: dict[str, Any]):
    assert ask(path, "ok", body)[0].status == 400


def test_keys_are_taken_where_each_gateway_takes_them():
    for path, bearer, google in ((CHAT, 200, 401), (GEMINI, 400, 200), (BANANA, 200, 200)):
        for headers, status in (
            ({"authorization": "Bearer sk-sim-ok"}, bearer),
            ({"x-goog-api-key": "sk-sim-ok"}, google),
            ({}, None),
        ):
            asked = call(path, "ok")
            reply, _ = Simulator().answer(replace(asked, headers=headers))
            assert reply.status == status or (status is None and reply.status in {400, 401})


def test_an_unknown_scenario_is_an_unknown_key():
    assert ask(CHAT, "no-such-scenario")[0].status == 401
    assert ask(BANANA, "no-such-scenario")[0].body.decode().startswith('{"error":{"message":"无效的令牌')


def test_the_lists_have_the_models_of_the_demo():
    listed = json.loads(ask_list(MODELS))["data"]
    assert "google/gemini-3.1-flash-image-preview@europe-west8" in [model["id"] for model in listed]
    google = json.loads(ask_list("/bananarouter/v1beta/models"))["models"]
    assert "models/gemini-3.1-flash-image-preview" in [model["name"] for model in google]


def ask_list(path: str) -> bytes:
    return Simulator().answer(call(path, "ok", method="GET"))[0].body
