"""The promise, on a real journal under random schedules, prices, failures, restarts and clock jumps:

the sum of committed worst cases never exceeds a cap.
"""

import asyncio
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from probes.budget import Budget, Permit
from probes.errors import JournalError
from probes.journal import Journal
from probes.model import Caps, Kind, Outcome, Reason, Result, Slot, WireName
from tests.fakes import FakeClock
from tests.unit.budget.plans import NANO, caps, plan, slot

DAY = 86_400
MEMORY = Path("/dev/shm")  # noqa: S108 - kill and power loss are proved elsewhere; here many stories count
CHANNELS = {"a": "p", "b": "p", "c": "q"}

amounts = st.none() | st.integers(0, 30)  # few, so that caps are met exactly
limits = st.builds(caps, day=amounts, month=amounts, manual=amounts)
channels = st.sampled_from(sorted(CHANNELS))
reasons = st.sampled_from([Reason.SCHEDULED, Reason.CONFIRM, Reason.MANUAL])
sends = st.tuples(st.just("send"), channels, st.integers(1, 5), reasons)
steps = st.one_of(
    sends,
    sends,
    st.tuples(st.just("burst"), channels, st.integers(1, 5), st.integers(2, 8)),
    st.tuples(st.just("settle"), st.sampled_from([0, 0.5, 1, 1.5, None])),
    st.tuples(st.just("pass"), st.sampled_from([60, 3600, DAY, 12 * DAY])),
    st.tuples(st.just("jump"), st.sampled_from([-DAY, DAY, -3600, 3600])),
    st.tuples(st.just("restart"), st.sampled_from([1, 2, 3])),
    st.tuples(st.just("recap"), limits),
)


@dataclass
class World:
    """A prober that is told what to do, and an account of its own kept beside the journal's."""

    data_dir: Path
    total: Caps
    providers: dict[str, Caps]
    channels: dict[str, Caps]
    clock: FakeClock = field(default_factory=FakeClock)
    probers: int = 1
    shard: int = 0
    sequence: int = 0
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)  # (scope, day or month) -> nano
    charged: Counter[tuple[int, str]] = field(default_factory=Counter)  # (shard, day) -> nano, overruns too
    open: list[tuple[Slot, int, list[str], str]] = field(default_factory=list)
    last_day: dict[int, str] = field(default_factory=dict)  # of each shard

    async def start(self):
        self.journal = Journal.open(self.data_dir, self.shard, self.clock)
        self.budget = Budget(self.plan(), self.shard, self.journal, self.clock)

    def plan(self):
        channels = {id_: (name, self.channels[id_]) for id_, name in CHANNELS.items()}
        return plan(self.total, self.providers, channels, probers=self.probers, unlimited=True)

    def day(self):
        """Today in UTC, but never before the last day that this shard was asked on."""
        today = datetime.fromtimestamp(self.clock.wall_ns() // NANO, UTC).date().isoformat()
        return max(self.last_day.get(self.shard, ""), today)

    async def send(self, channel, worst, reason):
        self.sequence += 1
        of = slot(self.sequence, channel_id=channel, provider_name=CHANNELS[channel], reason=reason)
        permit = await self.budget.reserve(of, worst)
        day = self.last_day[self.shard] = self.day()
        if isinstance(permit, Permit):
            sent = (of, worst, self.scopes(channel, reason), day)
            self.open.append(sent)
            self.count(sent, worst)
            self.charged[self.shard, day] += worst
            self.check(sent)

    def scopes(self, channel, reason):
        scopes = ["total", CHANNELS[channel], channel]
        return scopes + [f"manual {scope}" for scope in scopes] if reason is Reason.MANUAL else scopes

    def count(self, sent, nano):
        _, _, scopes, day = sent
        for scope in scopes:
            self.counted[scope, day] += nano
            self.counted[scope, day[:7]] += nano

    def check(self, sent):
        """What was let through fits every cap in force, whichever journals the money is in."""
        written = {"total": self.total, **self.providers, **self.channels}
        _, _, scopes, day = sent
        for scope in scopes:
            of = written[scope.removeprefix("manual ")]
            by_hand = scope.startswith("manual ")
            for period, cap in ((day, of.manual_per_day if by_hand else of.per_day), (day[:7], of.per_month)):
                if cap is not None and not (by_hand and period == day[:7]):
                    assert self.counted[scope, period] <= int(cap * NANO), (scope, period, cap)

    async def settle(self, share):
        if self.open:
            sent = self.open.pop(0)
            of, worst, _, _ = sent
            cost = None if share is None else int(worst * share)
            await self.journal.append_result(_result(of), cost)
            self.count(sent, 0 if cost is None else min(cost, worst) - worst)
            self.charged[self.shard, sent[3]] += 0 if cost is None else cost - worst
        if self.shard in self.last_day:
            assert self.journal.spent("total")[0] == self.charged[self.shard, self.day()]

    async def restart(self, probers):
        await self.journal.close()
        self.open.clear()
        self.probers = probers
        self.shard = self.sequence % probers
        await self.start()

    def recap(self, total):
        self.total = total
        self.budget.follow(self.plan())


def _result(of):
    return Result(
        id=of.id,
        channel=of.channel,
        probe=of.probe,
        provider=of.provider,
        key=of.key,
        model="m",
        family="m",
        group="",
        region="",
        kind=Kind.CHAT,
        wire=WireName.OPENAI_CHAT,
        size=None,
        vantage="here",
        reason=of.reason,
        scheduled_ns=of.scheduled_ns,
        started_ns=of.scheduled_ns,
        finished_ns=of.scheduled_ns,
        outcome=Outcome.OK,
    )


async def _live(world, story):
    await world.start()
    for verb, *details in story:
        match verb:
            case "send":
                await world.send(*details)
            case "burst":
                channel, worst, count = details
                await asyncio.gather(*(world.send(channel, worst, Reason.CONFIRM) for _ in range(count)))
            case "settle":
                await world.settle(*details)
            case "pass":
                world.clock.advance(details[0])
            case "jump":
                world.clock.jump(details[0])
            case "restart":
                await world.restart(*details)
            case "recap":
                world.recap(*details)
    await world.journal.close()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    total=limits,
    providers=st.fixed_dictionaries({"p": limits, "q": limits}),
    channels=st.fixed_dictionaries(dict.fromkeys(CHANNELS, limits)),
    story=st.lists(steps, min_size=25, max_size=60),
)
def test_committed_worst_cases_never_exceed_a_cap(total, providers, channels, story):
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as data_dir:
        world = World(Path(data_dir), total, providers, channels)
        asyncio.run(_live(world, story))


async def test_two_budgets_cannot_share_a_ledger(tmp_path, clock, journal):
    Budget(plan(caps(day=100)), 0, journal, clock)
    with pytest.raises(JournalError, match="in use by another prober"):
        Journal.open(tmp_path, 0, clock)


@pytest.mark.parametrize("jump", [DAY, -DAY, 31 * DAY], ids=["ahead", "back", "a month ahead"])
async def test_a_clock_that_jumps_to_and_fro_resets_once_at_most(journal, clock, jump):
    budget = Budget(plan(caps(day=100)), 0, journal, clock)
    left = 0
    for n in range(40):
        left += isinstance(await budget.reserve(slot(n), 100), Permit)
        clock.jump(jump if n % 2 == 0 else -jump)
    assert left == (1 if jump < 0 else 2)
