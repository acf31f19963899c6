"""Rows as the probers write them, made by hand, and everything that publishes them, without a listener."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from exporter.follow import Follow
from exporter.followers.board import Board
from exporter.followers.exposition import Exposition
from exporter.followers.present import Reloads
from exporter.followers.prometheus import PrometheusFollower
from exporter.state_db import StateDb
from probes.clock import NS
from probes.config import load
from probes.journal.reader import Reader, Row
from probes.model import Kind, Outcome, Plan, Reason, Result, WireName, rfc3339
from tests.fakes import FakeClock

EPOCH_NS = FakeClock().wall_ns()
OPENMETRICS = "application/openmetrics-text;version=1.0.0"

CONFIG = """
vantage: test
budget: {per_day: 5}
listen: {public: 127.0.0.1:0, ops: 127.0.0.1:0}
metrics: {labels: [team]}
providers:
  alpha: {title: Alpha Gate, base_url: "https://alpha.example/v1", api: openai, key: sk-sim-canary}
channels:
  - id: talk
    title: Talk
    provider: alpha
    model: m-1
    group: gold
    price: {input: 1, output: 2}
    public: true
    labels: {team: search}
    probes:
      - {kind: chat, every: 60s, timeout: 30s, first_token_timeout: 8s,
         objective: {uptime: 0.99, ttft: 900ms, e2e: 4s}}
      - {kind: chat, name: whole, every: 5m, stream: false}
  - id: draw
    title: Draw
    provider: alpha
    model: m-2
    price: {per_image: {1K: 0.05}}
    probes: [{kind: image, size: 1K, every: 6h, timeout: 180s}]
"""


def plan_of(directory: Path, text: str = CONFIG) -> Plan:
    """What a configuration says, its data directory under `directory`."""
    path = directory / "genping.yaml"
    path.write_text(f"data_dir: ./data\n{text}")
    plan = load(path, {})
    plan.data_dir.mkdir(exist_ok=True)
    return plan


RESULT = Result(
    id="01JD0000000000000000000000",
    channel="talk",
    probe="chat",
    provider="alpha",
    key="default",
    model="m-1",
    family="m-1",
    group="gold",
    region="",
    kind=Kind.CHAT,
    wire=WireName.OPENAI_CHAT,
    size=None,
    vantage="test",
    reason=Reason.SCHEDULED,
    scheduled_ns=EPOCH_NS,
    started_ns=EPOCH_NS,
    finished_ns=EPOCH_NS + 2 * NS,
    outcome=Outcome.OK,
    dns_s=0.01,
    connect_s=0.02,
    tls_s=0.03,
    ttfb_s=0.25,
    ttft_s=0.5,
    ttfa_s=0.75,
    e2e_s=2.0,
    max_gap_s=0.125,
    input_tokens=20,
    output_tokens=100,
    decode_tps=80.0,
    e2e_tps=55.0,
    cost_usd=0.25,
    cost_basis="computed",
    schedule_lag_s=0.004,
)
IMAGE = replace(
    RESULT,
    channel="draw",
    probe="image",
    model="m-2",
    family="m-2",
    kind=Kind.IMAGE,
    wire=WireName.OPENAI_IMAGES,
    size="1K",
    max_gap_s=None,
    decode_tps=None,
    e2e_s=40.0,
)


class Tape(Reader):
    """A reader over rows in memory: the seam of the journals, in any number of shards."""

    def __init__(self) -> None:  # there is no directory
        self.rows: dict[int, list[Row]] = {0: []}

    def add(self, kind: str, body: dict[str, Any], *, shard: int = 0, at_ns: int = EPOCH_NS) -> Row:
        rows = self.rows.setdefault(shard, [])
        row = Row(shard=shard, seq=len(rows) + 1, type=kind, at_ns=at_ns, body=body)
        rows.append(row)
        return row

    def put(self, result: Result = RESULT, shard: int = 0, **changes: Any) -> None:
        made = replace(result, **changes)
        self.add("result", made.to_json(), shard=shard, at_ns=made.finished_ns)

    def skip(self, reason: str, count: int = 1, channel: str | None = "talk", probe: str = "chat") -> None:
        at = rfc3339(EPOCH_NS)
        last = rfc3339(EPOCH_NS + (count - 1) * 60 * NS)
        body = {"channel": channel, "probe": probe, "reason": reason, "count": count}
        self.add("skip", body | {"first_scheduled_at": at, "last_scheduled_at": last})

    def beat(self, shard: int = 0, at_ns: int = EPOCH_NS, **changes: Any) -> None:
        body = {
            "prober": shard,
            "pid": 1,
            "loop_lag_s": 0.002,
            "inflight": 3,
            "generation": "g",
            "reload_ok": True,
            "budgets": [],
            "paused": [],
        }
        self.add("heartbeat", body | changes, shard=shard, at_ns=at_ns)

    def plan(self, plan: Plan, at_ns: int = EPOCH_NS) -> None:
        channels = {
            channel.id: {"main": channel.main.name, "every_s": {p.name: p.every_s for p in channel.probes}}
            for channel in plan.channels.values()
        }
        self.add("action", {"action": "plan", "channels": channels}, at_ns=at_ns)

    def shards(self) -> tuple[int, ...]:
        return tuple(sorted(self.rows))

    def read(self, shard: int, after_seq: int, limit: int, types: Sequence[str] | None = None) -> list[Row]:
        rows = [row for row in self.rows[shard] if row.seq > after_seq]
        return [row for row in rows if types is None or row.type in types][:limit]

    def last_seq(self, shard: int) -> int:
        return self.rows[shard][-1].seq if self.rows[shard] else 0


Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def series_of(families: Iterable[Metric]) -> Series:
    return {(s.name, frozenset(s.labels.items())): s.value for f in families for s in f.samples}


class Bench:
    """The publishing half without its process. `restart` forgets everything that was not committed."""

    def __init__(self, plan: Plan, tape: Tape | None = None) -> None:
        self.tape, self.clock = tape or Tape(), FakeClock()
        self.reloads = Reloads(successful=True, at_ns=EPOCH_NS)
        self.plan = plan
        self._open()

    def _open(self) -> None:
        self.store = StateDb.open(self.plan.data_dir / "state.db")
        self.series, self.board = PrometheusFollower(self.plan), Board(self.plan)
        followers = (self.series, self.board)
        self.follows = [Follow(each, self.tape, self.store) for each in followers]
        for follow in self.follows:
            follow.load()
        self.exposition = Exposition(
            series=self.series, follows=self.follows, reloads=lambda: self.reloads, clock=self.clock
        )

    def restart(self, plan: Plan | None = None) -> None:
        self.store.close()
        self.plan = plan or self.plan
        self._open()

    def adopt(self, plan: Plan) -> None:
        self.plan = plan
        self.series.adopt(plan)
        self.board.adopt(plan)

    def settle(self) -> None:
        """Follow until nothing is left."""
        for follow in self.follows:
            while follow.step():
                pass

    def samples(self) -> Series:
        """Every series that is exposed."""
        return series_of(self.exposition.collect())

    def parsed(self) -> Series:
        """The same, as a strict parser reads it out of the OpenMetrics form."""
        body, _ = self.exposition.render(OPENMETRICS)
        return series_of(text_string_to_metric_families(body.decode()))

    def value(self, name: str, **labels: str) -> float | None:
        """The one series of a name with these labels; None where there is none."""
        found = [
            value
            for (key, own), value in self.samples().items()
            if key == name and labels.items() <= set(own)
        ]
        assert len(found) <= 1, (name, labels, found)
        return found[0] if found else None

    def close(self) -> None:
        self.store.close()
