"""Gemini native: `:generateContent` and `:streamGenerateContent?alt=sse`, text and pictures."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

from probes.model import (
    IMAGE_KINDS,
    Ask,
    Echo,
    Fact,
    Finish,
    Output,
    OutputKind,
    Probe,
    Talk,
    Usage,
    Verdict,
)
from probes.wire.finish import finish
from probes.wire.message import reader
from probes.wire.pictures import picture, scan
from probes.wire.request import join, post, target, versioned
from probes.wire.shape import count, fields, first, items, label, text
from probes.wire.usage import NOTHING_SAID

_CONTENT = frozenset({"candidates", "promptFeedback", "usageMetadata"})
_MOST_CANDIDATES = 8  # we ask for one
_MOST_PARTS = 1000  # of one candidate, the last: the picture is among them
_MOST_DETAILS = 16  # of one count: one for each modality


def gemini_generate(ask: Ask) -> Talk:
    """Streams end with the body, without a marker: a finish reason says that nothing is missing."""
    channel, probe = target(ask)
    is_image = probe.kind in IMAGE_KINDS
    config: dict[str, Any] = _image_config(probe) if is_image else {}
    if probe.max_tokens is not None:
        config["maxOutputTokens"] = probe.max_tokens
    body: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": ask.prompt}]}]}
    if config:
        body["generationConfig"] = config
    url = _url(ask.provider.base_url, channel.model, stream=probe.stream)
    yield post(ask, url, body, read_image if is_image else read_text)


def _url(base_url: str, model: str, *, stream: bool) -> str:
    """`:`, `@` and `/` of a model name stay as they are: relays match on the literal path."""
    call = "streamGenerateContent?alt=sse" if stream else "generateContent"
    name = quote(model.removeprefix("models/"), safe="/@:+,;=~!$&'()*")
    return join(versioned(base_url, "v1beta"), f"models/{name}:{call}")


def _image_config(probe: Probe) -> dict[str, Any]:
    """Tier names as they are: "512" is one, "512px" and "0.5K" give 1K without a word.

    Unasked: not sent, gemini-2.5-flash-image answers 400 to any `imageSize` (2026-11-20).
    """
    asked = {"aspectRatio": probe.aspect_ratio, "imageSize": probe.size}
    image = {name: value for name, value in asked.items() if value is not None}
    return {"responseModalities": ["IMAGE"], **({"imageConfig": image} if image else {})}


def _interpret(message: dict[str, Any], *, is_image: bool) -> Iterator[Fact]:
    echo = Echo(model=label(message.get("modelVersion")), id=label(message.get("responseId")))
    if echo.model or echo.id:
        yield echo
    for candidate in map(fields, items(message.get("candidates"))[:_MOST_CANDIDATES]):
        listed = items(fields(candidate.get("content")).get("parts"))
        parts = [fields(part) for part in listed[-_MOST_PARTS:]]
        yield from _thoughts(part for part in parts if part.get("thought") is True)
        yield from _answer([part for part in parts if part.get("thought") is not True], is_image=is_image)
        if (end := finish(candidate.get("finishReason"))) is not None:
            yield end
    if reason := label(fields(message.get("promptFeedback")).get("blockReason")):
        yield Finish(reason=reason, verdict=Verdict.FILTERED)  # then there are no candidates
    if (usage := _usage(message.get("usageMetadata"))) is not None:
        yield usage


def _thoughts(parts: Iterable[dict[str, Any]]) -> Iterator[Fact]:
    for part in parts:
        if thought := text(part.get("text")):
            yield Output(kind=OutputKind.REASONING, text=thought)
        if (output := _blob(part)) is not None:
            yield replace(output, draft=True)


def _answer(parts: list[dict[str, Any]], *, is_image: bool) -> Iterator[Fact]:
    words = "".join(text(part.get("text")) for part in parts)
    blobs = [output for part in parts if (output := _blob(part)) is not None]
    if is_image:  # relays write the picture, or its address, into the text
        words, written = scan(words)
        blobs = blobs or written
    if words:
        yield Output(kind=OutputKind.TEXT, text=words)
    # Several pictures are drafts of one: the last is it (APIYI's documentation, 2026-11-20).
    yield from (replace(output, draft=True) for output in blobs[:-1])
    yield from blobs[-1:]


def _blob(part: dict[str, Any]) -> Output | None:
    """Both spellings are in the wild. `fileData` gives an address only."""
    output = picture(first(part, "inlineData", "inline_data", "fileData", "file_data"))
    if output is not None and output.mime.startswith("audio/"):
        return replace(output, kind=OutputKind.AUDIO)
    return output


def _usage(value: Any) -> Usage | None:
    """Thoughts are billed output beside the candidates. Image tokens are the IMAGE detail alone.

    The details need not sum to the candidates' count, and on NO_IMAGE that is missing (captures of 2026-09).
    """
    said = fields(value)
    candidates, thoughts = count(said.get("candidatesTokenCount")), count(said.get("thoughtsTokenCount"))
    details = [fields(detail) for detail in items(said.get("candidatesTokensDetails"))[:_MOST_DETAILS]]
    images = [count(detail.get("tokenCount")) for detail in details if detail.get("modality") == "IMAGE"]
    counted = [tokens for tokens in (candidates, thoughts) if tokens is not None]
    usage = Usage(
        input=count(said.get("promptTokenCount")),
        output=sum(counted) if counted else None,
        reasoning=thoughts,
        cached=count(said.get("cachedContentTokenCount")),
        image=next((tokens for tokens in images if tokens is not None), None),
    )
    return None if usage == NOTHING_SAID else usage


read_text = reader(partial(_interpret, is_image=False), content=_CONTENT)
read_image = reader(partial(_interpret, is_image=True), content=_CONTENT)
