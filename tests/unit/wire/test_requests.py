"""What leaves for the network, field for field. The key is not in it: the transport adds it."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from probes.errors import ProgrammingError
from probes.model import Api, Ask, Kind, Purpose, Reach, Secret, WireName
from tests.unit.wire.asks import ask, body_of, provider_of, reach, request_of

CHAT, IMAGES, GEMINI = WireName.OPENAI_CHAT, WireName.OPENAI_IMAGES, WireName.GEMINI_GENERATE
ROOT = "https://generativelanguage.googleapis.com"
MESSAGES = [{"role": "user", "content": "Say OK. 7f3a"}]
CONTENTS = [{"role": "user", "parts": [{"text": "Say OK. 7f3a"}]}]


@pytest.mark.parametrize(
    ("wire", "asked", "body"),
    [
        pytest.param(
            CHAT,
            ask(max_tokens=256),
            {
                "model": "m-1",
                "messages": MESSAGES,
                "stream": True,
                "stream_options": {"include_usage": True},
                "max_tokens": 256,
            },
            id="chat stream",
        ),
        pytest.param(
            CHAT, ask(stream=False), {"model": "m-1", "messages": MESSAGES, "stream": False}, id="chat whole"
        ),
        pytest.param(
            CHAT,
            ask(kind=Kind.IMAGE, stream=False, size="512", aspect_ratio="16:9"),
            {
                "model": "m-1",
                "messages": MESSAGES,
                "stream": False,
                "modalities": ["image", "text"],
                "image_config": {"aspect_ratio": "16:9", "image_size": "0.5K"},
            },
            id="chat image: 512 is 0.5K",
        ),
        pytest.param(
            CHAT,
            ask(kind=Kind.IMAGE, stream=False),
            {"model": "m-1", "messages": MESSAGES, "stream": False, "modalities": ["image", "text"]},
            id="chat image: nothing asked of it",
        ),
        pytest.param(
            GEMINI,
            ask(max_tokens=256),
            {"contents": CONTENTS, "generationConfig": {"maxOutputTokens": 256}},
            id="gemini chat",
        ),
        pytest.param(GEMINI, ask(), {"contents": CONTENTS}, id="gemini chat without a limit"),
        pytest.param(
            GEMINI,
            ask(kind=Kind.IMAGE, size="512", aspect_ratio="1:1"),
            {
                "contents": CONTENTS,
                "generationConfig": {
                    "responseModalities": ["IMAGE"],
                    "imageConfig": {"aspectRatio": "1:1", "imageSize": "512"},
                },
            },
            id="gemini image: 512 is 512",
        ),
        pytest.param(
            GEMINI,
            ask(kind=Kind.IMAGE),
            {"contents": CONTENTS, "generationConfig": {"responseModalities": ["IMAGE"]}},
            id="gemini image: nothing asked of it",
        ),
        pytest.param(
            IMAGES,
            ask(kind=Kind.IMAGE, stream=False, size="1K", quality="low"),
            {"model": "m-1", "prompt": "Say OK. 7f3a", "n": 1, "size": "1024x1024", "quality": "low"},
            id="images",
        ),
        pytest.param(
            IMAGES,
            ask(kind=Kind.IMAGE, stream=True),
            {"model": "m-1", "prompt": "Say OK. 7f3a", "n": 1, "stream": True},
            id="images stream",
        ),
    ],
)
def test_body(wire: WireName, asked: Ask, body: dict[str, Any]) -> None:
    request = request_of(wire, asked)
    assert (request.purpose, request.method) == (Purpose.SUBMIT, "POST")
    assert body_of(request) == body


@pytest.mark.parametrize(
    ("extra", "changed"),
    [
        pytest.param({"size": None}, {"model", "prompt", "n"}, id="null drops a field"),
        pytest.param({"seed": 7}, {"model", "prompt", "n", "size", "seed"}, id="a new field"),
    ],
)
def test_extra_body_is_merged_last(extra: dict[str, Any], changed: set[str]) -> None:
    asked = ask(kind=Kind.IMAGE, stream=False, size="1K", extra_body=MappingProxyType(extra))
    assert set(body_of(request_of(IMAGES, asked))) == changed


def test_extra_body_merges_objects_and_replaces_lists() -> None:
    extra = {
        "generationConfig": {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": {"imageSize": None}},
        "safetySettings": [{"category": "X"}],
    }
    asked = ask(kind=Kind.IMAGE, size="1K", aspect_ratio="1:1", extra_body=extra)
    assert body_of(request_of(GEMINI, asked)) == {
        "contents": CONTENTS,
        "generationConfig": {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": {"aspectRatio": "1:1"}},
        "safetySettings": [{"category": "X"}],
    }


@pytest.mark.parametrize(
    ("wire", "asked", "url"),
    [
        (CHAT, ask(base_url="https://openrouter.ai/api/v1"), "https://openrouter.ai/api/v1/chat/completions"),
        (CHAT, ask(base_url="https://h/api/gateway/"), "https://h/api/gateway/chat/completions"),
        (IMAGES, ask(base_url="https://h:8443/v1"), "https://h:8443/v1/images/generations"),
        (GEMINI, ask(base_url=ROOT, stream=False, model="g-3"), f"{ROOT}/v1beta/models/g-3:generateContent"),
        (GEMINI, ask(base_url=f"{ROOT}/v1beta/", stream=False), f"{ROOT}/v1beta/models/m-1:generateContent"),
        (GEMINI, ask(base_url=f"{ROOT}/v1", stream=False), f"{ROOT}/v1/models/m-1:generateContent"),
        (
            GEMINI,
            ask(base_url="https://h/v1alpha2", stream=False),
            "https://h/v1alpha2/models/m-1:generateContent",
        ),
        (
            GEMINI,
            ask(base_url="https://h/v1x", stream=False),
            "https://h/v1x/v1beta/models/m-1:generateContent",
        ),
        (GEMINI, ask(base_url="https://h"), "https://h/v1beta/models/m-1:streamGenerateContent?alt=sse"),
        (
            GEMINI,
            ask(base_url="https://h", stream=False, model="models/google/g@eu:free"),
            "https://h/v1beta/models/google/g@eu:free:generateContent",
        ),
        (
            GEMINI,
            ask(base_url="https://h", stream=False, model="g 3?x#y%"),
            "https://h/v1beta/models/g%203%3Fx%23y%25:generateContent",
        ),
        (WireName.MODELS_LIST, reach(base_url="https://h/v1"), "https://h/v1/models"),
        (
            WireName.MODELS_LIST,
            reach(base_url="https://h", api=Api.GEMINI),
            "https://h/v1beta/models?pageSize=1000",
        ),
        (
            WireName.MODELS_LIST,
            reach(base_url="https://h", api=Api.ANTHROPIC),
            "https://h/v1/models?limit=1000",
        ),
        (WireName.MODELS_LIST, reach(base_url="https://h/v1/", reach=Reach(path="/key")), "https://h/v1/key"),
        (
            WireName.MODELS_LIST,
            reach(base_url="https://h", api=Api.GEMINI, reach=Reach(path="/v1/models")),
            "https://h/v1/models",
        ),
        (
            WireName.MODELS_LIST,
            reach(base_url="https://h/v1", reach=Reach(path="/v1/models")),
            "https://h/v1/models",
        ),
        (WireName.MODELS_LIST, reach(base_url="https://h/v1", reach=None), "https://h/v1/models"),
    ],
)
def test_address(wire: WireName, asked: Ask, url: str) -> None:
    assert request_of(wire, asked).url == url


@pytest.mark.parametrize(
    ("base_url", "model", "field"),
    [
        ("https://api.openai.com/v1", "gpt-4o", "max_completion_tokens"),
        ("https://gw.example/v1", "gpt-4o", "max_tokens"),
        ("https://gw.example/v1", "o3", "max_completion_tokens"),
        ("https://gw.example/v1", "openai/o4-mini@eu", "max_completion_tokens"),
        ("https://gw.example/v1", "openai/gpt-5.2", "max_completion_tokens"),
        ("https://gw.example/v1", "google/gemini-3.1-flash-image-preview", "max_tokens"),
        ("https://gw.example/v1", "solo1", "max_tokens"),
        ("https://gw.example/v1", "olmo-2", "max_tokens"),
        ("https://api.openai.com.evil.example/v1", "gpt-4o", "max_tokens"),
    ],
)
def test_token_limit_is_spelled_as_the_model_wants_it(base_url: str, model: str, field: str) -> None:
    body = body_of(request_of(CHAT, ask(base_url=base_url, model=model, max_tokens=99)))
    assert {name: value for name, value in body.items() if name.startswith("max_")} == {field: 99}


@pytest.mark.parametrize(
    ("size", "aspect_ratio", "sent"),
    [
        ("512", None, "512x512"),
        ("1K", "1:1", "1024x1024"),
        ("2K", None, "2048x2048"),
        ("4K", None, "4096x4096"),
        ("1K", "16:9", "1360x768"),
        ("1K", "9:16", "768x1360"),
        ("1K", "3:2", "1248x832"),
        ("512", "1:8", "176x1456"),
        (None, "16:9", "1360x768"),
    ],
)
def test_tier_and_ratio_become_pixels(size: str | None, aspect_ratio: str | None, sent: str) -> None:
    asked = ask(kind=Kind.IMAGE, stream=False, size=size, aspect_ratio=aspect_ratio)
    assert body_of(request_of(IMAGES, asked))["size"] == sent


def test_headers_are_lower_case_and_the_probes_win() -> None:
    asked = ask(extra_headers={"X-Title": Secret("probe"), "ACCEPT": Secret("*/*")})
    provider = provider_of(headers={"x-org": Secret("the transport's to add")})
    assert request_of(CHAT, replace(asked, provider=provider)).headers == {
        "accept-encoding": "identity",
        "accept": Secret("*/*"),
        "content-type": "application/json",
        "x-title": Secret("probe"),
    }


@pytest.mark.parametrize(
    ("wire", "asked", "accept"),
    [
        (CHAT, ask(), "text/event-stream, application/json"),
        (CHAT, ask(stream=False), "application/json"),
        (WireName.MODELS_LIST, reach(), "application/json"),
    ],
)
def test_accept_says_what_is_wanted(wire: WireName, asked: Ask, accept: str) -> None:
    assert request_of(wire, asked).headers["accept"] == accept


def test_reach_is_a_bare_question() -> None:
    request = request_of(WireName.MODELS_LIST, reach())
    assert (request.method, request.body) == ("GET", b"")
    assert request.headers == {"accept": "application/json", "accept-encoding": "identity"}


@pytest.mark.parametrize("wire", [CHAT, IMAGES, GEMINI])
def test_only_the_models_list_can_be_asked_of_a_provider(wire: WireName) -> None:
    with pytest.raises(ProgrammingError):
        request_of(wire, reach())


@pytest.mark.parametrize("wire", [CHAT, IMAGES, GEMINI, WireName.MODELS_LIST])
def test_no_key_in_a_request(wire: WireName) -> None:
    request = request_of(wire, reach() if wire is WireName.MODELS_LIST else ask())
    assert "sk-x" not in repr((request.url, request.headers, request.body))
    assert not {"authorization", "x-api-key", "x-goog-api-key"} & set(request.headers)
