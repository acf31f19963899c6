"""What an HTTP status means where nothing better is known."""

from http import HTTPStatus

from probes.model import ErrorKind

_E = ErrorKind
_EDGE = frozenset({*range(520, 528), 530})  # Cloudflare's own, between itself and the origin

# 409, 413, 415, 422 and other complaints about the request fall to BAD_REQUEST with the rest of 4xx.
_MEANS: dict[int, ErrorKind] = {
    HTTPStatus.UNAUTHORIZED: _E.UNAUTHORIZED,
    HTTPStatus.PAYMENT_REQUIRED: _E.INSUFFICIENT_BALANCE,
    HTTPStatus.FORBIDDEN: _E.FORBIDDEN,
    HTTPStatus.NOT_FOUND: _E.MODEL_NOT_FOUND,
    HTTPStatus.REQUEST_TIMEOUT: _E.SERVER_ERROR,
    HTTPStatus.GONE: _E.MODEL_NOT_FOUND,
    HTTPStatus.TOO_MANY_REQUESTS: _E.RATE_LIMITED,
    HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS: _E.REGION_BLOCKED,
    499: _E.SERVER_ERROR,  # "client closed request" (Google CANCELLED): said of somebody else, we did not
    HTTPStatus.BAD_GATEWAY: _E.UPSTREAM_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE: _E.OVERLOADED,
    HTTPStatus.GATEWAY_TIMEOUT: _E.UPSTREAM_ERROR,
    529: _E.OVERLOADED,  # Anthropic
}


_KNOWN = frozenset(HTTPStatus) | frozenset(_MEANS) | _EDGE


def known(number: int) -> bool:
    """Whether a number in a body is an HTTP status of an error; gateways number their own troubles, too."""
    return number >= HTTPStatus.BAD_REQUEST and number in _KNOWN


def meaning(status: int, *, json: bool) -> ErrorKind:
    """The kind of a refusal. A 502 or 504 that is not JSON comes from a proxy, not from the gateway."""
    if status in _EDGE:
        return _E.EDGE_ERROR
    if status in (HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT) and not json:
        return _E.EDGE_ERROR
    fallback = _E.SERVER_ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else _E.BAD_REQUEST
    return _MEANS.get(status, fallback)
