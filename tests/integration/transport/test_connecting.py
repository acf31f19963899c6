"""Names, addresses, proxies: everything before the first byte of a request."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest

from probes.clock import NS, SystemClock
from probes.model import ErrorKind, Secret
from probes.transport import HttpTransport
from probes.transport.dial import connect_any
from probes.transport.lookup import Endpoint
from tests.integration.transport.asking import CLOCK, ask, limits, line, open_files, trusting
from tests.integration.transport.conftest import Authority
from tests.integration.transport.gateway import Gateway, Peer, Script, answers, serving, whole

pytestmark = pytest.mark.integration

FINE = answers(whole(b"tok"))


def v4(address: str, port: int) -> Endpoint:
    return Endpoint(family=socket.AF_INET, address=(address, port))


def v6(address: str, port: int) -> Endpoint:
    return Endpoint(family=socket.AF_INET6, address=(address, port, 0, 0))


def closed_port() -> int:
    with contextlib.closing(socket.socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def black_hole(family: socket.AddressFamily, host: str) -> Iterator[int]:
    """A port whose queue is full: the kernel drops every further SYN, as a dead route does."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(socket.socket(family)))
        listener.bind((host, 0))
        listener.listen(0)
        for _ in range(2):
            filler = stack.enter_context(contextlib.closing(socket.socket(family)))
            filler.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                filler.connect(listener.getsockname())
        yield int(listener.getsockname()[1])


def resolving_to(*endpoints: Endpoint) -> HttpTransport:
    return HttpTransport(CLOCK, ask=lambda _host, _port: list(endpoints))


async def test_a_dead_ipv6_costs_a_quarter_of_a_second():
    async with serving(FINE) as gateway:
        with black_hole(socket.AF_INET6, "::1") as hole:
            transport = resolving_to(v6("::1", hole), v6("::1", hole), v4("127.0.0.1", gateway.port))
            exchange = await ask(line(gateway.url), transport=transport)
    assert exchange.failure is None
    marks = exchange.marks
    assert marks.connect_ns is not None
    assert marks.dns_ns is not None
    assert 0.24 * NS < marks.connect_ns - marks.dns_ns < 0.45 * NS


async def test_a_refusing_address_costs_nothing():
    async with serving(FINE) as gateway:
        transport = resolving_to(v4("127.0.0.1", closed_port()), v4("127.0.0.1", gateway.port))
        exchange = await ask(line(gateway.url), transport=transport)
    assert exchange.failure is None
    assert exchange.marks.end_ns - exchange.marks.start_ns < 0.2 * NS


async def test_a_slow_first_address_may_still_win():
    async with serving(FINE) as gateway:
        with black_hole(socket.AF_INET, "127.0.0.1") as hole:
            transport = resolving_to(v4("127.0.0.1", gateway.port), v4("127.0.0.1", hole))
            exchange = await ask(line(gateway.url), transport=transport)
    assert exchange.failure is None
    assert gateway.connections == 1


class HastyClock(SystemClock):
    """Tries every address at once: for it, each stagger has passed already."""

    @asynccontextmanager
    async def timeout_at(self, deadline_ns: int) -> AsyncGenerator[None]:
        del deadline_ns
        async with asyncio.timeout(0):
            yield


async def test_an_address_that_connects_too_late_is_let_go():
    async with serving(lambda peer: peer.silence()) as gateway:
        before = open_files()
        for _ in range(20):
            sock, _at = await connect_any([v4("127.0.0.1", gateway.port)] * 3, HastyClock())
            sock.close()
        await asyncio.sleep(0.1)
        assert gateway.connections > 20
        assert open_files() == before


REFUSED, UNREACHABLE = v4("127.0.0.1", 1), v4("224.0.0.1", 80)


@pytest.mark.parametrize(
    ("endpoints", "error", "said"),
    [
        pytest.param([REFUSED], ErrorKind.CONNECT_FAILURE, "Connection refused", id="refused"),
        pytest.param([REFUSED] * 3, ErrorKind.CONNECT_FAILURE, "Connection refused", id="refused thrice"),
        pytest.param([UNREACHABLE], ErrorKind.LOCAL_NETWORK, "Network is unreachable", id="no way out"),
        pytest.param(
            [v6("ff02::1", 80), REFUSED],
            ErrorKind.CONNECT_FAILURE,
            "Connection refused",
            id="no IPv6 here, refused",
        ),
    ],
)
async def test_no_connection_has_its_reason(endpoints: list[Endpoint], error: ErrorKind, said: str):
    exchange = await ask(line("http://api.example"), transport=resolving_to(*endpoints))
    assert exchange.failure is not None
    assert (exchange.failure.error, exchange.failure.detail) == (error, said)
    assert (exchange.marks.connect_ns, exchange.status) == (None, None)
    assert exchange.marks.dns_ns is not None


async def test_a_dead_address_is_a_connect_timeout():
    with black_hole(socket.AF_INET, "127.0.0.1") as hole:
        within = limits(3, connect_s=0.4)
        exchange = await ask(line(f"http://127.0.0.1:{hole}"), within=within)
    assert exchange.failure is not None
    assert exchange.failure.error is ErrorKind.CONNECT_TIMEOUT
    assert exchange.marks.end_ns - exchange.marks.start_ns < 0.5 * NS


@pytest.mark.parametrize("code", [socket.EAI_NONAME, socket.EAI_AGAIN], ids=["no such name", "no answer"])
async def test_a_name_without_address_is_a_dns_failure(code: int):
    def refuse(_host: str, _port: int) -> list[Endpoint]:
        raise socket.gaierror(code, "said so")

    exchange = await ask(line("http://api.example"), transport=HttpTransport(CLOCK, ask=refuse))
    assert exchange.failure is not None
    assert (exchange.failure.error, exchange.failure.detail) == (ErrorKind.DNS_FAILURE, "DNS: said so")
    assert exchange.marks.dns_ns is None


async def test_a_label_that_is_too_long_is_a_dns_failure():
    exchange = await ask(line(f"http://{'a' * 64}.invalid"))
    assert exchange.failure is not None
    assert exchange.failure.error is ErrorKind.DNS_FAILURE


async def test_our_own_limits_are_loud():
    def exhausted(_host: str, _port: int) -> list[Endpoint]:
        raise OSError(errno.EMFILE, "Too many open files")

    with pytest.raises(OSError, match="open files"):
        await ask(line("http://api.example"), transport=HttpTransport(CLOCK, ask=exhausted))


def proxying(refusal: bytes = b"") -> Script:
    """A proxy that tunnels and forwards; or refuses everything."""

    async def script(peer: Peer) -> None:
        asked = await peer.request()
        method, target, _ = asked.split(b" ", 2)
        if refusal:
            await peer.send(refusal)
            return
        where = target if method == b"CONNECT" else target.split(b"/")[2]
        reader, writer = await asyncio.open_connection(*where.decode().split(":"))
        if method == b"CONNECT":
            await peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            writer.write(asked)
        try:
            await asyncio.gather(peer.pour_into(writer), peer.pour_from(reader))
        finally:
            writer.close()

    return script


def through(proxy: Gateway, login: str = "") -> Secret:
    return Secret(f"http://{login}127.0.0.1:{proxy.port}")


@pytest.mark.parametrize("secure", [False, True], ids=["forward", "tunnel"])
async def test_a_proxy_is_used_where_it_is_set(authority: Authority, *, secure: bool):
    async with (
        serving(FINE, tls=authority.server() if secure else None) as gateway,
        serving(proxying()) as proxy,
    ):
        target = trusting(gateway.url, authority.file, proxy=through(proxy, "me:p%40ss@"))
        exchange = await ask(target)
    assert (exchange.failure, exchange.status) == (None, 200)
    assert exchange.marks.dns_ns is not None
    assert exchange.marks.connect_ns is not None
    first = proxy.requests[0].decode()
    wanted = f"CONNECT localhost:{gateway.port} " if secure else f"POST {gateway.url}/v1/chat "
    assert first.startswith(wanted)
    assert "\r\nProxy-Authorization: Basic bWU6cEBzcw==\r\n" in first  # me:p@ss
    assert ("Bearer" in first) is not secure
    if secure:
        assert "Proxy-Authorization" not in gateway.requests[0].decode()
        assert exchange.marks.send_ns is not None
        assert exchange.marks.tls_ns is not None
        assert exchange.marks.connect_ns < exchange.marks.tls_ns < exchange.marks.send_ns


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (b"HTTP/1.1 407 Who are you\r\n\r\n", ErrorKind.LOCAL_NETWORK),
        (b"HTTP/1.1 403 No\r\n\r\n", ErrorKind.LOCAL_NETWORK),
        (b"HTTP/1.1 502 Nobody there\r\n\r\n", ErrorKind.CONNECT_FAILURE),
        (b"garbage\r\n\r\n", ErrorKind.LOCAL_NETWORK),
    ],
    ids=["407", "403", "502", "garbage"],
)
async def test_a_proxy_that_refuses(refusal: bytes, error: ErrorKind):
    async with serving(proxying(refusal)) as proxy:
        exchange = await ask(line("https://api.example", proxy=through(proxy)))
    assert exchange.failure is not None
    assert exchange.failure.error is error
    assert (exchange.status, exchange.marks.send_ns) == (None, None)


async def test_a_dead_proxy_is_our_own_trouble():
    exchange = await ask(line("https://api.example", proxy=Secret("http://me:pw@127.0.0.1:1")))
    assert exchange.failure is not None
    assert exchange.failure.error is ErrorKind.LOCAL_NETWORK
    assert exchange.failure.detail == "the proxy: Connection refused"
    with black_hole(socket.AF_INET, "127.0.0.1") as hole:
        target = line("https://api.example", proxy=Secret(f"http://127.0.0.1:{hole}"))
        exchange = await ask(target, within=limits(2, connect_s=0.2))
    assert exchange.failure is not None
    assert exchange.failure.error is ErrorKind.LOCAL_NETWORK


async def test_a_tunnel_that_never_opens_is_a_connect_timeout():
    async with serving(lambda peer: peer.silence()) as proxy:
        target = line("https://api.example", proxy=through(proxy))
        exchange = await ask(target, within=limits(2, connect_s=0.2))
    assert exchange.failure is not None
    assert exchange.failure.error is ErrorKind.CONNECT_TIMEOUT
    assert exchange.marks.end_ns - exchange.marks.start_ns < 0.4 * NS


async def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch):
    async with serving(FINE) as gateway, serving(proxying()) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        exchange = await ask(line(gateway.url))
    assert exchange.failure is None
    assert (gateway.connections, proxy.connections) == (1, 0)
