import json
from pathlib import Path
from typing import Any

import pytest
import yaml

import probes.simulator
from probes.simulator import SCENARIOS
from tests.unit.simulator.client import BANANA, GEMINI_STREAM, ask, events, gemini_body

DEMO = Path(probes.simulator.__file__).with_name("demo.yaml")
# BananaRouter's page, 2026-11-20: latency in seconds, tokens per second.
PRINTED = {
    "banana-g15": (102.07, 10.99),
    "banana-g35": (14.45, 106.24),
    "banana-g45": (54.18, 27.09),
    "banana-full": (133.42, 11.54),
}
YUAN_1K = {"g15": 0.07, "g25": 0.12, "g35": 0.16, "g45": 0.21, "g55": 0.26, "g75": 0.35, "full": 0.47}


def demo() -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    return config


@pytest.mark.parametrize("name", PRINTED)
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
def test_a_group_plays_the_printed_figures(name: str, streamed: bool):  # noqa: FBT001 - a table of two
    path = GEMINI_STREAM.replace("/xairouter", "/bananarouter") if streamed else BANANA
    reply, _ = ask(path, name, gemini_body(size="1K"))
    latency_s, tokens_per_s = PRINTED[name]
    fragment = events(reply.body)[-1] if streamed else json.loads(reply.body)
    tokens = fragment["usageMetadata"]["candidatesTokenCount"]
    assert round(reply.duration_s, 2) == latency_s
    assert round(tokens / reply.duration_s, 2) == tokens_per_s


def test_every_key_of_the_demo_names_a_scenario():
    for provider in demo()["providers"].values():
        for key in [provider.get("key"), *provider.get("keys", {}).values()]:
            assert key is None or key.removeprefix("sk-sim-") in SCENARIOS


def test_all_five_gateways_and_all_seven_groups_are_shown():
    config = demo()
    assert set(config["providers"]) == {"requesty", "openrouter", "bananarouter", "xairouter", "pixapi"}
    groups = {c["key"]: c for c in config["channels"] if c.get("group")}
    assert {key: channel["price"]["per_image"]["1K"] for key, channel in groups.items()} == YUAN_1K
    assert all(channel["price"]["currency"] == "CNY" for channel in groups.values())
    assert all(channel["public"] is True for channel in config["channels"])


def test_groups_without_figures_are_hardly_asked():
    config = demo()
    quiet = [c["key"] for c in config["channels"] if c.get("use") == "quiet-group"]
    assert quiet == ["g25", "g55", "g75"]
    assert config["profiles"]["quiet-group"]["probes"][0]["every"] == "6h"


def test_the_title_says_what_it_is():
    assert "demo" in demo()["page"]["title"]
    assert "{speed}" in demo()["page"]["title"]
