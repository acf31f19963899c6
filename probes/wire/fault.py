"""Error objects inside an answer that began well: every form that gateways are known to use."""

from typing import Any

from probes.model import Fault
from probes.wire.shape import fields, items, text

# Where one-api had to look for an error's words, FastAPI's and Midjourney proxies' included (2026-11-20).
_WORDS = ("message", "msg", "err", "error_msg", "errmsg", "detail", "description", "failReason")
_WRAPPERS = ("header", "response", "data", "result")
_FINE = (0, 1, 200, "0", "1", "200", "ok", "success")


def fault_in(message: dict[str, Any], content: frozenset[str]) -> Fault | None:
    """The error that a message holds, judged as the SDKs do: a truthy `error` is one, whatever is beside it.

    A message that has none of its wire's `content` members but words of complaint and no code that means well
    is one too (kie.ai, APIMart, FastAPI).
    """
    kinds = (message.get("type"), message.get("event_type"), message.get("object"))
    if message.get("error") or "error" in kinds:
        return Fault(body=message)
    if any(message.get(name) is not None for name in content):
        return None
    if _complains(message):
        return Fault(body=message)
    for name in _WRAPPERS:
        inner = fields(message.get(name))
        if inner.get("error") or _complains(inner):
            return Fault(body=inner)
    return None


def _complains(value: dict[str, Any]) -> bool:
    """Whether there are words, and no code that says they mean well."""
    if value.get("success") is True or any(value.get("code", _FINE) == fine for fine in _FINE):
        return False
    return any(text(value.get(name)) or items(value.get(name)) for name in _WORDS)
