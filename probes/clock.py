"""The only reader of clocks: stamps, wall time, sleep and timeout together, so that a fake owns all four."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

NS = 1_000_000_000


class Clock(Protocol):
    """Time as genping sees it. Durations come from `now_ns` (monotonic); `wall_ns` only labels."""

    def now_ns(self) -> int:
        """Monotonic nanoseconds (CLOCK_MONOTONIC); only differences mean anything."""
        ...

    def wall_ns(self) -> int:
        """Nanoseconds since 1970 in UTC (CLOCK_REALTIME); may jump."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        ...

    def timeout_at(self, deadline_ns: int) -> AbstractAsyncContextManager[None]:
        """Raise `TimeoutError` inside the block once `now_ns()` reaches `deadline_ns`."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now_ns(self) -> int:
        """Monotonic nanoseconds."""
        return time.monotonic_ns()

    def wall_ns(self) -> int:
        """Nanoseconds since 1970."""
        return time.time_ns()

    async def sleep(self, seconds: float) -> None:
        """Sleep on the event loop."""
        await asyncio.sleep(seconds)

    @asynccontextmanager
    async def timeout_at(self, deadline_ns: int) -> AsyncGenerator[None]:
        """Cancel the block at the deadline and raise `TimeoutError`."""
        async with asyncio.timeout((deadline_ns - self.now_ns()) / NS):
            yield


def seconds(earlier_ns: int | None, later_ns: int | None) -> float | None:
    """The time from one stamp to another in seconds; None where either was not observed."""
    if earlier_ns is None or later_ns is None:
        return None
    return (later_ns - earlier_ns) / NS
