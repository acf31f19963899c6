"""Tokens as the provider counts them; ours would be guesses."""

from typing import TypedDict

from probes.model import Record, Usage

_MOST = 1_000_000_000  # more in one answer is a lie or a mistake


class Tokens(TypedDict):
    """The token figures of a result."""

    input_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    cached_tokens: int | None
    image_tokens: int | None


def tokens(record: Record) -> Tokens:
    """The last usage of the stream holds: earlier ones are running sums, and may be higher (Gemini)."""
    usage = last_usage(record)
    return {
        "input_tokens": _plausible(usage.input),
        "output_tokens": _plausible(usage.output),
        "reasoning_tokens": _plausible(usage.reasoning),
        "cached_tokens": _plausible(usage.cached),
        "image_tokens": _plausible(usage.image),
    }


def last_usage(record: Record) -> Usage:
    """The last one said, or an empty one."""
    said: list[Usage] = record.facts(Usage)
    return said[-1] if said else Usage()


def _plausible(count: int | None) -> int | None:
    return count if count is not None and 0 <= count <= _MOST else None
