"""Money: currencies, what a price must cover, and that nothing paid goes without a cap."""

from decimal import Decimal

import pytest

from probes.model import Billed, Caps, Price
from tests.unit.config.conftest import Load
from tests.unit.config.texts import PROVIDER, with_probe

CAP = "budget: {per_day: 5}\n"


@pytest.mark.parametrize(
    ("written", "price"),
    [
        pytest.param("free", Price(), id="free"),
        pytest.param(
            "{input: 0, output: 0}", Price(input=Decimal(0), output=Decimal(0)), id="zeros are free"
        ),
        pytest.param(
            "{input: 0.50, cached_input: 0.05, output: 3.00}",
            Price(input=Decimal("0.50"), cached_input=Decimal("0.05"), output=Decimal("3.00")),
            id="tokens",
        ),
        pytest.param(
            "{currency: CNY, per_request: 0.05}",
            Price(per_request=Decimal("0.05"), currency="CNY", usd_per_unit=Decimal("0.14")),
            id="another currency",
        ),
        pytest.param(
            "{credits: {usd_per_credit: 0.01}, per_request: 4, billed: success}",
            Price(
                per_request=Decimal(4),
                currency="credits",
                usd_per_unit=Decimal("0.01"),
                billed=Billed.SUCCESS,
            ),
            id="credits",
        ),
        pytest.param('{per_request: "0.10"}', Price(per_request=Decimal("0.10")), id="amount in quotes"),
    ],
)
def test_price(plan_of: Load, written: str, price: Price):
    plan = plan_of(with_probe("kind: chat", price=written, top=f"rates: {{CNY: 0.14}}\n{CAP}"))
    assert plan.channels["one"].price == price


@pytest.mark.parametrize(
    ("probe", "price"),
    [
        ("kind: chat", "{input: 1, output: 2}"),
        ("kind: chat", "{per_request: 1}"),
        ("kind: image", "{per_image: {1K: 0.07}}"),
        ("kind: image, size: 1K", "{per_image: {1K: 0.07}}"),
        ("kind: image, size: 4K", "{per_image: {1K: 0.07}, image_output: 60}"),
        ("kind: image, size: 4K", "{per_request: 0.07}"),
        ("kind: image", "{image_output: 60}"),
        ("kind: image", "free"),
    ],
)
def test_prices_that_cover_what_is_asked(plan_of: Load, probe: str, price: str):
    assert list(plan_of(with_probe(probe, price=price, top=CAP)).channels) == ["one"]


PAID = "{input: 1, output: 2}"


def _capped(*, top: str = "", provider: str = "", channel: str = "") -> str:
    return f"""{top}
providers:
  requesty: {{base_url: "https://router.requesty.ai/v1", key: "${{KEY}}", {provider}}}
channels:
  - {{id: one, provider: requesty, model: m, price: {PAID}, probes: [{{kind: chat}}], {channel}}}
"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(_capped(top="budget: {per_day: 5}"), id="total, a day"),
        pytest.param(_capped(top="budget: {per_month: 50}"), id="total, a month"),
        pytest.param(_capped(provider="budget: {per_day: 1}"), id="provider"),
        pytest.param(_capped(channel="budget: {per_day: 1}"), id="channel"),
        pytest.param(_capped(top="budget: none"), id="told to go without"),
    ],
)
def test_a_paid_probe_needs_one_cap_above_it(plan_of: Load, text: str):
    plan = plan_of(text)
    assert plan.unlimited is ("budget: none" in text)


def test_caps_nest_and_are_kept_in_usd(plan_of: Load):
    plan = plan_of(f"""
rates: {{CNY: 0.14}}
budget: {{per_day: 10, per_month: 100, manual_per_day: 0, currency: CNY, zone: Asia/Shanghai, on_exceed: refuse}}
providers:
  requesty: {{base_url: "https://router.requesty.ai/v1", key: "${{KEY}}", budget: {{per_day: 1}}}}
channels:
  - {{id: one, provider: requesty, model: m, price: {PAID}, probes: [{{kind: chat}}], budget: {{per_month: 3}}}}
""")
    assert plan.caps == Caps(per_day=Decimal("1.40"), per_month=Decimal("14.00"), manual_per_day=Decimal(0))
    assert (plan.budget_zone, plan.refuse_on_exceed) == ("Asia/Shanghai", True)
    assert plan.providers["requesty"].caps == Caps(per_day=Decimal(1))
    assert plan.channels["one"].caps == Caps(per_month=Decimal(3))


def test_the_policy_for_429_may_differ_by_provider(plan_of: Load):
    plan = plan_of("""
uptime: {rate_limited: excluded}
providers:
  a: {base_url: "https://a.example", key: "${KEY}"}
  b: {base_url: "https://b.example", key: "${KEY}", uptime: {rate_limited: failed}}
""")
    assert plan.rate_limited_excluded
    assert plan.providers["a"].rate_limited_excluded
    assert not plan.providers["b"].rate_limited_excluded


def test_a_configuration_of_providers_only_measures_reach_and_says_so(plan_of: Load):
    plan = plan_of(PROVIDER)
    assert not plan.channels
    assert plan.warnings == ("channels: there are none, so only reach is measured",)


def test_a_key_in_clear_over_the_network_is_warned_of(plan_of: Load):
    plan = plan_of("""
providers:
  far: {base_url: "http://far.example/v1", key: "${KEY}"}
  near: {base_url: "http://127.0.0.1:8000/v1", key: "${KEY}"}
  open: {base_url: "http://open.example/v1", auth: none}
metrics: {labels: [team]}
""")
    assert plan.warnings == (
        "providers.far.base_url: plain http, so the key can be read on its way; write https",
        "channels: there are none, so only reach is measured",
        "metrics.labels: no channel has the label team",
    )
