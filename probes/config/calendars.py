"""Cron lines: checked here, followed by those who keep the calendar."""

import re

from probes.config.unfit import Unfit

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
# name, least, most, words for numbers
_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 7, _DAYS),
)
_PART = re.compile(r"(?:\*|(?P<first>\w{1,3})(?:-(?P<last>\w{1,3}))?)(?:/(?P<step>[0-9]{1,2}))?")


def cron(value: object) -> str:
    """A line of five fields in the usual order; Sunday is 0, 7 or SUN."""
    fields = value.split() if isinstance(value, str) else []
    if len(fields) != len(_FIELDS):
        raise Unfit('is not a cron line; write five fields, such as "0 3 * * SUN"')
    for field, (name, least, most, words) in zip(fields, _FIELDS, strict=True):
        for part in field.split(","):
            if not _fits(part, least, most, words):
                raise Unfit(f"is not a cron line: its {name} goes from {least} to {most}")
    return " ".join(fields)


def _fits(part: str, least: int, most: int, words: tuple[str, ...]) -> bool:
    found = _PART.fullmatch(part)
    if found is None or found["step"] == "0":
        return False
    ends = [_number(end, least, words) for end in (found["first"], found["last"]) if end is not None]
    known = [end for end in ends if end is not None and least <= end <= most]
    return len(known) == len(ends) and known == sorted(known)


def _number(text: str, least: int, words: tuple[str, ...]) -> int | None:
    if text.isdecimal() and text.isascii():
        return int(text)
    return words.index(text.upper()) + least if text.upper() in words else None
