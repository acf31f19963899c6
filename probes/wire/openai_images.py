"""OpenAI's images endpoint, `POST /images/generations`, whole or as a stream of partial pictures."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from probes.model import Ask, Broken, Echo, Fact, Talk, Terminal
from probes.wire.message import reader
from probes.wire.pictures import picture, pictures
from probes.wire.request import join, post, target
from probes.wire.shape import fields, first, items, label, text
from probes.wire.sizes import pixel_size
from probes.wire.usage import openai_usage

_MOST_ENTRIES = 32  # we ask for one, and the last picture is it
_TASK_IDS = ("task_id", "taskId")


def openai_images(ask: Ask) -> Talk:
    """`response_format` is not sent: GPT image models answer 400 to it. Size and quality only where asked."""
    channel, probe = target(ask)
    asked: dict[str, Any] = {
        "model": channel.model,
        "prompt": ask.prompt,
        "n": 1,
        "size": pixel_size(probe.size, probe.aspect_ratio),
        "quality": probe.quality,
        "stream": True if probe.stream else None,
    }
    body = {name: value for name, value in asked.items() if value is not None}
    yield post(ask, join(ask.provider.base_url, "images/generations"), body, read)


def _interpret(message: dict[str, Any]) -> Iterator[Fact]:
    echo = Echo(model=label(message.get("model")), id=label(message.get("id")))
    if echo.model or echo.id:
        yield echo
    given = first(message, "data", "images")
    entries = [given] if isinstance(given, dict) else items(given)[-_MOST_ENTRIES:]
    found = pictures(entries)
    yield from found
    if not found and (_is_task(message) or any(_is_task(fields(entry)) for entry in entries)):
        yield Broken(detail="a task id where a picture was due: this channel is asynchronous")
    yield from _streamed(message)
    if (usage := openai_usage(message.get("usage"))) is not None:
        yield usage


def _streamed(message: dict[str, Any]) -> Iterator[Fact]:
    """`image_generation.partial_image` and `.completed`; the last event is the end marker."""
    kind = text(message.get("type"))
    output = picture({"b64_json": message.get("b64_json"), "url": message.get("url")})
    if output is not None:
        yield replace(output, draft=kind.endswith(".partial_image"))
    if kind.endswith(".completed"):
        yield Terminal()


def _is_task(value: dict[str, Any]) -> bool:
    """sub2api, APIMart and their kind answer on the same path, with 200 or 202."""
    return any(text(value.get(name)) for name in _TASK_IDS)


read = reader(_interpret, content=frozenset({"data", "images", "b64_json", "url", "task_id"}))
