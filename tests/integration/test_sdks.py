"""The vendors' own SDKs, without retries, certify what the simulator says: success paths and typed errors."""

import base64
import io
from collections.abc import AsyncGenerator, AsyncIterable
from typing import Any

import openai
import pytest
from google import genai
from google.genai import errors as google_errors
from google.genai import types
from PIL import Image

from probes.simulator import running

pytestmark = pytest.mark.integration

PROMPT = "What is 17 + 25? Answer with the number and the word k3f9 only."
ANSWER = "42 k3f9"
MODEL = "gemini-3.1-flash-image-preview"
OPENAI_BASES = {"requesty": "/requesty/v1", "openrouter": "/openrouter/api/v1", "pixapi": "/pixapi/v1"}


@pytest.fixture
async def base_url() -> AsyncGenerator[str]:
    async with running(speed=50) as url:
        yield url


def openai_client(base_url: str, gateway: str, scenario: str = "ok") -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        api_key=f"sk-sim-{scenario}", base_url=base_url + OPENAI_BASES[gateway], max_retries=0, timeout=10
    )


def gemini_client(base_url: str, gateway: str, scenario: str = "ok") -> Any:
    # google-genai 3.x asks /v1 by itself; the pages of both routers say /v1beta.
    options = types.HttpOptions(base_url=f"{base_url}/{gateway}", api_version="v1beta", timeout=10_000)
    return genai.Client(api_key=f"sk-sim-{scenario}", http_options=options).aio


async def collect(stream: AsyncIterable[Any], seen: list[Any]) -> None:
    """Into a list that is still there when the stream raises."""
    async for item in stream:
        seen.append(item)  # noqa: PERF401 - a comprehension would lose them


def size_of(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return image.size


def data_uri_bytes(uri: str) -> bytes:
    head, _, data = uri.partition(",")
    assert head == "data:image/png;base64"
    return base64.b64decode(data, validate=True)


@pytest.mark.parametrize("gateway", ["requesty", "openrouter"])
@pytest.mark.parametrize("scenario", ["ok", "gzip", "reasoning"])
async def test_openai_reads_a_plain_chat(base_url: str, gateway: str, scenario: str):
    async with openai_client(base_url, gateway, scenario) as client:
        answer = await client.chat.completions.create(
            model=f"google/{MODEL}", messages=[{"role": "user", "content": PROMPT}]
        )
    assert answer.choices[0].message.content == ANSWER
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == f"google/{MODEL}"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 3 + (60 if scenario == "reasoning" else 0)


@pytest.mark.parametrize("gateway", ["requesty", "openrouter"])
@pytest.mark.parametrize(
    "scenario",
    ["ok", "gzip", "reasoning", "shredded", "one-chunk", "crlf", "no-space", "keep-alive", "separators"],
)
async def test_openai_reads_a_streamed_chat(base_url: str, gateway: str, scenario: str):
    async with openai_client(base_url, gateway, scenario) as client:
        stream = await client.chat.completions.create(
            model=f"google/{MODEL}",
            messages=[{"role": "user", "content": PROMPT}],
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = [chunk async for chunk in stream]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text.strip() == ANSWER
    assert [c.choices[0].finish_reason for c in chunks if c.choices and c.choices[0].finish_reason] == [
        "stop"
    ]
    usage = chunks[-1].usage
    assert usage is not None
    assert usage.prompt_tokens == len(PROMPT) // 4


@pytest.mark.parametrize("gateway", sorted(OPENAI_BASES))
async def test_openai_lists_models(base_url: str, gateway: str):
    async with openai_client(base_url, gateway) as client:
        models = [model.id async for model in client.models.list()]
    assert any(MODEL in model for model in models)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_openai_reads_a_picture_in_a_chat(base_url: str, stream: bool):  # noqa: FBT001 - a table of two
    async with openai_client(base_url, "openrouter") as client:
        request: Any = {
            "model": f"google/{MODEL}",
            "messages": [{"role": "user", "content": "A cube, word k3f9"}],
            "extra_body": {"modalities": ["image", "text"], "image_config": {"image_size": "0.5K"}},
        }
        if stream:
            deltas = [
                chunk.choices[0].delta.to_dict()
                async for chunk in await client.chat.completions.create(**request, stream=True)
                if chunk.choices
            ]
            images: Any = next(delta["images"] for delta in deltas if "images" in delta)
        else:
            answer = await client.chat.completions.create(**request)
            images = answer.choices[0].message.to_dict()["images"]
            assert answer.usage is not None
            assert answer.usage.to_dict()["completion_tokens_details"]["image_tokens"] == 747
    assert size_of(data_uri_bytes(images[0]["image_url"]["url"])) == (512, 512)


async def test_openai_reads_a_picture_from_the_images_endpoint(base_url: str):
    async with openai_client(base_url, "pixapi") as client:
        answer = await client.images.generate(model=f"{MODEL}-2k", prompt="A cube, word k3f9")
    assert answer.data is not None
    assert size_of(base64.b64decode(answer.data[0].b64_json or "", validate=True)) == (2048, 2048)
    assert answer.usage is not None
    assert answer.usage.output_tokens == 1680


async def test_openai_gets_a_link_where_the_gateway_links_by_default(base_url: str):
    async with openai_client(base_url, "requesty") as client:
        answer = await client.images.generate(
            model="azure/openai/gpt-image-1", prompt="A cube", size="1024x1536"
        )
    assert answer.data is not None
    assert (answer.data[0].url or "").startswith(f"{base_url}/__sim/image/1024x1536/")


@pytest.mark.parametrize(
    ("scenario", "error", "status"),
    [
        ("unauthorized", openai.AuthenticationError, 401),
        ("unauthorized-new-api", openai.AuthenticationError, 401),
        ("unauthorized-google", openai.BadRequestError, 400),
        ("payment-required", openai.APIStatusError, 402),
        ("quota-new-api", openai.PermissionDeniedError, 403),
        ("rate-limited", openai.RateLimitError, 429),
        ("quota-openai", openai.RateLimitError, 429),
        ("server-error", openai.InternalServerError, 500),
        ("overloaded", openai.InternalServerError, 503),
        ("unavailable-new-api", openai.InternalServerError, 503),
        ("cloudflare-524", openai.InternalServerError, 524),
    ],
)
@pytest.mark.parametrize("gateway", ["requesty", "openrouter"])
async def test_openai_types_the_errors(
    base_url: str, gateway: str, scenario: str, error: type[openai.APIStatusError], status: int
):
    async with openai_client(base_url, gateway, scenario) as client:
        with pytest.raises(error) as caught:
            await client.chat.completions.create(model="m", messages=[{"role": "user", "content": PROMPT}])
    assert caught.value.status_code == status
    if scenario == "rate-limited":
        assert caught.value.response.headers["retry-after"] == "7"
    if scenario == "unavailable-new-api":
        assert caught.value.code == "model_not_found"


@pytest.mark.parametrize("gateway", ["requesty", "openrouter"])
async def test_openai_raises_on_an_error_in_the_middle_of_a_stream(base_url: str, gateway: str):
    async with openai_client(base_url, gateway, "midstream-error") as client:
        stream = await client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": PROMPT}], stream=True
        )
        seen: list[Any] = []
        with pytest.raises(openai.APIError):
            await collect(stream, seen)
    assert len(seen) == 11  # the role, and half of twenty tokens


@pytest.mark.parametrize("scenario", ["reset-before-head", "closed-before-head", "not-http"])
async def test_openai_sees_a_broken_connection(base_url: str, scenario: str):
    async with openai_client(base_url, "requesty", scenario) as client:
        with pytest.raises(openai.APIConnectionError):
            await client.chat.completions.create(model="m", messages=[{"role": "user", "content": PROMPT}])


@pytest.mark.parametrize("gateway", ["bananarouter", "xairouter"])
async def test_google_reads_a_plain_answer(base_url: str, gateway: str):
    async with gemini_client(base_url, gateway, "reasoning") as client:
        answer = await client.models.generate_content(model=MODEL, contents=PROMPT)
    assert answer.text == ANSWER
    assert answer.model_version == MODEL
    assert answer.candidates[0].finish_reason is types.FinishReason.STOP
    usage = answer.usage_metadata
    assert (usage.candidates_token_count, usage.thoughts_token_count) == (3, 60)
    assert usage.total_token_count == usage.prompt_token_count + 63


@pytest.mark.parametrize("gateway", ["bananarouter", "xairouter"])
@pytest.mark.parametrize("scenario", ["ok", "gzip", "shredded", "one-chunk", "separators"])
async def test_google_reads_a_streamed_answer(base_url: str, gateway: str, scenario: str):
    async with gemini_client(base_url, gateway, scenario) as client:
        stream = await client.models.generate_content_stream(model=MODEL, contents=PROMPT)
        fragments = [fragment async for fragment in stream]
    assert "".join(fragment.text or "" for fragment in fragments).strip() == ANSWER
    assert fragments[-1].candidates[0].finish_reason is types.FinishReason.STOP


@pytest.mark.parametrize("gateway", ["bananarouter", "xairouter"])
async def test_google_lists_models(base_url: str, gateway: str):
    async with gemini_client(base_url, gateway) as client:
        models = [model.name async for model in await client.models.list()]
    assert f"models/{MODEL}" in models


@pytest.mark.parametrize(
    ("tier", "aspect", "size", "tokens"),
    [
        ("512", "1:1", (512, 512), 747),
        ("1K", "16:9", (1376, 768), 1120),
        ("2K", "1:1", (2048, 2048), 1680),
        ("4K", "1:1", (4096, 4096), 2520),
    ],
)
async def test_google_reads_a_picture(
    base_url: str, tier: str, aspect: str, size: tuple[int, int], tokens: int
):
    config = types.GenerateContentConfig(
        response_modalities=["IMAGE"], image_config=types.ImageConfig(aspect_ratio=aspect, image_size=tier)
    )
    async with gemini_client(base_url, "xairouter") as client:
        answer = await client.models.generate_content(
            model=MODEL, contents="A cube, word k3f9", config=config
        )
    (part,) = answer.parts
    assert size_of(part.inline_data.data) == size
    (detail,) = answer.usage_metadata.candidates_tokens_details
    assert (detail.modality, detail.token_count) == (types.MediaModality.IMAGE, tokens)


@pytest.mark.parametrize(
    ("scenario", "gateway", "code", "status"),
    [
        ("unauthorized", "xairouter", 400, "INVALID_ARGUMENT"),
        ("unauthorized-google-array", "xairouter", 400, "INVALID_ARGUMENT"),
        ("unauthorized", "bananarouter", 401, None),
        ("payment-required", "xairouter", 402, "RESOURCE_EXHAUSTED"),
        ("quota-new-api", "bananarouter", 403, None),
        ("rate-limited", "xairouter", 429, "RESOURCE_EXHAUSTED"),
        ("server-error", "xairouter", 500, "INTERNAL"),
        ("server-error", "bananarouter", 500, None),
        ("overloaded", "xairouter", 503, "UNAVAILABLE"),
    ],
)
async def test_google_types_the_errors(
    base_url: str, scenario: str, gateway: str, code: int, status: str | None
):
    async with gemini_client(base_url, gateway, scenario) as client:
        with pytest.raises(google_errors.APIError) as caught:
            await client.models.generate_content(model=MODEL, contents=PROMPT)
    assert caught.value.code == code
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("gateway", "error"),
    [
        ("xairouter", google_errors.ServerError),
        ("bananarouter", TypeError),  # google-genai 3.4.0 compares new-api's textual code with numbers
    ],
)
async def test_google_raises_on_an_error_in_the_middle_of_a_stream(
    base_url: str, gateway: str, error: type[Exception]
):
    async with gemini_client(base_url, gateway, "midstream-error") as client:
        stream = await client.models.generate_content_stream(model=MODEL, contents=PROMPT)
        seen: list[Any] = []
        with pytest.raises(error):
            await collect(stream, seen)
    assert len(seen) == 10


async def test_google_sees_a_blocked_prompt_and_a_missing_picture(base_url: str):
    config = types.GenerateContentConfig(response_modalities=["IMAGE"])
    async with gemini_client(base_url, "xairouter", "prompt-blocked") as client:
        blocked = await client.models.generate_content(model=MODEL, contents="A cube", config=config)
    async with gemini_client(base_url, "xairouter", "no-image") as client:
        nothing = await client.models.generate_content(model=MODEL, contents="A cube", config=config)
    assert blocked.prompt_feedback.block_reason is types.BlockedReason.PROHIBITED_CONTENT
    assert not blocked.candidates
    assert nothing.candidates[0].finish_reason is types.FinishReason.NO_IMAGE
