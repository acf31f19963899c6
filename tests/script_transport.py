"""The second player of a simulator script: no socket, a fake clock, exact to the nanosecond.

Real sockets cannot be had exact; this stands in for `HttpTransport` where a number must be proven.
"""

from probes.clock import NS
from probes.model import Chunk, ErrorKind, Exchange, Failure, Marks, WireRequest
from probes.simulator.script import End, Reply
from probes.transport import Abort, Limits, Line
from probes.transport.seam import Feed
from tests.fakes import FakeClock


class ScriptTransport:
    """Answers the n-th request with the n-th reply; remembers what was asked."""

    def __init__(self, clock: FakeClock, *replies: Reply) -> None:
        self._clock, self._replies = clock, list(replies)
        self.requests: list[WireRequest] = []

    async def close(self) -> None:
        """Nothing is open."""

    async def exchange(self, request: WireRequest, *, line: Line, limits: Limits, feed: Feed) -> Exchange:
        self.requests.append(request)
        reply = self._replies.pop(0)
        start = self._clock.now_ns()
        self._clock.advance(reply.head_after_s)
        headers = tuple((name.lower(), value) for name, value in reply.headers)
        take = feed(reply.status, headers)
        body, last, failure = b"", self._clock.now_ns(), None
        for read, step in enumerate(reply.steps):
            self._clock.advance(step.after_s)
            last = self._clock.now_ns()
            body += step.data
            try:
                take(Chunk(at_ns=last, data=step.data, read=read))
            except Abort as abort:
                failure = Failure(error=abort.error, detail=abort.detail)
                break
        failure = failure or _ending(reply.end, limits, self._clock)
        return Exchange(
            request=request,
            marks=Marks(
                start_ns=start,
                dns_ns=start,
                connect_ns=start,
                tls_ns=start,
                send_ns=start,
                sent_ns=start,
                first_byte_ns=start + round(reply.head_after_s * NS),
                last_byte_ns=last,
                end_ns=self._clock.now_ns(),
            ),
            status=reply.status,
            headers=headers,
            http_version="1.1",
            body=body[:65536],
            bytes_received=len(body),
            failure=failure,
        )


def _ending(end: End, limits: Limits, clock: FakeClock) -> Failure | None:
    if end is End.STALL:
        clock.advance(limits.stall_timeout_s)
        return Failure(error=ErrorKind.STALLED, detail="no byte for the stall timeout")
    if end in (End.CUT, End.RESET):
        return Failure(error=ErrorKind.TRUNCATED_STREAM, detail="the connection ended within the body")
    return None
