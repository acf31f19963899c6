"""What an answer says of itself: the model that served it, and the id that support will ask for."""

import re
from typing import Any

from probes.model import Echo, Exchange, Record
from probes.model.redaction import redact

# Nothing else is read from the headers of an answer. In order: the gateway's own id is worth most to a
# reader who asks that gateway for help. OpenAI x-request-id; Anthropic request-id; one-api and new-api
# x-oneapi-request-id, their forks x-api-request-id; OpenRouter x-generation-id; as of 2026-11-20.
_ID_HEADERS = (
    "x-request-id",
    "request-id",
    "x-oneapi-request-id",
    "x-api-request-id",
    "x-generation-id",
    "x-litellm-call-id",
    "x-fal-request-id",
    "apim-request-id",
    "x-amzn-requestid",
    "x-kong-request-id",
    "x-trace-id",
    "x-vercel-id",
)
_EDGE_ID_HEADER = "cf-ray"  # only where nobody behind the edge gave an id
_ID = re.compile(r"[\w.:/+=-]{1,128}", re.ASCII)
_ID_IN_BODY = re.compile(r'"request_?id"\s{0,8}:\s{0,8}"([\w.:/+=-]{1,128})"', re.ASCII | re.IGNORECASE)
_ID_IN_TEXT = re.compile(r"\(request id: ([0-9A-Za-z-]{1,128})\)")  # nested relays add theirs at the end
_LIMIT = 128


def identity(record: Record) -> dict[str, Any]:
    """`served_model` and `request_id`: bounded, on one line, without keys."""
    echoes: list[Echo] = record.facts(Echo)
    models = [echo.model for echo in echoes if echo.model]
    found = _request_id(record.last, [echo.id for echo in echoes])
    return {
        "served_model": (redact(models[-1], record.ask, _LIMIT) if models else "") or None,
        "request_id": redact(found, record.ask, _LIMIT) if found else None,
    }


def _request_id(exchange: Exchange, echoed: list[str]) -> str | None:
    """The allow-list of headers, then the body, then the edge."""
    said = [exchange.header(name) for name in _ID_HEADERS]
    said += [*echoed, _id_in_refusal(exchange), exchange.header(_EDGE_ID_HEADER)]
    return next((text for text in said if text and _ID.fullmatch(text)), None)


def _id_in_refusal(exchange: Exchange) -> str | None:
    if exchange.status is None or exchange.status // 100 == 2:  # noqa: PLR2004 - the success class
        return None
    text = exchange.body.decode("utf-8", "replace")
    named = _ID_IN_BODY.search(text)
    return named[1] if named else next(reversed(_ID_IN_TEXT.findall(text)), None)
