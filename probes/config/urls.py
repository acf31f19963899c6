"""Addresses and URLs. A key inside a URL is refused: URLs end up in logs, error messages and caches."""

import ipaddress
import re
from urllib.parse import SplitResult, parse_qsl, urlsplit

from probes.config.unfit import Unfit
from probes.model import Address, Secret

_KEY_NAME = re.compile(r"(?i)key|token|secret|passw|auth|sign|credential")
_HOST = re.compile(r"[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\]")
NOT_A_URL = "is not a URL; write https://host/path"
_PATH = re.compile(r"/(?!/)[!-\"$-~]*")  # visible ASCII without #
_LAST_PORT = 65535
_KEY_INSIDE = "holds a key; take it out of the URL and write it under `key:`"


def _split(value: object) -> SplitResult:
    """A URL with scheme http or https and a host."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value:
        raise Unfit(NOT_A_URL)
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise Unfit(NOT_A_URL) from None
    host = parts.netloc.rpartition("@")[2]
    host = host.removesuffix(f":{port}") if port is not None else host.removesuffix(":")
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        raise Unfit(NOT_A_URL)
    return parts


def base_url(value: object) -> str:
    """What a provider's SDK takes: no key, no query, no slash at the end."""
    parts = _split(value)
    if parts.username is not None or any(_KEY_NAME.search(key) for key, _ in _query(parts)):
        raise Unfit(_KEY_INSIDE)
    if parts.query or parts.fragment:
        raise Unfit("has a query or a fragment; write only https://host/path")
    return parts.geturl().rstrip("/")


def _query(parts: SplitResult) -> list[tuple[str, str]]:
    return parse_qsl(parts.query, keep_blank_values=True) + parse_qsl(parts.fragment)


def service_url(value: object) -> str:
    """Where a service of ours listens; credentials have fields of their own."""
    parts = _split(value)
    if parts.username is not None or any(_KEY_NAME.search(key) for key, _ in _query(parts)):
        raise Unfit("holds credentials; write them in the fields of their own beside it")
    return parts.geturl().rstrip("/")


def secret_url(value: object) -> Secret:
    """A URL that may itself be the secret: web hooks."""
    return Secret(_split(value).geturl())


def proxy(value: object) -> Secret | None:
    """A forward proxy, credentials allowed; empty: none."""
    if value == "":
        return None
    form = "write http://host:port or http://user:password@host:port"
    try:
        parts = _split(value)
    except Unfit:
        raise Unfit(f"is not a proxy; {form}") from None
    if parts.scheme != "http" or parts.port is None:
        raise Unfit(f"is not a proxy; {form}")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise Unfit(f"has a path; {form}")
    return Secret(parts.geturl().rstrip("/"))


def origin(value: object) -> str:
    """Who may embed a page: scheme and host, as a frame-ancestors source."""
    form = "is not an origin; write https://host, without a path"
    try:
        parts = _split(value)
    except Unfit:
        raise Unfit(form) from None
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        raise Unfit(form)
    return f"{parts.scheme}://{parts.netloc}"


def url_path(value: object) -> str:
    """A path below the provider's base URL."""
    if not isinstance(value, str) or not _PATH.fullmatch(value):
        raise Unfit("is not a path; write it from the slash on, such as /v1/models")
    if any(_KEY_NAME.search(key) for key, _ in parse_qsl(value.partition("?")[2], keep_blank_values=True)):
        raise Unfit(_KEY_INSIDE)
    return value


def base_path(value: object) -> str:
    """Where the pages lie on their host: begins and ends with a slash."""
    if not isinstance(value, str) or not re.fullmatch(r"/([A-Za-z0-9._~-]+/)*", value):
        raise Unfit("is not a base path; begin and end it with a slash, such as / or /status/")
    return value


def address(value: object) -> Address:
    """`host:port` to listen on."""
    form = "is not host:port; write 127.0.0.1:8811 or [::1]:8811"
    host, colon, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    if (
        not colon
        or not _HOST.fullmatch(host)
        or not re.fullmatch(r"[0-9]{1,5}", port)
        or int(port) > _LAST_PORT
    ):
        raise Unfit(form)
    if host.startswith("["):
        host = host[1:-1]
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            raise Unfit(form) from None
    return Address(host=host, port=int(port))


def on_loopback(host: str) -> bool:
    """Whether only this machine can reach a host."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def in_clear(url: str) -> bool:
    """Whether a key sent to a URL could be read on the way."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not on_loopback(parts.hostname or "")
