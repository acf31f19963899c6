"""The key goes to its own origin, and nowhere else; no failure speaks of it."""

import logging
import socket

import pytest

from probes.errors import ProgrammingError
from probes.model import ErrorKind, Provider, Purpose, Secret, WireRequest
from probes.transport import HttpTransport, Line
from probes.transport.lookup import Endpoint
from tests.integration.transport.asking import (
    CLOCK,
    KEY,
    Listener,
    ask,
    limits,
    line,
    post,
    provider,
    trusting,
)
from tests.integration.transport.conftest import Authority
from tests.integration.transport.gateway import answers, serving, whole

pytestmark = pytest.mark.integration

FINE = answers(whole(b"tok"))


async def send(
    request: WireRequest, asked: Provider, transport: HttpTransport | None = None
) -> ErrorKind | None:
    exchange = await (transport or HttpTransport(CLOCK)).exchange(
        request, line=Line(provider=asked, key="main"), limits=limits(2), feed=Listener().open
    )
    return exchange.failure.error if exchange.failure else None


@pytest.mark.parametrize(
    "url", ["http://{host}:{other}/", "https://{host}:{home}/", "http://127.0.0.1:{home}/"], ids=str
)
async def test_another_origin_is_refused(url: str):
    async with serving(FINE) as home, serving(FINE) as other:
        elsewhere = url.format(host="localhost", home=home.port, other=other.port)
        with pytest.raises(ProgrammingError, match="another origin"):
            await send(post(elsewhere), provider(home.url))
    assert (home.connections, other.connections) == (0, 0)


async def test_a_download_carries_nothing_secret(authority: Authority):
    async with serving(FINE, tls=authority.server()) as home:
        asked = provider(
            home.url, ca_file=authority.file, headers={"X-Tenant": Secret("canary")}, fetch_images=True
        )
        assert await send(post(f"{home.url}/image.png", b"", purpose=Purpose.DOWNLOAD), asked) is None
        sent = home.requests[0].decode()
    assert KEY not in sent
    assert "canary" not in sent


@pytest.mark.parametrize(
    ("link", "addresses"),
    [
        pytest.param("https://cdn.example/a.png", ["127.0.0.1"], id="name of a private address"),
        pytest.param("https://cdn.example/a.png", ["8.8.8.8", "10.0.0.1"], id="one of two is private"),
        pytest.param("https://cdn.example/a.png", ["169.254.169.254"], id="metadata service"),
        pytest.param("https://cdn.example/a.png", ["100.64.0.1"], id="carrier's own"),
        pytest.param("https://[::ffff:127.0.0.1]/a.png", None, id="mapped"),
        pytest.param("https://0x7f000001/a.png", None, id="hexadecimal"),
        pytest.param("https://2130706433/a.png", None, id="decimal"),
        pytest.param("http://cdn.example/a.png", ["8.8.8.8"], id="not https"),
        pytest.param("file:///etc/passwd", None, id="file"),
        pytest.param("https://[::1", None, id="not a URL"),
        pytest.param("https://cdn.example:99999/", None, id="no such port"),
        pytest.param("https://cdn.example/ä b\r\nX: y", None, id="injection"),
    ],
)
async def test_a_link_in_an_answer_leads_nowhere_private(link: str, addresses: list[str] | None):
    def resolve(_host: str, port: int) -> list[Endpoint]:
        return [Endpoint(family=socket.AF_INET, address=(address, port)) for address in addresses or ()]

    transport = HttpTransport(CLOCK, ask=resolve) if addresses else HttpTransport(CLOCK)
    asked = provider("https://api.example", fetch_images=True)
    error = await send(post(link, purpose=Purpose.DOWNLOAD), asked, transport)
    assert error is ErrorKind.MALFORMED_RESPONSE


async def test_a_link_is_not_followed_unless_the_provider_allows_it():
    with pytest.raises(ProgrammingError, match="another origin"):
        await send(
            post("https://cdn.example/a.png", purpose=Purpose.DOWNLOAD), provider("https://api.example")
        )


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(provider("http://localhost:9", keys={"main": Secret(f"{KEY}\r\nX: y")}), id="key"),
        pytest.param(provider("http://localhost:9", headers={"X-A": Secret(f"{KEY}\0")}), id="header"),
        pytest.param(provider("http://localhost:9", headers={f"X A {KEY}"[:6]: Secret("a")}), id="name"),
    ],
)
async def test_a_value_that_no_header_may_hold_is_not_quoted(asked: Provider):
    with pytest.raises(ProgrammingError) as caught:
        await send(post("http://localhost:9/"), asked)
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_a_key_that_is_not_there_is_a_bug():
    with pytest.raises(ProgrammingError, match="has no key"):
        await send(post("http://localhost:9/"), provider("http://localhost:9", keys={}))


async def test_failures_and_logs_do_not_speak_of_the_key(
    authority: Authority, caplog: pytest.LogCaptureFixture
):
    """Gateways like to quote the request, also where they should speak HTTP."""
    caplog.set_level(logging.DEBUG)
    echo = f"HTTP/1.1 200 OK\r\nAuthorization Bearer {KEY}\r\n\r\n".encode()
    for script in (answers(echo), answers(f"Bearer {KEY}\r\n".encode()), answers()):
        async with serving(script) as gateway:
            exchange = await ask(line(gateway.url))
        assert exchange.failure is not None
        assert KEY not in repr(exchange.failure)
    async with serving(FINE) as gateway:
        await ask(trusting(gateway.url, authority.file, proxy=Secret(f"http://me:{KEY}@127.0.0.1:1")))
    assert KEY not in caplog.text
