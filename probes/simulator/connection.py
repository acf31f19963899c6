"""The player with a socket: sends a reply's bytes at their times, and ends as the script says."""

import asyncio
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from probes.simulator.http11 import BadRequestError, Call, RequestReader
from probes.simulator.log import Entry
from probes.simulator.script import End, Reply
from probes.simulator.simulator import Simulator

_LINGER_ZERO = struct.pack("ii", 1, 0)  # close() sends RST instead of FIN
_NOT_ALLOWED_BODY = (204, 304)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What all connections of one listener share. `speed` divides every delay."""

    simulator: Simulator
    speed: float
    record_steps: bool
    scheme: str
    open: set["Connection"]


class Connection(asyncio.Protocol):
    """One client: requests one after another, each played to its end by a task."""

    def __init__(self, stage: Stage, number: int) -> None:
        self._stage, self._number = stage, number
        self._reader = RequestReader(stage.scheme)
        self._task: asyncio.Task[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._loop = asyncio.get_running_loop()
        self._continued = False
        self._gone = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Nagle off, no hidden buffer: a piece leaves when it is written.

        The limit is 1 and not 0, at which asyncio's TLS transport pauses for ever (CPython 3.11 sslproto.py).
        """
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - asyncio's promise for stream sockets
        self._transport = transport
        transport.set_write_buffer_limits(high=1)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._stage.open.add(self)

    def connection_lost(self, _exc: Exception | None) -> None:
        """The client left, or we ended it."""
        self._stage.open.discard(self)
        self._gone.set()
        if self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        """Bytes of a request; the clock of its script starts with the last of them."""
        self._reader.feed(data)
        self._proceed()

    def pause_writing(self) -> None:
        """The kernel takes no more."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Everything is with the kernel."""
        self._writable.set()

    async def abort(self) -> None:
        """Drop the client, and wait until nothing of it is left."""
        self._transport.abort()
        await self._gone.wait()
        if self._task is not None:
            await asyncio.wait((self._task,))

    def _proceed(self) -> None:
        if self._task is not None:
            return
        try:
            call = self._reader.next()
        except BadRequestError as error:
            self._refuse(error)
            return
        if call is not None:
            self._continued = False
            self._task = self._loop.create_task(self._serve(call, self._loop.time()))
        elif self._reader.expects_continue and not self._continued:
            self._continued = True
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _refuse(self, error: BadRequestError) -> None:
        line = f"HTTP/1.1 {error.status} {error}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        self._transport.write(line.encode())
        self._transport.close()

    async def _serve(self, call: Call, start_s: float) -> None:
        reply, entry = self._stage.simulator.answer(call, self._number, round(start_s * 1e9))
        entry.status = reply.status
        performance = Performance(self._stage, self._transport, self._writable, entry)
        try:
            stays = await performance.play(reply, call, start_s)
        except asyncio.CancelledError:
            entry.end = entry.end if entry.end != "open" else "gone"
            raise
        except Exception:
            self._transport.abort()  # a bug of ours: the client must not wait for it
            raise
        self._task = None
        if stays:
            self._proceed()


class Performance:
    """One reply on one socket. Times are absolute: a late step does not make the later ones late."""

    def __init__(
        self, stage: Stage, transport: asyncio.Transport, writable: asyncio.Event, entry: Entry
    ) -> None:
        self._stage, self._transport, self._writable, self._entry = stage, transport, writable, entry
        self._loop = asyncio.get_running_loop()

    async def play(self, reply: Reply, call: Call, start_s: float) -> bool:
        """Send everything; returns whether the connection may be used again."""
        due_s = start_s + self._scaled(reply.head_after_s)
        await self._until(due_s)
        stays = call.keep_alive and _is_framed(reply)
        if reply.status:
            due_s = await self._send_head(_head(reply, stays=stays), due_s, self._scaled(reply.head_gap_s))
        has_body = call.method != "HEAD" and reply.status not in _NOT_ALLOWED_BODY
        if has_body:
            await self._send_body(reply, due_s)
        return await self._finish(reply, stays=stays, has_body=has_body)

    async def _send_head(self, head: bytes, due_s: float, gap_s: float) -> float:
        if not gap_s:
            await self._write(head)
            return due_s
        for byte in head:
            await self._until(due_s)
            await self._write(bytes((byte,)))
            due_s += gap_s
        return due_s

    async def _send_body(self, reply: Reply, due_s: float) -> None:
        frame = _chunk if _is_chunked(reply) else bytes
        for step in reply.steps:
            due_s += self._scaled(step.after_s)
            await self._until(due_s)
            if not step.data:
                continue
            if self._stage.record_steps:
                self._entry.sent_ns.append(round(self._loop.time() * 1e9))
            await self._write(frame(step.data))
            self._entry.sent_bytes += len(step.data)

    async def _finish(self, reply: Reply, *, stays: bool, has_body: bool) -> bool:
        self._entry.end = reply.end.value
        if reply.end is End.STALL:
            await asyncio.Event().wait()
        if reply.end is End.RESET:
            self._transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO
            )
            self._transport.abort()
            return False
        if reply.end is End.COMPLETE and has_body and _is_chunked(reply):
            await self._write(b"0\r\n\r\n")
        if reply.end is End.COMPLETE and stays:
            return True
        self._transport.close()
        return False

    async def _write(self, data: bytes) -> None:
        self._transport.write(data)
        if not self._writable.is_set():
            await self._writable.wait()

    async def _until(self, due_s: float) -> None:
        wait_s = due_s - self._loop.time()
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    def _scaled(self, seconds: float) -> float:
        return seconds / self._stage.speed


Framing = Callable[[bytes], bytes]


def _is_chunked(reply: Reply) -> bool:
    return reply.header("transfer-encoding") is not None and not reply.raw


def _is_framed(reply: Reply) -> bool:
    """Whether the client can tell where the body ends without the connection being closed."""
    return reply.status > 0 and (_is_chunked(reply) or reply.header("content-length") is not None)


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _head(reply: Reply, *, stays: bool) -> bytes:
    try:
        phrase = HTTPStatus(reply.status).phrase
    except ValueError:
        phrase = ""  # 529 and Cloudflare's own: edges leave it out
    lines = [f"HTTP/1.1 {reply.status} {phrase}", *(f"{name}: {value}" for name, value in reply.headers)]
    if not stays:
        lines.append("Connection: close")
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n"
