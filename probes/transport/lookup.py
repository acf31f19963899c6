"""DNS, stamped where the answer arrives.

One daemon thread per question instead of the loop's shared executor: that has six threads on two cores, so a
provider with a dead name server would hold up everybody's questions, and stopping would wait for it.
"""

import asyncio
import contextlib
import ipaddress
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, zip_longest

from probes.clock import Clock

SocketAddress = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]  # as socket gives them
AskNames = Callable[[str, int], list["Endpoint"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a TCP connection can go."""

    family: socket.AddressFamily
    address: SocketAddress

    @property
    def public(self) -> bool:
        """Whether the address is on the open internet."""
        ip = ipaddress.ip_address(str(self.address[0]).partition("%")[0])
        return ip.is_global and not ip.is_multicast


def ask_system(host: str, port: int) -> list[Endpoint]:
    """The system's resolver, in its order of preference. Blocks; raises socket.gaierror."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except UnicodeError as exc:  # a label that is empty or too long
        raise socket.gaierror(socket.EAI_NONAME, "not a host name") from exc
    return [Endpoint(family=family, address=address) for family, _, _, _, address in found]


async def look_up(host: str, port: int, *, ask: AskNames, clock: Clock) -> tuple[list[Endpoint], int]:
    """The host's addresses, families taking turns (RFC 8305, section 4), and when the answer was there."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[tuple[list[Endpoint], int]] = loop.create_future()

    def settle(found: list[Endpoint], error: Exception | None, at_ns: int) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result((_alternating(found), at_ns))
        else:
            answer.set_exception(error)

    def work() -> None:
        found: list[Endpoint] = []
        error: Exception | None = None
        try:
            found = ask(host, port)
        except Exception as exc:  # noqa: BLE001 - carried over to whoever asked
            error = exc
        at_ns = clock.now_ns()
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody asks any more
            loop.call_soon_threadsafe(settle, found, error, at_ns)

    threading.Thread(target=work, name="dns", daemon=True).start()
    return await answer


def _alternating(found: list[Endpoint]) -> list[Endpoint]:
    first = [point for point in found if point.family == found[0].family]
    other = [point for point in found if point.family != found[0].family]
    return [point for point in chain.from_iterable(zip_longest(first, other)) if point is not None]
