"""TLS over a stamped socket. The engine sees bytes in memory only, so stamps stay the socket's."""

import asyncio
import errno
import ssl
from collections.abc import Callable
from pathlib import Path

from probes.transport.stamped import READ_BYTES, StampedSocket


def client_context(ca_file: Path | None) -> ssl.SSLContext:
    """Certificate and host name checked, TLS 1.2 at least, HTTP/1.1 only.

    Trusts the system's store, or `ca_file` instead of it. Raises OSError where that file cannot be read.
    """
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION  # it would need an answer while we only read
    context.set_alpn_protocols(["http/1.1"])
    return context


class TlsPipe:
    """The encrypted side of a socket, as one more `Pipe`."""

    def __init__(self, sock: StampedSocket, context: ssl.SSLContext, hostname: str) -> None:
        self._sock = sock
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._engine = context.wrap_bio(self._incoming, self._outgoing, server_hostname=hostname)
        self._peeked: bytes | None = None

    async def handshake(self) -> None:
        """Agree on keys. Raises ssl.SSLError, or ConnectionResetError when the peer hangs up."""
        while True:
            try:
                self._engine.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush(lambda: False)
                await self._read_more()
            else:
                return await self._flush(lambda: False)

    async def _read_more(self) -> None:
        await asyncio.sleep(0)  # a peer that never pauses must not hold the loop
        while (data := self._sock.recv_now()) is None:
            await self._sock.readable()
        if not data:
            raise ConnectionResetError(errno.ECONNRESET, "closed during the TLS handshake")
        self._incoming.write(data)

    def recv_now(self) -> bytes | None:
        """One record's plain text; empty at the end, also at one without a goodbye; None: nothing yet.

        Reads the socket at most once, so that records without text (session tickets) cannot hold the loop.
        """
        if self._peeked is not None:
            data, self._peeked = self._peeked, None
            return data
        text = self._decrypt()
        if text is None and self._take_in():
            text = self._decrypt()
        return text

    def _decrypt(self) -> bytes | None:
        try:
            return self._engine.read(READ_BYTES)
        except ssl.SSLWantReadError:
            return None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def _take_in(self) -> bool:
        data = self._sock.recv_now()
        if data:
            self._incoming.write(data)
        elif data is not None:
            self._incoming.write_eof()
        return data is not None

    async def readable(self) -> None:
        """Wait until there is more to decrypt."""
        if self._peeked is None:
            await self._sock.readable()

    async def send(self, data: bytes, heard: Callable[[], bool]) -> None:
        """Encrypt and hand over; session tickets that arrive meanwhile are not an answer."""
        self._engine.write(data)
        await self._flush(lambda: self._has_peeked() and heard())

    async def _flush(self, heard: Callable[[], bool]) -> None:
        await self._sock.send(self._outgoing.read(), heard)

    def _has_peeked(self) -> bool:
        self._peeked = self.recv_now()
        return self._peeked is not None

    def close(self) -> None:
        """Let go of the socket; no goodbye, which could block and which nobody waits for."""
        self._sock.close()
