"""The network side of httpcore2: a stream that stamps, counts and keeps the limits of one exchange.

httpcore2's HTTP/1.1 connection reads only when its parser needs data and drains what it has before it reads
again, so the stamp of the last read is the stamp of the piece of body that it has just given out.
"""

import asyncio
from typing import cast

import httpcore2

from probes.model import ErrorKind
from probes.transport.seam import Abort
from probes.transport.stamped import READ_BYTES, Pipe, SpokenError, StampedSocket
from probes.transport.watch import Watch

HEAD_BYTES = 64 * 1024  # status line and headers, those of 1xx answers included
HEAD_SLICE_BYTES = 4 * 1024  # given to the parser at a time, so that a flood of tiny 1xx yields to others
FRAMING_FACTOR = 8  # wire bytes allowed per body byte: one-byte chunks take 6
WRITE_BYTES = 64 * 1024


class Stream(httpcore2.AsyncNetworkStream):
    """One connection as httpcore2 wants it. `begin` hands it to the next exchange."""

    def __init__(self, pipe: Pipe, sock: StampedSocket, watch: Watch) -> None:
        self.sock = sock
        self._pipe = pipe
        self._held = b""
        self.begin(watch)

    def begin(self, watch: Watch) -> None:
        """Stamp and limit for this exchange from now on; its head is still to come."""
        self._watch = watch
        self._allowance = HEAD_BYTES
        self._in_head = True
        self.ended = False  # the peer closed its side
        self.opening = b""  # the first bytes, to tell a cut answer from something that is not HTTP

    def expect_body(self) -> None:
        """The head is complete: from now on the body's limits hold."""
        self._in_head = False
        self._allowance = HEAD_BYTES + FRAMING_FACTOR * self._watch.limits.max_body_bytes

    @property
    def alive(self) -> bool:
        """Whether an idle connection can still be used: not closed, and nothing unasked has come."""
        try:
            return not self._held and self._pipe.recv_now() is None
        except OSError:
            return False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109 - httpcore2's signature; the watch has the limits
        """The next bytes; raises OSError, ssl.SSLError, `ExpiredError`, or `Abort` beyond the allowance."""
        if not self._allowance:
            what = "the headers" if self._in_head else "the body's framing"
            raise Abort(ErrorKind.OVERSIZED_RESPONSE, f"{what} exceed the limit")
        size = min(max_bytes, self._allowance, HEAD_SLICE_BYTES if self._in_head else READ_BYTES)
        data = await self._receive()
        self._held = data[size:]
        self._note(data[:size])
        return data[:size]

    async def _receive(self) -> bytes:
        data = self._held or self._pipe.recv_now()
        if data is not None:
            await asyncio.sleep(0)  # bytes that never pause must not hold the loop; they are stamped already
        while data is None:
            await self._watch.limit(self._pipe.readable())
            data = self._pipe.recv_now()
        return data

    def _note(self, data: bytes) -> None:
        if not data:
            self.ended = True
            return
        stamps = self._watch.stamps
        stamps.last_byte_ns = self.sock.at_ns
        if stamps.first_byte_ns is None:
            stamps.first_byte_ns, self.opening = self.sock.at_ns, data[:5]
        self._allowance -= len(data)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109 - httpcore2's signature
        """Hand the bytes to the kernel. After `WriteError` httpcore2 goes on to read: a refusal may wait."""
        if not buffer:
            return
        stamps, clock = self._watch.stamps, self._watch.clock
        stamps.sent_ns = None
        if stamps.send_ns is None:
            stamps.send_ns = clock.now_ns()
        try:
            await self._watch.limit(self._send(buffer))
        except (SpokenError, OSError) as exc:
            raise httpcore2.WriteError from exc
        stamps.sent_ns = clock.now_ns()

    async def _send(self, buffer: bytes) -> None:
        for at in range(0, len(buffer), WRITE_BYTES):
            await self._pipe.send(buffer[at : at + WRITE_BYTES], lambda: True)

    def close(self) -> None:
        """Close at once; nothing is waited for."""
        self._pipe.close()

    async def aclose(self) -> None:
        """The same, for httpcore2."""
        self.close()


class Connection(httpcore2.AsyncHTTP11Connection):
    """One HTTP/1.1 connection over a `Stream`."""

    MAX_INCOMPLETE_EVENT_SIZE = HEAD_BYTES  # of trailers and chunk headers; the head is bounded in `Stream`

    @property
    def link(self) -> Stream:
        """The stream below."""
        return cast("Stream", self._network_stream)

    @property
    def reusable(self) -> bool:
        """Whether the last answer ended cleanly, with nothing after it that would pass for the next one."""
        return self.is_idle() and not self._h11_state.trailing_data[0] and self.link.alive
