"""The command as a person meets it: what it prints, where, and with which exit code."""

import json
import os
import resource
import subprocess
import sys

import pytest

from tests.service import free_port, genping, wait_for

pytestmark = pytest.mark.integration

CONFIG = """
data_dir: ./data
listen: {{public: 127.0.0.1:{public}, ops: 127.0.0.1:{ops}}}
budget: {{per_day: 5}}
providers:
  good: {{title: Good, base_url: "{sim}/requesty/v1", api: openai, key: sk-sim-ok}}
  locked: {{title: Locked, base_url: "{sim}/requesty/v1", api: openai, key: sk-sim-unauthorized}}
  nowhere: {{title: Nowhere, base_url: "http://127.0.0.1:{closed}/v1", api: openai, key: k}}
  unnamed: {{title: Unnamed, base_url: "http://nobody.invalid/v1", api: openai, key: k}}
  two: {{title: Two, base_url: "{sim}/requesty/v1", api: openai, keys: {{a: sk-sim-ok, b: sk-sim-ok}}}}
defaults: {{every: 1h, timeout: 5s}}
channels:
  - {{id: good, provider: good, model: m, price: {{input: 1, output: 1}}, probes: [{{kind: chat}}]}}
  - {{id: locked, provider: locked, model: m, price: {{input: 1, output: 1}}, probes: [{{kind: chat}}]}}
  - {{id: nowhere, provider: nowhere, model: m, price: {{input: 1, output: 1}}, probes: [{{kind: chat}}]}}
  - {{id: unnamed, provider: unnamed, model: m, price: {{input: 1, output: 1}}, probes: [{{kind: chat}}]}}
  - {{id: dear, provider: good, model: m, price: {{per_request: 9}}, probes: [{{kind: chat}}]}}
"""


@pytest.fixture
def run(simulator, tmp_path):
    config = tmp_path / "genping.yaml"
    config.write_text(
        CONFIG.format(sim=simulator.url, public=free_port(), ops=free_port(), closed=free_port())
    )

    def call(*arguments, limit_bytes=None, environ=None, path=config):
        def limited():
            if limit_bytes is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))

        return subprocess.run(
            [sys.executable, "-m", "exporter", *arguments, "-c", str(path)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, **(environ or {})},
            preexec_fn=limited,
        )

    return call


def one_line(done):
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.strip()


def test_a_good_channel_shows_a_waterfall(run):
    done = run("probe", "good")
    assert (done.returncode, done.stderr) == (0, "")
    for word in ("ok", "connect", "request", "first byte", "first token", "end to end", "tokens", "price"):
        assert word in done.stdout
    assert "\x1b[" not in done.stdout  # colours are for terminals


def test_json_is_one_object_with_every_field(run):
    done = run("probe", "good", "--json")
    result = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    assert list(result)[:4] == ["id", "channel", "probe", "provider"]
    assert result["ttft_s"] > 0
    assert result["connect_s"] > 0
    assert result["dns_s"] is None  # an address: nobody was asked, so not 0
    assert result["tls_s"] is None  # plain HTTP: not observed either
    assert result["cost_basis"] == "computed"


@pytest.mark.parametrize(
    ("channel", "error", "outcome"),
    [
        ("locked", "unauthorized", "excluded"),
        ("nowhere", "connect_failure", "failed"),
        ("unnamed", "dns_failure", "failed"),
    ],
    ids=["bad key", "unreachable host", "no such host"],
)
def test_an_outcome_that_is_not_ok_is_exit_code_1(run, channel, error, outcome):
    done = run("probe", channel, "--json")
    result = json.loads(done.stdout)
    assert (done.returncode, result["error"], result["outcome"]) == (1, error, outcome)
    assert result["detail"]


@pytest.mark.parametrize(
    ("arguments", "saying"),
    [
        (["probe", "goood"], "genping: no channel 'goood'; did you mean good?"),
        (["probe", "good", "--probe", "x"], "genping: channel good has no probe 'x'; it has: chat"),
        (["reach", "godo"], "genping: no provider 'godo'; did you mean good?"),
        (["reach", "two"], "genping: provider two has several keys; choose one with --key: a, b"),
        (["reach", "two", "--key", "c"], "genping: provider two has no key 'c'; it has: a, b"),
        (["pause", "good", "--for", "soon"], "genping: --for: "),
        (["probe"], "genping: Missing argument 'channel'"),
        (["check", "--nonsense"], "genping: No such option"),
    ],
    ids=["channel", "probe", "provider", "which key", "key", "duration", "argument", "option"],
)
def test_a_usage_error_is_one_line_and_exit_code_2(run, arguments, saying):
    done = run(*arguments)
    assert done.returncode == 2
    assert one_line(done).startswith(saying)


def test_an_unreadable_configuration_is_one_line_and_exit_code_2(run, tmp_path):
    done = run("run", path=tmp_path / "none.yaml")
    assert done.returncode == 2
    assert "none.yaml" in one_line(done)


def test_over_budget_sends_nothing(run, simulator):
    before = len(simulator.log())
    done = run("probe", "dear")
    assert done.returncode == 1
    assert "over budget" in one_line(done)
    assert len(simulator.log()) == before


def test_a_dry_run_sends_nothing_and_shows_no_key(run, simulator):
    before = len(simulator.log())
    done = run("probe", "good", "--dry-run")
    assert (done.returncode, len(simulator.log())) == (0, before)
    assert "sk-sim-ok" not in done.stdout
    assert json.loads(done.stdout)["worst_usd"] > 0


def test_a_full_disk_sends_nothing_and_says_so(run, simulator):
    before = len(simulator.log())
    done = run("probe", "good", limit_bytes=4096)
    assert done.returncode == 1
    assert "journal-0.db: disk I/O error; look at the disk" in one_line(done)
    assert len(simulator.log()) == before


def test_a_second_service_on_the_same_data_is_refused(run, simulator, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    channels = CONFIG[CONFIG.index("budget") :].format(sim=simulator.url, closed=1)
    with genping(other, channels, simulator.url) as service:
        again = other / "again.yaml"
        again.write_text(
            service.config.read_text()
            .replace(str(service.ops), str(free_port()))
            .replace(str(service.public), str(free_port()))
        )
        done = run("run", path=again)
        assert done.returncode == 1
        assert str(service.children()["prober"].pid) in one_line(done)
        taken = run("run", path=service.config)
        assert taken.returncode == 1
        assert f"127.0.0.1:{service.public}" in one_line(taken)


def test_a_probe_goes_through_the_service_while_it_runs(run, simulator, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    channels = CONFIG[CONFIG.index("budget") :].format(sim=simulator.url, closed=1)
    with genping(other, channels, simulator.url) as service:
        done = run("probe", "good", "--json", path=service.config)
        result = json.loads(done.stdout)
        assert (done.returncode, result["reason"]) == (0, "manual")
        wait_for(lambda: result["id"] in {r["id"] for r in service.results()}, saying="the result in the API")


def test_a_file_with_other_probers_does_not_open_a_second_ledger(run, simulator, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    channels = CONFIG[CONFIG.index("budget") :].format(sim=simulator.url, closed=1)
    with genping(other, channels, simulator.url) as service:
        before = len(simulator.log())
        service.config.write_text(service.config.read_text() + "probers: 7\n")
        done = run("probe", "good", path=service.config)
        if done.returncode == 0:  # its provider still belongs to prober 0: then the service has sent it
            assert (
                json.loads(run("probe", "good", "--json", path=service.config).stdout)["reason"] == "manual"
            )
        else:
            assert "restart it first" in one_line(done)
            assert len(simulator.log()) == before
        assert not (service.data / "journal-1.db").exists()


def test_help_teaches():
    done = subprocess.run(
        [sys.executable, "-m", "exporter", "--help"], capture_output=True, text=True, check=True
    )
    for word in ("run", "demo", "check", "probe", "reach", "schema", "genping demo"):
        assert word in done.stdout
