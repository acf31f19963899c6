"""The channels of the demo, with the figures that their own pages print."""

from probes.simulator.scenario import Pace, Scenario

# 3 of every 8 fail, and the order is such that requests sent on purpose after a failure (confirmations) do
# not change the share of the others: with up to two of them it stays within 2 % of 62.5 %.
THREE_OF_EIGHT = "..x..xx....x.xx..x.xx...x.xx......xx..x...xx..x.x.x.x......xxx.."

_PAGE = "bananarouter.com model page of gemini-3.1-flash-image-preview, groups and pricing, 2026-11-20"
_NO_DATA = f"{_PAGE}: no figures printed; the pace is a guess between its neighbours"


def _group(name: str, about: str, latency_s: float, tokens: int, source: str = _PAGE) -> Scenario:
    """A price group: latency times throughput says how many tokens were counted; 1120 are a picture of 1K."""
    extra = tokens - 1120
    pace = Pace(first_s=1.5, tokens_per_s=tokens / latency_s, image_s=latency_s, image_extra_tokens=extra)
    return Scenario(name=name, about=about, source=source, pace=pace)


def _flaky_group() -> Scenario:
    pace = Pace(first_s=1.5, tokens_per_s=10.99, image_s=102.07, image_extra_tokens=2)
    return Scenario(
        name="banana-g15",
        about="官KEY-1.5折: 102.07 s, 10.99 tokens/s, 62.5 % (3 of every 8 requests fail)",
        source=f"{_PAGE}; the failure is worded as new-api service/error.go does",
        pace=pace,
        fault="upstream-error",
        fault_after_s=60.0,
        pattern=THREE_OF_EIGHT,
    )


def _guess(name: str, page: str, first_s: float, tokens_per_s: float, image_s: float) -> Scenario:
    pace = Pace(first_s=first_s, tokens_per_s=tokens_per_s, image_s=image_s, image_extra_tokens=272)
    about = f"first token {first_s} s, {tokens_per_s:g} tokens/s, a picture in {image_s:g} s"
    source = f"{page} (2026-11-20) for the protocol; it prints no figures, the pace is a guess"
    return Scenario(name=name, about=about, source=source, pace=pace)


DEMO = (
    _flaky_group(),
    _group("banana-g25", "官KEY-2.5折: the page has no data", 60.0, 1122, _NO_DATA),
    _group("banana-g35", "官KEY-3.5折: 14.45 s, 106.24 tokens/s, 100 %", 14.4484, 1535),
    _group("banana-g45", "官KEY-4.5折: 54.18 s, 27.09 tokens/s, 100 %", 54.18, 1468),
    _group("banana-g55", "官KEY-5.5折: the page has no data", 50.0, 1468, _NO_DATA),
    _group("banana-g75", "官KEY-7.5折: the page has no data", 40.0, 1468, _NO_DATA),
    _group("banana-full", "官KEY-正价: 133.42 s, 11.54 tokens/s, 100 %", 133.42, 1540),
    _guess(
        "requesty", "requesty.ai model page and docs.requesty.ai features/image-generation", 0.9, 85.0, 18.0
    ),
    _guess("requesty-region", "requesty.ai model page, id with @europe-west8", 0.7, 95.0, 15.0),
    _guess("openrouter", "openrouter.ai/docs image-generation and streaming", 1.1, 75.0, 20.0),
    _guess("xairouter", "xairouter.com model page, cURL sample", 0.8, 90.0, 16.0),
    _guess("pixapi", "pixapi model page, API facts", 1.0, 60.0, 24.0),
)
