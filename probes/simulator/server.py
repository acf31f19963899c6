"""A listener on a real socket."""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import count

from probes.simulator.connection import Connection, Stage
from probes.simulator.simulator import Simulator

_BACKLOG = 1024


class Server:
    """A running simulator; `simulator.log` is what it received."""

    def __init__(self, stage: Stage, listener: asyncio.Server) -> None:
        self._stage, self._listener = stage, listener

    @property
    def simulator(self) -> Simulator:
        """The gateways behind the socket."""
        return self._stage.simulator

    @property
    def base_url(self) -> str:
        """Where it listens, without a path: append a gateway's prefix."""
        host, port = self._listener.sockets[0].getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        return f"{self._stage.scheme}://{shown}:{port}"

    async def close(self) -> None:
        """Stop listening, drop every client, and wait until nothing is left running."""
        self._listener.close()
        await asyncio.gather(*(connection.abort() for connection in tuple(self._stage.open)))


async def start_server(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    speed: float = 1.0,
    ssl_context: ssl.SSLContext | None = None,
    record_steps: bool = False,
    simulator: Simulator | None = None,
) -> Server:
    """Listen. `speed` divides every delay; `record_steps` keeps in the log when each step was sent."""
    stage = Stage(
        simulator=simulator or Simulator(),
        speed=speed,
        record_steps=record_steps,
        scheme="https" if ssl_context else "http",
        open=set(),
    )
    numbers = count(1)
    listener = await asyncio.get_running_loop().create_server(
        lambda: Connection(stage, next(numbers)), host, port, ssl=ssl_context, backlog=_BACKLOG
    )
    return Server(stage, listener)


@asynccontextmanager
async def running(
    *,
    speed: float = 1.0,
    ssl_context: ssl.SSLContext | None = None,
    record_steps: bool = False,
    simulator: Simulator | None = None,
) -> AsyncGenerator[str]:
    """A simulator for the time of a block; gives its base URL."""
    server = await start_server(
        speed=speed, ssl_context=ssl_context, record_steps=record_steps, simulator=simulator
    )
    try:
        yield server.base_url
    finally:
        await server.close()
