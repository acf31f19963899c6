"""Hostile JSON made harmless: each function takes any value and gives the shape due, or an empty one."""

from typing import Any

LABEL_CHARACTERS = 200  # an id, a model name, a finish reason; longer ones are cut
MOST_TOKENS = 1_000_000_000  # beyond this a count is nonsense, not a bill
MOST_USD = 10_000.0


def fields(value: Any) -> dict[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    """The string, or an empty one."""
    return value if isinstance(value, str) else ""


def label(value: Any) -> str:
    """The string, cut to a length that a record can keep."""
    return text(value)[:LABEL_CHARACTERS]


def first(value: dict[str, Any], *names: str) -> Any:
    """The first of the named members that is there and not null: relays spell them in two ways."""
    return next((value[name] for name in names if value.get(name) is not None), None)


def count(value: Any) -> int | None:
    """A number of tokens; None where it is negative, absurd, fractional, a bool or no number at all."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST_TOKENS:
        return None
    return int(value) if value == int(value) else None


def dollars(value: Any) -> float | None:
    """An amount in USD; None where it is negative, absurd, a bool or no number at all."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST_USD:
        return None
    return float(value)
