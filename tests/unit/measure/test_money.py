"""What a request costs: at worst before, and what it came to after."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from probes.measure import cost, nano, numbers, worst_case, worst_case_of
from probes.model import (
    Billed,
    CostBasis,
    Delta,
    ErrorKind,
    Exchange,
    Kind,
    Output,
    OutputKind,
    Price,
    Usage,
    WireName,
)
from probes.wire import WIRES
from tests.unit.measure.records import (
    make_ask,
    make_exchange,
    make_marks,
    make_probe,
    make_record,
    stream,
    text,
)

TOKENS = Price(input=Decimal("0.5"), cached_input=Decimal("0.05"), output=Decimal(3))
PICTURES = Price(
    usd_per_unit=Decimal("0.14"),
    currency="CNY",
    per_image={"512": Decimal("0.05"), "1K": Decimal("0.07"), "4K": Decimal("0.16")},
    input=Decimal(0),
    output=Decimal(0),
)
PICTURE = Output(kind=OutputKind.IMAGE, text="AAAA")


def spent(
    price: Price,
    *deltas: Delta,
    kind: Kind = Kind.CHAT,
    exchange: Exchange | None = None,
    **probe: Any,
) -> tuple[float | None, CostBasis | None]:
    record = make_record(deltas, ask=make_ask(make_probe(kind, **probe), price=price), exchange=exchange)
    return cost(price, record, numbers(record))


@pytest.mark.parametrize(
    ("price", "usage", "usd"),
    [
        pytest.param(TOKENS, Usage(input=1000, output=100), 0.0008, id="tokens"),
        pytest.param(TOKENS, Usage(input=1000, output=100, cached=400), 0.00062, id="cached"),
        pytest.param(TOKENS, Usage(input=10, output=0, cached=400), 0.0000005, id="more cached than read"),
        pytest.param(
            replace(TOKENS, cached_input=None), Usage(input=1000, output=0, cached=400), 0.0005, id="dear"
        ),
        pytest.param(
            replace(TOKENS, per_request=Decimal("0.01")), Usage(input=0, output=0), 0.01, id="request"
        ),
        pytest.param(
            replace(TOKENS, usd_per_unit=Decimal("0.01")), Usage(input=0, output=10**6), 0.03, id="credits"
        ),
    ],
)
def test_computed_from_tokens(price: Price, usage: Usage, usd: float):
    assert spent(price, *stream((0.6, 1, text()), usage)) == (usd, CostBasis.COMPUTED)


def test_what_the_provider_reports_holds():
    usage = Usage(input=1000, output=100, cost_usd=0.0123)
    assert spent(TOKENS, *stream(text(), usage)) == (0.0123, CostBasis.REPORTED)


@pytest.mark.parametrize("reported", [-1.0, float("nan"), 1e12], ids=["negative", "nan", "absurd"])
def test_a_report_that_cannot_be_is_not_believed(reported: float):
    usage = Usage(input=1000, output=100, cost_usd=reported)
    assert spent(TOKENS, *stream(text(), usage)) == (0.0008, CostBasis.COMPUTED)


@pytest.mark.parametrize("reported", [0.5, 9999.0])
def test_a_free_channel_is_free_whatever_its_upstream_reports(reported: float):
    assert spent(Price(), *stream(text(), Usage(cost_usd=reported))) == (0.0, CostBasis.COMPUTED)


def test_free_costs_nothing_however_it_ended():
    assert spent(Price(), *stream(text())) == (0.0, CostBasis.COMPUTED)
    cut = make_exchange(status=None, failure=ErrorKind.TOTAL_TIMEOUT)
    assert spent(Price(billed=Billed.SUCCESS), exchange=cut) == (0.0, CostBasis.COMPUTED)


def test_without_usage_the_worst_case_must_stay():
    assert spent(TOKENS, *stream(text())) == (None, CostBasis.ESTIMATED)


def test_a_request_that_never_left_costs_nothing():
    exchange = make_exchange(marks=make_marks(send=None), status=None, failure=ErrorKind.DNS_FAILURE)
    assert spent(TOKENS, exchange=exchange) == (0.0, CostBasis.COMPUTED)


@pytest.mark.parametrize(
    ("size", "usd"), [("512", 0.007), ("1K", 0.0098), ("4K", 0.0224), (None, 0.0224), ("2K", 0.0224)]
)
def test_a_picture_costs_its_tier_else_the_dearest(size: str | None, usd: float):
    assert spent(PICTURES, *stream(PICTURE), kind=Kind.IMAGE, size=size) == (usd, CostBasis.COMPUTED)


def test_picture_tokens_and_text_tokens_have_their_own_rates():
    price = Price(input=Decimal("0.5"), output=Decimal(3), image_output=Decimal(60))
    usage = Usage(input=10, output=1392, image=1120)
    usd, basis = spent(price, *stream(PICTURE, usage), kind=Kind.IMAGE, size="1K")
    assert basis is CostBasis.COMPUTED
    assert usd == pytest.approx(10 * 0.5e-6 + 272 * 3e-6 + 1120 * 60e-6)


def test_an_unknown_split_of_picture_and_text_is_not_guessed():
    price = Price(output=Decimal(3), image_output=Decimal(60))
    assert spent(price, *stream(PICTURE, Usage(output=1392)), kind=Kind.IMAGE) == (None, CostBasis.ESTIMATED)


@pytest.mark.parametrize("billed", [Billed.SUCCESS, Billed.SUBMIT_REFUND])
def test_where_delivery_is_billed_a_refusal_is_free(billed: Billed):
    price = replace(PICTURES, billed=billed)
    refused = make_exchange(status=500)
    assert spent(price, kind=Kind.IMAGE, exchange=refused) == (0.0, CostBasis.COMPUTED)
    assert spent(price, *stream(PICTURE), kind=Kind.IMAGE, size="512") == (0.007, CostBasis.COMPUTED)


def test_where_attempts_are_billed_a_refusal_costs():
    assert spent(PICTURES, kind=Kind.IMAGE, size="512", exchange=make_exchange(status=500))[0] == 0.007


def test_text_about_a_picture_is_no_delivery():
    price = replace(PICTURES, billed=Billed.SUCCESS)
    assert spent(price, *stream(text("I cannot")), kind=Kind.IMAGE) == (0.0, CostBasis.COMPUTED)


@pytest.mark.parametrize(
    "failure", [ErrorKind.TOTAL_TIMEOUT, ErrorKind.FIRST_TOKEN_TIMEOUT, ErrorKind.CONNECTION_RESET]
)
def test_who_leaves_early_may_still_be_billed(failure: ErrorKind):
    price = replace(PICTURES, billed=Billed.SUCCESS)
    exchange = make_exchange(status=None, failure=failure)
    assert spent(price, kind=Kind.IMAGE, exchange=exchange) == (None, CostBasis.ESTIMATED)


@pytest.mark.parametrize(
    ("price", "kind", "settings", "usd"),
    [
        pytest.param(TOKENS, Kind.CHAT, {}, "0.001268", id="chat: 1000 bytes and 256 tokens"),
        pytest.param(TOKENS, Kind.VISION, {}, "0.002268", id="vision: a picture sent along"),
        pytest.param(TOKENS, Kind.EMBED, {"max_tokens": None}, "0.0005", id="embed: no output"),
        pytest.param(PICTURES, Kind.IMAGE, {"size": "1K"}, "0.0098", id="a picture's own price"),
        pytest.param(PICTURES, Kind.IMAGE, {"size": None}, "0.0224", id="a picture of no tier"),
        pytest.param(Price(), Kind.CHAT, {}, "0", id="free"),
        pytest.param(
            Price(image_output=Decimal(60)),
            Kind.IMAGE,
            {"size": "1K", "max_tokens": None},
            "0.0672",
            id="its tokens",
        ),
        pytest.param(
            Price(image_output=Decimal(60)),
            Kind.IMAGE,
            {"size": None, "max_tokens": None},
            "0.1512",
            id="the most",
        ),
    ],
)
def test_worst_case(price: Price, kind: Kind, settings: dict[str, Any], usd: str):
    assert worst_case(price, make_probe(kind, **settings), 1000) == Decimal(usd)


def test_nano_dollars_round_up():
    assert nano(Decimal("0.0000000011")) == 2
    assert nano(Decimal("1.5")) == 1_500_000_000
    assert nano(Decimal(0)) == 0


def test_a_figure_survives_the_way_through_a_float():
    assert nano(Decimal(str(spent(TOKENS, *stream(text(), Usage(input=333, output=77)))[0]))) == 397500


rates = st.one_of(st.none(), st.decimals("0", "500", places=6))
prices = st.builds(
    Price,
    usd_per_unit=st.decimals("0.001", "10", places=5),
    input=rates,
    cached_input=rates,
    output=rates,
    image_output=rates,
    per_request=rates,
    per_image=st.dictionaries(st.sampled_from(["512", "1K", "2K", "4K"]), st.decimals("0", "5", places=4)),
    billed=st.sampled_from(Billed),
)
_MOST = {"512": 747, "1K": 1120, "2K": 1680, "4K": 2520, None: 2520}


@given(
    price=prices,
    kind=st.sampled_from([Kind.CHAT, Kind.IMAGE, Kind.VISION, Kind.EMBED]),
    size=st.sampled_from(["512", "1K", "2K", "4K", None]),
    max_tokens=st.one_of(st.none(), st.integers(1, 5000)),
    request_bytes=st.integers(0, 10**6),
    data=st.data(),
)
def test_nothing_within_the_limits_costs_more_than_the_worst_case(
    price: Price,
    kind: Kind,
    size: str | None,
    max_tokens: int | None,
    request_bytes: int,
    data: st.DataObject,
):
    probe = make_probe(kind, size=size, max_tokens=max_tokens)
    beside = {Kind.EMBED: 0, Kind.IMAGE: 1000}.get(kind, 4096)
    most_text = 0 if kind is Kind.EMBED else beside if max_tokens is None else max_tokens
    pictures = data.draw(st.integers(0, _MOST[size])) if kind is Kind.IMAGE else None
    most_in = request_bytes + (2000 if kind is Kind.VISION else 0)
    usage = Usage(
        input=data.draw(st.integers(0, most_in)),
        output=(pictures or 0) + data.draw(st.integers(0, most_text)),
        cached=data.draw(st.one_of(st.none(), st.integers(0, most_in))),
        image=pictures,
    )
    record = make_record(stream(PICTURE, text(), usage), ask=make_ask(probe, price=price))
    usd, basis = cost(price, record, numbers(record))
    assume(usd is not None)
    assert basis is CostBasis.COMPUTED
    assert nano(Decimal(str(usd))) <= nano(worst_case(price, probe, request_bytes))


OUT = Price(output=Decimal(1_000_000))  # a dollar a token out: the worst case counts tokens


@pytest.mark.parametrize(
    ("body", "tokens"),
    [
        pytest.param({"max_tokens": 256}, 256, id="as configured"),
        pytest.param({"max_tokens": 9000}, 9000, id="raised"),
        pytest.param({"max_tokens": 16}, 16, id="lowered"),
        pytest.param({"max_tokens": 16, "max_completion_tokens": 900}, 900, id="the larger of two"),
        pytest.param({"max_output_tokens": 300}, 300, id="Responses"),
        pytest.param({"generationConfig": {"maxOutputTokens": 700}}, 700, id="Gemini"),
        pytest.param({"generation_config": {"max_output_tokens": 700}}, 700, id="Gemini's other spelling"),
        pytest.param({"max_tokens": "400"}, 400, id="quoted"),
        pytest.param({"max_tokens": 10.5}, 11, id="fractional"),
        pytest.param({}, 65_536, id="none"),
        pytest.param({"max_tokens": None}, 65_536, id="null"),
        pytest.param({"max_tokens": -1}, 65_536, id="-1 is without limit to some"),
        pytest.param({"max_tokens": 0}, 65_536, id="0 is to others"),
        pytest.param({"max_tokens": True}, 65_536, id="no number"),
        pytest.param({"max_tokens": 1e300}, 10**9, id="absurd"),
        pytest.param({"max_tokens": 16, "n": 4}, 64, id="several answers"),
        pytest.param({"max_tokens": 16, "n": 0}, 16, id="at least one"),
        pytest.param({"max_tokens": 16, "n": "x"}, 16, id="a count that is none"),
        pytest.param(
            {"generationConfig": {"maxOutputTokens": 5, "candidateCount": 3}}, 15, id="several candidates"
        ),
        pytest.param({"generationConfig": [1]}, 65_536, id="a config that is none"),
    ],
)
def test_the_worst_case_follows_the_body_that_is_sent(body: dict[str, Any], tokens: int):
    assert worst_case_of(OUT, make_probe(), orjson.dumps(body)) == tokens


@pytest.mark.parametrize("body", [b"", b"--boundary", b"[1]", b'"x"', b"[" * 5000], ids=repr)
def test_a_body_that_is_no_object_costs_what_the_probe_says(body: bytes):
    assert worst_case_of(OUT, make_probe(), body) == worst_case(OUT, make_probe(), len(body)) == 256


@pytest.mark.parametrize(
    ("extra", "usd"),
    [
        pytest.param({}, "0.007", id="none"),
        pytest.param({"size": "4K"}, "0.0224", id="size"),
        pytest.param({"image_config": {"image_size": "2K"}}, "0.0224", id="image_size"),
        pytest.param({"x": [{"generationConfig": {"imageConfig": {"imageSize": 1}}}]}, "0.0224", id="deep"),
        pytest.param({"size": None}, "0.007", id="the tier is in the model's name"),
        pytest.param({"quality": "high"}, "0.007", id="something else"),
        pytest.param({"n": 3}, "0.021", id="three of them"),
    ],
)
def test_a_size_of_the_extra_body_costs_the_dearest_picture(extra: dict[str, Any], usd: str):
    probe = make_probe(Kind.IMAGE, size="512", extra_body=extra)
    assert worst_case_of(PICTURES, probe, orjson.dumps(extra)) == Decimal(usd)


def test_a_size_of_the_extra_body_takes_the_most_tokens():
    price = Price(image_output=Decimal(1_000_000))
    probe = make_probe(Kind.IMAGE, size="512", extra_body={"size": "4K"})
    assert worst_case_of(price, probe, b'{"size":"4K"}') == 2520


@given(
    price=prices,
    kind=st.sampled_from([Kind.CHAT, Kind.IMAGE]),
    wire=st.sampled_from([WireName.OPENAI_CHAT, WireName.OPENAI_IMAGES, WireName.GEMINI_GENERATE]),
    size=st.sampled_from(["512", "1K", "2K", "4K", None]),
    max_tokens=st.one_of(st.none(), st.integers(1, 5000)),
)
def test_a_body_as_configured_costs_what_the_probe_says(
    price: Price, kind: Kind, wire: WireName, size: str | None, max_tokens: int | None
):
    probe = make_probe(kind, wire=wire, size=size, max_tokens=max_tokens)
    body = next(WIRES[wire](make_ask(probe))).body
    follows, says = worst_case_of(price, probe, body), worst_case(price, probe, len(body))
    unbounded = kind is Kind.CHAT and (max_tokens is None or wire is WireName.OPENAI_IMAGES)
    assert follows >= says if unbounded else follows == says
