"""What the probers say of themselves: the newest row and the newest heartbeat of each shard."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from probes.clock import NS

SILENT_AFTER_S = 60.0


@dataclass(slots=True)
class Pulse:
    """Of one prober. `beat` is the body of its newest heartbeat; times are wall-clock ns."""

    row_ns: int = 0
    beat_ns: int = 0
    beat: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A cap and what is left of it, in USD. Provider and channel are empty where it is wider."""

    scope: str
    provider: str
    channel: str
    limit_usd: float
    remaining_usd: float


class Pulses:
    """Of all probers."""

    def __init__(self) -> None:
        self.by_shard: dict[int, Pulse] = {}

    def see(self, shard: int, at_ns: int, heartbeat: dict[str, Any] | None) -> None:
        """Take the time of a row, and its body where it is a heartbeat."""
        pulse = self.by_shard.setdefault(shard, Pulse())
        pulse.row_ns = max(pulse.row_ns, at_ns)
        if heartbeat is not None:
            pulse.beat_ns, pulse.beat = at_ns, heartbeat

    def alive(self, shard: int, now_ns: int) -> bool:
        """Whether the prober's last heartbeat is younger than a minute."""
        pulse = self.by_shard.get(shard)
        return pulse is not None and pulse.beat_ns > 0 and now_ns - pulse.beat_ns < SILENT_AFTER_S * NS

    def beats(self) -> list[dict[str, Any]]:
        """The newest heartbeat of each prober that has sent one."""
        return [pulse.beat for pulse in self.by_shard.values() if pulse.beat]

    def budgets(self) -> Iterator[Budget]:
        """Every cap. Probers hold fixed shares of a cap that spans them: the shares add up."""
        sums: dict[tuple[str, str, str], tuple[float, float]] = {}
        for entry in (entry for beat in self.beats() for entry in beat.get("budgets", ())):
            place = (entry["scope"], entry.get("provider") or "", entry.get("channel") or "")
            limit_usd, remaining_usd = sums.get(place, (0.0, 0.0))
            sums[place] = (
                limit_usd + float(entry["limit_usd"]),
                remaining_usd + float(entry["remaining_usd"]),
            )
        for (scope, provider, channel), (limit_usd, remaining_usd) in sums.items():
            yield Budget(
                scope=scope,
                provider=provider,
                channel=channel,
                limit_usd=limit_usd,
                remaining_usd=remaining_usd,
            )

    def to_json(self) -> dict[str, Any]:
        """What must survive a restart."""
        return {str(shard): [p.row_ns, p.beat_ns, p.beat] for shard, p in self.by_shard.items()}

    def restore(self, data: dict[str, Any]) -> None:
        """Become what `to_json` wrote."""
        self.by_shard = {int(shard): Pulse(*values) for shard, values in data.items()}
