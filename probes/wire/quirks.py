"""What a model family wants otherwise, as data with its source. Anything rarer is a probe's `extra_body`."""

import re
from urllib.parse import urlsplit

# OpenAI's reasoning models refuse `max_tokens`; openai 2.54.0 calls it deprecated there (2026-11-20).
# Compatible gateways mostly know nothing else: the new name goes only where the old one is known to fail.
_REASONING = re.compile(r"(?:^|/)(?:o[1-9]|gpt-[5-9])(?:$|[-.@:])")


def token_limit_field(base_url: str, model: str) -> str:
    """How `max_tokens` is spelled in a chat request."""
    at_openai = urlsplit(base_url).hostname == "api.openai.com"
    return "max_completion_tokens" if at_openai or _REASONING.search(model) else "max_tokens"
