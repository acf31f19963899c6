"""`${NAME}` and `_file`: what stands for something else, once and value by value."""

from pathlib import Path

import pytest

from probes.config import load
from probes.errors import ConfigError
from probes.model import Secret
from tests.unit.config.conftest import Load, Write
from tests.unit.config.texts import SMALLEST, with_channel, with_probe


@pytest.mark.parametrize(
    ("written", "group"),
    [
        ('"${A}"', "value of a"),
        ('"x-${A}-${B}"', "x-value of a-${A}: {b}"),
        ('"${B}"', "${A}: {b}"),
        ('"$${A}"', "${A}"),
        ('"$${"', "${"),
        ('"$$${A}"', "$${A}"),
        ('"$A $ {A} $"', "$A $ {A} $"),
    ],
)
def test_a_variable_stands_for_its_value_and_never_for_another_variable(
    plan_of: Load, written: str, group: str
):
    plan = plan_of(with_channel(f"group: {written}"), A="value of a", B="${A}: {b}")
    assert plan.channels["one"].group == group


def test_any_value_may_come_from_the_environment(plan_of: Load):
    text = with_probe(
        'kind: "${KIND}", every: "${EVERY}", max_tokens: "${TOKENS}", extra_body: {a: ["${A}"]}'
    )
    [probe] = plan_of(text, KIND="chat", EVERY="90s", TOKENS="33", A="b").channels["one"].probes
    assert (probe.kind, probe.every_s, probe.max_tokens, probe.extra_body) == ("chat", 90, 33, {"a": ["b"]})


def test_a_value_has_a_hundred_references_at_most(plan_of: Load):
    assert plan_of(with_channel(f'group: "{"${A}" * 100}"'), A="a").channels["one"].group == "a" * 100
    with pytest.raises(ConfigError, match=r"channels\[0\].group: more than 100 references"):
        plan_of(with_channel(f'group: "{"${A}" * 101}"'), A="a")


def test_keys_of_mappings_are_not_replaced(plan_of: Load):
    [probe] = plan_of(with_probe('kind: chat, extra_body: {"${A}": 1}')).channels["one"].probes
    assert probe.extra_body == {"${A}": 1}


def test_a_variable_that_is_not_utf8_is_refused_by_name(write: Write):
    with pytest.raises(ConfigError, match=r"the environment variable KEY is not UTF-8$"):
        load(write(SMALLEST), {"KEY": "\udcff\udcfe"})


FROM_FILES = """
ops: {read_token_file: keys/read, admin_token: "${KEY}"}
influx: {url: "http://127.0.0.1:8086", database: d, username: u, password_file: keys/influx}
defaults: {extra_headers: {X-Team_file: keys/team}}
notify:
  services: {s: {webhook_file: keys/hook, secret_file: keys/sign}, t: {apprise_file: keys/apprise}}
  heartbeat_file: keys/beat
providers:
  single: {base_url: "https://a.example/v1", key_file: keys/single, proxy_file: keys/proxy}
  several:
    base_url: https://b.example/v1
    keys: {one_file: keys/one, two: "${KEY}"}
    headers: {X-Org_file: keys/org}
channels:
  - {id: one, provider: single, model: m, price: free, probes: [{kind: chat}]}
"""


def _key_files(root: Path, *, mode: int = 0o600) -> None:
    contents = dict.fromkeys(("read", "influx", "team", "sign", "single", "one", "org"))
    contents |= {
        "hook": "https://hooks.example/1",
        "beat": "https://hc.example/2",
        "apprise": "slack://a/b/c",
    }
    contents |= {"proxy": "http://me:pass@proxy.example:3128"}
    (root / "keys").mkdir()
    for name, content in contents.items():
        path = root / "keys" / name
        path.write_text(f"{content or f'sk-of-{name}'}\n", encoding="utf-8")
        path.chmod(mode)


def test_every_secret_may_come_from_a_file_beside_the_configuration(write: Write, tmp_path: Path):
    _key_files(tmp_path)
    plan = load(write(FROM_FILES), {"KEY": "sk-env"})
    assert plan.providers["single"].keys == {"default": Secret("sk-of-single")}
    assert plan.providers["single"].proxy == Secret("http://me:pass@proxy.example:3128")
    assert plan.providers["several"].keys == {"one": Secret("sk-of-one"), "two": Secret("sk-env")}
    assert plan.providers["several"].headers == {"X-Org": Secret("sk-of-org")}
    assert plan.read_token == Secret("sk-of-read")
    assert plan.channels["one"].probes[0].extra_headers == {"X-Team": Secret("sk-of-team")}
    assert plan.publishing["influx"]["password"] == Secret("sk-of-influx")
    assert plan.publishing["notify"]["heartbeat"] == Secret("https://hc.example/2")


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o602, 0o777])
def test_a_key_file_that_everybody_can_read_or_write_is_refused_with_the_command_to_run(
    write: Write, tmp_path: Path, mode: int
):
    _key_files(tmp_path, mode=mode)
    with pytest.raises(ConfigError) as caught:
        load(write(FROM_FILES), {"KEY": "sk-env"})
    key = tmp_path / "keys" / "read"
    assert caught.value.message == f"everybody on this machine can read or write {key}; run: chmod 600 {key}"


def test_the_group_may_read_a_key_file(write: Write, tmp_path: Path):
    _key_files(tmp_path, mode=0o640)
    assert load(write(FROM_FILES), {"KEY": "sk-env"}).admin_token == Secret("sk-env")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the value is empty; set the variable or the file that it comes from"),
        (b"\n", "the value is empty; set the variable or the file that it comes from"),
        (
            b"two\nlines\n",
            "the value holds a space, a line break or a character outside ASCII; copy the key again",
        ),
        (b"\xff\xfe", "is not UTF-8 text; it should hold the key and nothing else"),
    ],
)
def test_a_key_file_holds_one_key(write: Write, tmp_path: Path, content: bytes, message: str):
    key = tmp_path / "a.key"
    key.write_bytes(content)
    key.chmod(0o600)
    path = write(SMALLEST.replace('key: "${KEY}"', "key_file: a.key"))
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    assert caught.value.message.removeprefix(f"{key} ") == message


@pytest.mark.parametrize("said", ['""', "[a.key]", "5"])
def test_a_key_file_is_named(write: Write, said: str):
    with pytest.raises(ConfigError, match=r"is not the name of a file$"):
        load(write(SMALLEST.replace('key: "${KEY}"', f"key_file: {said}")), {})


def test_only_secrets_are_read_from_files(write: Write):
    with pytest.raises(ConfigError, match=r"channels\[0\].model_file: unknown key; did you mean model\?"):
        load(write(with_channel("model_file: x")), {"KEY": "k"})


SCHEMA = "defaults: {schema: {file: answer.json}}\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"type": "object",\n}', '"answer.json" is not JSON (its line 1)'),
        (b"[1, 2]", '"answer.json" holds no JSON object, so it is no schema'),
        (b"{}", "a mapping is not a JSON Schema; write it as a mapping, or {file: schema.json}"),
    ],
)
def test_a_schema_file_holds_a_json_object(write: Write, tmp_path: Path, content: bytes, message: str):
    (tmp_path / "answer.json").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(write(SCHEMA + SMALLEST), {"KEY": "k"})
    assert caught.value.message == message


def test_a_schema_may_be_inline_or_in_a_file_and_is_spelled_out(write: Write, tmp_path: Path):
    (tmp_path / "answer.json").write_text(
        '{"required": ["a"], "x": {"y": [1.5, null, "${A}"]}}', encoding="utf-8"
    )
    inline = SMALLEST + "defaults: {schema: {required: [a], x: {y: [1.5, null, '$${A}']}}}\n"
    assert load(write(SCHEMA + SMALLEST), {"KEY": "k"}).channels == load(write(inline), {"KEY": "k"}).channels


@pytest.mark.parametrize("said", ["''", "[answer.json]", "5"])
def test_a_schema_file_is_named(write: Write, said: str):
    with pytest.raises(ConfigError, match=r"defaults.schema.file: .* is not the name of a file$"):
        load(write(f"defaults: {{schema: {{file: {said}}}}}\n{SMALLEST}"), {"KEY": "k"})


def test_the_fingerprint_follows_what_the_files_mean_and_not_how_they_look(write: Write, tmp_path: Path):
    (tmp_path / "answer.json").write_text('{"type": "object"}', encoding="utf-8")
    first = load(write(SCHEMA + SMALLEST), {"KEY": "k"}).fingerprint
    assert load(write(f"# a remark\n{SCHEMA}\n\n{SMALLEST}"), {"KEY": "k"}).fingerprint == first
    assert load(write(SCHEMA + SMALLEST), {"KEY": "other"}).fingerprint != first
    assert load(write(SCHEMA + SMALLEST + "probers: 2\n"), {"KEY": "k"}).fingerprint != first
    (tmp_path / "answer.json").write_text('{"type": "string"}', encoding="utf-8")
    assert load(write(SCHEMA + SMALLEST), {"KEY": "k"}).fingerprint != first


CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def test_certificates_to_trust(write: Write, tmp_path: Path):
    text = SMALLEST.replace('key: "${KEY}"', 'key: "${KEY}", ca_file: ca.pem')
    (tmp_path / "ca.pem").write_text(CERTIFICATE, encoding="utf-8")
    assert load(write(text), {"KEY": "k"}).providers["requesty"].ca_file == tmp_path / "ca.pem"
    (tmp_path / "ca.pem").write_text("a key, perhaps", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"holds no certificate in PEM form"):
        load(write(text), {"KEY": "k"})
