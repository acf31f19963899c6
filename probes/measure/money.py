"""What a request costs: at worst before it is sent, and what it came to after. Decimal inside."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal
from math import ceil
from typing import Any

import orjson

from probes.measure.tokens import last_usage
from probes.model import (
    IMAGE_KINDS,
    TEXT_KINDS,
    Billed,
    CostBasis,
    ErrorGroup,
    Kind,
    Output,
    OutputKind,
    Price,
    Probe,
    Record,
)

_PER_MILLION = Decimal(1_000_000)
_NANO = Decimal("0.000000001")
_MOST_USD = 1_000_000.0  # a reported price above it is a mistake, not a price

# Tokens of one picture out, by tier (Google's list for its 3.1 flash image model, 2026-11-20); other makers
# count otherwise, and where they take more the overrun is charged.
_PICTURE_TOKENS = {"512": 747, "1K": 1120, "2K": 1680, "4K": 2520}
_PICTURE_TOKENS_UNKNOWN = 2520
_PICTURE_TOKENS_IN = 2000  # of one picture sent along
_TEXT_BESIDE_PICTURE = 1000  # captures of 2026 show up to 439 tokens of text and thought around a picture
_TEXT_UNBOUNDED = 4096  # kinds whose probes set no `max_tokens`
_BODY_UNBOUNDED = 65_536  # a text request whose body names no limit: what most models can write at most
_MOST_TOKENS = 10**9  # no model writes as many; beyond, the figures would not fit a ledger
_MOST_ANSWERS = 1000
_TOKEN_LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens")
_COUNTS = ("n", "candidateCount", "candidate_count")
_GEMINI_CONFIGS = ("generationConfig", "generation_config")  # Google's servers take both spellings
_SIZES = frozenset({"size", "image_size", "imageSize"})
_NO_OUTPUT_TOKENS = frozenset({Kind.EMBED, Kind.RERANK})
_SENDS_PICTURE = frozenset({Kind.VISION, Kind.EDIT})
_CUT = frozenset({ErrorGroup.NETWORK, ErrorGroup.TIME})


def nano(usd: Decimal) -> int:
    """USD as whole nano-dollars, rounded up: what the ledger counts in."""
    return int((usd / _NANO).to_integral_value(ROUND_CEILING))


def worst_case(price: Price, probe: Probe, request_bytes: int) -> Decimal:
    """The most that one request can cost, in USD, reserved before it is sent.

    Input: no tokenizer makes more tokens than there are bytes. Output: `max_tokens`; a picture its own price,
    or the tokens of its tier.
    """
    return _worst(price, probe, request_bytes, answers=1)


def worst_case_of(price: Price, probe: Probe, body: bytes) -> Decimal:
    """As `worst_case`, by the very body that is sent: `extra_body` may ask for more than the probe says."""
    limited, answers = ceilings(body, probe)
    return _worst(price, limited, len(body), answers=answers)


def ceilings(body: bytes, probe: Probe) -> tuple[Probe, int]:
    """The probe with the body's own token limit, and how many answers the body asks for.

    A text body without a limit may get the longest answer there is. A size of the `extra_body` is in words
    that no price list knows: as if none were said, which is the dearest. No JSON object: as the probe says.
    """
    sent = _object(body)
    if sent is None:
        return probe, 1
    places = [sent, *(sent[name] for name in _GEMINI_CONFIGS if isinstance(sent.get(name), dict))]
    limits = [_most(value, _MOST_TOKENS) or _BODY_UNBOUNDED for value in _said(places, _TOKEN_LIMITS)]
    if not limits and probe.kind in TEXT_KINDS:
        limits = [_BODY_UNBOUNDED]
    counts = [_most(value, _MOST_ANSWERS) for value in _said(places, _COUNTS)]
    size = None if _sets_size(probe.extra_body) else probe.size
    limited = replace(probe, max_tokens=max(limits, default=probe.max_tokens), size=size)
    return limited, max([1, *counts])


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _said(places: list[dict[str, Any]], names: tuple[str, ...]) -> Iterator[Any]:
    """The members of these names that are not null."""
    return (place[name] for place in places for name in names if place.get(name) is not None)


def _most(value: Any, most: int) -> int:
    """The number, rounded up and capped; 0 where it is none or not positive (to some servers: no limit)."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = float(value)  # lenient servers take a quoted number
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return ceil(min(max(value, 0), most))


def _sets_size(extra: Any) -> bool:
    """Whether a size is named at any depth. Configuration: its depth is bounded by its reader."""
    if isinstance(extra, Mapping):
        return any(
            (name in _SIZES and value is not None) or _sets_size(value) for name, value in extra.items()
        )
    return isinstance(extra, list | tuple) and any(map(_sets_size, extra))


def _worst(price: Price, probe: Probe, request_bytes: int, *, answers: int) -> Decimal:
    pictures_in = 1 if probe.kind in _SENDS_PICTURE else 0
    input_tokens = request_bytes + _PICTURE_TOKENS_IN * pictures_in
    units = max(price.input or Decimal(0), price.cached_input or Decimal(0)) * input_tokens
    units += (price.output or Decimal(0)) * _most_text(probe) * answers
    if probe.kind in IMAGE_KINDS:
        picture_tokens = _PICTURE_TOKENS.get(probe.size or "", _PICTURE_TOKENS_UNKNOWN)
        units += _picture_rate(price) * picture_tokens * answers
    flat = (price.per_request or Decimal(0)) + _per_picture(price, probe) * answers
    return _usd(price, units / _PER_MILLION + flat)


def _most_text(probe: Probe) -> int:
    if probe.kind in _NO_OUTPUT_TOKENS:
        return 0
    if probe.max_tokens is not None:
        return probe.max_tokens
    return _TEXT_BESIDE_PICTURE if probe.kind in IMAGE_KINDS else _TEXT_UNBOUNDED


def cost(price: Price, record: Record, values: Mapping[str, Any]) -> tuple[float | None, CostBasis | None]:
    """What it came to, in USD, and on what ground; `values` are the figures of `numbers`.

    A free channel costs nothing, whatever it reports: what nobody budgeted must not empty a shared budget.
    Reported: the provider said a price. Computed: from its token counts and the price list. Estimated, and
    then None: it did not say what it counted, so that the reserved worst case stays charged.
    """
    if price.free:
        return 0.0, CostBasis.COMPUTED
    reported = last_usage(record).cost_usd
    if reported is not None and 0 <= reported <= _MOST_USD:
        return float(reported), CostBasis.REPORTED
    if not _charged(price, record):
        return 0.0, CostBasis.COMPUTED
    if _unsettled(price, record):
        return None, CostBasis.ESTIMATED
    units = _token_units(price, record, values)
    if units is None:
        return None, CostBasis.ESTIMATED
    flat = (price.per_request or Decimal(0)) + _pictures_charged(price, record)
    return float(_usd(price, units / _PER_MILLION + flat)), CostBasis.COMPUTED


def _charged(price: Price, record: Record) -> bool:
    """Whether there is anything to pay: the request left, and where only delivery is billed, it came."""
    if all(exchange.marks.send_ns is None for exchange in record.exchanges):
        return False
    return price.billed is Billed.ATTEMPT or _delivered(record) or _unsettled(price, record)


def _unsettled(price: Price, record: Record) -> bool:
    """We went away before the provider was done: it may deliver, and bill, what we never saw."""
    failure = record.last.failure
    cut = failure is not None and failure.error.group in _CUT
    return price.billed is not Billed.ATTEMPT and cut and not _delivered(record)


def _delivered(record: Record) -> bool:
    """Whether the provider delivered, whatever our checks say of it."""
    outputs: list[Output] = record.facts(Output)
    wanted = [o for o in outputs if o.kind is not OutputKind.REASONING and not o.draft]
    if record.ask.probe is not None and record.ask.probe.kind in IMAGE_KINDS:
        wanted = [output for output in wanted if output.kind is OutputKind.IMAGE]
    return bool(wanted)


def _token_units(price: Price, record: Record, values: Mapping[str, Any]) -> Decimal | None:
    """Tokens × price per million; None where a priced count is missing."""
    read, written = values.get("input_tokens"), values.get("output_tokens")
    if (price.input and read is None) or (price.output and written is None):
        return None
    pictures = values.get("image_tokens")
    rate = _picture_rate(price)
    if _image_probe(record) and pictures is None and rate != (price.output or Decimal(0)):
        return None  # the split between picture and text is not known, and they cost differently
    pictures = pictures or 0
    cached = min(values.get("cached_tokens") or 0, read or 0)
    cached_rate = price.cached_input if price.cached_input is not None else price.input
    units = (price.input or Decimal(0)) * ((read or 0) - cached) + (cached_rate or Decimal(0)) * cached
    return units + (price.output or Decimal(0)) * max((written or 0) - pictures, 0) + rate * pictures


def _image_probe(record: Record) -> bool:
    return record.ask.probe is not None and record.ask.probe.kind in IMAGE_KINDS


def _picture_rate(price: Price) -> Decimal:
    """Per million tokens of picture: its own; none where pictures are sold by the piece; else as text."""
    if price.image_output is not None:
        return price.image_output
    return Decimal(0) if price.per_image else price.output or Decimal(0)


def _pictures_charged(price: Price, record: Record) -> Decimal:
    """The picture asked for: an attempt is billed even where none came."""
    return _per_picture(price, record.ask.probe) if record.ask.probe is not None else Decimal(0)


def _per_picture(price: Price, probe: Probe) -> Decimal:
    """By tier; the dearest where the tier is not said or has no price of its own."""
    if probe.kind not in IMAGE_KINDS or not price.per_image:
        return Decimal(0)
    return price.per_image.get(probe.size or "", max(price.per_image.values()))


def _usd(price: Price, units: Decimal) -> Decimal:
    """Rounded up to a nano-dollar: then the ledger's sums are exact."""
    return (units * price.usd_per_unit).quantize(_NANO, ROUND_CEILING)
