"""Connections that are kept, and the many that are not."""

import asyncio

import pytest

from probes.model import ErrorKind
from probes.transport import HttpTransport
from tests.integration.transport.asking import CLOCK, ask, line, open_files, trusting
from tests.integration.transport.conftest import Authority
from tests.integration.transport.gateway import Peer, Script, serving, whole

pytestmark = pytest.mark.integration


def patient(*last: bytes | float, times: int = 99) -> Script:
    """Answer so many requests on one connection, then send and wait what is said, and close."""

    async def script(peer: Peer) -> None:
        for _ in range(times):
            await peer.request()
            await peer.send(whole(b"tok"))
        for piece in last:
            await (peer.send(piece) if isinstance(piece, bytes) else asyncio.sleep(piece))

    return script


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
async def test_a_warm_connection_is_used_again(authority: Authority, *, secure: bool):
    transport = HttpTransport(CLOCK)
    async with serving(patient(), tls=authority.server() if secure else None) as gateway:
        target = trusting(gateway.url, authority.file)
        warm = trusting(gateway.url, authority.file, reuse="channel-1")
        first, second = [await ask(warm, transport=transport) for _ in range(2)]
        other = await ask(trusting(gateway.url, authority.file, reuse="channel-2"), transport=transport)
        cold = await ask(target, transport=transport)
        await transport.close()
    assert [exchange.warm for exchange in (first, second, other, cold)] == [False, True, False, False]
    assert gateway.connections == 3
    marks = second.marks
    assert (marks.dns_ns, marks.connect_ns, marks.tls_ns) == (None, None, None)
    assert None not in (marks.send_ns, marks.sent_ns, marks.first_byte_ns, marks.last_byte_ns)
    assert marks.start_ns <= (marks.send_ns or 0)
    assert second.body == b"tok"


async def test_without_reuse_every_connection_is_cold():
    transport = HttpTransport(CLOCK)
    async with serving(patient()) as gateway:
        for _ in range(3):
            assert not (await ask(line(gateway.url), transport=transport)).warm
    assert gateway.connections == 3


@pytest.mark.parametrize(
    "last",
    [
        pytest.param([], id="closed"),
        pytest.param([0.05, whole(b"an answer to nothing"), 9.0], id="said something unasked"),
        pytest.param([0.05, b"HTTP/1.1 408 Idle\r\n\r\n"], id="said goodbye and closed"),
    ],
)
async def test_a_dead_warm_connection_is_noticed_before_sending(last: list[bytes | float]):
    transport = HttpTransport(CLOCK)
    async with serving(patient(*last, times=1)) as gateway:
        warm = line(gateway.url, reuse="channel-1")
        await ask(warm, transport=transport)
        await asyncio.sleep(0.15)
        again = await ask(warm, transport=transport)
        await transport.close()
    assert (again.failure, again.warm, again.body) == (None, False, b"tok")
    assert gateway.connections == 2


async def test_a_closed_warm_connection_is_let_go_at_once():
    transport = HttpTransport(CLOCK)
    async with serving(patient(0.05, times=1)) as gateway:
        before = open_files()
        await ask(line(gateway.url, reuse="channel-1"), transport=transport)
        assert open_files() == before + 2  # both ends are ours here
        await asyncio.sleep(0.15)
        assert open_files() == before


async def test_a_warm_connection_that_died_this_instant_is_not_used():
    peers: list[Peer] = []

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(whole(b"tok"))
        peers.append(peer)
        await asyncio.sleep(9)

    transport = HttpTransport(CLOCK)
    async with serving(script) as gateway:
        warm = line(gateway.url, reuse="channel-1")
        await ask(warm, transport=transport)
        peers.pop().hang_up()
        again = await ask(warm, transport=transport)
        await transport.close()
    assert (again.failure, again.warm) == (None, False)


async def test_an_answer_behind_the_answer_is_never_taken_for_the_next():
    async def smuggling(peer: Peer) -> None:
        await peer.request()
        await peer.send(whole(b"tok") + whole(b"poison"))
        await peer.silence()

    transport = HttpTransport(CLOCK)
    async with serving(smuggling) as gateway:
        warm = line(gateway.url, reuse="channel-1")
        bodies = [(await ask(warm, transport=transport)).body for _ in range(2)]
    assert bodies == [b"tok", b"tok"]
    assert gateway.connections == 2


async def test_a_request_is_never_sent_twice():
    """Alive when asked, dead when answered: that is one reset, and one request on the gateway's side."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(whole(b"tok"))
        await peer.request()
        peer.reset()

    transport = HttpTransport(CLOCK)
    async with serving(script) as gateway:
        warm = line(gateway.url, reuse="channel-1")
        await ask(warm, transport=transport)
        again = await ask(warm, transport=transport)
    assert again.failure is not None
    assert (again.failure.error, again.warm) == (ErrorKind.CONNECTION_RESET, True)
    assert (len(gateway.requests), gateway.connections) == (2, 1)


async def test_two_at_once_do_not_share_a_connection():
    transport = HttpTransport(CLOCK)
    async with serving(patient()) as gateway:
        warm = line(gateway.url, reuse="channel-1")
        await asyncio.gather(*[ask(warm, transport=transport) for _ in range(3)])
        assert (await ask(warm, transport=transport)).warm
        await transport.close()
    assert gateway.connections == 3


async def test_nothing_is_left_of_three_hundred_probes(authority: Authority):
    """Cold, warm, cut, refused, timed out: no socket and no task stays behind."""
    transport = HttpTransport(CLOCK)

    async def cut(peer: Peer) -> None:
        await peer.request()
        await peer.send(whole(b"tok")[:-1])

    async with (
        serving(patient(), tls=authority.server()) as secure,
        serving(patient()) as plain,
        serving(cut) as cutting,
    ):
        targets = [
            trusting(secure.url, authority.file),
            trusting(plain.url, authority.file, reuse="channel-1"),
            line(cutting.url),
            line("http://127.0.0.1:1"),
            line(secure.url),
        ]
        descriptors, tasks = open_files(), len(asyncio.all_tasks())
        for _ in range(20):
            await asyncio.gather(*[ask(target, transport=transport) for target in targets * 3])
        given_up = [asyncio.create_task(ask(target, transport=transport)) for target in targets]
        await asyncio.sleep(0)
        for task in given_up:
            task.cancel()
        await asyncio.gather(*given_up, return_exceptions=True)
        await transport.close()
        await asyncio.sleep(0.1)
        assert open_files() <= descriptors
        assert len(asyncio.all_tasks()) <= tasks
