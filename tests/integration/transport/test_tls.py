"""Certificates and handshakes."""

import ssl
from pathlib import Path

import pytest
import trustme

from probes.errors import ConfigError
from probes.model import ErrorKind
from tests.integration.transport.asking import ask, limits, line, trusting
from tests.integration.transport.conftest import Authority
from tests.integration.transport.gateway import Peer, answers, serving, whole

pytestmark = pytest.mark.integration

FINE = answers(whole(b"tok"))


def old(context: ssl.SSLContext) -> ssl.SSLContext:
    """A server of yesterday: TLS 1.1 at most. OpenSSL itself warns about it, and that is the point."""
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


@pytest.mark.parametrize(
    ("flaw", "said"),
    [
        ("expired", "certificate has expired"),
        ("wrong host", "Hostname mismatch"),
        ("self-signed", "unable to get local issuer certificate"),
        ("unknown to the system", "certificate"),
        ("tls 1.1", "during the handshake"),
    ],
)
async def test_a_flaw_is_named(authority: Authority, flaw: str, said: str):
    context = {
        "expired": lambda: authority.server(expired=True),
        "wrong host": lambda: authority.server("other.example"),
        "self-signed": lambda: _of(trustme.CA()),
        "unknown to the system": authority.server,
        "tls 1.1": lambda: old(authority.server()),
    }[flaw]()
    file = None if flaw == "unknown to the system" else authority.file
    async with serving(FINE, tls=context) as gateway:
        exchange = await ask(line(gateway.url, ca_file=file))
    assert exchange.failure is not None
    assert exchange.failure.error is ErrorKind.TLS_FAILURE
    assert said in exchange.failure.detail
    assert (exchange.marks.tls_ns, exchange.marks.send_ns, gateway.requests) == (None, None, [])


def _of(ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("localhost").configure_cert(context)
    return context


async def test_the_handshake_names_the_host_and_http11_only(authority: Authority):
    seen: dict[str, object] = {}
    context = authority.server()
    context.set_alpn_protocols(["h2", "http/1.1"])
    context.sni_callback = lambda _ssl, name, _context: seen.update(name=name)

    async def script(peer: Peer) -> None:
        await peer.request()
        seen["alpn"] = peer.alpn
        await peer.send(whole(b"tok"))

    async with serving(script, tls=context) as gateway:
        exchange = await ask(trusting(gateway.url, authority.file))
    assert exchange.failure is None
    assert seen == {"name": "localhost", "alpn": "http/1.1"}


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""], ids=["plain http", "hangs up"])
async def test_a_peer_that_does_not_speak_tls(authority: Authority, said: bytes):
    async def script(peer: Peer) -> None:
        await peer.reader.read(100)
        await peer.send(said)

    async with serving(script) as gateway:
        exchange = await ask(trusting(gateway.url.replace("http:", "https:"), authority.file))
    assert exchange.failure is not None
    assert exchange.failure.error is ErrorKind.TLS_FAILURE


async def test_records_without_text_are_no_answer(authority: Authority):
    """Two hundred session tickets: valid TLS that carries no byte of HTTP."""
    context = authority.server()
    context.num_tickets = 200

    async with serving(lambda peer: peer.silence(), tls=context) as gateway:
        within = limits(0.3)
        exchange = await ask(trusting(gateway.url, authority.file), within=within)
    assert exchange.failure is not None
    assert exchange.failure.error is ErrorKind.FIRST_TOKEN_TIMEOUT
    assert exchange.marks.first_byte_ns is None


@pytest.mark.parametrize("text", [None, "not a certificate"], ids=["missing", "garbage"])
async def test_a_ca_file_that_is_none_is_for_a_person_to_mend(tmp_path: Path, text: str | None):
    file = tmp_path / "ca.pem"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ConfigError, match=r"ca\.pem.*PEM"):
        await ask(line("https://localhost:9", ca_file=file))


async def test_an_ip_address_is_checked_too(authority: Authority):
    async with serving(FINE, tls=authority.server("127.0.0.1")) as gateway:
        exchange = await ask(trusting(f"https://127.0.0.1:{gateway.port}", authority.file))
    assert exchange.failure is None


async def test_ipv6_addresses_are_bracketed(authority: Authority):
    async with serving(FINE, tls=authority.server("::1"), host="::1") as gateway:
        exchange = await ask(trusting(f"https://[::1]:{gateway.port}", authority.file))
        assert exchange.failure is None
        assert f"\r\nHost: [::1]:{gateway.port}\r\n".encode() in gateway.requests[0]
