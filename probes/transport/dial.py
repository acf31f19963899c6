"""From a name to a connected stream: DNS, TCP, the proxy's tunnel, TLS, each with its stamp."""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from probes.clock import Clock
from probes.model import ErrorKind
from probes.transport.backend import Stream
from probes.transport.failures import LOCAL_ERRNOS, is_network, reason
from probes.transport.lookup import AskNames, Endpoint, look_up
from probes.transport.proxy import Proxy, tunnel
from probes.transport.seam import Abort
from probes.transport.stamped import Pipe, StampedSocket
from probes.transport.tls import TlsPipe
from probes.transport.watch import ExpiredError, Watch

Connected = tuple[socket.socket, int]  # and since when

STAGGER_NS = 250_000_000  # RFC 8305, section 5: before the next address is tried beside the pending ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How to get to an origin."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    proxy: Proxy | None = None
    public_only: bool = False  # refuse unless every address is on the open internet


async def dial(route: Route, watch: Watch, ask: AskNames) -> Stream:
    """A new connection. Raises what `failures` knows, or `ExpiredError` at the limit on connecting."""
    reached = _reach_proxy(route.proxy, watch, ask) if route.proxy else watch.limit(_reach(route, watch, ask))
    sock, connect_ns = await reached
    stamped = StampedSocket(sock, watch.clock)
    pipe: Pipe = stamped
    try:
        if route.proxy is not None and route.tls is not None:
            await tunnel(stamped, route.proxy, f"{_bracketed(route.host)}:{route.port}", watch)
            connect_ns = watch.clock.now_ns()
        watch.stamps.connect_ns, watch.connected = connect_ns, True
        if route.tls is not None:
            pipe = await _secured(stamped, route.tls, route.host, watch)
    except BaseException:
        stamped.close()
        raise
    return Stream(pipe, stamped, watch)


async def _secured(sock: StampedSocket, context: ssl.SSLContext, host: str, watch: Watch) -> TlsPipe:
    pipe = TlsPipe(sock, context, host)
    await watch.limit(pipe.handshake())
    watch.stamps.tls_ns = watch.clock.now_ns()
    return pipe


async def _reach_proxy(proxy: Proxy, watch: Watch, ask: AskNames) -> Connected:
    """The proxy is ours, and so is its trouble: no channel is blamed before it was reached."""
    try:
        return await watch.limit(_reach(Route(host=proxy.host, port=proxy.port, tls=None), watch, ask))
    except ExpiredError:
        raise Abort(ErrorKind.LOCAL_NETWORK, "the proxy did not answer in time") from None
    except OSError as exc:
        if not is_network(exc):
            raise
        raise Abort(ErrorKind.LOCAL_NETWORK, f"the proxy: {reason(exc)}") from exc


async def _reach(route: Route, watch: Watch, ask: AskNames) -> Connected:
    found = await look_up(route.host, route.port, ask=ask, clock=watch.clock)
    endpoints, watch.stamps.dns_ns = found
    if route.public_only and not all(endpoint.public for endpoint in endpoints):
        raise Abort(ErrorKind.MALFORMED_RESPONSE, "the answer's link leads to a private address")
    return await connect_any(endpoints, watch.clock)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


async def connect_any(endpoints: Sequence[Endpoint], clock: Clock) -> Connected:
    """The first TCP connection that stands, and when. A dead address costs 250 ms, a refusing one nothing.

    Raises the OSError that says most, when none stands.
    """
    race = _Race(clock)
    try:
        for endpoint in endpoints:
            race.enter(endpoint)
            if won := await race.winner(clock.now_ns() + STAGGER_NS):
                return won
        while race.running:
            if won := await race.winner(None):
                return won
        raise _telling(race.errors)
    finally:
        race.end()


class _Race:
    """Connection attempts side by side."""

    def __init__(self, clock: Clock) -> None:
        self.running: set[asyncio.Task[Connected]] = set()
        self.errors: list[OSError] = []
        self._clock = clock

    def enter(self, endpoint: Endpoint) -> None:
        self.running.add(asyncio.create_task(_connect(endpoint, self._clock)))

    async def winner(self, until_ns: int | None) -> Connected | None:
        """The first success; None when one has failed or the time is up."""
        try:
            if until_ns is None:
                await asyncio.wait(self.running, return_when=asyncio.FIRST_COMPLETED)
            else:
                async with self._clock.timeout_at(until_ns):
                    await asyncio.wait(self.running, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            return None
        for task in [task for task in self.running if task.done()]:
            error = task.exception()
            if error is None:
                self.running.discard(task)
                return task.result()
            self.running.discard(task)
            self._note(error)
        return None

    def _note(self, error: BaseException) -> None:
        if not isinstance(error, OSError):
            raise error
        self.errors.append(error)

    def end(self) -> None:
        """Stop the others. Nothing is awaited: a limit that fires here would lose the winner's socket."""
        for task in self.running:
            task.cancel()
            task.add_done_callback(_close_late)


def _close_late(task: asyncio.Task[Connected]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result()[0].close()


async def _connect(endpoint: Endpoint, clock: Clock) -> Connected:
    sock = socket.socket(endpoint.family, socket.SOCK_STREAM)
    try:
        sock.settimeout(0)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(sock, endpoint.address)
    except BaseException:
        sock.close()
        raise
    return sock, clock.now_ns()


def _telling(errors: Sequence[OSError]) -> OSError:
    """An error of the other side says more than "no route for IPv6 here"."""
    return next((error for error in errors if error.errno not in LOCAL_ERRNOS), errors[0])
