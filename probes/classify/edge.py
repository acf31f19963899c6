"""Pages where an answer was due: CDNs, proxies and login walls speak markup, APIs do not."""

import re

from probes.model import ErrorKind, Exchange

_LOOKED_AT = 16384
_CODED = re.compile(r"(?:error code:?|error|cf-error-code\D{0,40}) {0,4}(1\d{3}|52\d|530)\b", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,200})", re.IGNORECASE)
_PROXY_WORDS = re.compile(  # Envoy and Cloudflare, in plain text
    r"^\s{0,8}(?:upstream connect error|no healthy upstream|upstream request timeout|error code: \d{3,4}\s*$)"
)
# Cloudflare's 1xxx pages (its documentation, 2026-11-20): the client's address, country, or rate.
_CLOUDFLARE = {
    "1009": ErrorKind.REGION_BLOCKED,
    "1020": ErrorKind.REGION_BLOCKED,
    "1015": ErrorKind.RATE_LIMITED,
}


def page(exchange: Exchange) -> tuple[ErrorKind, str] | None:
    """The verdict and the words of a page; None where the body is no page."""
    text = exchange.body[:_LOOKED_AT].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if not _is_markup(text, exchange.header("content-type") or "") and not _PROXY_WORDS.match(text):
        return None
    coded = _CODED.search(text)
    titled = _TITLE.search(text)
    words = titled[1] if titled else text[:200]
    return _CLOUDFLARE.get(coded[1] if coded else "", ErrorKind.EDGE_ERROR), f"a page, not an answer: {words}"


def _is_markup(text: str, content_type: str) -> bool:
    if text.startswith("<"):
        return True
    answers = text.startswith(("{", "[", "data:", "event:", ":"))  # labelled as a page, yet an answer
    return "html" in content_type.lower() and not answers
