"""One response: its head, then its body piece by piece to whoever understands it."""

from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing
from typing import cast

import httpcore2

from probes.model import Chunk, ErrorKind, Exchange, Failure, WireRequest
from probes.transport.backend import Stream
from probes.transport.decoding import open_decoding
from probes.transport.seam import Abort, Feed
from probes.transport.stamped import StampedSocket
from probes.transport.watch import Watch

KEPT_BYTES = 64 * 1024  # of the decoded body, for judging errors


class Answer:
    """What has come of an exchange so far. `stream` and `warm` say over what."""

    def __init__(self) -> None:
        self.stream: Stream | None = None
        self.warm = False
        self._status: int | None = None
        self._headers: tuple[tuple[str, str], ...] = ()
        self._http_version: str | None = None
        self._kept = bytearray()
        self._wire_bytes = self._plain_bytes = 0

    async def receive(self, response: httpcore2.Response, stream: Stream, watch: Watch, feed: Feed) -> None:
        """Feed the body until its end. Raises whatever ends it early."""
        self._open(response)
        stream.expect_body()
        decoding = open_decoding(self._headers)
        take = feed(response.status, self._headers)
        limit = watch.limits.max_body_bytes
        async with aclosing(_parts(response)) as parts:
            async for part in parts:
                self._wire_bytes = _within(self._wire_bytes + len(part), limit)
                for piece in decoding.decode(part):
                    self._plain_bytes = _within(self._plain_bytes + len(piece), limit)
                    self._keep(piece)
                    chunk = Chunk(at_ns=stream.sock.at_ns, data=piece, read=stream.sock.reads)
                    watch.advance(take(chunk))
                    await watch.breathe()
        decoding.finish()
        await response.aclose()

    def _open(self, response: httpcore2.Response) -> None:
        self._status = response.status
        self._headers = tuple((k.decode("latin-1").lower(), v.decode("latin-1")) for k, v in response.headers)
        self._http_version = response.extensions["http_version"].decode("ascii")

    def _keep(self, piece: bytes) -> None:
        self._kept += piece[: KEPT_BYTES - len(self._kept)]

    def exchange(self, request: WireRequest, watch: Watch, failure: Failure | None) -> Exchange:
        """The whole of it, over now."""
        return Exchange(
            request=request,
            marks=watch.stamps.marks(watch.clock.now_ns()),
            status=self._status,
            headers=self._headers,
            http_version=self._http_version,
            body=bytes(self._kept),
            bytes_received=self._wire_bytes,
            failure=failure,
            warm=self.warm,
            stamp=StampedSocket.stamp,
        )


def _parts(response: httpcore2.Response) -> AsyncGenerator[bytes]:
    return cast("AsyncGenerator[bytes]", aiter(cast("AsyncIterable[bytes]", response.stream)))


def _within(size: int, limit: int) -> int:
    if size > limit:
        raise Abort(ErrorKind.OVERSIZED_RESPONSE, "the body exceeds the limit")
    return size
