"""From a wire's request to bytes for one origin. The key joins here, and only for its own origin."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpcore2

from probes.errors import ProgrammingError
from probes.model import Api, Auth, ErrorKind, Provider, Purpose, Secret, WireRequest
from probes.transport.proxy import Proxy
from probes.transport.seam import Abort

Headers = Mapping[str, str] | Mapping[str, Secret] | Mapping[str, str | Secret]

DEFAULT_PORTS = {"http": 80, "https": 443}
USER_AGENT = "Mozilla/5.0 (compatible)"  # an empty one is refused by many firewalls; this one names nobody
ANTHROPIC_VERSION = "2023-06-01"  # the only version in use, 2026-11-20; `headers:` may set another
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
SENDABLE_URL = re.compile(r"[\x21-\x7e]+")
UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who is spoken to."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """A request ready to be sent to its origin."""

    origin: Origin
    foreign: bool  # another origin than the provider's: nothing secret goes along
    method: str
    authority: str
    target: str
    headers: tuple[tuple[bytes, bytes], ...] = field(repr=False)
    body: bytes = field(repr=False)

    def message(self, proxy: Proxy | None) -> httpcore2.Request:
        """As httpcore2 sends it; a forwarding proxy is asked for the whole URL."""
        if proxy is None or self.origin.scheme == "https":
            url = httpcore2.URL(
                scheme=self.origin.scheme, host=self.origin.host, port=self.origin.port, target=self.target
            )
            return httpcore2.Request(self.method, url, headers=self.headers, content=self.body)
        whole = f"{self.origin.scheme}://{self.authority}{self.target}"
        url = httpcore2.URL(scheme="http", host=proxy.host, port=proxy.port, target=whole)
        headers = (*self.headers, *proxy.headers)
        return httpcore2.Request(self.method, url, headers=headers, content=self.body)


def compose(request: WireRequest, provider: Provider, key: str) -> Outbound:
    """The request with everything that goes along.

    Raises ProgrammingError for a foreign origin (unless it is a download that the provider allows, which
    carries no secret) and for a header that cannot be sent; `Abort` for a download link that is no https URL.
    """
    origin, foreign = _destination(request, provider)
    parts = urlsplit(request.url)
    authority = parts.netloc.rpartition("@")[2]
    return Outbound(
        origin=origin,
        foreign=foreign,
        method=request.method,
        authority=authority,
        target=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        headers=tuple(_merged(_layers(request, provider, key, authority))),
        body=request.body,
    )


def origin_of(url: str) -> Origin:
    """Scheme, host and port. Raises ValueError where there is none."""
    if not SENDABLE_URL.fullmatch(url):
        raise ValueError("a URL is printable ASCII; anything else is percent-encoded")
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError("not an http(s) URL")
    port = DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port
    return Origin(scheme=parts.scheme, host=parts.hostname, port=port)


def _destination(request: WireRequest, provider: Provider) -> tuple[Origin, bool]:
    home = origin_of(provider.base_url)
    try:
        origin = origin_of(request.url)
    except ValueError as exc:
        if request.purpose is Purpose.DOWNLOAD:
            raise Abort(ErrorKind.MALFORMED_RESPONSE, "the answer's link is not a URL") from exc
        raise
    if origin == home:
        return origin, False
    if request.purpose is not Purpose.DOWNLOAD or not provider.fetch_images:
        raise ProgrammingError(f"provider {provider.name}: a request to another origin than its base_url")
    if origin.scheme != "https":
        raise Abort(ErrorKind.MALFORMED_RESPONSE, "the answer's link is not https")
    return origin, True


def _layers(request: WireRequest, provider: Provider, key: str, authority: str) -> Iterable[Headers]:
    secret = request.purpose is not Purpose.DOWNLOAD
    yield {"Host": authority, "User-Agent": USER_AGENT, "Accept": "*/*"}
    if secret:
        yield {"anthropic-version": ANTHROPIC_VERSION} if provider.api is Api.ANTHROPIC else {}
        yield provider.headers
    yield request.headers
    if secret:
        yield _key(provider, key)
    if request.body or request.method == "POST":
        yield {"Content-Length": str(len(request.body))}


def _key(provider: Provider, name: str) -> Headers:
    if provider.auth is Auth.NONE:
        return {}
    if name not in provider.keys:
        raise ProgrammingError(f"provider {provider.name} has no key {name!r}")
    value = provider.keys[name].reveal()
    if provider.auth is Auth.BEARER:
        return {"Authorization": f"Bearer {value}"}
    return {provider.auth.value: value}


def _merged(layers: Iterable[Headers]) -> Iterable[tuple[bytes, bytes]]:
    """Later layers win, whatever the case of a name."""
    merged: dict[str, tuple[bytes, bytes]] = {}
    for layer in layers:
        for name, value in layer.items():
            merged[name.lower()] = _header(name, value.reveal() if isinstance(value, Secret) else value)
    return merged.values()


def _header(name: str, value: str) -> tuple[bytes, bytes]:
    """Checked here, because h11's own error would quote the value, which may be a key."""
    if not NAME.fullmatch(name) or UNSENDABLE.search(value):
        raise ProgrammingError(f"header {name[:60]!r} holds characters that no header may hold")
    return name.encode(), value.strip().encode()
