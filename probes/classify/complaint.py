"""What an error body says, whoever wrote it: machine codes, numbers, words.

Gateways wrap each other's errors, and each in its own shape. Known here (sources: the code of one-api and
new-api, LiteLLM, the SDKs of OpenAI, Anthropic and Google, OpenRouter's documentation; 2026-11-20):
`{"error": {…}}`, `[{"error": {…}}]`, `{"error": "text"}`, `{"type": "error", "error": {…}}`,
`{"response": {"error": {…}}}`, `{"choices": [{"error": {…}}]}`, `{"detail": …}`, `{"code": 402, "msg": "…"}`,
and any of them once more as a JSON string in the message.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from probes.classify.statuses import known

_NESTED_LEVELS = 2
_LAYERS = 12  # objects and sentences looked at in one body
_WORDS = 4096  # characters of a message
_CODES = 16
_CODE_LIMIT = 80
_CODE_KEYS = ("code", "type", "status", "error_type", "error_code", "reason")
_NUMBER_KEYS = ("code", "status", "status_code", "http_status", "statusCode")
_MESSAGE_KEYS = ("message", "msg", "err", "error_msg", "error_message", "detail", "description", "title")
_HINT_KEYS = ("retry_after", "retry_after_seconds", "retryDelay", "retry_delay")
_DATA_LINE = re.compile(r"^data:[ \t]?(\{.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """An error as its author meant it; the outermost author's words come first."""

    codes: tuple[str, ...] = ()  # lower case, words joined by _
    number: int | None = None  # a code that is an HTTP status
    message: str = ""
    upstream: bool = False  # the gateway says that it speaks of somebody behind it
    retry_hint: str = ""


def parse(body: bytes) -> Any:
    """The JSON of an error body, of an SSE event where it is framed as one; else its text."""
    text = body.decode("utf-8", "replace").lstrip("\ufeff")
    value = _json(text)
    if value is None and (framed := _DATA_LINE.search(text)):
        value = _json(framed[1])
    return text if value is None else value


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # also an integer of a million digits
        return None


def complaint(value: Any) -> Complaint:
    """Read an error out of anything."""
    layers = list(islice(_layers(value, _NESTED_LEVELS), _LAYERS))
    objects = [layer for layer in layers if isinstance(layer, dict)]
    codes = [code for layer in objects for code in _codes(layer)]
    words = [layer.strip() for layer in layers if isinstance(layer, str)]
    return Complaint(
        codes=tuple(dict.fromkeys(codes))[:_CODES],
        number=next((number for layer in objects for number in _numbers(layer)), None),
        message=" · ".join(dict.fromkeys(word for word in words if word))[:_WORDS],
        upstream=any(map(_of_upstream, objects)),
        retry_hint=next((hint for layer in objects for hint in _hints(layer)), ""),
    )


def _layers(value: Any, nested: int) -> Iterator[Any]:
    """Objects and sentences from the outside in; each level gives at least one, so none is too deep."""
    if isinstance(value, list):
        value = next((item for item in value if item), None)
    if isinstance(value, str):
        inner = _json(value) if nested and value.lstrip()[:1] in ("{", "[") else None
        if isinstance(inner, dict | list):
            yield from _layers(inner, nested - 1)
        else:
            yield value[:_WORDS]
    elif isinstance(value, dict):
        yield value
        for part in _parts(value):
            yield from _layers(part, nested)


def _parts(value: dict[str, Any]) -> Iterator[Any]:
    """Where an object keeps its error, its message, or the error that it passes on."""
    for key in ("error", "errors", *_MESSAGE_KEYS):
        part = value.get(key)
        if part and not isinstance(part, bool | int | float):
            yield part
    for outer, inner in (("response", "error"), ("header", "message"), ("metadata", "raw")):
        part = value.get(outer)
        if isinstance(part, dict) and part.get(inner):
            yield part[inner]
    choices = value.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict) and choices[0].get("error"):
        yield choices[0]["error"]


def _neighbours(layer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """An error object and the objects in which it keeps more machine codes."""
    yield layer
    for key in ("metadata", "availability", "details"):
        part = layer.get(key)
        if isinstance(part, dict):
            yield part
        elif isinstance(part, list):
            yield from (item for item in part[:_LAYERS] if isinstance(item, dict))


def _codes(layer: dict[str, Any]) -> Iterator[str]:
    for part in _neighbours(layer):
        for key in _CODE_KEYS:
            code = part.get(key)
            if isinstance(code, str) and code and not code.isdigit() and len(code) <= _CODE_LIMIT:
                yield normal(code)
        if part.get("flagged_input"):  # OpenRouter's moderation: the presence of the key is the code
            yield "flagged_input"


def normal(code: str) -> str:
    """`RESOURCE_EXHAUSTED`, `resource-exhausted` and `Resource exhausted` are one code."""
    return "_".join(re.findall(r"[a-z0-9:]+", code.lower()))


def _numbers(layer: dict[str, Any]) -> Iterator[int]:
    for key in _NUMBER_KEYS:
        number = layer.get(key)
        if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) == 3:  # noqa: PLR2004
            number = int(number)  # LiteLLM's "429"
        if isinstance(number, int) and not isinstance(number, bool) and known(number):
            yield number


def _of_upstream(layer: dict[str, Any]) -> bool:
    """one-api and new-api type what their upstream said; OpenRouter names who said it."""
    if layer.get("type") == "upstream_error":
        return True
    return any(part.get("provider_code") or part.get("provider_name") for part in _neighbours(layer))


def _hints(layer: dict[str, Any]) -> Iterator[str]:
    for part in _neighbours(layer):
        for key in _HINT_KEYS:
            hint = part.get(key)
            if isinstance(hint, str | int | float) and not isinstance(hint, bool) and hint != "":
                yield str(hint)[:64]
