"""Permission to spend: one shard's part of caps that nest (total > provider > channel, day and month).

The promise: the sum of committed worst cases never exceeds a cap. What a request may cost is reserved in the
same transaction that puts it on record, before it is sent; no permit, no request.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from probes.clock import Clock
from probes.journal import NANO, Cap, Intent, Journal, Period, Refusal
from probes.journal.ledger import calendar_day, month_of
from probes.journal.reader import Reader
from probes.model import Caps, Plan, Reason, Slot

__all__ = ["Budget", "Permit", "Refusal"]

TOTAL, MANUAL = "total", "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """The right to send one request: its worst case is reserved and its intent is on disk."""

    slot_id: str
    worst_nano: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """One level of the nest, with the caps that are written there. `shared`: every prober spends from it."""

    scope: str
    caps: Caps
    provider: str = ""
    channel: str = ""
    shared: bool = False


class Budget:
    """One shard's part of a plan's caps. The total is split into fixed, equal shares; money is nano-USD."""

    def __init__(self, plan: Plan, shard: int, journal: Journal, clock: Clock) -> None:
        self._shard, self._journal, self._clock = shard, journal, clock
        self.follow(plan)

    def follow(self, plan: Plan) -> None:
        """Take another plan's caps, from the next request on. What was spent stays spent."""
        self._journal.use_zone(plan.budget_zone)
        self._plan = plan
        self._others = self._spent_by_others()

    async def reserve(self, slot: Slot, worst_nano: int) -> Permit | Refusal:
        """Reserve the most that a request can cost, or say which cap is in the way.

        A free request (worst case 0) gets its intent too, and needs no cap. JournalError: it could not be
        put on record, so it may not leave.
        """
        caps = tuple(self._caps_of(slot)) if worst_nano > 0 else ()
        if worst_nano > 0 and not caps and not self._plan.unlimited:
            rule = "nothing limits what it may spend; set budget.per_day, or `budget: none` to mean that"
            return Refusal(scope=self.scopes_for(slot)[-1], worst_nano=worst_nano, rule=rule)
        intent = Intent(slot=slot, worst_nano=worst_nano, scopes=self.scopes_for(slot))
        refused = await self._journal.commit(intent, caps)
        return refused or Permit(slot_id=slot.id, worst_nano=worst_nano)

    def scopes_for(self, slot: Slot) -> tuple[str, ...]:
        """Everything that pays for a request, the widest first; capped or not."""
        scopes = tuple(level.scope for level in self._levels(slot))
        if slot.reason is Reason.MANUAL:
            scopes += tuple(map(_manual, scopes))
        return scopes

    def caps_status(self) -> list[dict[str, Any]]:
        """Each capped scope of this shard with the cap that leaves it least, USD; of the total, our share."""
        levels = [self._total()]
        levels += [self._provider(provider.name) for provider in self._plan.providers_of_shard(self._shard)]
        levels += [self._channel(channel.id) for channel in self._plan.channels_of_shard(self._shard)]
        return [status for level in levels if (status := self._status(level)) is not None]

    def _levels(self, slot: Slot) -> tuple[_Level, ...]:
        levels = (self._total(), self._provider(slot.provider))
        return levels if slot.channel is None else (*levels, self._channel(slot.channel))

    def _total(self) -> _Level:
        return _Level(scope=TOTAL, caps=self._plan.caps, shared=True)

    def _provider(self, name: str) -> _Level:
        known = self._plan.providers.get(name)
        return _Level(scope=f"provider:{name}", caps=known.caps if known else Caps(), provider=name)

    def _channel(self, id_: str) -> _Level:
        known = self._plan.channels.get(id_)
        return _Level(
            scope=f"channel:{id_}",
            caps=known.caps if known else Caps(),
            provider=known.provider if known else "",
            channel=id_,
        )

    def _caps_of(self, slot: Slot) -> Iterator[Cap]:
        for level in self._levels(slot):
            yield from self._scheduled_caps(level)
            if slot.reason is Reason.MANUAL and level.caps.manual_per_day is not None:
                yield self._cap(level, _manual(level.scope), Period.DAY, level.caps.manual_per_day)

    def _scheduled_caps(self, level: _Level) -> Iterator[Cap]:
        if level.caps.per_day is not None:
            yield self._cap(level, level.scope, Period.DAY, level.caps.per_day)
        if level.caps.per_month is not None:
            yield self._cap(level, level.scope, Period.MONTH, level.caps.per_month)

    def _cap(self, level: _Level, scope: str, period: Period, usd: Decimal) -> Cap:
        share = int(usd * NANO) // (self._plan.probers if level.shared else 1)
        held = self._elsewhere(scope, share if level.shared else None)
        return Cap(scope=scope, period=period, limit_nano=share, elsewhere_nano=held)

    def _status(self, level: _Level) -> dict[str, Any] | None:
        caps = tuple(self._scheduled_caps(level))
        if not caps:
            return None
        left, index = min((left, index) for index, left in enumerate(self._journal.remaining(caps)))
        return {
            "scope": level.scope.partition(":")[0],
            "provider": level.provider,
            "channel": level.channel,
            "period": caps[index].period,
            "limit_usd": caps[index].limit_nano / NANO,
            "remaining_usd": left / NANO,
        }

    def _elsewhere(self, scope: str, share: int | None) -> dict[str, int]:
        """Nano-USD of a cap that other journals hold, by calendar period.

        The number of probers may have changed since: then others have spent from what is ours now. Where
        every living prober has its own `share`, only what one spent beyond it is taken from us.
        """
        held: dict[str, int] = {}
        for shard, period, nano in self._others.get(scope, ()):
            theirs = share if share is not None and shard < self._plan.probers else 0
            held[period] = held.get(period, 0) + max(0, nano - theirs)
        return held

    def _spent_by_others(self) -> dict[str, list[tuple[int, str, int]]]:
        """By scope: (shard, period, nano) of the data directory's other journals, this month and later."""
        today = calendar_day(self._clock.wall_ns(), ZoneInfo(self._plan.budget_zone))
        found: dict[str, list[tuple[int, str, int]]] = {}
        reader = Reader(self._journal.data_dir)
        for shard in reader.shards():
            if shard != self._shard:
                for (period, scope), nano in reader.spends(shard, month_of(today)).items():
                    found.setdefault(scope, []).append((shard, period, nano))
        reader.close()
        return found


def _manual(scope: str) -> str:
    """The scope that counts what is spent by hand out of another: `manual`, `manual:provider:NAME`."""
    return MANUAL if scope == TOTAL else f"{MANUAL}:{scope}"
