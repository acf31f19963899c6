"""How long a provider asks us to wait, in seconds.

Said in many ways (SDKs, provider documentation, captures; 2026-11-20): `Retry-After` as an integer, a float
or an HTTP-date; `retry-after-ms`; `x-ratelimit-reset-*` as Go durations (OpenAI, Groq), epoch seconds or
epoch milliseconds (OpenRouter); RFC 3339 (Anthropic); in the body `RetryInfo.retryDelay: "17.5s"` (Google).
An instant is taken relative to the answer's own `Date`: then no clock of ours is in it.
"""

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from probes.model import Exchange

_EPOCH_MS, _EPOCH_S = 1e11, 1e9  # a number above is milliseconds or seconds since 1970, not a duration
_LONGEST_S = 30 * 86400.0  # more is not an answer to "when"
_UNIT_S = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_GO_PART = r"(\d{1,12}(?:\.\d{1,12})?)(ms|us|µs|ns|h|m|s)"
_GO_DURATION = re.compile(rf"(?:{_GO_PART}){{1,6}}")
_RESETS = (
    "x-ratelimit-reset",
    "x-ratelimit-reset-requests",
    "x-ratelimit-reset-tokens",
    "anthropic-ratelimit-requests-reset",
    "anthropic-ratelimit-tokens-reset",
)


def retry_after_s(exchange: Exchange, hint: str, *, limited: bool) -> float | None:
    """The wait asked for: by header, by the body's `hint`, or by the reset of the limit that refused us."""
    now_s = _instant_s(exchange.header("date") or "")
    milliseconds = _wait_s(exchange.header("retry-after-ms"), now_s)
    said = [milliseconds / 1000 if milliseconds is not None else None]
    said += [_wait_s(exchange.header("retry-after"), now_s), _wait_s(hint, now_s)]
    first = next((wait for wait in said if wait is not None), None)
    if first is not None or not limited:
        return first
    resets = [_wait_s(exchange.header(name), now_s) for name in _RESETS]
    return max((wait for wait in resets if wait is not None), default=None)


def _wait_s(text: str | None, now_s: float | None) -> float | None:
    """A duration, or an instant less now; None where it cannot be read or is absurd."""
    if not text or len(text) > 64:  # noqa: PLR2004 - no date is longer
        return None
    text = text.strip()
    wait_s = _number_s(text, now_s)
    if wait_s is None:
        wait_s = _go_s(text)
    if wait_s is None and (then_s := _instant_s(text)) is not None and now_s is not None:
        wait_s = max(0.0, then_s - now_s)
    return round(wait_s, 6) if wait_s is not None and 0 <= wait_s <= _LONGEST_S else None


def _number_s(text: str, now_s: float | None) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    if number > _EPOCH_S:
        then_s = number / 1000 if number > _EPOCH_MS else number
        return max(0.0, then_s - now_s) if now_s is not None else None
    return number


def _go_s(text: str) -> float | None:
    """`2m59.56s`, `6m0s`, `12ms`."""
    if not _GO_DURATION.fullmatch(text):
        return None
    return sum(float(count) * _UNIT_S[unit] for count, unit in re.findall(_GO_PART, text))


def _instant_s(text: str) -> float | None:
    """An HTTP-date or RFC 3339, as seconds since 1970."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.timestamp()
    return None
