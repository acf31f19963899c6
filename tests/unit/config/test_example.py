"""examples/genping.yaml: it loads, and it stays inside its own cap."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from probes.config import load
from probes.model import Channel, Plan, Price, Probe, WireName

EXAMPLE = Path(__file__).parents[3] / "examples" / "genping.yaml"
PICTURE_TOKENS = {"1K": 1120, "4K": 2520}
DAY_S = 86400


@pytest.fixture(scope="module")
def plan() -> Plan:
    names = re.findall(r"\"\$\{(\w+)\}\"", EXAMPLE.read_text(encoding="utf-8"))
    environ = {name: f"sk-of-{name}" for name in names} | {"PIXAPI_BASE_URL": "https://pixapi.example/v1"}
    return load(EXAMPLE, environ)


def test_it_loads_without_a_warning(plan: Plan):
    assert plan.warnings == ()


def test_every_seller_of_the_model_is_there(plan: Plan):
    assert {provider.title for provider in plan.providers.values()} == {
        "Google AI Studio",
        "Requesty",
        "OpenRouter",
        "Vercel AI Gateway",
        "302.AI",
        "Kilo Gateway",
        "BananaRouter",
        "XAI Router",
        "Pixapi",
    }
    assert {channel.family for channel in plan.channels.values()} == {"gemini-3.1-flash-image-preview"}


def test_the_seven_groups_have_their_own_keys_and_printed_prices(plan: Plan):
    groups = {c.group: c for c in plan.channels.values() if c.provider == "bananarouter"}
    assert len({channel.key for channel in groups.values()}) == len(groups) == 7
    assert groups["官KEY-1.5折"].price.per_image["1K"] == Decimal("0.07")
    assert groups["官KEY-正价"].price.per_image["4K"] == Decimal("1.06")
    assert {c.probes[0].wire for c in groups.values()} == {WireName.GEMINI_GENERATE}


def _worst(price: Price, probe: Probe) -> Decimal:
    """Of one request of 600 bytes, in USD: as many tokens in at most, and all that may come out."""
    tokens = Decimal(600) * (price.input or 0)
    if probe.size is None:
        tokens += Decimal(probe.max_tokens or 0) * (price.output or 0)
    elif not price.per_image:
        tokens += PICTURE_TOKENS[probe.size] * (price.image_output or Decimal(0))
    else:
        tokens += price.per_image[probe.size] * 1_000_000
    return tokens / 1_000_000 * price.usd_per_unit


def _per_day(channels: list[Channel]) -> Decimal:
    return sum(
        (_worst(c.price, p) * DAY_S / Decimal(p.every_s) for c in channels for p in c.probes),
        start=Decimal(0),
    )


def test_what_it_plans_fits_into_four_fifths_of_every_cap(plan: Plan):
    channels = list(plan.channels.values())
    day = _per_day(channels)
    assert plan.caps.per_day is not None
    assert plan.caps.per_month is not None
    assert Decimal(1) < day <= plan.caps.per_day * Decimal("0.8")
    assert day * 30 <= plan.caps.per_month * Decimal("0.8")
    for provider in plan.providers.values():
        own = _per_day([channel for channel in channels if channel.provider == provider.name])
        assert provider.caps.per_day is None or own <= provider.caps.per_day * Decimal("0.8")
