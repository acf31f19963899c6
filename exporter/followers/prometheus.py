"""Folds the journals into Prometheus series. Totals are stored with the cursor: they survive restarts."""

import sqlite3
from collections.abc import Sequence
from typing import Any

import orjson

from exporter.catalogue import bounds, histograms, objectives, zeros
from exporter.catalogue import metrics as m
from exporter.catalogue.shape import LAG_BOUNDS
from exporter.followers.blocks import Block, Observation, Own, block_from_json
from exporter.followers.labels import extra_names, values_of
from exporter.followers.pulse import Pulses
from exporter.followers.series import count_result, count_skip
from exporter.followers.standings import Standings
from probes.clock import NS
from probes.journal.reader import Row
from probes.model import Channel, Outcome, Plan, Probe, Reason, Result, result_from_json

_SCHEMA = "CREATE TABLE IF NOT EXISTS prometheus (key TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID"
_OWN, _PULSES = "own", "pulses"


class PrometheusFollower:
    """Blocks of series by key: `probe/<channel>/<probe>`, `reach/<provider>/<key>`, `own`."""

    name = "prometheus"

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.blocks: dict[str, Block] = {}
        self.pulses = Pulses()
        self.standings = Standings(self.name)
        self.adopt(plan)

    def adopt(self, plan: Plan) -> None:
        """Take a configuration. Series of a probe whose identity stays go on where they were."""
        self.plan = plan
        for channel in plan.channels.values():
            for probe in channel.probes:
                self._shape(channel, probe)
        for provider in plan.providers.values():
            for key in provider.keys if provider.reach else ():
                self._block(f"reach/{provider.name}/{key}", (provider.name, key, plan.vantage))
        self._block(_OWN, ()).shape([], {m.SCHEDULE_LAG.name: LAG_BOUNDS})

    def _shape(self, channel: Channel, probe: Probe) -> None:
        identity = (channel.id, probe.name, probe.kind, channel.provider, channel.family, self.plan.vantage)
        block = self._block(_probe_key(channel.id, probe.name), identity)
        block.extra = values_of(channel, extra_names(self.plan))
        block.configured = _configured(channel, probe)
        block.shape(
            ((metric.name, own) for metric, own in zeros(probe)),
            {metric.name: bounds(metric, probe) for metric in histograms(probe)},
        )

    def _block(self, key: str, identity: tuple[str, ...]) -> Block:
        block = self.blocks.get(key)
        if block is None or block.identity != identity:
            block = self.blocks[key] = Block(identity)
        return block

    def load(self, db: sqlite3.Connection) -> None:
        """Become what was last saved."""
        db.execute(_SCHEMA)
        stored = {key: orjson.loads(body) for key, body in db.execute("SELECT key, body FROM prometheus")}
        self.pulses = Pulses()
        self.pulses.restore(stored.pop(_PULSES, {}))
        self.standings.load(db)
        self.blocks = {key: block_from_json(body) for key, body in stored.items()}
        self.adopt(self.plan)

    def apply(self, rows: Sequence[Row]) -> None:
        """Fold rows. Raises when one cannot be read."""
        for row in rows:
            self.pulses.see(row.shard, row.at_ns, row.body if row.type == "heartbeat" else None)
            self.standings.take(row)
            if row.type == "result":
                self._result(result_from_json(row.body), overran="overrun_nano" in row.body)
            elif row.type == "skip" and row.body["channel"] is not None:
                self._skip(row.body)

    def _result(self, result: Result, *, overran: bool) -> None:
        if result.channel is None:
            self._reach(result)
            return
        probe = self._probe(result.channel, result.probe)
        if probe is None:  # of a channel that is no longer configured
            return
        block = self.blocks[_probe_key(result.channel, result.probe)]
        count_result(block, result, probe, self.plan)
        if overran:
            block.add(m.OVERRUNS)
        if result.reason is Reason.SCHEDULED and result.schedule_lag_s is not None:
            seen = Observation(result_id=result.id, value=result.schedule_lag_s, at_s=result.finished_ns / NS)
            self.blocks[_OWN].observe(m.SCHEDULE_LAG, result.schedule_lag_s, seen)

    def _reach(self, result: Result) -> None:
        block = self.blocks.get(f"reach/{result.provider}/{result.key}")
        if block is not None and result.outcome is not Outcome.EXCLUDED:
            block.put(m.REACH_SUCCESS, 1.0 if result.outcome is Outcome.OK else 0.0)

    def _skip(self, body: dict[str, Any]) -> None:
        if self._probe(body["channel"], body["probe"]) is not None:
            count_skip(self.blocks[_probe_key(body["channel"], body["probe"])], body["reason"], body["count"])

    def _probe(self, channel_id: str, name: str) -> Probe | None:
        channel = self.plan.channels.get(channel_id)
        return channel.probe(name) if channel else None

    def save(self, db: sqlite3.Connection) -> None:
        """Write the blocks that changed."""
        dirty = {key: block for key, block in self.blocks.items() if block.dirty}
        rows = [(key, orjson.dumps(block.to_json())) for key, block in dirty.items()]
        rows.append((_PULSES, orjson.dumps(self.pulses.to_json())))
        db.executemany("INSERT OR REPLACE INTO prometheus VALUES (?, ?)", rows)
        self.standings.save(db)
        for block in dirty.values():
            block.saved_version = block.version

    def probe_blocks(self) -> list[Block]:
        """The blocks of the configured probes, in the order of the configuration."""
        return [
            self.blocks[_probe_key(channel.id, probe.name)]
            for channel in self.plan.channels.values()
            for probe in channel.probes
        ]

    def reach_blocks(self) -> list[Block]:
        """The blocks of the configured keys that are asked."""
        return [
            self.blocks[f"reach/{provider.name}/{key}"]
            for provider in self.plan.providers.values()
            if provider.reach
            for key in provider.keys
        ]

    @property
    def own_block(self) -> Block:
        """The distributions that genping has of itself."""
        return self.blocks[_OWN]


def _configured(channel: Channel, probe: Probe) -> dict[str, dict[Own, float]]:
    info = (probe.wire, probe.size or "", "true" if probe is channel.main else "false")
    uptime = probe.objective.uptime
    return {
        m.PROBE_INFO.name: {info: 1.0},
        m.OBJECTIVE_SECONDS.name: {(name,): limit_s for name, limit_s in objectives(probe).items()},
        m.OBJECTIVE_UPTIME.name: {} if uptime is None else {(): uptime},
    }


def _probe_key(channel: str, probe: str) -> str:
    return f"probe/{channel}/{probe}"
