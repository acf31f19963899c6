"""A probe out of turn: which request it is, and running it without the service."""

import asyncio
import difflib
from collections.abc import Iterable

from probes.budget import Budget, Refusal
from probes.checks.images import ImageInspector
from probes.clock import Clock
from probes.errors import UsageError
from probes.journal import Journal
from probes.model import Plan, Reason, Result, Slot
from probes.runner import Runner, prepare
from probes.schedule.lag import LoopLag
from probes.transport import HttpTransport
from probes.ulid import new_ulid


def manual_slot(plan: Plan, channel_id: str, probe_name: str | None, wall_ns: int) -> Slot:
    """The request for one probe of a channel now; the main one by default. UsageError when there is none."""
    channel = plan.channels.get(channel_id)
    if channel is None:
        raise UsageError(f"no channel {channel_id!r}{_meant(channel_id, plan.channels)}")
    probe = channel.main if probe_name is None else channel.probe(probe_name)
    if probe is None:
        names = ", ".join(p.name for p in channel.probes)
        raise UsageError(f"channel {channel.id} has no probe {probe_name!r}; it has: {names}")
    return Slot(
        id=new_ulid(wall_ns),
        channel=channel.id,
        probe=probe.name,
        provider=channel.provider,
        key=channel.key,
        reason=Reason.MANUAL,
        scheduled_ns=wall_ns,
    )


def reach_slot(plan: Plan, provider_name: str, key: str | None, wall_ns: int) -> Slot:
    """The free question to a provider with one of its keys. UsageError when it cannot be asked."""
    provider = plan.providers.get(provider_name)
    if provider is None:
        raise UsageError(f"no provider {provider_name!r}{_meant(provider_name, plan.providers)}")
    if provider.reach is None:
        raise UsageError(f"provider {provider_name} has `reach: none`: there is no free question to ask")
    keys = ", ".join(provider.keys)
    if key is None and len(provider.keys) > 1:
        raise UsageError(f"provider {provider_name} has several keys; choose one with --key: {keys}")
    chosen = key if key is not None else next(iter(provider.keys), "default")
    if provider.keys and chosen not in provider.keys:
        raise UsageError(f"provider {provider_name} has no key {chosen!r}; it has: {keys}")
    return Slot(
        id=new_ulid(wall_ns),
        channel=None,
        probe="reach",
        provider=provider_name,
        key=chosen,
        reason=Reason.MANUAL,
        scheduled_ns=wall_ns,
    )


def _meant(word: str, known: Iterable[str]) -> str:
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1)
    if close:
        return f"; did you mean {close[0]}?"
    shown = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")  # noqa: PLR2004 - one line's worth
    return f"; there are: {shown}"


async def run_alone(plan: Plan, slot: Slot, clock: Clock) -> Result | Refusal:
    """Open the journal ourselves, because no service holds it, and run one request inside the budget."""
    shard = plan.shard_of(slot.provider)
    journal = Journal.open(plan.data_dir, shard, clock, zone=plan.budget_zone)
    transport, images, lag = HttpTransport(clock), ImageInspector(), LoopLag(clock)
    watching = asyncio.create_task(lag.watch())
    runner = Runner(
        clock=clock, transport=transport, images=images, lag_since=lag.since, vantage=plan.vantage
    )
    try:
        budget = Budget(plan, shard, journal, clock)
        return await runner.run(prepare(plan, slot), budget=budget, journal=journal, due_ns=clock.now_ns())
    finally:
        watching.cancel()
        await transport.close()
        await images.close()
        await journal.close()
