"""docs/configuration.md: its examples load, and it names every key."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from probes.config import json_schema, load
from tests.unit.config.conftest import Write
from tests.unit.config.texts import PROVIDER

TEXT = (Path(__file__).parents[3] / "docs" / "configuration.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
CHANNEL = "channels:\n  - {id: one, provider: requesty, model: m, price: free, probes: [{kind: chat}]}\n"


@pytest.mark.parametrize("block", BLOCKS, ids=[block.split("\n", 1)[0] for block in BLOCKS])
def test_every_example_loads(write: Write, block: str):
    text = block
    if "providers:" not in block:
        text += PROVIDER + CHANNEL
    environ = dict.fromkeys(re.findall(r"\$\{(\w+)\}", text), "https://value.example")
    assert load(write(text), environ).providers


def test_there_are_examples():
    assert len(BLOCKS) >= 5


def _keys() -> list[str]:
    schema = json_schema()
    tables = [schema, *schema["$defs"].values()]
    found = {str(key) for table in tables for key in table.get("properties", {})}
    return sorted(key for key in found if not key.endswith("_file") or key == "ca_file")


@pytest.mark.parametrize("key", _keys())
def test_every_key_is_explained(key: str):
    assert re.search(rf"`{key}[`:]|\b{key}:", TEXT), f"{key} is not in docs/configuration.md"


def test_nothing_leaves_the_edge_as_a_pydantic_model(write: Write):
    plan = load(
        write(BLOCKS[-1] + PROVIDER + CHANNEL),
        dict.fromkeys(("KEY", "INFLUX_TOKEN", "SLACK_URL", "HOOK_SECRET"), "x"),
    )
    stack: list[Any] = [plan.publishing]
    while stack:
        value = stack.pop()
        assert not isinstance(value, BaseModel)
        stack += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
