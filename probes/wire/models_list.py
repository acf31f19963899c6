"""The free question: does the models list answer? It proves name, network and key, not credit or a model.

`GET /models` (OpenAI), `/v1/models` (Anthropic), `/v1beta/models` (Gemini).
"""

from collections.abc import Iterator
from typing import Any

from probes.model import Api, Ask, Fact, Output, OutputKind, Talk
from probes.wire.message import reader
from probes.wire.request import below, get, join, versioned
from probes.wire.shape import fields, first, items, label

# Both page their lists by 50 and 20 (documentation of 2026-11); a model on page two is listed, too.
_ANTHROPIC, _GEMINI = "models?limit=1000", "models?pageSize=1000"
_MOST_MODELS = 20_000


def models_list(ask: Ask) -> Talk:
    """Ask once. The ids come as one LIST output, a line each."""
    yield get(_url(ask), read)


def _url(ask: Ask) -> str:
    base, reach = ask.provider.base_url, ask.provider.reach
    if reach is not None and reach.path is not None:
        return below(base, reach.path)
    if ask.provider.api is Api.GEMINI:
        return join(versioned(base, "v1beta"), _GEMINI)
    if ask.provider.api is Api.ANTHROPIC:
        return join(versioned(base, "v1"), _ANTHROPIC)
    return join(base, "models")


def _interpret(message: dict[str, Any]) -> Iterator[Fact]:
    entries = map(fields, items(first(message, "data", "models"))[:_MOST_MODELS])
    names = [label(first(entry, "id", "name")).removeprefix("models/") for entry in entries]
    names.append(label(message.get("id")))  # a bare array comes entry by entry (Together's list)
    if listed := "\n".join(name for name in names if name):
        yield Output(kind=OutputKind.LIST, text=listed)


read = reader(_interpret, content=frozenset({"data", "models", "id"}), most_messages=_MOST_MODELS)
