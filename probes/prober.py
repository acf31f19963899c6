"""The measuring process: one shard's journal, loop, runner and control socket, until told to stop."""

import asyncio
import logging
import os
from collections.abc import Mapping
from typing import Any

from probes.actions import Actions
from probes.budget import Budget, Refusal
from probes.checks.images import ImageInspector
from probes.clock import NS, Clock
from probes.config import load
from probes.control import ControlServer, Refused
from probes.errors import ConfigError, GenpingError, JournalError, UsageError
from probes.journal import Journal
from probes.manual import manual_slot, reach_slot
from probes.model import Plan, Reason, SkipReason, Slot, control_socket
from probes.owed import Owed, record_skip
from probes.runner import Runner, Unrecorded, prepare
from probes.schedule.lag import LoopLag
from probes.schedule.loop import Loop, Skip
from probes.schedule.plan import Entry, entries
from probes.state import Action
from probes.transport import HttpTransport

_LOG = logging.getLogger(__name__)
_HEARTBEAT_S = 5.0
_GRACE_S = 5.0
_MANUAL_FLOOR_S = 60.0
_LONGEST_S = 10 * 365 * 86400.0


class Prober:
    """One shard."""

    def __init__(self, plan: Plan, shard: int, *, clock: Clock, environ: Mapping[str, str]) -> None:
        self._plan, self._shard, self._clock, self._environ = plan, shard, clock, environ
        self._journal = Journal.open(plan.data_dir, shard, clock, zone=plan.budget_zone)
        self._budget = Budget(plan, shard, self._journal, clock)
        self._transport = HttpTransport(clock)
        self._images = ImageInspector()
        self._lag = LoopLag(clock)
        self._runner = Runner(
            clock=clock,
            transport=self._transport,
            images=self._images,
            lag_since=self._lag.since,
            vantage=plan.vantage,
        )
        self._actions = Actions.load(plan.data_dir, shard)
        self._loop = Loop(clock=clock, execute=self._execute, skipped=self._skipped, why_not=self._why_not)
        self._manual: dict[str, int] = {}  # channel -> when it was last asked by hand, monotonic ns
        self._owed = Owed()
        self._reload_ok = True
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Measure until `stop`."""
        control = ControlServer(
            control_socket(self._plan.data_dir, self._shard),
            {
                "probe": self._verb_probe,
                "reload": self._verb_reload,
                "status": self._verb_status,
                "act": self._verb_act,
                "ack": self._verb_ack,
            },
        )
        await control.start()
        self._loop.start()
        await self._follow_plan()
        background = [asyncio.create_task(self._lag.watch()), asyncio.create_task(self._beat())]
        _LOG.info("measuring %d channels", len(self._plan.channels_of_shard(self._shard)))
        try:
            await self._stopped.wait()
        finally:
            await control.stop()
            await self._loop.stop(_GRACE_S)
            for task in background:
                task.cancel()
            await self._transport.close()
            await self._images.close()
            await self._journal.close()

    def stop(self) -> None:
        """End; running probes get a few seconds."""
        self._stopped.set()

    def reload(self) -> None:
        """Read the configuration again (SIGHUP); what is wrong is logged and changes nothing."""
        self._reloading = asyncio.ensure_future(self._reload_and_log())

    async def _reload_and_log(self) -> None:
        try:
            await self._verb_reload({})
        except GenpingError as error:
            _LOG.error("the configuration was not reloaded: %s", error)

    async def _follow_plan(self) -> None:
        """Put the plan on record, for whoever judges states, and ask what it says from now on."""
        channels = {
            channel.id: {"main": channel.main.name, "every_s": {p.name: p.every_s for p in channel.probes}}
            for channel in self._plan.channels_of_shard(self._shard)
        }
        await self._journal.append_action({"action": Action.PLAN, "channels": channels})
        await self._loop.follow(entries(self._plan, self._shard), self._journal.last_slots())

    def _why_not(self, entry: Entry) -> SkipReason | None:
        if entry.channel is None:
            return None
        if entry.channel.paused or self._actions.paused(entry.channel.id, self._clock.wall_ns()):
            return SkipReason.PAUSED
        return None

    async def _execute(self, entry: Entry, due_ns: int) -> None:
        now_wall, now = self._clock.wall_ns(), self._clock.now_ns()
        slot = entry.slot(due_ns, Reason.REACH if entry.channel is None else Reason.SCHEDULED, now_wall)
        try:
            outcome = await self._runner.run(
                prepare(self._plan, slot),
                budget=self._budget,
                journal=self._journal,
                due_ns=now - (now_wall - due_ns),
            )
            if isinstance(outcome, Refusal):
                await self._skipped(_one(entry, SkipReason.BUDGET, due_ns))
        except Unrecorded as error:
            self._owed.result(error.result)
            _LOG.error("not measuring: %s", error)
        except JournalError as error:  # nothing was sent
            self._owed.skip(_one(entry, SkipReason.ABORTED, due_ns))
            _LOG.error("not measuring: %s", error)

    async def _skipped(self, skip: Skip) -> None:
        try:
            await record_skip(self._journal, skip)
        except JournalError as error:
            self._owed.skip(skip)
            _LOG.error("not measuring: %s", error)

    async def _beat(self) -> None:
        """Every 5 s a row that says that we live, how late we are, and what is left to spend."""
        since_ns = self._clock.now_ns()
        while True:
            body = {**self._status(), "loop_lag_s": self._lag.since(since_ns)}
            since_ns = self._clock.now_ns()
            try:
                await self._owed.pay(self._journal)
                await self._journal.append_heartbeat(body)
            except JournalError as error:
                _LOG.error("not measuring: %s", error)
            await self._clock.sleep(_HEARTBEAT_S)

    def _status(self) -> dict[str, Any]:
        return {
            "prober": self._shard,
            "pid": os.getpid(),
            "inflight": self._loop.inflight,
            "generation": self._plan.fingerprint,
            "reload_ok": self._reload_ok,
            "budgets": self._budget.caps_status(),
            "paused": sorted(self._actions.all_paused(self._clock.wall_ns())),
        }

    async def _verb_status(self, _request: dict[str, Any]) -> dict[str, Any]:
        return {"status": self._status()}

    async def _verb_reload(self, _request: dict[str, Any]) -> dict[str, Any]:
        try:
            plan = await asyncio.to_thread(load, self._plan.path, self._environ)
        except ConfigError as error:
            self._reload_ok = False
            raise Refused(str(error), 422) from None
        if changed := self._plan.needs_restart(plan):
            self._reload_ok = False
            raise Refused(f"a change of {', '.join(changed)} needs a restart", 422)
        self._plan, self._reload_ok = plan, True
        self._budget.follow(plan)
        self._runner.forgive()
        await self._follow_plan()
        _LOG.info("configuration %s is in force", plan.fingerprint)
        return {"fingerprint": plan.fingerprint}

    async def _verb_probe(self, request: dict[str, Any]) -> dict[str, Any]:
        """One probe now. `floor_s` is how long a channel rests between two of them (default a minute)."""
        slot = self._manual_slot(request)
        if slot.channel is not None:
            self._rest(slot.channel, _number(request.get("floor_s", _MANUAL_FLOOR_S), "floor_s"))
        outcome = await self._runner.run(
            prepare(self._plan, slot), budget=self._budget, journal=self._journal, due_ns=self._clock.now_ns()
        )
        if isinstance(outcome, Refusal):
            raise Refused(f"over budget: {outcome}", 402)
        return {"result": outcome.to_json()}

    def _manual_slot(self, request: dict[str, Any]) -> Slot:
        wall_ns = self._clock.wall_ns()
        try:
            if "provider" in request:
                return reach_slot(self._plan, str(request["provider"]), request.get("key"), wall_ns)
            return manual_slot(self._plan, str(request.get("channel")), request.get("probe"), wall_ns)
        except UsageError as error:
            raise Refused(str(error), 404) from None

    def _rest(self, channel: str, floor_s: float) -> None:
        now, last = self._clock.now_ns(), self._manual.get(channel)
        if last is not None and now - last < floor_s * NS:
            wait_s = floor_s - (now - last) / NS
            raise Refused(f"channel {channel} was probed by hand a moment ago", 429, round(wait_s, 3))
        self._manual[channel] = now

    async def _verb_act(self, request: dict[str, Any]) -> dict[str, Any]:
        channel, action = str(request.get("channel")), request.get("action")
        if action not in (Action.PAUSE, Action.RESUME):
            raise Refused("the actions are pause and resume", 400)
        if channel not in self._plan.channels:
            raise Refused(f"no channel {channel!r}", 404)
        body = {
            "action": action,
            "channel": channel,
            "author": str(request.get("author") or "unknown")[:100],
            "until_ns": _until(request.get("for_s"), self._clock.wall_ns()),
        }
        await self._journal.append_action(body)
        self._actions.take(body)
        return {"action": body}

    async def _verb_ack(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"follower": request.get("follower")}


def _until(for_s: object, wall_ns: int) -> int | None:
    return None if for_s is None else wall_ns + round(_number(for_s, "for_s") * NS)


def _number(value: object, name: str) -> float:
    if not isinstance(value, int | float) or not 0 <= value <= _LONGEST_S:
        raise Refused(f"{name} is a number of seconds up to {_LONGEST_S:.0f}", 400)
    return value


def _one(entry: Entry, reason: SkipReason, due_ns: int) -> Skip:
    return Skip(entry=entry, reason=reason, first_ns=due_ns, last_ns=due_ns, count=1)
