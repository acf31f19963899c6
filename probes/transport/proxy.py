"""HTTP proxies: named in the configuration or not there at all. The environment is never asked."""

import base64
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import httpcore2

from probes.errors import ProgrammingError
from probes.model import ErrorKind, Secret
from probes.transport.backend import Connection, Stream
from probes.transport.seam import Abort
from probes.transport.stamped import StampedSocket
from probes.transport.watch import Watch

GATEWAY_STATUSES = range(500, 600)  # the proxy works, what is behind it does not


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """An HTTP proxy: tunnels (CONNECT) to https origins, forwards to http ones."""

    host: str
    port: int
    headers: tuple[tuple[bytes, bytes], ...] = field(default=(), repr=False)  # may hold a password

    @property
    def origin(self) -> httpcore2.Origin:
        """As httpcore2 names it."""
        return httpcore2.Origin(b"http", self.host.encode(), self.port)


def proxy_of(setting: Secret | None) -> Proxy | None:
    """The proxy of `http://user:password@host:port`; None where none is set."""
    if setting is None or not setting.reveal():
        return None
    parts = urlsplit(setting.reveal())
    if parts.scheme != "http" or not parts.hostname:
        raise ProgrammingError("a proxy is an http:// URL; the configuration should have refused this one")
    headers: tuple[tuple[bytes, bytes], ...] = ()
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers = ((b"Proxy-Authorization", b"Basic " + base64.b64encode(pair.encode())),)
    return Proxy(host=parts.hostname, port=parts.port or 80, headers=headers)


async def tunnel(sock: StampedSocket, proxy: Proxy, target: str, watch: Watch) -> None:
    """Have the proxy connect to `host:port`. Raises `Abort`: a 5xx blames the target, the rest is ours."""
    apart = watch.apart()  # the proxy's bytes are none of the channel's
    connection = Connection(proxy.origin, Stream(sock, sock, apart))
    url = httpcore2.URL(scheme=b"http", host=proxy.host, port=proxy.port, target=target)
    request = httpcore2.Request(b"CONNECT", url, headers=[(b"Host", target.encode()), *proxy.headers])
    try:
        response = await connection.handle_async_request(request)
    except (httpcore2.RemoteProtocolError, OSError) as exc:
        raise Abort(ErrorKind.LOCAL_NETWORK, "the proxy broke off") from exc
    if response.status in GATEWAY_STATUSES:
        raise Abort(ErrorKind.CONNECT_FAILURE, f"the proxy could not connect: it answered {response.status}")
    if response.status // 100 != 2:  # noqa: PLR2004 - the success class
        raise Abort(ErrorKind.LOCAL_NETWORK, f"the proxy refused: it answered {response.status}")
