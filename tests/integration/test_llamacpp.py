"""A real llama.cpp server, probed by the real command: our numbers against the server's own timings."""

import json
import subprocess
import sys
import urllib.request

import pytest

pytestmark = pytest.mark.integration

CONFIG = """
data_dir: ./data
providers:
  llama: {{title: llama.cpp, base_url: "{url}/v1", api: openai, auth: none}}
channels:
  - id: tiny
    provider: llama
    model: tiny
    price: free
    probes:
      - {{kind: chat, name: streamed, prompt: "Tell me more. {{nonce}}", max_tokens: 800, every: 1h, extra_body: {{ignore_eos: true}}}}
      - {{kind: chat, name: whole, prompt: "Tell me more. {{nonce}}", max_tokens: 300, stream: false, every: 1h, extra_body: {{ignore_eos: true}}}}
      - {{kind: chat, name: answer, max_tokens: 20, every: 1h}}
"""


@pytest.fixture(scope="module")
def llama(tmp_path_factory):
    directory = tmp_path_factory.mktemp("llama")
    command = [sys.executable, "-m", "tests.tiny_llama", str(directory)]
    with (
        (directory / "log").open("w") as log,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        ) as server,
    ):
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.communicate()  # its input ends, so does it


@pytest.fixture
def probe(llama, tmp_path):
    config = tmp_path / "genping.yaml"
    config.write_text(CONFIG.format(url=llama))

    def run(*arguments):
        command = [sys.executable, "-m", "exporter", *arguments, "--json", "-c", str(config)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.stderr == ""
        return done.returncode, json.loads(done.stdout)

    return run


def server_account(url):
    """What llama.cpp itself has counted so far: tokens and seconds of prompts and of answers."""
    with urllib.request.urlopen(f"{url}/metrics") as answer:  # noqa: S310 - loopback
        lines = answer.read().decode().splitlines()
    return {name: float(value) for name, value in (line.split() for line in lines if line[0] != "#")}


def test_a_streamed_answer_agrees_with_the_servers_own_timings(probe, llama):
    before = server_account(llama)
    code, result = probe("probe", "tiny", "--probe", "streamed")
    after = server_account(llama)
    tokens, decoding_s, prompt_s = (
        after[f"llamacpp:{name}"] - before[f"llamacpp:{name}"]
        for name in ("tokens_predicted_total", "tokens_predicted_seconds_total", "prompt_seconds_total")
    )
    assert (code, result["outcome"], result["error"]) == (0, "ok", None)
    assert result["output_tokens"] == tokens == 800
    assert result["chunks"] > 100
    # its clock runs from token to token and knows no socket; ours sees what reached us: close, not equal
    assert result["decode_tps"] == pytest.approx(tokens / decoding_s, rel=0.25)
    assert prompt_s <= result["ttft_s"] < prompt_s + 0.1
    assert result["ttfb_s"] <= result["ttft_s"] <= result["ttfa_s"] < result["e2e_s"]
    assert result["connection"] == "cold"
    assert result["served_model"].endswith("tiny.gguf")
    assert result["cost_usd"] == 0


def test_a_whole_answer_has_no_pace(probe):
    code, result = probe("probe", "tiny", "--probe", "whole")
    assert (code, result["outcome"]) == (0, "ok")
    assert result["output_tokens"] == 300
    assert result["decode_tps"] is None
    assert result["max_gap_s"] is None
    assert result["ttft_s"] == result["ttfa_s"]
    assert result["e2e_tps"] > 0


def test_nonsense_is_not_an_answer(probe):
    code, result = probe("probe", "tiny", "--probe", "answer")
    assert code == 1
    # its dice end it at once, in the middle, or not before the limit
    assert result["error"] in ("empty_output", "wrong_answer", "output_limit")


def test_reach_lists_the_models(probe):
    code, result = probe("reach", "llama")
    assert (code, result["outcome"], result["kind"], result["wire"]) == (0, "ok", "reach", "models-list")
    assert result["ttft_s"] is None
