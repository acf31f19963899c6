"""A canary in every place where a secret may stand, and a look at everything that comes out."""

from pathlib import Path

import pytest

from probes.config import expanded, load
from probes.errors import ConfigError
from tests.unit.config.conftest import Write
from tests.unit.config.texts import SMALLEST, with_channel, with_probe

NAMES = [f"S{number}" for number in range(14)]
EVERYWHERE = """
ops: {read_token: "${S0}", admin_token: "${S1}"}
influx: {url: "http://127.0.0.1:8086", org: o, bucket: b, token: "${S2}"}
defaults: {extra_headers: {X-Defaults: "${S3}"}}
profiles: {p: {extra_headers: {X-Profile: "${S4}"}, probes: [{kind: chat, extra_headers: {X-Probe: "${S5}"}}]}}
notify:
  services: {a: {apprise: "${S6}"}, w: {webhook: "https://hooks.example/${S7}", secret: "${S8}"}}
  heartbeat: "https://hc.example/${S9}"
providers:
  one: {base_url: "https://one.example/v1", key: "${S10}", proxy: "http://me:${S11}@proxy.example:3128"}
  two: {base_url: "https://two.example/v1", keys: {a: "${S12}"}, headers: {X-Org: "${S13}"}}
channels:
  - {id: one, provider: one, use: p, model: m, price: free}
"""
ENVIRON = {name: f"canary-{name}-sk-live" for name in NAMES}


def test_no_form_of_a_plan_shows_a_secret(write: Write):
    plan = load(write(EVERYWHERE), ENVIRON)
    assert "canary" not in f"{plan!r}{plan}{plan.publishing}{plan.warnings}{plan.fingerprint}"


def test_the_plain_form_shows_references_and_never_their_values(write: Write):
    text = expanded(write(EVERYWHERE), ENVIRON)
    assert "canary" not in text
    assert text.count("********") == 3, "web hook, heartbeat and proxy mix a reference with other text"
    for name in sorted(set(NAMES) - {"S3", "S4", "S7", "S9", "S11"}):  # S3 and S4 were overridden
        assert f"${{{name}}}" in text


def test_the_plain_form_masks_what_was_written_out(write: Write):
    text = EVERYWHERE
    for name in NAMES:
        text = text.replace(f"${{{name}}}", ENVIRON[name])
    shown = expanded(write(text), {})
    assert "canary" not in shown
    assert shown.count("********") == 12


def test_the_plain_form_names_key_files(write: Write, tmp_path: Path):
    write("sk-canary\n", "k.key").chmod(0o600)
    shown = expanded(write(SMALLEST.replace('key: "${KEY}"', "key_file: k.key")), {})
    assert f"key_file: {tmp_path}/k.key" in shown
    assert "canary" not in shown


CANARY = "sk-canary-0815"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            SMALLEST.replace('key: "${KEY}"', f"key: {CANARY}, api_kye: {CANARY}"), id="unknown key"
        ),
        pytest.param(SMALLEST.replace('key: "${KEY}"', f"{CANARY}: 1"), id="in place of a key's name"),
        pytest.param(SMALLEST.replace('key: "${KEY}"', f"keys: {{{CANARY}}}"), id="as a name of a key"),
        pytest.param(SMALLEST.replace('key: "${KEY}"', f"keys: [{CANARY}]"), id="in a list"),
        pytest.param(SMALLEST.replace('key: "${KEY}"', f"key: {{value: {CANARY}}}"), id="in a mapping"),
        pytest.param(SMALLEST.replace('key: "${KEY}"', f"key: *{CANARY}"), id="as an alias"),
        pytest.param(SMALLEST.replace('key: "${KEY}"', f"key: !{CANARY} x"), id="as a tag"),
        pytest.param(SMALLEST.replace('key: "${KEY}"', f"key: '{CANARY}"), id="in an open quote"),
        pytest.param(SMALLEST.replace('key: "${KEY}"', f"key_file: {CANARY}"), id="in place of its file"),
        pytest.param(SMALLEST.replace('key: "${KEY}"', f"key: ${{{CANARY}}}"), id="in place of its variable"),
        pytest.param(
            SMALLEST.replace('key: "${KEY}"', f"key: {CANARY}, auth: {CANARY}"), id="in place of auth"
        ),
        pytest.param(SMALLEST.replace("https://router.requesty.ai/v1", CANARY), id="in place of the URL"),
        pytest.param(SMALLEST.replace("ai/v1", f"ai/v1?k={CANARY}"), id="in the URL's query"),
        pytest.param(SMALLEST.replace("https://", f"https://{CANARY}@"), id="before the URL's host"),
        pytest.param(
            SMALLEST.replace("provider: requesty", f"provider: {CANARY}"), id="in place of a provider"
        ),
        pytest.param(with_channel(f"key: {CANARY}"), id="in place of a key's name on a channel"),
        pytest.param(with_probe(f"kind: {CANARY}"), id="in place of a kind"),
        pytest.param(with_probe(f"kind: chat, every: {CANARY}"), id="in place of a duration"),
        pytest.param(with_probe(f"kind: chat, extra_headers: {CANARY}"), id="in place of headers"),
        pytest.param(with_probe("kind: chat, every: ${CANARY}"), id="a variable in place of a duration"),
        pytest.param(with_probe('kind: chat, every: "x${CANARY}"'), id="a variable within a duration"),
        pytest.param("providers: ${CANARY}\n", id="a variable in place of a section"),
        pytest.param(f"{CANARY}\n", id="nothing else in the file"),
        pytest.param(f"{CANARY}: {CANARY}: {CANARY}\n", id="no YAML"),
        pytest.param(f"ops: {CANARY}\n{SMALLEST}", id="in place of the tokens"),
        pytest.param(f"ops: {{read_token: [{CANARY}]}}\n{SMALLEST}", id="token in a list"),
        pytest.param(f"notify: {{heartbeat: {CANARY}}}\n{SMALLEST}", id="heartbeat"),
        pytest.param(f"channels_from: [{CANARY}]\n{SMALLEST}", id="in place of a file"),
        pytest.param(f"a1b2c3d4e5f6a7b8c9d0canary: 1\n{SMALLEST}", id="a key without a prefix"),
    ],
)
def test_no_error_shows_a_secret_wherever_it_was_put_by_mistake(write: Write, text: str):
    with pytest.raises(ConfigError) as caught:
        load(write(text), {"KEY": "sk-canary-1", "CANARY": CANARY})
    shown = f"{caught.value}{caught.value!r}{caught.value.__cause__}"
    assert "canary" not in shown
    assert "0815" not in shown
