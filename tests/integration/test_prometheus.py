"""A real Prometheus scrapes genping; what it answers must be the simulator's truth."""

import json
import math
import subprocess
import time
import urllib.parse

import pytest

from tests.service import free_port, genping, get, wait_for

pytestmark = pytest.mark.integration

CHANNELS = """
budget: {per_day: 5}
providers:
  requesty: {title: Requesty, base_url: "${SIM}/requesty/v1", api: openai, key: sk-sim-ok, reach: {every: 2s}}
  banana: {title: Banana, base_url: "${SIM}/bananarouter", api: gemini, keys: {a: sk-sim-ok, b: sk-sim-unavailable-new-api}}
channels:
  - {id: good, title: "Group 官KEY \\"1.5折\\"", group: 官KEY-1.5折, provider: requesty, model: m-1, family: m, public: true,
     price: {input: 0.5, output: 3}, probes: [{kind: chat, every: 1s, timeout: 10s, objective: {ttft: 900ms}}]}
  - {id: whole, provider: requesty, model: m-1, family: m, public: true,
     price: {input: 0.5, output: 3}, probes: [{kind: chat, every: 1s, stream: false, timeout: 10s}]}
  - {id: broken, provider: banana, key: b, model: m-2, family: m, public: true,
     price: {input: 0.5, output: 3}, probes: [{kind: chat, every: 1s, timeout: 10s}]}
"""
SCRAPES_S = 60


class Prometheus:
    """Debian's server on a free port, scraping every second."""

    def __init__(self, directory, target):
        self.url = f"http://127.0.0.1:{free_port()}"
        config = directory / "prometheus.yml"
        config.write_text(
            "global: {scrape_interval: 1s}\nscrape_configs:\n"
            f"  - {{job_name: genping, static_configs: [{{targets: ['{target}']}}]}}\n"
        )
        command = [
            "prometheus",
            f"--config.file={config}",
            f"--storage.tsdb.path={directory / 'tsdb'}",
            f"--web.listen-address={self.url.removeprefix('http://')}",
        ]
        with (directory / "prometheus.log").open("w") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)

    def query(self, expression):
        """Label sets and values of an instant query."""
        _, text = get(f"{self.url}/api/v1/query?query={urllib.parse.quote(expression)}")
        answer = json.loads(text)
        assert answer["status"] == "success", answer
        return [(row["metric"], float(row["value"][1])) for row in answer["data"]["result"]]

    def one(self, expression):
        rows = self.query(expression)
        assert len(rows) == 1, (expression, rows)
        return rows[0][1]

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture(scope="module")
def scraped(simulator, tmp_path_factory):
    directory = tmp_path_factory.mktemp("prometheus")
    with genping(directory, CHANNELS, simulator.url) as service:
        server = Prometheus(directory, f"127.0.0.1:{service.ops}")
        try:
            wait_for(lambda: server.query("genping_probe_success"), 30, "a first scrape")
            time.sleep(SCRAPES_S)
            yield service, server, simulator
        finally:
            server.stop()


def test_promtool_has_no_complaint(scraped):
    service, _, _ = scraped
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=service.metrics(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_every_target_is_up_and_no_scrape_failed(scraped):
    _, server, _ = scraped
    assert server.one("up") == 1
    assert server.one(f"min_over_time(up[{SCRAPES_S}s])") == 1


def test_results_are_the_simulators_truth(scraped):
    _, server, _ = scraped
    for channel, outcome in (("good", "ok"), ("whole", "ok"), ("broken", "failed")):
        seen = server.one(f'genping_probe_results_total{{channel="{channel}",outcome="{outcome}"}}')
        assert seen >= SCRAPES_S * 0.8
        assert (
            server.one(f'sum(genping_probe_results_total{{channel="{channel}",outcome!="{outcome}"}})') == 0
        )
    errors = server.query('genping_probe_errors_total{channel="broken"} > 0')
    assert [labels["error"] for labels, _ in errors] == ["model_not_found"]
    assert server.one('genping_probe_success{channel="broken"}') == 0
    assert server.one('genping_channel_up{channel="broken"}') == 0
    assert server.one('genping_channel_state{channel="good",state="operational"}') == 1
    assert server.one('sum(genping_channel_state{channel="good"})') == 1


def test_requests_sent_are_results_counted(scraped):
    service, _, simulator = scraped
    sent = len([entry for entry in simulator.log() if "chat/completions" in entry["path"]])
    counted = sum(
        float(line.rsplit(" ", 1)[1])
        for line in service.metrics().splitlines()
        if line.startswith("genping_probe_results_total") and 'provider="requesty"' in line
    )
    assert abs(sent - counted) <= 4  # what is in flight while we look


def test_a_quantile_over_ttft_per_channel_is_the_simulators_delay(scraped):
    _, server, _ = scraped
    rows = server.query(
        "histogram_quantile(0.5, sum by (channel, le) (rate(genping_time_to_first_token_seconds_bucket[1m])))"
    )
    medians = {labels["channel"]: value for labels, value in rows if not math.isnan(value)}
    assert set(medians) == {"good"}  # `whole` did not stream, `broken` gave nothing
    truth = server.one('max_over_time(genping_probe_phase_seconds{channel="good",phase="first_byte"}[1m])')
    assert 0.05 < medians["good"] < max(1.0, 3 * truth)


def test_info_joins(scraped):
    _, server, _ = scraped
    rows = server.query(
        "genping_probe_success * on (channel, provider, family, vantage) group_left (group, title) "
        'genping_channel_info{group!=""}'
    )
    assert [(labels["channel"], labels["group"], labels["title"]) for labels, _ in rows] == [
        ("good", "官KEY-1.5折", 'Group 官KEY "1.5折"')
    ]


def test_the_sli_counts_every_slot_once(scraped):
    service, server, _ = scraped
    good = server.one('genping_uptime_slots_total{channel="good",result="good"}')
    bad = server.one('genping_uptime_slots_total{channel="broken",result="bad"}')
    assert abs(good - bad) <= 3  # both have one slot a second
    api = json.loads(get(f"{service.public_url}/api/v1/channels")[1])
    shown = {c["id"]: c["uptime"]["24h"]["good"] for c in api["channels"]}
    assert abs(shown["good"] - server.one('genping_uptime_slots_total{channel="good",result="good"}')) <= 3


def test_money_is_counted(scraped):
    _, server, _ = scraped
    assert server.one('sum(genping_cost_usd_total{channel="good"})') > 0
    assert server.one('genping_budget_usd{scope="total"}') == 5
    assert 0 < server.one('genping_budget_remaining_usd{scope="total"}') < 5
