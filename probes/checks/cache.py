"""Whether somebody on the way says that the answer was stored, not made."""

from probes.model import Exchange

_HEADERS = ("x-openrouter-cache-status", "cf-cache-status", "x-cache", "x-cache-status")


def cache_hit(exchange: Exchange) -> bool:
    """A cache header that says HIT (OpenRouter's response cache, CDNs; 2026-11-20)."""
    return any((exchange.header(name) or "").lower().startswith("hit") for name in _HEADERS)
