"""What requests cost: from what is written to a Price, and whether it covers what is asked for."""

from collections.abc import Mapping
from decimal import Decimal

from probes.config.node import Node, fail
from probes.config.schema import Budget, FullProbe, PriceTable
from probes.config.shown import listed
from probes.model import Caps, Kind, Price

Rates = Mapping[str, Decimal]

# Any of these, each of them together, prices a kind.
_TOKENS = ({"input", "output"}, {"per_request"})
_INPUT_ALONE = ({"input"}, {"per_request"})
_SOUND = ({"input"}, {"output"}, {"per_request"})
_PICTURE = ({"per_image"}, {"per_request"}, {"image_output"})
_COVER: Mapping[Kind, tuple[set[str], ...]] = {
    Kind.CHAT: _TOKENS,
    Kind.STRUCTURED: _TOKENS,
    Kind.TOOLS: _TOKENS,
    Kind.VISION: _TOKENS,
    Kind.IMAGE: _PICTURE,
    Kind.EDIT: _PICTURE,
    Kind.EMBED: _INPUT_ALONE,
    Kind.RERANK: _INPUT_ALONE,
    Kind.SPEECH: _SOUND,
    Kind.TRANSCRIBE: _SOUND,
}


def usd_per(currency: str, rates: Rates, where: Node) -> Decimal:
    """What one unit of a currency is worth."""
    if currency == "USD":
        return Decimal(1)
    if currency not in rates:
        node = where.at("currency")
        fail(
            node,
            f"{currency} has no exchange rate; write rates: {{{currency}: <what one {currency} is in USD>}}",
        )
    return rates[currency]


def caps(budget: Budget, rates: Rates, where: Node) -> Caps:
    """Caps in USD."""
    worth = usd_per(budget.currency, rates, where)

    def in_usd(amount: Decimal | None) -> Decimal | None:
        return None if amount is None else amount * worth

    return Caps(
        per_day=in_usd(budget.per_day),
        per_month=in_usd(budget.per_month),
        manual_per_day=in_usd(budget.manual_per_day),
    )


def price(written: PriceTable | str, rates: Rates, where: Node) -> Price:
    """The price of a channel; `free` is the price without any figure."""
    if not isinstance(written, PriceTable):
        return Price()
    if written.credits is not None:
        worth, unit = written.credits.usd_per_credit, "credits"
    else:
        unit = written.currency or "USD"
        worth = usd_per(unit, rates, where)
    return Price(
        usd_per_unit=worth,
        per_image=written.per_image or {},
        billed=written.billed,
        currency=unit,
        **written.amounts,
    )


def check_covered(price: Price, probe: FullProbe, channel: Node) -> None:
    """A probe that could cost something must have a price for its kind."""
    if price.free:
        return
    where = channel.at("price")
    given = {
        name
        for name in ("input", "output", "image_output", "per_request")
        if getattr(price, name) is not None
    }
    given |= {"per_image"} if price.per_image else set()
    fitting = [ways for ways in _COVER[probe.kind] if ways <= given]
    if not fitting:
        ways = ", or ".join(" and ".join(sorted(way)) for way in _COVER[probe.kind])
        fail(where, f"does not say what probe {probe.name} costs; kind {probe.kind} needs {ways}")
    if fitting == [{"per_image"}] and probe.size is not None and probe.size not in price.per_image:
        sizes = listed(price.per_image)
        fail(
            where, f"does not say what probe {probe.name} costs: per_image has {sizes}, but not {probe.size}"
        )
