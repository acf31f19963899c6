"""The JSON Schema for editors."""

import json
from typing import Any

import pytest
import yaml

from probes.config import json_schema
from tests.unit.config.test_contract_example import CONTRACT

SCHEMA = json_schema()


def test_it_is_json_and_names_its_draft():
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["additionalProperties"] is False


def test_defaults_are_shown_as_one_would_write_them():
    probe = SCHEMA["$defs"]["ProbeEntry"]["properties"]
    assert (probe["every"]["default"], probe["jitter"]["default"]) == ("5m", "10%")


@pytest.mark.parametrize(
    ("table", "field"),
    [("ProviderEntry", "key"), ("Ops", "read_token"), ("Influx", "token"), ("Notify", "heartbeat")],
)
def test_a_secret_may_stand_in_a_file(table: str, field: str):
    assert f"{field}_file" in SCHEMA["$defs"][table]["properties"]


def test_what_is_no_secret_may_not():
    assert "title_file" not in SCHEMA["$defs"]["ProviderEntry"]["properties"]


def _unknown(value: Any, form: dict[str, Any], path: str = "") -> list[str]:
    """Keys of a value that a schema does not know. (No validator is among our dependencies: this one knows keys.)"""
    if "$ref" in form:
        return _unknown(value, SCHEMA["$defs"][form["$ref"].rpartition("/")[2]], path)
    options = [*form.get("anyOf", ()), *form.get("oneOf", ())]
    if options:
        return min((_unknown(value, option, path) for option in options), key=len)
    if isinstance(value, list):
        item = form.get("items", {})
        return [
            found for index, inner in enumerate(value) for found in _unknown(inner, item, f"{path}[{index}]")
        ]
    if not isinstance(value, dict):
        return []
    known, rest = form.get("properties", {}), form.get("additionalProperties", {})
    found = []
    for key, inner in value.items():
        if key in known:
            found += _unknown(inner, known[key], f"{path}.{key}")
        elif rest is False:
            found.append(f"{path}.{key}")
        elif isinstance(rest, dict):
            found += _unknown(inner, rest, f"{path}.{key}")
    return found


def test_it_knows_every_key_of_the_contract():
    assert _unknown(yaml.safe_load(CONTRACT), SCHEMA) == []


def test_it_does_not_know_others():
    assert _unknown({"providers": {"p": {"base_ulr": 1}}}, SCHEMA) == [".providers.p.base_ulr"]
