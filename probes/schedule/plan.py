"""What is asked, how often, and what that costs: `genping check` prints it and the loop follows it."""

from dataclasses import dataclass
from decimal import Decimal

from probes.model import Channel, Plan, Probe, Reason, Slot
from probes.runner import prepare
from probes.schedule.phases import Phase, phase
from probes.ulid import new_ulid

DAY_S = 86400.0
_ANY_ID = "0" * 26  # prompts differ by some bytes from request to request: a forecast is about one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One recurring request: a probe of a channel, or a provider's free question with one of its keys."""

    channel: Channel | None
    probe: Probe | None
    provider: str
    key: str
    phase: Phase

    @property
    def identity(self) -> tuple[str | None, str]:
        """Channel and probe; for reach no channel and `reach:provider:key`."""
        if self.channel is None or self.probe is None:
            return None, f"reach:{self.provider}:{self.key}"
        return self.channel.id, self.probe.name

    def slot(self, scheduled_ns: int, reason: Reason, wall_ns: int) -> Slot:
        """The request of one time."""
        channel, probe = self.identity
        return Slot(
            id=new_ulid(wall_ns),
            channel=channel,
            probe=probe if self.channel else "reach",
            provider=self.provider,
            key=self.key,
            reason=reason,
            scheduled_ns=scheduled_ns,
        )


def entries(plan: Plan, shard: int) -> list[Entry]:
    """Everything that one prober asks, paid probes first."""
    probes = [
        _of_probe(channel, probe) for channel in plan.channels_of_shard(shard) for probe in channel.probes
    ]
    reach = [
        _of_reach(provider.name, key, provider.reach.every_s)
        for provider in plan.providers_of_shard(shard)
        if provider.reach is not None
        for key in provider.keys
    ]
    return probes + reach


def _of_probe(channel: Channel, probe: Probe) -> Entry:
    return Entry(
        channel=channel,
        probe=probe,
        provider=channel.provider,
        key=channel.key,
        phase=phase(
            identity=f"{channel.id}\0{probe.name}",
            family=channel.family,
            every_s=probe.every_s,
            jitter_s=probe.jitter_s,
        ),
    )


def _of_reach(provider: str, key: str, every_s: float) -> Entry:
    return Entry(
        channel=None,
        probe=None,
        provider=provider,
        key=key,
        phase=phase(
            identity=f"reach\0{provider}\0{key}", family=f"reach\0{provider}", every_s=every_s, jitter_s=0.0
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What one probe will do and cost at worst, per day."""

    channel: str
    probe: str
    every_s: float
    slots_per_day: float
    worst_usd: Decimal  # of one request
    worst_usd_per_day: Decimal


def forecast(plan: Plan, channel: Channel, probe: Probe) -> Forecast:
    """Price one probe at its worst: the request is built for real, and not sent."""
    slot = Slot(
        id=_ANY_ID,
        channel=channel.id,
        probe=probe.name,
        provider=channel.provider,
        key=channel.key,
        reason=Reason.SCHEDULED,
        scheduled_ns=0,
    )
    worst = prepare(plan, slot).worst_usd
    slots = 0.0 if channel.paused else DAY_S / probe.every_s
    return Forecast(
        channel=channel.id,
        probe=probe.name,
        every_s=probe.every_s,
        slots_per_day=slots,
        worst_usd=worst,
        worst_usd_per_day=worst * Decimal(str(slots)),
    )
