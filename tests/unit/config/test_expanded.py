"""The plain form: it loads again, and means the same."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from probes.config import expanded, load
from tests.unit.config.conftest import Write
from tests.unit.config.test_contract_example import CONTRACT
from tests.unit.config.test_contract_example import ENVIRON as CONTRACT_ENVIRON
from tests.unit.config.texts import SMALLEST, with_probe

EXAMPLE = Path(__file__).parents[3] / "examples" / "genping.yaml"
TRICKY = with_probe(
    'kind: chat, prompt: "{nonce}: $${A} \\\\ \\" # \\n", expect: {contains: "no"}, '
    'extra_body: {a: "1", b: 1.5, c: null, d: "${KEY}", e: [true, "true"], f: 1e-7, "${KEY}": {}}, '
    'extra_headers: {X-A: "a b"}',
    price="{credits: {usd_per_credit: 0.0000001}, per_request: 4}",
    top="budget: none\nvantage: '007'\n",
)


def _again(write: Write, path: Path, environ: dict[str, str]) -> None:
    text = expanded(path, environ)
    first, second = load(path, environ), load(write(text, "again/genping.yaml"), environ)
    assert replace(second, path=first.path, warnings=first.warnings) == first
    assert expanded(second.path, environ) == text


def test_the_contract(write: Write):
    text = CONTRACT.replace('webhook: "https://hooks.example/x"', 'webhook: "${HOOK}"')
    text = text.replace('alertmanager: "http://127.0.0.1:9093"', 'alertmanager: "${AM}"')
    more = {"HOOK": "https://hooks.example/x", "AM": "http://127.0.0.1:9093"}
    _again(write, write(text), {**CONTRACT_ENVIRON, **more})


def test_the_example(write: Write):
    environ = {name: f"sk-{name}" for name in _variables(EXAMPLE.read_text(encoding="utf-8"))}
    _again(write, EXAMPLE, {**environ, "PIXAPI_BASE_URL": "https://pixapi.example/v1"})


def _variables(text: str) -> list[str]:
    return [part.partition("}")[0] for part in text.split("${")[1:]]


@pytest.mark.parametrize("text", [SMALLEST, TRICKY.replace('{X-A: "a b"}', "{}")], ids=["smallest", "tricky"])
def test_other_texts(write: Write, text: str):
    _again(write, write(text), {"KEY": "sk-1"})


def test_nothing_is_left_to_be_looked_up(write: Write):
    text = f"""
defaults: {{every: 7m}}
profiles: {{p: {{probes: [{{kind: image, size: 1K}}]}}}}
channels_from: [more.yaml]
{SMALLEST}"""
    write("- {id: two, provider: requesty, model: m, price: free, use: p}\n", "more.yaml")
    tree = yaml.safe_load(expanded(write(text), {"KEY": "k"}))
    assert not {"defaults", "profiles", "channels_from"} & tree.keys()
    one, two = tree["channels"]
    assert "use" not in two
    assert one["probes"] == [
        {
            "name": "chat",
            "kind": "chat",
            "main": True,
            "via": "openai-chat",
            "every": "7m",
            "jitter": "10%",
            "timeout": "60s",
            "connect_timeout": "10s",
            "first_token_timeout": "60s",
            "stall_timeout": "20s",
            "expect": "challenge",
            "max_tokens": 256,
            "stream": True,
            "reuse_connection": False,
        }
    ]
    assert two["probes"][0]["timeout"] == "180s"
    assert tree["providers"]["requesty"]["reach"] == {"every": "1m", "timeout": "10s"}
    assert tree["listen"] == {"public": "127.0.0.1:8811", "ops": "127.0.0.1:9811"}
