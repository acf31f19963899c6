"""Origins, proxies, addresses: what is read from text."""

import socket

import pytest

from probes.clock import SystemClock
from probes.errors import ProgrammingError
from probes.model import Secret
from probes.transport.lookup import Endpoint, ask_system, look_up
from probes.transport.outbound import Origin, origin_of
from probes.transport.proxy import proxy_of


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://API.example/v1", Origin(scheme="https", host="api.example", port=443)),
        ("http://api.example:8080", Origin(scheme="http", host="api.example", port=8080)),
        ("https://key@api.example:443/", Origin(scheme="https", host="api.example", port=443)),
        ("https://[::1]:9/", Origin(scheme="https", host="::1", port=9)),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: Origin):
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url", ["", "api.example", "ftp://api.example", "https://", "https://a b", "https://é.example"]
)
def test_what_is_no_origin_is_refused(url: str):
    with pytest.raises(ValueError, match="URL"):
        origin_of(url)


def test_a_proxy_is_read_with_its_password_and_never_shows_it():
    proxy = proxy_of(Secret("http://me:p%40ss@proxy.example:3128"))
    assert proxy is not None
    assert (proxy.host, proxy.port) == ("proxy.example", 3128)
    assert proxy.headers == ((b"Proxy-Authorization", b"Basic bWU6cEBzcw=="),)
    assert "Basic" not in repr(proxy)


@pytest.mark.parametrize("setting", [None, Secret("")], ids=["none", "empty"])
def test_no_proxy(setting: Secret | None):
    assert proxy_of(setting) is None


@pytest.mark.parametrize(
    "setting", ["socks5://me:hunter2@proxy:1080", "proxy:3128", "https://me:hunter2@proxy"]
)
def test_another_kind_of_proxy_is_refused_without_quoting_it(setting: str):
    with pytest.raises(ProgrammingError) as caught:
        proxy_of(Secret(setting))
    assert "hunter2" not in str(caught.value)


def endpoint(address: str) -> Endpoint:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return Endpoint(family=family, address=(address, 443))


async def test_families_take_turns_in_the_resolvers_order():
    found = [endpoint(address) for address in ("::a", "::b", "::c", "1.1.1.1", "2.2.2.2")]
    clock = SystemClock()
    before_ns = clock.now_ns()
    turns, at_ns = await look_up("api.example", 443, ask=lambda _host, _port: found, clock=clock)
    assert [point.address[0] for point in turns] == ["::a", "1.1.1.1", "::b", "2.2.2.2", "::c"]
    assert before_ns < at_ns <= clock.now_ns()


def test_the_system_knows_its_own_address():
    assert endpoint("127.0.0.1").address in [(point.address[0], 443) for point in ask_system("localhost", 80)]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("10.0.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.251", False),
        ("::ffff:10.0.0.1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
    ],
)
def test_public_is_the_open_internet_only(address: str, *, public: bool):
    assert endpoint(address).public is public
