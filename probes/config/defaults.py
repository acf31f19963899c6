"""What stands where nothing is written, and what this version can do: each fact once."""

from collections.abc import Mapping
from types import MappingProxyType

from probes.model import IMAGE_KINDS, MEDIA_KINDS, TEXT_KINDS, Api, Auth, Kind, WireName

SUPPORTED_WIRES = frozenset(
    {WireName.MODELS_LIST, WireName.OPENAI_CHAT, WireName.OPENAI_IMAGES, WireName.GEMINI_GENERATE}
)
SUPPORTED_KINDS = frozenset({Kind.CHAT, Kind.IMAGE})

NOT_PUBLISHED = ("influx", "notify", "maintenance")
"""Sections that are checked and kept, and that nothing acts on yet."""

DEFAULT_AUTH: Mapping[Api, Auth] = MappingProxyType(
    {Api.OPENAI: Auth.BEARER, Api.ANTHROPIC: Auth.X_API_KEY, Api.GEMINI: Auth.X_GOOG_API_KEY}
)
_ASKED_THROUGH: Mapping[WireName, frozenset[Kind]] = MappingProxyType(
    {
        WireName.MODELS_LIST: frozenset(),
        WireName.OPENAI_CHAT: TEXT_KINDS | IMAGE_KINDS,
        WireName.OPENAI_RESPONSES: TEXT_KINDS | IMAGE_KINDS,
        WireName.OPENAI_IMAGES: IMAGE_KINDS,
        WireName.OPENAI_IMAGES_ASYNC: IMAGE_KINDS,
        WireName.OPENROUTER_IMAGES: IMAGE_KINDS,
        WireName.OPENAI_EMBEDDINGS: frozenset({Kind.EMBED}),
        WireName.OPENAI_SPEECH: frozenset({Kind.SPEECH}),
        WireName.OPENAI_TRANSCRIPTIONS: frozenset({Kind.TRANSCRIBE}),
        WireName.RERANK: frozenset({Kind.RERANK}),
        WireName.ANTHROPIC_MESSAGES: TEXT_KINDS,
        WireName.GEMINI_GENERATE: TEXT_KINDS | IMAGE_KINDS | {Kind.EMBED},
    }
)
_DEFAULT_WIRES: Mapping[Api, tuple[WireName, ...]] = MappingProxyType(
    {
        Api.OPENAI: (  # the first that can ask for a kind
            WireName.OPENAI_IMAGES,
            WireName.OPENAI_CHAT,
            WireName.OPENAI_EMBEDDINGS,
            WireName.OPENAI_SPEECH,
            WireName.OPENAI_TRANSCRIPTIONS,
        ),
        Api.ANTHROPIC: (WireName.ANTHROPIC_MESSAGES,),
        Api.GEMINI: (WireName.GEMINI_GENERATE,),
    }
)
STREAMING_WIRES = frozenset(
    {
        WireName.OPENAI_CHAT,
        WireName.OPENAI_RESPONSES,
        WireName.OPENAI_IMAGES,
        WireName.OPENAI_SPEECH,
        WireName.ANTHROPIC_MESSAGES,
        WireName.GEMINI_GENERATE,
    }
)
_TOKENS: Mapping[Kind, int] = MappingProxyType(
    {Kind.CHAT: 256, Kind.TOOLS: 256, Kind.VISION: 256, Kind.STRUCTURED: 512}
)


def kinds_of(wire: WireName) -> frozenset[Kind]:
    """What can be asked for through a wire."""
    return _ASKED_THROUGH[wire]


def default_wire(api: Api, kind: Kind) -> WireName | None:
    """The wire that a provider's api speaks for a kind; None: the probe must say `via`."""
    return next((wire for wire in _DEFAULT_WIRES[api] if kind in _ASKED_THROUGH[wire]), None)


def can_stream(wire: WireName, kind: Kind) -> bool:
    """Whether an answer can come in pieces. Embeddings are one vector."""
    return wire in STREAMING_WIRES and kind is not Kind.EMBED


def streams_unasked(wire: WireName, kind: Kind) -> bool:
    """Whether `stream` is true where nothing is said.

    Not for `/images/generations`: only OpenAI's own models stream there; relays refuse it (2026-11-20).
    """
    return can_stream(wire, kind) and wire is not WireName.OPENAI_IMAGES


def default_max_tokens(kind: Kind) -> int | None:
    """The limit on output tokens: reasoning models think inside it, so it is not small."""
    return _TOKENS.get(kind)


def default_timeout(kind: Kind) -> str:
    """The whole deadline. Pictures took 14 s to 134 s at gateways that publish it (2026-11-20)."""
    return "180s" if kind in MEDIA_KINDS else "60s"
