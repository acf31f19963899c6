"""OpenAI chat completions, and pictures through them as OpenRouter, Requesty, Vercel and new-api do it."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from probes.model import IMAGE_KINDS, Ask, Echo, Fact, Fault, Output, OutputKind, Probe, Talk
from probes.wire.finish import finish
from probes.wire.message import reader
from probes.wire.pictures import pictures, scan
from probes.wire.quirks import token_limit_field
from probes.wire.request import join, post, target
from probes.wire.shape import fields, first, items, label, text
from probes.wire.sizes import chat_size
from probes.wire.usage import openai_usage

_CONTENT = frozenset({"choices"})
_MOST_CHOICES = 16  # we ask for one
_MOST_PARTS = 1000  # of one message: parts, pictures, details, calls


def openai_chat(ask: Ask) -> Talk:
    """`POST /chat/completions`. No temperature: reasoning models refuse it."""
    channel, probe = target(ask)
    body: dict[str, Any] = {
        "model": channel.model,
        "messages": [{"role": "user", "content": ask.prompt}],
        "stream": probe.stream,
    }
    if probe.stream:
        body["stream_options"] = {"include_usage": True}
    if probe.max_tokens is not None:
        body[token_limit_field(ask.provider.base_url, channel.model)] = probe.max_tokens
    is_image = probe.kind in IMAGE_KINDS
    if is_image:
        body |= _image_fields(probe)
    url = join(ask.provider.base_url, "chat/completions")
    yield post(ask, url, body, read_image if is_image else read_text)


def _image_fields(probe: Probe) -> dict[str, Any]:
    config = {}
    if probe.aspect_ratio is not None:
        config["aspect_ratio"] = probe.aspect_ratio
    if probe.size is not None:
        config["image_size"] = chat_size(probe.size)
    return {"modalities": ["image", "text"], **({"image_config": config} if config else {})}


def _interpret(message: dict[str, Any], *, is_image: bool) -> Iterator[Fact]:
    echo = Echo(model=label(message.get("model")), id=label(message.get("id")))
    if echo.model or echo.id:
        yield echo
    for choice in map(fields, items(message.get("choices"))[:_MOST_CHOICES]):
        said = fields(choice.get("delta")) or fields(choice.get("message"))
        yield from _thoughts(said)
        yield from _answer(said, is_image=is_image)
        if (end := finish(choice.get("finish_reason"))) is not None:
            yield end
        if choice.get("error"):  # OpenRouter: partial content beside `finish_reason: error`
            yield Fault(body=choice)
    if (usage := openai_usage(message.get("usage"))) is not None:
        yield usage


def _thoughts(said: dict[str, Any]) -> Iterator[Fact]:
    """DeepSeek's `reasoning_content`; OpenRouter's `reasoning`, or only its details."""
    details = [fields(detail) for detail in items(said.get("reasoning_details"))[:_MOST_PARTS]]
    words = [said.get("reasoning_content"), said.get("reasoning")]
    words += [first(detail, "text", "summary") for detail in details]
    if thought := next(filter(None, map(text, words)), ""):
        yield Output(kind=OutputKind.REASONING, text=thought)


def _answer(said: dict[str, Any], *, is_image: bool) -> Iterator[Fact]:
    parts = [fields(part) for part in items(said.get("content"))[-_MOST_PARTS:]]
    words = text(said.get("content")) or "".join(text(part.get("text")) for part in parts)
    # The order of places is that of how often gateways use them (2026-11-20).
    found = pictures(items(said.get("images"))) or pictures([said.get("image")])
    if is_image:
        words, written = scan(words)
        found = found or written
    found = found or pictures(part for part in parts if "image_url" in part)
    if words:
        yield Output(kind=OutputKind.TEXT, text=words)
    yield from found
    if refusal := text(said.get("refusal")):
        yield Output(kind=OutputKind.REFUSAL, text=refusal)
    for call in map(fields, items(said.get("tool_calls"))[:_MOST_PARTS]):
        if arguments := text(fields(call.get("function")).get("arguments")):
            yield Output(kind=OutputKind.TOOL, text=arguments)


read_text = reader(partial(_interpret, is_image=False), content=_CONTENT)
read_image = reader(partial(_interpret, is_image=True), content=_CONTENT)
