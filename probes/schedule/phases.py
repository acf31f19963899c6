"""Where a probe's slots lie on absolute time.

A slot is `offset + k × every`, plus a jitter. The offset is a hash of the probe's identity, so it is spread
evenly over probes and is the same after a restart, a reload or beside new channels (as Prometheus places its
scrapes). The jitter is a hash of family and interval: channels of one family that share an interval get the
same one, so pairs stay pairs.
"""

import hashlib
from dataclasses import dataclass

from probes.clock import NS


def _fraction(*parts: str) -> float:
    digest = hashlib.blake2s("\0".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """The slots of one probe. All instants are wall-clock ns in UTC."""

    identity: str  # what the offset is a hash of
    family: str  # what the jitter is a hash of
    every_ns: int
    jitter_ns: int

    @property
    def offset_ns(self) -> int:
        """How far into each interval the slot lies."""
        return int(_fraction("phase", self.identity) * self.every_ns)

    def due_ns(self, index: int) -> int:
        """When slot `index` is due."""
        jitter = int(_fraction("jitter", self.family, str(self.every_ns), str(index)) * self.jitter_ns)
        return index * self.every_ns + self.offset_ns + jitter

    def index_after(self, wall_ns: int) -> int:
        """The first slot that is due later than `wall_ns`."""
        index = (wall_ns - self.offset_ns - self.jitter_ns) // self.every_ns
        while self.due_ns(index) <= wall_ns:
            index += 1
        return index

    def count_between(self, after_ns: int, until_ns: int) -> int:
        """How many slots are due later than `after_ns` and not later than `until_ns`."""
        return max(0, self.index_after(until_ns) - self.index_after(after_ns))


def phase(*, identity: str, family: str, every_s: float, jitter_s: float) -> Phase:
    """The phase of a probe from its configuration; jitter never reaches the next slot."""
    every_ns = round(every_s * NS)
    return Phase(
        identity=identity, family=family, every_ns=every_ns, jitter_ns=min(round(jitter_s * NS), every_ns - 1)
    )
