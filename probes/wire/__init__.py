"""One module per wire protocol, all pure. A wire yields requests, is sent what came of each, may yield more.

`docs/wires.md` says what each sends and reads, and how to add one.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from probes.model import Ask, Talk, WireName
from probes.wire.gemini_generate import gemini_generate
from probes.wire.models_list import models_list
from probes.wire.openai_chat import openai_chat
from probes.wire.openai_images import openai_images

__all__ = ["WIRES", "Wire"]

Wire = Callable[[Ask], Talk]

WIRES: Mapping[WireName, Wire] = MappingProxyType(
    {
        WireName.MODELS_LIST: models_list,
        WireName.OPENAI_CHAT: openai_chat,
        WireName.OPENAI_IMAGES: openai_images,
        WireName.GEMINI_GENERATE: gemini_generate,
    }
)
