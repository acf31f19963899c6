"""HTTP/1.1 over our own stamped sockets: one attempt, no redirect followed, nothing sent twice."""

import importlib
import logging
import ssl
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

import httpcore2

from probes.clock import Clock
from probes.errors import ConfigError
from probes.model import Exchange, WireRequest
from probes.transport.answer import Answer
from probes.transport.backend import Connection
from probes.transport.dial import Route, dial
from probes.transport.failures import KNOWN, verdict
from probes.transport.lookup import AskNames, ask_system
from probes.transport.outbound import compose
from probes.transport.proxy import proxy_of
from probes.transport.seam import Feed, Limits, Line
from probes.transport.tls import client_context
from probes.transport.warm import WarmConnections
from probes.transport.watch import Watch

# httpcore2 imports these when a first request needs them: tens of milliseconds, inside somebody's latency
for _name in ("anyio._backends._asyncio", "anyio.streams.memory", "anyio.streams.stapled", "encodings.idna"):
    importlib.import_module(_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """One exchange, prepared."""

    message: httpcore2.Request
    route: Route
    warm_key: Hashable | None


class HttpTransport:
    """The transport of real life. `ask` answers for DNS; by default the system's resolver does."""

    def __init__(self, clock: Clock, *, ask: AskNames = ask_system) -> None:
        self._clock, self._ask = clock, ask
        self._warm = WarmConnections()
        self._contexts: dict[Path | None, ssl.SSLContext] = {}
        logging.getLogger("httpcore2").setLevel(logging.WARNING)  # its debug lines quote headers

    async def exchange(self, request: WireRequest, *, line: Line, limits: Limits, feed: Feed) -> Exchange:
        """Send once, receive, end by the deadline.

        Raises ProgrammingError for a request that must not leave, ConfigError for a `ca_file` that is none,
        and whatever is neither the network's nor the other side's doing.
        """
        watch, answer, failure = Watch(self._clock, limits), Answer(), None
        try:
            call = self._prepare(request, line)
            watch.start()
            await self._talk(call, watch, answer, feed)
        except KNOWN as exc:
            failure = verdict(exc, watch, answer.stream)
        return answer.exchange(request, watch, failure)

    async def close(self) -> None:
        """Close the warm connections."""
        self._warm.close()

    def _prepare(self, request: WireRequest, line: Line) -> _Call:
        provider = line.provider
        outbound = compose(request, provider, line.key)
        origin, at_home = outbound.origin, not outbound.foreign
        # a foreign link is fetched directly: only so are the addresses checked those that are dialled
        proxy = proxy_of(provider.proxy) if at_home else None
        trusted = provider.ca_file if at_home else None
        tls = self._context(trusted) if origin.scheme == "https" else None
        warm = line.reuse is not None and at_home
        return _Call(
            message=outbound.message(proxy),
            route=Route(
                host=origin.host, port=origin.port, tls=tls, proxy=proxy, public_only=outbound.foreign
            ),
            warm_key=(origin, line.key, line.reuse, provider.proxy, provider.ca_file) if warm else None,
        )

    def _context(self, ca_file: Path | None) -> ssl.SSLContext:
        if ca_file not in self._contexts:
            try:
                self._contexts[ca_file] = client_context(ca_file)
            except OSError as exc:
                raise ConfigError("holds no certificates; give a PEM file", file=ca_file or "") from exc
        return self._contexts[ca_file]

    async def _talk(self, call: _Call, watch: Watch, answer: Answer, feed: Feed) -> None:
        connection = await self._connect(call, watch, answer)
        kept = False
        try:
            response = await connection.handle_async_request(call.message)
            await answer.receive(response, connection.link, watch, feed)
            kept = call.warm_key is not None and self._warm.keep(call.warm_key, connection)
        finally:
            if not kept:
                connection.link.close()

    async def _connect(self, call: _Call, watch: Watch, answer: Answer) -> Connection:
        connection = self._warm.take(call.warm_key) if call.warm_key is not None else None
        if connection is not None:
            connection.link.begin(watch)
            answer.warm = watch.connected = True
        else:
            connection = Connection(call.message.url.origin, await dial(call.route, watch, self._ask))
        answer.stream = connection.link
        return connection
