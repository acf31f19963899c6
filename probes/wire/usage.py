"""Usage as OpenAI and its kin state it: chat's names, Responses' and images' names, OpenRouter's cost."""

from typing import Any

from probes.model import Usage
from probes.wire.shape import count, dollars, fields, first

NOTHING_SAID = Usage()


def openai_usage(value: Any) -> Usage | None:
    """The usage object of a message; None where there is none or it says nothing.

    Reasoning is part of `completion_tokens`: never added. Detail blocks are optional and nullable everywhere;
    `image_tokens` is in no OpenAI chat type but comes with OpenRouter's image answers (LiteLLM, 2026-11-20).
    """
    said = fields(value)
    asked = fields(first(said, "prompt_tokens_details", "input_tokens_details"))
    given = fields(first(said, "completion_tokens_details", "output_tokens_details"))
    usage = Usage(
        input=count(first(said, "prompt_tokens", "input_tokens")),
        output=count(first(said, "completion_tokens", "output_tokens")),
        reasoning=count(given.get("reasoning_tokens")),
        cached=count(asked.get("cached_tokens")),
        image=count(given.get("image_tokens")),
        cost_usd=dollars(said.get("cost")),
    )
    return None if usage == NOTHING_SAID else usage
