"""Which of several sayings about a probe holds."""

import pytest

from probes.model import Expect, Kind
from tests.unit.config.conftest import Load
from tests.unit.config.texts import PROVIDER, SMALLEST, with_probe


def test_defaults_profile_channel_and_probe_override_each_other_in_that_order(plan_of: Load):
    plan = plan_of(f"""{PROVIDER}
defaults: {{every: 1m, timeout: 11s, stall_timeout: 1s, prompt: from defaults}}
profiles:
  p: {{timeout: 12s, stall_timeout: 2s, max_tokens: 12, probes: [{{kind: chat, stall_timeout: 4s}}]}}
channels:
  - {{id: one, provider: requesty, model: m, price: free, use: p, stall_timeout: 3s, max_tokens: 13}}
""")
    [probe] = plan.channels["one"].probes
    assert probe.every_s == 60, "defaults"
    assert probe.prompt == "from defaults"
    assert probe.timeout_s == 12, "the profile over defaults"
    assert probe.max_tokens == 13, "the channel over the profile"
    assert probe.stall_timeout_s == 4, "the probe over all"


def test_a_channel_overrides_probes_of_its_profile_by_name_and_adds_its_own(plan_of: Load):
    plan = plan_of(f"""{PROVIDER}
profiles:
  p:
    probes:
      - {{kind: image, name: image-1k, size: 1K, every: 6h, main: true}}
      - {{kind: chat, every: 10m}}
channels:
  - id: one
    provider: requesty
    model: m
    price: free
    use: p
    probes:
      - {{kind: chat, every: 1m}}
      - {{name: image-1k, timeout: 100s}}
      - {{kind: image, name: image-4k, size: 4K}}
""")
    found = [(p.name, p.kind, p.size, p.every_s, p.timeout_s) for p in plan.channels["one"].probes]
    assert found == [
        ("image-1k", Kind.IMAGE, "1K", 6 * 3600, 100),
        ("chat", Kind.CHAT, None, 60, 60),
        ("image-4k", Kind.IMAGE, "4K", 300, 180),
    ]
    assert plan.channels["one"].main.name == "image-1k"


def test_shared_fields_reach_only_the_kinds_that_have_them(plan_of: Load):
    plan = plan_of(f"""{PROVIDER}
defaults: {{max_tokens: 64, size: 2K, expect: {{contains: yes}}, via: openai-images, poll: {{preset: x}}}}
channels:
  - {{id: one, provider: requesty, model: m, price: free, probes: [{{kind: chat}}, {{kind: image}}]}}
""")
    chat, image = plan.channels["one"].probes
    assert chat.poll == image.poll == {}
    assert (chat.max_tokens, chat.size, chat.expect, chat.wire.value) == (
        64,
        None,
        Expect(contains="yes"),
        "openai-chat",
    )
    assert (image.max_tokens, image.size, image.expect, image.wire.value) == (
        None,
        "2K",
        Expect(any=True),
        "openai-images",
    )


def test_a_kind_may_come_from_above(plan_of: Load):
    plan = plan_of(f"""{PROVIDER}
defaults: {{kind: chat}}
channels:
  - {{id: one, provider: requesty, model: m, price: free, probes: [{{every: 1m}}, {{name: slow, every: 1h}}]}}
""")
    assert [(p.name, p.kind) for p in plan.channels["one"].probes] == [
        ("chat", Kind.CHAT),
        ("slow", Kind.CHAT),
    ]


def test_a_profile_may_hold_what_its_channels_share_and_each_may_differ(plan_of: Load):
    plan = plan_of(f"""{PROVIDER}
profiles:
  p:
    {{provider: requesty, model: shared, family: f, group: g, region: r, price: free, public: true,
      labels: {{team: a}}, probes: [{{kind: chat}}]}}
channels:
  - {{id: one, use: p}}
  - {{id: two, use: p, model: other, group: "", labels: {{}}, public: false}}
""")
    one, two = plan.channels["one"], plan.channels["two"]
    assert (one.model, one.family, one.group, one.region, one.labels) == (
        "shared",
        "f",
        "g",
        "r",
        {"team": "a"},
    )
    assert one.public is not None
    assert (two.model, two.family, two.group, two.region, two.labels) == ("other", "f", "", "r", {})
    assert two.public is None


def test_an_empty_value_counts_as_not_written(plan_of: Load):
    plan = plan_of(
        with_probe("kind: chat, every: , timeout: null, prompt: ~", top="listen:\nrates:\ndefaults:\n")
    )
    [probe] = plan.channels["one"].probes
    assert (probe.every_s, probe.timeout_s, probe.prompt) == (300, 60, None)


def test_the_smallest_configuration(plan_of: Load):
    plan = plan_of(SMALLEST)
    channel = plan.channels["one"]
    assert (channel.title, channel.family, channel.key) == ("one", "m", "default")
    assert (channel.group, channel.region, channel.public, channel.paused) == ("", "", None, False)
    assert plan.providers["requesty"].title == "requesty"
    assert plan.vantage, "the name of the host"
    assert plan.data_dir == plan.path.parent / "data"
    assert plan.warnings == ()


@pytest.mark.parametrize(
    ("probes", "main"),
    [
        pytest.param("{kind: chat}, {kind: image}", "chat", id="the first"),
        pytest.param("{kind: chat}, {kind: image, main: true}", "image", id="the marked one"),
        pytest.param("{kind: chat, main: false}, {kind: image}", "chat", id="none marked"),
    ],
)
def test_the_main_probe(plan_of: Load, probes: str, main: str):
    plan = plan_of(with_probe("}, {".join(probes.strip("{}").split("}, {"))))
    assert plan.channels["one"].main.name == main
    assert [probe.name for probe in plan.channels["one"].probes if probe.main] == [main]


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        pytest.param("", (60, 10, 60, 20), id="defaults"),
        pytest.param("timeout: 5s", (5, 5, 5, 5), id="short deadline cuts the built-in limits"),
        pytest.param("timeout: 30s, first_token_timeout: 12s", (30, 10, 12, 20), id="own limit"),
        pytest.param("timeout: 30s, stall_timeout: 30s", (30, 10, 30, 30), id="as long as the deadline"),
    ],
)
def test_limits_fit_into_the_deadline(plan_of: Load, fields: str, wanted: tuple[int, ...]):
    [probe] = plan_of(with_probe(f"kind: chat, {fields}")).channels["one"].probes
    limits = (probe.timeout_s, probe.connect_timeout_s, probe.first_token_timeout_s, probe.stall_timeout_s)
    assert limits == wanted


def test_inherited_limits_and_jitter_are_cut_to_what_the_probe_says(plan_of: Load):
    top = "defaults: {timeout: 60s, first_token_timeout: 30s, every: 1h, jitter: 30m}\n"
    [probe] = plan_of(with_probe("kind: chat, timeout: 15s, every: 1m", top=top)).channels["one"].probes
    assert (probe.first_token_timeout_s, probe.jitter_s) == (15, 60)


@pytest.mark.parametrize(
    ("jitter", "seconds"), [("10%", 30), ("0%", 0), ("2.5 %", 7.5), ("100%", 300), ("30s", 30), ("0s", 0)]
)
def test_jitter_is_a_part_of_the_interval_or_a_duration(plan_of: Load, jitter: str, seconds: float):
    [probe] = plan_of(with_probe(f'kind: chat, jitter: "{jitter}"')).channels["one"].probes
    assert probe.jitter_s == pytest.approx(seconds)
