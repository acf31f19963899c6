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

    Bytes are taken and stamped inside the loop's own callback, before any task is woken.
    """

    stamp = "user"  # kernel | user: who took the stamps

    def __init__(self, sock: socket.socket, clock: Clock) -> None:
        self.at_ns, self.reads = 0, 0
        self._sock, self._clock = sock, clock
        self._loop = asyncio.get_running_loop()
        self._inbox: bytes | None = None
        self._error: OSError | None = None

    def recv_now(self) -> bytes | None:
        """What is there; empty at the end of the stream; None: nothing yet."""
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        data, self._inbox = self._inbox, None
        return self._recv() if data is None else data

    def _recv(self) -> bytes | None:
        try:
            data = self._sock.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return None
        now_ns = self._clock.now_ns()
        if data:
            self.at_ns, self.reads = now_ns, self.reads + 1
        return data

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

    def _has_news(self) -> bool:
        return self._inbox is not None or self._error is not None

    async def _wait(self, *, writing: bool) -> None:
        waiter = self._loop.create_future()
        self._loop.add_reader(self._sock, self._arrived, waiter)
        if writing:
            self._loop.add_writer(self._sock, _release, waiter)
        try:
            await waiter
        finally:
            self._loop.remove_reader(self._sock)
            self._loop.remove_writer(self._sock)

    def _arrived(self, waiter: asyncio.Future[None]) -> None:
        if not self._has_news():
            try:
                self._inbox = self._recv()
            except OSError as exc:
                self._error = exc
        if self._has_news():
            _release(waiter)

    def watch(self, on_readable: Callable[[], None]) -> None:
        """Call back whenever an idle connection becomes readable."""
        self._loop.add_reader(self._sock, on_readable)

    def unwatch(self) -> None:
        """End `watch`."""
        self._loop.remove_reader(self._sock)

    def close(self) -> None:
        """Let go of the socket at once."""
        if self._sock.fileno() != -1:
            self.unwatch()
            self._sock.close()


def _release(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
