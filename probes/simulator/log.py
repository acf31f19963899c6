"""What the simulator received: the witness that tests reconcile a prober's own account with."""

from collections import Counter, deque
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

CAPACITY = 100_000
_NS = 1_000_000_000


@dataclass(slots=True, kw_only=True)
class Entry:
    """One request. Mutable, because how it ended is known later than that it came."""

    number: int
    at_monotonic_ns: int  # when its last byte had arrived
    at_wall_ns: int
    connection: int  # the same number: the same connection
    method: str
    path: str
    gateway: str
    scenario: str | None
    nonce: str | None
    bytes: int  # of the request's body
    status: int = 0
    end: str = "open"  # complete, cut, reset, stall, gone (the client left first)
    sent_bytes: int = 0  # of the answer's body, before transfer coding
    sent_ns: list[int] = field(default_factory=list)  # of each step, where that is recorded

    def to_json(self) -> dict[str, Any]:
        """The entry as `/__sim/log` shows it."""
        whole, rest = divmod(self.at_wall_ns, _NS)
        wall = f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{rest // 1000:06d}Z"
        shown = (item.name for item in fields(self) if item.name != "at_wall_ns")
        return {"at_wall": wall} | {name: getattr(self, name) for name in shown}


class RequestLog:
    """The last 100,000 requests, and counts of all of them."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._entries: deque[Entry] = deque(maxlen=capacity)
        self._counts: dict[str, Counter[str]] = {"scenario": Counter(), "gateway": Counter()}
        self.total = 0

    def add(self, entry: Entry) -> None:
        """Keep one request."""
        self.total += 1
        self._entries.append(entry)
        self._counts["scenario"][entry.scenario or "none"] += 1
        self._counts["gateway"][entry.gateway] += 1

    def after(self, number: int = 0, limit: int = CAPACITY) -> list[Entry]:
        """The oldest entries with a greater number: pages of the log."""
        return [entry for entry in self._entries if entry.number > number][:limit]

    def counts(self) -> dict[str, Any]:
        """All requests since the start; statuses and ends only of those still in the log."""
        return {
            "requests": self.total,
            "scenarios": dict(self._counts["scenario"]),
            "gateways": dict(self._counts["gateway"]),
            "statuses": dict(Counter(str(entry.status) for entry in self._entries)),
            "ends": dict(Counter(entry.end for entry in self._entries)),
        }

    def clear(self) -> None:
        """Forget everything; numbers go on."""
        self._entries.clear()
        self.total = 0
        for counter in self._counts.values():
            counter.clear()
