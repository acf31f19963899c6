"""The example of the public contract, and what it means."""

from decimal import Decimal

import pytest

from probes.model import (
    Address,
    Api,
    Auth,
    Billed,
    Caps,
    Expect,
    Kind,
    Objective,
    PublicView,
    Secret,
    WireName,
)
from tests.unit.config.conftest import Load

CONTRACT = """
vantage: fra-1
data_dir: ./data
listen: {public: 127.0.0.1:8811, ops: 127.0.0.1:9811}
budget: {per_day: 5.00, zone: UTC, on_exceed: stretch}
rates: {CNY: 0.14}
uptime: {rate_limited: failed}
defaults: {every: 5m, timeout: 60s}

profiles:
  nano-banana:
    family: gemini-3.1-flash-image-preview
    probes:
      - {kind: image, name: image-1k, size: 1K, every: 6h, timeout: 180s, main: true,
         objective: {uptime: 0.97, e2e: 60s}}
      - {kind: chat, every: 10m, objective: {ttft: 3s}}

providers:
  bananarouter:
    title: BananaRouter
    base_url: https://bananarouter.com
    api: gemini
    auth: bearer
    keys: {g15: "${BANANA_G15}", g35: "${BANANA_G35}"}
    headers: {}
    reach: {every: 1m, timeout: 10s}
    budget: {per_day: 1.00}
    proxy: ""
    ca_file: ""
    fetch_images: false

channels:
  - id: banana-g15
    title: Nano Banana 2, 1.5折
    provider: bananarouter
    key: g15
    use: nano-banana
    model: gemini-3.1-flash-image-preview
    group: 官KEY-1.5折
    region: ""
    price: {currency: CNY, per_image: {512: 0.05, 1K: 0.07, 2K: 0.11, 4K: 0.16}, input: 0, output: 0}
    public: {as: Line A, hide: [provider, model]}
    labels: {team: search}
    paused: false
channels_from: [channels.d/*.yaml]

probers: 2
retention: {results: 30d}
ops: {read_token: "${R}", admin_token: "${A}"}
metrics: {detail: channel, labels: [team]}
influx: {url: "http://127.0.0.1:8086", org: ops, bucket: genping, token: "${INFLUX_TOKEN}"}
notify:
  services:
    {slack: {apprise: "${SLACK_URL}"}, pager: {webhook: "https://hooks.example/x", secret: "${HOOK_SECRET}"},
     am: {alertmanager: "http://127.0.0.1:9093"}}
  routes:
    - {match: {severity: critical, provider: bananarouter}, to: [pager, am], remind: 4h}
    - {to: [slack]}
  heartbeat: "${HEARTBEAT_URL}"
maintenance:
  - {provider: bananarouter, from: 2026-12-01T02:00:00Z, to: 2026-12-01T04:00:00Z, note: gateway move}
  - {channel: banana-g15, cron: "0 3 * * SUN", for: 1h, zone: Asia/Shanghai}
page:
  {title: Model status, url: "https://status.example.com", logo: logo.svg, locale: en, zone: UTC, base_path: /,
   prices: false, frame_ancestors: ["https://example.com"], announcement: "", incidents: auto,
   sections: [{title: Images, families: [gemini-3.1-flash-image-preview], show: each}]}
"""
ENVIRON = {
    "BANANA_G15": "sk-g15",
    "BANANA_G35": "sk-g35",
    "R": "read-token",
    "A": "admin-token",
    "INFLUX_TOKEN": "influx-token",
    "SLACK_URL": "slack://a/b/c",
    "HOOK_SECRET": "hook-secret",
    "HEARTBEAT_URL": "https://hc.example/uuid",
}


@pytest.fixture
def plan(plan_of: Load):
    return plan_of(CONTRACT, **ENVIRON)


def test_settings(plan):
    assert plan.vantage == "fra-1"
    assert plan.data_dir == plan.path.parent / "data"
    assert (plan.public, plan.ops) == (
        Address(host="127.0.0.1", port=8811),
        Address(host="127.0.0.1", port=9811),
    )
    assert plan.caps == Caps(per_day=Decimal(5))
    assert (plan.unlimited, plan.refuse_on_exceed, plan.budget_zone) == (False, False, "UTC")
    assert plan.probers == 2
    assert plan.retention_s == 30 * 86400
    assert (plan.read_token, plan.admin_token) == (Secret("read-token"), Secret("admin-token"))
    assert (plan.metrics_detail, plan.metrics_labels) == ("channel", ("team",))


def test_provider(plan):
    provider = plan.providers["bananarouter"]
    assert provider.title == "BananaRouter"
    assert provider.base_url == "https://bananarouter.com"
    assert (provider.api, provider.auth) == (Api.GEMINI, Auth.BEARER)
    assert provider.keys == {"g15": Secret("sk-g15"), "g35": Secret("sk-g35")}
    assert (provider.reach.every_s, provider.reach.timeout_s, provider.reach.path) == (60, 10, None)
    assert provider.caps == Caps(per_day=Decimal(1))
    assert (provider.proxy, provider.ca_file, provider.fetch_images) == (None, None, False)


def test_channel(plan):
    channel = plan.channels["banana-g15"]
    assert (channel.title, channel.group, channel.region) == ("Nano Banana 2, 1.5折", "官KEY-1.5折", "")
    assert (channel.provider, channel.key) == ("bananarouter", "g15")
    assert channel.model == channel.family == "gemini-3.1-flash-image-preview"
    assert channel.public == PublicView(title="Line A", hide=frozenset({"provider", "model", "served_model"}))
    assert channel.labels == {"team": "search"}
    price = channel.price
    assert (price.currency, price.usd_per_unit, price.billed) == ("CNY", Decimal("0.14"), Billed.ATTEMPT)
    assert price.per_image == {
        "512": Decimal("0.05"),
        "1K": Decimal("0.07"),
        "2K": Decimal("0.11"),
        "4K": Decimal("0.16"),
    }
    assert (price.input, price.output, price.per_request) == (0, 0, None)


def test_probes(plan):
    image, chat = plan.channels["banana-g15"].probes
    assert plan.channels["banana-g15"].main is image
    assert (image.name, image.kind, image.wire, image.size) == (
        "image-1k",
        Kind.IMAGE,
        WireName.GEMINI_GENERATE,
        "1K",
    )
    assert (image.every_s, image.jitter_s, image.timeout_s, image.first_token_timeout_s) == (
        21600,
        2160,
        180,
        180,
    )
    assert (image.expect, image.max_tokens) == (Expect(any=True), None)
    assert image.objective == Objective(uptime=0.97, e2e_s=60)
    assert (chat.name, chat.kind, chat.main, chat.every_s, chat.timeout_s) == (
        "chat",
        Kind.CHAT,
        False,
        600,
        60,
    )
    assert (chat.connect_timeout_s, chat.stall_timeout_s, chat.first_token_timeout_s) == (10, 20, 60)
    assert (chat.expect, chat.max_tokens, chat.stream) == (Expect(challenge=True), 256, True)
    assert chat.objective == Objective(ttft_s=3)


def test_what_is_published_later_is_checked_now_and_kept(plan):
    assert plan.publishing["page"]["title"] == "Model status"
    assert plan.publishing["page"]["logo"] == plan.path.parent / "logo.svg"
    assert plan.publishing["influx"]["token"] == Secret("influx-token")
    assert plan.publishing["notify"]["services"]["pager"]["secret"] == Secret("hook-secret")
    assert plan.publishing["notify"]["routes"][0]["match"] == {
        "severity": ["critical"],
        "provider": ["bananarouter"],
    }
    assert plan.publishing["notify"]["routes"][0]["remind"] == 4 * 3600
    assert plan.publishing["maintenance"][0]["from"].isoformat() == "2026-12-01T02:00:00+00:00"
    assert plan.publishing["maintenance"][1]["for"] == 3600


def test_what_this_version_does_not_do_yet_is_said(plan):
    assert plan.warnings == (
        'channels_from[0]: "channels.d/*.yaml" matches no file',
        "influx: accepted, but this version does not publish to it yet",
        "notify: accepted, but this version does not publish to it yet",
        "maintenance: accepted, but this version does not publish to it yet",
        "page: accepted, but this version does not act on frame_ancestors, logo, sections, url yet",
    )
