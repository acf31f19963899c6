"""kill -9, twenty times each, under load: nothing acknowledged is lost and nothing leaves without an intent."""

import os
import random
import signal
import sqlite3
import time

import psutil
import pytest

from tests.service import Genping, genping, get, post, wait_for

pytestmark = pytest.mark.integration

KILLS = 20
CHANNELS = """
budget: {per_day: 100}
defaults: {every: 1s, timeout: 10s}
providers:
  requesty: {title: R, base_url: "${SIM}/requesty/v1", api: openai, key: sk-sim-ok, reach: {every: 5s}}
channels:
""" + "\n".join(
    f"  - {{id: c{i}, provider: requesty, model: m, public: true, price: {{input: 1, output: 2}}, probes: [{{kind: chat}}]}}"
    for i in range(20)
)


def journal(service):
    return sqlite3.connect(f"file:{service.data / 'journal-0.db'}?mode=ro", uri=True)


def ids(service, kind):
    with journal(service) as db:
        return [row[0] for row in db.execute("SELECT id FROM row WHERE type = ?", (kind,))]


def counted(service):
    """All scheduled results that the exposition counts."""
    lines = service.metrics().splitlines()
    return sum(float(x.rsplit(" ", 1)[1]) for x in lines if x.startswith("genping_probe_results_total"))


def kill(service, role):
    child = service.children()[role]
    child.send_signal(signal.SIGKILL)
    return child


def back_within(service, role, old, limit_s):
    began = time.monotonic()
    wait_for(lambda: service.children().get(role) not in (None, old), limit_s, f"a new {role}")
    return time.monotonic() - began


@pytest.fixture
def service(simulator, tmp_path):
    with genping(tmp_path, CHANNELS, simulator.url) as running:
        wait_for(lambda: len(running.results()) > 10, saying="results")
        yield running


def test_twenty_kills_of_the_prober_lose_nothing(service, simulator):
    publisher, acknowledged, dice = service.children()["publisher"], set(), random.Random(7)
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.1, 0.9))
        acknowledged |= {result["id"] for result in service.results()}
        old = kill(service, "prober")
        back_within(service, "prober", old, 2)
    wait_for(lambda: not set(_fresh(service)) <= acknowledged, saying="results after the last kill")
    assert service.children()["publisher"] == publisher
    results, intents = ids(service, "result"), ids(service, "intent")
    assert acknowledged <= set(results)
    assert len(results) == len(set(results))
    sent = {entry["nonce"] for entry in simulator.log() if entry["nonce"]}
    assert sent <= {intent[-8:].lower() for intent in intents}
    with journal(service) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        twice = db.execute(
            "SELECT channel, probe, scheduled_ns FROM row WHERE type IN ('result', 'skip') "
            "GROUP BY channel, probe, scheduled_ns HAVING count(*) > 1"
        ).fetchall()
    assert twice == []


def _fresh(service):
    return [result["id"] for result in service.results()]


def test_twenty_kills_of_the_publisher_count_nothing_twice(service):
    prober, dice, before = service.children()["prober"], random.Random(8), 0.0
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.05, 0.5))
        old = kill(service, "publisher")
        back_within(service, "publisher", old, 2)
        wait_for(lambda: get(f"{service.ops_url}/-/healthy")[0] == 200, 5, "the ops listener")
        now = counted(service)
        assert now >= before, "a counter went back"
        before = now
    assert service.children()["prober"] == prober
    _pause_everything(service)
    with journal(service) as db:
        truth = db.execute(
            "SELECT count(*) FROM row WHERE type = 'result' AND channel IS NOT NULL"
        ).fetchone()[0]
    wait_for(lambda: counted(service) == truth, 10, f"exactly {truth} results counted")


def _pause_everything(service):
    service.children()["prober"].send_signal(signal.SIGSTOP)
    time.sleep(1)


def _has_all(text, pieces):
    return all(piece in text for piece in pieces)


def test_gauges_are_right_at_once_after_a_restart_of_the_publisher(service):
    gauges = [f'genping_probe_success{{channel="c{number}"' for number in range(20)]
    wait_for(lambda: _has_all(service.metrics(), gauges), saying="a result of every channel")
    children = service.children()
    children["prober"].send_signal(signal.SIGSTOP)  # no new result can repair a forgotten gauge
    old = kill(service, "publisher")
    back_within(service, "publisher", old, 2)
    wait_for(lambda: get(f"{service.ops_url}/-/healthy")[0] == 200, 5)
    assert _has_all(service.metrics(), gauges)


def test_a_child_that_comes_back_keeps_the_ledger_that_the_service_was_started_with(service):
    service.config.write_text(service.config.read_text().replace("./data", "./elsewhere"))
    assert post(f"{service.ops_url}/-/reload")[0] == 422
    old = kill(service, "prober")
    back_within(service, "prober", old, 2)
    newest = service.results()[0]["id"]
    wait_for(lambda: service.results()[0]["id"] != newest, saying="results in the same journal")
    assert not (service.directory / "elsewhere").exists()


def test_kill_of_the_parent_leaves_no_orphan(service: Genping):
    assert service.process is not None
    family = psutil.Process(service.process.pid).children(recursive=True)
    assert len(family) >= 2
    os.kill(service.process.pid, signal.SIGKILL)
    service.process.wait()
    psutil.wait_procs(family, timeout=10)
    assert [child for child in family if child.is_running() and child.status() != "zombie"] == []


def test_term_ends_everything_within_ten_seconds_and_closes_every_intent(service):
    began = time.monotonic()
    assert service.stop() == 0
    assert time.monotonic() - began < 10
    closed = set(ids(service, "result")) | set(ids(service, "settle"))
    assert set(ids(service, "intent")) <= closed
