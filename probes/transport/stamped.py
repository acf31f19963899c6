"""Sockets that know when their bytes came: the only place where arriving bytes are stamped."""

import asyncio
import socket
from collections.abc import Callable
from typing import Protocol

from probes.clock import Clock

READ_BYTES = 64 * 1024


class SpokenError(Exception):
    """The peer answered (or hung up) while it still had a request to read."""


class Pipe(Protocol):
    """Bytes in and out, plain or through TLS."""

    def recv_now(self) -> bytes | None:
        """What is there; empty at the end of the stream; None: nothing yet."""
        ...

    async def readable(self) -> None:
        """Wait until `recv_now` is worth another try. Raises nothing of the network's."""
        ...

    async def send(self, data: bytes, heard: Callable[[], bool]) -> None:
        """Hand everything to the kernel; `SpokenError` when the peer speaks first and `heard` agrees."""
        ...

    def close(self) -> None:
        """Let go of the socket at once, without a word to the peer."""
        ...


class StampedSocket:
    """One connected TCP socket. `at_ns` and `reads` belong to the bytes that `recv_now` gave last.

    Bytes are taken and stamped inside the loop's own callback, before any task is woken, and one read ahead
    of whoever is still busy with the last one. The loop is told the socket's number and not the socket: its
    selector prints what it does not know, and a printed socket costs two system calls.
    """

    stamp = "user"  # kernel | user: who took the stamps

    def __init__(self, sock: socket.socket, clock: Clock) -> None:
        self.at_ns, self.reads = 0, 0
        self._sock, self._clock = sock, clock
        self._loop = asyncio.get_running_loop()
        self._listening = False
        self._waiter: asyncio.Future[None] | None = None
        self._inbox: tuple[bytes, int] | None = None
        self._error: OSError | None = None

    def recv_now(self) -> bytes | None:
        """What is there; empty at the end of the stream; None: nothing yet."""
        if not self._has_news():
            self._read()
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        if self._inbox is None:
            return None
        (data, at_ns), self._inbox = self._inbox, None
        if data:
            self.at_ns, self.reads = at_ns, self.reads + 1
        return data

    def _read(self) -> None:
        try:
            data = self._sock.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as exc:
            self._error = exc
            return
        self._inbox = data, self._clock.now_ns()

    def _has_news(self) -> bool:
        return self._inbox is not None or self._error is not None

    async def readable(self) -> None:
        """Wait until bytes, the end or an error have come."""
        if not self._has_news():
            await self._wait(writing=False)

    async def send(self, data: bytes, heard: Callable[[], bool]) -> None:
        """Hand everything to the kernel; `SpokenError` when the peer speaks first and `heard` agrees."""
        view = memoryview(data)
        while view:
            try:
                view = view[self._sock.send(view) :]
            except (BlockingIOError, InterruptedError):
                await self._wait(writing=True)
                if self._has_news() and heard():
                    raise SpokenError from None

    async def _wait(self, *, writing: bool) -> None:
        self._waiter = self._loop.create_future()
        if not self._listening:
            self._loop.add_reader(self._sock.fileno(), self._arrived)
            self._listening = True
        if writing:
            self._loop.add_writer(self._sock.fileno(), self._wake)
        try:
            await self._waiter
        finally:
            self._waiter = None
            if writing:
                self._loop.remove_writer(self._sock.fileno())

    def _arrived(self) -> None:
        if self._has_news():  # nobody has taken the last read yet: let the kernel hold the rest
            self.unwatch()
            return
        self._read()
        if self._has_news():
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def watch(self, on_readable: Callable[[], None]) -> None:
        """Call back whenever an idle connection becomes readable."""
        self._loop.add_reader(self._sock.fileno(), on_readable)

    def unwatch(self) -> None:
        """Let the loop forget about reading for now."""
        self._loop.remove_reader(self._sock.fileno())
        self._listening = False

    def close(self) -> None:
        """Let go of the socket at once."""
        if self._sock.fileno() != -1:
            self.unwatch()
            self._sock.close()
