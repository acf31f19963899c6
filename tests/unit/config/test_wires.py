"""Which wire a kind is asked through, and what follows from it."""

import pytest

from probes.config import defaults
from probes.model import Api, Auth, Expect, Kind, WireName
from tests.unit.config.conftest import Load
from tests.unit.config.texts import with_probe

OPENAI = {
    Kind.CHAT: WireName.OPENAI_CHAT,
    Kind.STRUCTURED: WireName.OPENAI_CHAT,
    Kind.TOOLS: WireName.OPENAI_CHAT,
    Kind.VISION: WireName.OPENAI_CHAT,
    Kind.IMAGE: WireName.OPENAI_IMAGES,
    Kind.EDIT: WireName.OPENAI_IMAGES,
    Kind.EMBED: WireName.OPENAI_EMBEDDINGS,
    Kind.SPEECH: WireName.OPENAI_SPEECH,
    Kind.TRANSCRIBE: WireName.OPENAI_TRANSCRIPTIONS,
}
GEMINI = dict.fromkeys(
    (Kind.CHAT, Kind.STRUCTURED, Kind.TOOLS, Kind.VISION, Kind.IMAGE, Kind.EDIT, Kind.EMBED),
    WireName.GEMINI_GENERATE,
)
ANTHROPIC = dict.fromkeys((Kind.CHAT, Kind.STRUCTURED, Kind.TOOLS, Kind.VISION), WireName.ANTHROPIC_MESSAGES)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.REACH])
@pytest.mark.parametrize(
    ("api", "wires"), [(Api.OPENAI, OPENAI), (Api.GEMINI, GEMINI), (Api.ANTHROPIC, ANTHROPIC)]
)
def test_the_default_wire_of_an_api_for_a_kind(api: Api, wires: dict[Kind, WireName], kind: Kind):
    assert defaults.default_wire(api, kind) == wires.get(kind)


@pytest.mark.parametrize(
    ("fields", "wire", "stream"),
    [
        ("kind: chat", "openai-chat", True),
        ("kind: image", "openai-images", False),
        ("kind: image, stream: true", "openai-images", True),
        ("kind: image, via: openai-chat", "openai-chat", True),
        ("kind: image, via: openai-chat, stream: false", "openai-chat", False),
        ("kind: chat, via: gemini-generate", "gemini-generate", True),
    ],
)
def test_wire_and_stream(plan_of: Load, fields: str, wire: str, stream: bool):  # noqa: FBT001 - a column
    [probe] = plan_of(with_probe(fields)).channels["one"].probes
    assert (probe.wire, probe.stream) == (wire, stream)


@pytest.mark.parametrize(
    ("fields", "expect"),
    [
        pytest.param("kind: chat", Expect(challenge=True), id="built-in prompt"),
        pytest.param("kind: chat, expect: any", Expect(any=True), id="any"),
        pytest.param("kind: chat, prompt: Say hi", Expect(any=True), id="own prompt"),
        pytest.param(
            "kind: chat, prompt: Say hi, expect: {contains: hi}", Expect(contains="hi"), id="contains"
        ),
        pytest.param('kind: chat, expect: {regex: "h[ai]"}', Expect(regex="h[ai]"), id="regex"),
        pytest.param("kind: image", Expect(any=True), id="image"),
        pytest.param("kind: image, expect: any", Expect(any=True), id="image, any"),
    ],
)
def test_what_an_answer_must_hold(plan_of: Load, fields: str, expect: Expect):
    [probe] = plan_of(with_probe(fields)).channels["one"].probes
    assert probe.expect == expect


@pytest.mark.parametrize("said", ["challenge", "{contains: hi}"])
def test_an_inherited_expectation_that_cannot_hold_gives_way(plan_of: Load, said: str):
    top = f"defaults: {{expect: {said}}}\n"
    [image] = plan_of(with_probe("kind: image", top=top)).channels["one"].probes
    assert image.expect == Expect(any=True)
    [own] = plan_of(with_probe("kind: chat, prompt: Say hi", top=top)).channels["one"].probes
    assert own.expect == (Expect(any=True) if said == "challenge" else Expect(contains="hi"))


@pytest.mark.parametrize(
    ("said", "auth"),
    [
        ("api: openai", Auth.BEARER),
        ("api: gemini", Auth.X_GOOG_API_KEY),
        ("api: anthropic", Auth.X_API_KEY),
        ("api: gemini, auth: bearer", Auth.BEARER),
        ("title: no api", Auth.BEARER),
    ],
)
def test_where_the_key_goes(plan_of: Load, said: str, auth: Auth):
    plan = plan_of(f'providers: {{p: {{base_url: "https://p.example", key: "${{KEY}}", {said}}}}}')
    assert plan.providers["p"].auth is auth


def test_a_provider_without_keys_has_a_name_for_the_absent_one(plan_of: Load):
    plan = plan_of("""
providers: {local: {base_url: "http://127.0.0.1:8000/v1", auth: none}}
channels: [{id: one, provider: local, model: m, price: free, probes: [{kind: chat}]}]
""")
    assert list(plan.providers["local"].keys) == [plan.channels["one"].key] == ["default"]
    assert plan.warnings == ()


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("https://bananarouter.com/", "https://bananarouter.com"),
        ("https://bananarouter.com/v1beta", "https://bananarouter.com/v1beta"),
        ("http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1"),
        ("https://[2001:db8::1]:8443/v1", "https://[2001:db8::1]:8443/v1"),
    ],
)
def test_base_urls_lose_only_the_last_slash(plan_of: Load, written: str, taken: str):
    plan = plan_of(f'providers: {{p: {{base_url: "{written}", api: gemini, key: "${{KEY}}"}}}}')
    assert plan.providers["p"].base_url == taken


@pytest.mark.parametrize(
    ("reach", "wanted"),
    [
        ("reach: none", None),
        ("reach: {path: /v1beta/models}", (60, 10, "/v1beta/models")),
        ("reach: {every: 5m, timeout: 3s}", (300, 3, None)),
        ("reach: {}", (60, 10, None)),
    ],
)
def test_reach(plan_of: Load, reach: str, wanted: tuple[float, float, str | None] | None):
    plan = plan_of(f'providers: {{p: {{base_url: "https://p.example", key: "${{KEY}}", {reach}}}}}')
    found = plan.providers["p"].reach
    assert (found and (found.every_s, found.timeout_s, found.path)) == wanted
