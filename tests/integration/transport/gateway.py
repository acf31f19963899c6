"""A gateway that does on a real socket, byte by byte, what a test tells it to."""

import asyncio
import contextlib
import socket
import ssl
import struct
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

Script = Callable[["Peer"], Awaitable[None]]


class Peer:
    """One accepted connection, from the gateway's side."""

    def __init__(
        self, gateway: "Gateway", reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.reader, self._gateway, self._writer = reader, gateway, writer

    @property
    def alpn(self) -> str | None:
        """The protocol agreed on in the handshake."""
        agreed: str | None = self._writer.get_extra_info("ssl_object").selected_alpn_protocol()
        return agreed

    async def request(self) -> bytes:
        """Read one whole request, and keep it."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
        body = await self.reader.readexactly(int(fields.get(b"content-length", 0)))
        self._gateway.requests.append(head + body)
        return head + body

    async def send(self, data: bytes) -> None:
        """Hand bytes to the kernel, and keep when."""
        self._gateway.sent_ns.append(time.monotonic_ns())
        self._writer.write(data)
        await self._writer.drain()

    async def silence(self) -> None:
        """Say nothing more until the other side has gone."""
        with contextlib.suppress(OSError):
            while await self.reader.read(65536):
                pass

    async def pour_into(self, writer: asyncio.StreamWriter) -> None:
        """Pass on what comes."""
        while data := await self.reader.read(65536):
            writer.write(data)

    async def pour_from(self, reader: asyncio.StreamReader) -> None:
        """Pass back what comes, to its end."""
        while data := await reader.read(65536):
            self._writer.write(data)
        self._writer.write_eof()

    def hang_up(self) -> None:
        """FIN, now and not when the loop comes to it."""
        self._writer.get_extra_info("socket").shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """RST."""
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


class Gateway:
    """What the server saw. Its script runs once per connection; afterwards the connection is closed."""

    def __init__(self, script: Script, scheme: str) -> None:
        self.requests: list[bytes] = []
        self.sent_ns: list[int] = []
        self.connections = 0
        self.port = 0
        self._script, self._scheme = script, scheme
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"{self._scheme}://localhost:{self.port}"

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._script(Peer(self, reader, writer))
        finally:
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def serving(
    script: Script, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0
) -> AsyncGenerator[Gateway]:
    """Run a gateway for as long as the block lasts."""
    gateway = Gateway(script, "https" if tls else "http")
    server = await asyncio.start_server(gateway.accept, host, port, ssl=tls)
    gateway.port = server.sockets[0].getsockname()[1]
    try:
        yield gateway
    finally:
        server.close()
        await gateway.stop()


def answers(*pieces: bytes | float) -> Script:
    """Read the request, then send bytes and wait seconds in turn, then close."""

    async def script(peer: Peer) -> None:
        await peer.request()
        for piece in pieces:
            await (peer.send(piece) if isinstance(piece, bytes) else asyncio.sleep(piece))

    return script


def whole(body: bytes, *fields: str, status: str = "200 OK") -> bytes:
    """A response with a declared length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join([*lines, "", ""]).encode() + body


def chunked(*fields: str) -> bytes:
    """The head of a chunked response."""
    return "\r\n".join(["HTTP/1.1 200 OK", "Transfer-Encoding: chunked", *fields, "", ""]).encode()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


LAST_CHUNK = b"0\r\n\r\n"
