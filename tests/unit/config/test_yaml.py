"""YAML as genping reads it."""

import pytest

from probes.config import load
from probes.errors import ConfigError
from tests.unit.config.conftest import Load, Write
from tests.unit.config.texts import PROVIDER, SMALLEST, with_channel, with_probe


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("no", "no"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("007", "007"),
        ("1.10", "1.10"),
        ("2026-11-20", "2026-11-20"),
        ("0x1F", "0x1F"),
        ("42", "42"),
        ('"true"', "true"),
        ("官KEY-1.5折", "官KEY-1.5折"),
        ('"1\\u20445"', "1\u20445"),
    ],
)
def test_text_stays_as_it_is_written(plan_of: Load, written: str, text: str):
    assert plan_of(with_channel(f"group: {written}")).channels["one"].group == text


@pytest.mark.parametrize(
    ("written", "paused"),
    [("true", True), ("yes", True), ("On", True), ("false", False), ("no", False), ('"off"', False)],
)
def test_true_and_false_in_every_usual_word(plan_of: Load, written: str, paused: bool):  # noqa: FBT001 - a column
    assert plan_of(with_channel(f"paused: {written}")).channels["one"].paused is paused


def test_the_body_beside_ours_keeps_its_types(plan_of: Load):
    body = '{seed: 7, temperature: 0.25, top: 1e-3, stop: ["a", null], strict: true, word: yes, id: "7", deep: {}}'
    [probe] = plan_of(with_probe(f"kind: chat, extra_body: {body}")).channels["one"].probes
    assert probe.extra_body == {
        "seed": 7,
        "temperature": 0.25,
        "top": 0.001,
        "stop": ["a", None],
        "strict": True,
        "word": "yes",
        "id": "7",
        "deep": {},
    }
    assert isinstance(probe.extra_body["temperature"], float)


def test_anchors_aliases_and_merge_keys(plan_of: Load):
    plan = plan_of(f"""{PROVIDER}
channels:
  - &base
    id: one
    provider: requesty
    model: m
    price: free
    probes: &probes [{{kind: chat, every: 7m}}]
  - {{<<: *base, id: two, model: other}}
  - {{<<: [{{group: first}}, {{group: second, region: r}}, *base], id: three, probes: *probes}}
""")
    two, three = plan.channels["two"], plan.channels["three"]
    assert (two.model, two.provider, two.probes[0].every_s) == ("other", "requesty", 420)
    assert (three.group, three.region, three.probes[0].every_s) == ("first", "r", 420)


def test_an_error_behind_an_alias_points_at_where_the_value_is_written(write: Write):
    path = write(f"{PROVIDER}\nchannels:\n  - &x {{id: one, provider: requesty, paused: 5}}\n  - *x\n")
    with pytest.raises(ConfigError) as caught:
        load(path, {"KEY": "k"})
    assert (caught.value.line, caught.value.key) == (6, "channels[0].paused")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ufeff" + SMALLEST, id="byte order mark"),
        pytest.param(SMALLEST.replace("\n", "\r\n"), id="CRLF"),
        pytest.param("%YAML 1.2\n---\n" + SMALLEST + "...\n", id="directive"),
        pytest.param("# a remark\n" + SMALLEST.rstrip(), id="no newline at the end"),
        pytest.param("vantage: !!str 5\n" + SMALLEST, id="tag of text"),
    ],
)
def test_forms_of_a_file(plan_of: Load, text: str):
    assert list(plan_of(text).channels) == ["one"]


def test_a_prompt_has_an_end(plan_of: Load):
    [probe] = plan_of(with_probe(f'kind: chat, prompt: "{"a" * 20_000}"')).channels["one"].probes
    assert probe.prompt == "a" * 20_000
    with pytest.raises(ConfigError, match=r"prompt: \"a{59}…\" is too long; at most 20,000 characters$"):
        plan_of(with_probe(f'kind: chat, prompt: "{"a" * 20_001}"'))


def test_numbers_may_be_in_quotes(plan_of: Load):
    plan = plan_of(with_probe('kind: chat, max_tokens: "99"', top='probers: "3"\n'))
    assert (plan.probers, plan.channels["one"].probes[0].max_tokens) == (3, 99)
