"""Scalars of the configuration: from what YAML says to a value. An Unfit completes "`the value` …"."""

import re
import warnings
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from probes.config.shown import did_you_mean, listed, looks_secret, masked
from probes.config.unfit import Unfit
from probes.model import Secret

T = TypeVar("T")

_LINE_CHARS, _TEXT_CHARS = 300, 20_000
_PERCENT = 100
_MOST_MONEY = Decimal(1_000_000_000)
_NUMBER_TEXT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,30})?")
_ID = re.compile(r"[a-z0-9._-]{1,64}")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]{0,63}")
_CURRENCY = re.compile(r"[A-Z]{3,5}")
_RATIO = re.compile(r"[1-9][0-9]?:[1-9][0-9]?")
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OWN_HEADERS = (
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "trailer",
    "transfer-encoding",
)
_SWITCH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def text(value: object) -> str:
    """One line of text; a whole or decimal number is taken as it is written."""
    found = long_text(value)
    if not all(char.isprintable() for char in found):
        raise Unfit("holds a line break or another control character; write one line")
    if len(found) > _LINE_CHARS:
        raise Unfit(f"is too long; at most {_LINE_CHARS} characters")
    return found


def long_text(value: object) -> str:
    """Text of any number of lines."""
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool) and "E" not in str(value):
        return str(value)
    if isinstance(value, (bool, Decimal)):
        raise Unfit("is not text; put it in quotes if it is meant so")
    if not isinstance(value, str):
        raise Unfit("is not text; write one value")
    if len(value) > _TEXT_CHARS:
        raise Unfit(f"is too long; at most {_TEXT_CHARS:,} characters")
    return value


def prompt(value: object) -> str:
    """What is asked, in any number of lines."""
    found = long_text(value)
    if not found.strip():
        raise Unfit("is empty; write a prompt, or leave it out for the built-in ones")
    return found


def name(value: object) -> str:
    """One line of text that is not empty."""
    found = text(value).strip()
    if not found:
        raise Unfit("is empty; write a name")
    return found


def slug(title: str) -> str:
    """The nearest thing to a title that can be an id; empty where nothing of it can."""
    return re.sub(r"[^a-z0-9._]+", "-", title.lower()).strip("-")[:64]


def identifier(value: object) -> str:
    """A stable id, as in URLs, labels and commands."""
    found = text(value)
    if _ID.fullmatch(found):
        return found
    better = slug(found)
    hint = f"; write {better}" if better and not looks_secret(found) else ""
    raise Unfit(f"may hold only a-z 0-9 . _ - (1 to 64 of them){hint}")


def label(value: object) -> str:
    """The name of a label, as Prometheus allows it."""
    found = text(value)
    if not _LABEL.fullmatch(found):
        raise Unfit("is not a label name; use letters, digits and _, not beginning with a digit")
    return found


def switch(value: object) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _SWITCH:
        return _SWITCH[value.lower()]
    raise Unfit("is neither true nor false")


def number(value: object) -> Decimal:
    """A number as it is written, without the noise of floats."""
    if isinstance(value, str) and _NUMBER_TEXT.fullmatch(value):
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise Unfit("is not a number")
    return Decimal(value)


def money(value: object) -> Decimal:
    """An amount of 0 or more."""
    try:
        found = number(value)
    except Unfit:
        raise Unfit("is not an amount; write a number such as 5.00, without a currency sign") from None
    if found < 0:
        raise Unfit("is less than 0")
    if found > _MOST_MONEY:
        raise Unfit("is more than a thousand million")
    return found


def rate(value: object) -> Decimal:
    """What one unit of a currency is worth: more than 0."""
    found = money(value)
    if not found:
        raise Unfit("is not a rate; write what one unit is worth in USD, such as 0.14")
    return found


def currency(value: object) -> str:
    """A currency's code."""
    found = text(value)
    if not _CURRENCY.fullmatch(found):
        raise Unfit("is not a currency; write its code, such as USD or CNY")
    return found


def share(value: object) -> float:
    """A part of the whole, between 0 and 1."""
    try:
        found = number(value)
    except Unfit:
        raise Unfit("is not a share; write a number between 0 and 1, such as 0.97") from None
    if not 0 < found < 1:
        example = found / 100 if 1 < found < _PERCENT else Decimal("0.97")
        raise Unfit(f"is not a share; write a number between 0 and 1, such as {example.normalize():f}")
    return float(found)


def whole(least: int, most: int) -> Callable[[object], int]:
    """A reader of whole numbers between two bounds."""

    def read(value: object) -> int:
        try:
            found = number(value)
        except Unfit:
            found = None
        if found is None or found != int(found) or not least <= found <= most:
            raise Unfit(f"is not a whole number from {least:,} to {most:,}")
        return int(found)

    return read


def one_of(names: Mapping[str, T]) -> Callable[[object], T]:
    """A reader of one word out of several."""

    def read(value: object) -> T:
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value) in names:
            return names[str(value)]
        hint = did_you_mean(value, names) if isinstance(value, str) else ""
        raise Unfit(f"is not one of {listed(names)}{hint}")

    return read


def ratio(value: object) -> str:
    """Width to height, such as 16:9."""
    if not isinstance(value, str) or not _RATIO.fullmatch(value):
        raise Unfit("is not an aspect ratio; write width:height, such as 1:1 or 16:9")
    return value


def zone(value: object) -> str:
    """An IANA time zone."""
    found = text(value)
    try:
        return ZoneInfo(found).key
    except (KeyError, ValueError, OSError):
        raise Unfit("is not a time zone; write one such as UTC, Europe/Berlin, Asia/Shanghai") from None


def instant(value: object) -> datetime:
    """A moment with its offset from UTC."""
    form = "write it as 2026-12-01T02:00:00Z"
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None:
        raise Unfit(f"is not a moment; {form}")
    if found.tzinfo is None:
        raise Unfit(f"has no time zone; {form}")
    return found


def locale(value: object) -> str:
    """A language, with a region where it matters."""
    if not isinstance(value, str) or not _LOCALE.fullmatch(value):
        raise Unfit("is not a language; write one such as en, de, zh-CN")
    return value


def pattern(value: object) -> str:
    """A regular expression."""
    found = text(value)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of syntax that a later Python may read otherwise
            re.compile(found)
    except (re.error, OverflowError, RecursionError) as error:
        reason = error.msg if isinstance(error, re.error) else "too large"
        raise Unfit(f"is not a regular expression: {masked(reason)}") from None
    return found


def secret(value: object) -> Secret:
    """A key or token: visible ASCII without spaces."""
    found = value if isinstance(value, str) else text(value)
    if not found.strip():
        raise Unfit("is empty; set the variable or the file that it comes from")
    if not all("!" <= char <= "~" for char in found):
        raise Unfit("holds a space, a line break or a character outside ASCII; copy the key again")
    return Secret(found)


def header_name(value: object) -> str:
    """The name of an HTTP header that is ours to set."""
    if not isinstance(value, str) or not _HEADER.fullmatch(value):
        raise Unfit("is not the name of a header")
    if value.lower() in _OWN_HEADERS:
        raise Unfit("is a header that the transport writes itself; leave it out")
    return value


def header_value(value: object) -> Secret:
    """The value of an HTTP header: visible ASCII and spaces."""
    found = value if isinstance(value, str) else text(value)
    if not all(" " <= char <= "~" for char in found):
        raise Unfit("holds a line break or a character outside ASCII, which no header can carry")
    return Secret(found)
