"""Hand-written stand-ins, and why the real thing cannot be had: time cannot be told to run fast."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from probes.clock import NS


class FakeClock:
    """Time that passes only when somebody sleeps or a test says so. Starts at 2026-11-21T00:00:00Z."""

    def __init__(self, *, wall_ns: int = 1_795_219_200 * NS, now_ns: int = 1_000 * NS) -> None:
        self._now_ns, self._wall_ns = now_ns, wall_ns

    def now_ns(self) -> int:
        return self._now_ns

    def wall_ns(self) -> int:
        return self._wall_ns

    def advance(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        self._now_ns += round(seconds * NS)
        self._wall_ns += round(seconds * NS)

    def jump(self, seconds: float) -> None:
        """Step the wall clock only, as an administrator or NTP would."""
        self._wall_ns += round(seconds * NS)

    async def sleep(self, seconds: float) -> None:
        self.advance(max(seconds, 0.0))

    @asynccontextmanager
    async def timeout_at(self, deadline_ns: int) -> AsyncGenerator[None]:
        yield
        if self._now_ns > deadline_ns:
            raise TimeoutError
