"""The clock's side of one exchange: its stamps, and the limit that is running now."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import TypeVar

from probes.clock import NS, Clock
from probes.model import ErrorKind, Failure, Marks
from probes.transport.seam import Limits, Progress

Step = TypeVar("Step")

CLOSING_S = 1.0  # how long a body may stay open after its end marker: gateways keep connections
TURN_NS = 5_000_000  # parsing longer than this in one go would show in the stamps of other probes


class ExpiredError(Exception):
    """The limit that was running ran out. `Watch.verdict` says which."""


@dataclass(slots=True, kw_only=True)
class Stamps:
    """`Marks` in the making."""

    start_ns: int
    dns_ns: int | None = None
    connect_ns: int | None = None
    tls_ns: int | None = None
    send_ns: int | None = None
    sent_ns: int | None = None
    first_byte_ns: int | None = None
    last_byte_ns: int | None = None

    def marks(self, end_ns: int) -> Marks:
        """What was seen, with the end."""
        return Marks(
            start_ns=self.start_ns,
            dns_ns=self.dns_ns,
            connect_ns=self.connect_ns,
            tls_ns=self.tls_ns,
            send_ns=self.send_ns,
            sent_ns=self.sent_ns,
            first_byte_ns=self.first_byte_ns,
            last_byte_ns=self.last_byte_ns,
            end_ns=end_ns,
        )


class Watch:
    """Knows at any moment which limit runs until when.

    While there is no request on its way, that is the limit on connecting, or the deadline if it comes first:
    both mean `connect_timeout`, because the phase is what the reader wants to know.
    """

    def __init__(self, clock: Clock, limits: Limits) -> None:
        self.clock, self.limits = clock, limits
        self.stamps = Stamps(start_ns=clock.now_ns())
        self.progress = Progress.WAITING
        self.connected = False  # up to TCP, through a proxy's tunnel where there is one, or warm
        self._done_ns = 0
        self._breath_ns = 0

    def start(self) -> None:
        """Everything is prepared: the exchange begins now."""
        self.stamps.start_ns = self.clock.now_ns()

    def due_ns(self) -> int:
        """When the running limit runs out."""
        since_ns, patience_s = self._running()
        if patience_s is None:
            return self.limits.deadline_ns
        return min(self.limits.deadline_ns, since_ns + round(patience_s * NS))

    def _running(self) -> tuple[int, float | None]:
        stamps, limits = self.stamps, self.limits
        if self.progress is Progress.DONE:
            return self._done_ns, CLOSING_S
        if self.progress is Progress.FLOWING:
            return stamps.last_byte_ns or stamps.start_ns, limits.stall_timeout_s
        if stamps.send_ns is None:
            return stamps.start_ns, limits.connect_timeout_s
        return stamps.send_ns, limits.first_token_timeout_s

    def verdict(self) -> Failure | None:
        """What it means that the running limit ran out. None: the answer was complete all the same."""
        if self.progress is Progress.DONE:
            return None
        if self.progress is Progress.FLOWING:
            if self.clock.now_ns() < self.limits.deadline_ns:
                waited = f"no byte for {self.limits.stall_timeout_s:g} s after output"
                return Failure(error=ErrorKind.STALLED, detail=waited)
            return Failure(error=ErrorKind.TOTAL_TIMEOUT, detail="the deadline came while output was flowing")
        if self.stamps.send_ns is None:
            return Failure(error=ErrorKind.CONNECT_TIMEOUT, detail=f"no connection in time: {self._stage()}")
        if self.limits.first_token_timeout_s is None:
            return Failure(error=ErrorKind.TOTAL_TIMEOUT, detail="no whole answer by the deadline")
        return Failure(error=ErrorKind.FIRST_TOKEN_TIMEOUT, detail=self._silence())

    def _stage(self) -> str:
        if self.stamps.dns_ns is None:
            return "DNS did not answer"
        return "TLS was not agreed" if self.connected else "TCP did not connect"

    def _silence(self) -> str:
        if self.stamps.sent_ns is None:
            return "the request was not read in time"
        return (
            "no answer in time" if self.stamps.first_byte_ns is None else "an answer without output in time"
        )

    def apart(self) -> "Watch":
        """A watch for a prelude (a proxy's tunnel): the limit that runs now, and stamps of its own."""
        limits = replace(self.limits, deadline_ns=self.due_ns(), first_token_timeout_s=None)
        return Watch(self.clock, limits)

    def advance(self, progress: Progress) -> None:
        """Take note of how far the answer is."""
        if progress is Progress.DONE and self.progress is not Progress.DONE:
            self._done_ns = self.clock.now_ns()
        self.progress = progress

    async def breathe(self) -> None:
        """Raise `ExpiredError` at the limit, as bytes that never pause set off no timer; let the others run.

        A stall is not looked for: time spent on parsing what has come is not the other side's silence.
        """
        flowing = self.progress is Progress.FLOWING
        now_ns = self.clock.now_ns()
        if now_ns >= (self.limits.deadline_ns if flowing else self.due_ns()):
            raise ExpiredError
        if now_ns - self._breath_ns > TURN_NS:
            await asyncio.sleep(0)
            self._breath_ns = self.clock.now_ns()

    async def limit(self, step: Awaitable[Step]) -> Step:
        """Wait for the step; raise `ExpiredError` when the limit that runs now runs out first."""
        try:
            async with self.clock.timeout_at(self.due_ns()):
                return await step
        except TimeoutError as exc:
            if exc.errno is not None:  # the kernel's ETIMEDOUT: the connection died, no limit of ours ran out
                raise
            raise ExpiredError from exc
        finally:
            self._breath_ns = self.clock.now_ns()  # others had their turn meanwhile
