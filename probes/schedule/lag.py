"""How late our own event loop is: what a result must know before its numbers are believed."""

import asyncio
from collections import deque

from probes.clock import NS, Clock

_TICK_NS = 20_000_000
_ROUNDING_NS = 1_000_000  # the selector rounds a timer up to the next millisecond: that much is not lateness
_KEEP_NS = 900 * NS


class LoopLag:
    """Samples the loop's lateness all the time; remembers it for a quarter of an hour."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._late: deque[tuple[int, int]] = deque()  # (when, lateness) in ns
        self._expected_ns = clock.now_ns() + _TICK_NS

    async def watch(self) -> None:
        """Run until cancelled."""
        while True:
            self._expected_ns = self._clock.now_ns() + _TICK_NS
            await asyncio.sleep(_TICK_NS / NS)
            self._note(self._clock.now_ns())

    def _note(self, now_ns: int) -> None:
        late_ns = now_ns - self._expected_ns - _ROUNDING_NS
        if late_ns > 0:
            self._late.append((now_ns, late_ns))
        while self._late and self._late[0][0] < now_ns - _KEEP_NS:
            self._late.popleft()

    def since(self, start_ns: int) -> float:
        """The worst lateness since `start_ns` (monotonic), in seconds; 0 where the loop was in time."""
        worst = max(0, self._clock.now_ns() - self._expected_ns - _ROUNDING_NS)
        for when, late in reversed(self._late):
            if when < start_ns:
                break
            worst = max(worst, late)
        return worst / NS
