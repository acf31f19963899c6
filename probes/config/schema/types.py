"""The scalars of the configuration, each with its reader and its JSON Schema."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from probes.config import durations, scalars, urls
from probes.config.durations import Jitter, Within
from probes.config.schema.base import Rule
from probes.config.unfit import Unfit
from probes.model import Address, Api, Auth, Billed, Kind, Secret, WireName

_STRING: dict[str, Any] = {"type": "string"}
_DURATION = {"type": "string", "pattern": r"^([0-9]+(\.[0-9]+)?(ms|[smhd]))+$"}
_AMOUNT = {"type": ["number", "string"], "minimum": 0}
_SECRET = {"type": "string", "writeOnly": True}
_SCALAR = {"type": ["string", "number"]}


class JsonSchema(dict[str, Any]):
    """A JSON Schema, inline; `{file: name}` was replaced by what the file holds."""


def _json_schema(value: object) -> JsonSchema:
    if not isinstance(value, dict) or not value:
        raise Unfit("is not a JSON Schema; write it as a mapping, or {file: schema.json}")
    return JsonSchema(value)


def choice(words: type[StrEnum], *, without: frozenset[Any] = frozenset()) -> Rule:
    """One word of a vocabulary."""
    names = {member.value: member for member in words if member not in without}
    return Rule(scalars.one_of(names), {"enum": list(names)})


def literal(*words: str) -> Rule:
    """One of a few words."""
    return Rule(scalars.one_of({name: name for name in words}), {"enum": list(words)})


def one_or_many(read: Callable[[object], Any]) -> Rule:
    """One scalar or a list of them; a list either way."""

    def read_all(value: object) -> list[Any]:
        return [read(item) for item in (value if isinstance(value, list) else [value])]

    return Rule(read_all, {"type": ["string", "array"]})


def whole(least: int, most: int) -> Rule:
    """A whole number between two others."""
    return Rule(scalars.whole(least, most), {"type": "integer", "minimum": least, "maximum": most})


def between(least: str, most: str) -> Rule:
    """A duration between two others."""
    return Rule(Within(least=least, most=most), _DURATION)


def _path(value: object) -> Path:
    found = scalars.name(value)
    return Path(found)


def _path_or_none(value: object) -> Path | None:
    return None if value == "" else _path(value)


Text = Annotated[str, Rule(scalars.text, _SCALAR)]
Prompt = Annotated[str, Rule(scalars.prompt, _SCALAR)]
LongText = Annotated[str, Rule(scalars.long_text, _SCALAR)]
Name = Annotated[str, Rule(scalars.name, _SCALAR)]
Id = Annotated[
    str, Rule(scalars.identifier, {"type": ["string", "number"], "pattern": "^[a-z0-9._-]{1,64}$"})
]
LabelName = Annotated[str, Rule(scalars.label, {"type": "string", "pattern": "^[a-zA-Z_][a-zA-Z0-9_]*$"})]
Switch = Annotated[bool, Rule(scalars.switch, {"type": "boolean"})]
Money = Annotated[Decimal, Rule(scalars.money, _AMOUNT)]
Rate = Annotated[Decimal, Rule(scalars.rate, _AMOUNT)]
Currency = Annotated[str, Rule(scalars.currency, {"type": "string", "pattern": "^[A-Z]{3,5}$"})]
Share = Annotated[
    float, Rule(scalars.share, {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1})
]
Ratio = Annotated[str, Rule(scalars.ratio, {"type": "string", "pattern": "^[0-9]+:[0-9]+$"})]
Zone = Annotated[str, Rule(scalars.zone, _STRING)]
Instant = Annotated[datetime, Rule(scalars.instant, {"type": "string", "format": "date-time"})]
Pattern = Annotated[str, Rule(scalars.pattern, {"type": "string", "format": "regex"})]

Duration = Annotated[float, between("1ms", "3650d")]
Every = Annotated[float, between("1s", "31d")]
Limit = Annotated[float, between("100ms", "1h")]
JitterOf = Annotated[
    Jitter,
    Rule(
        durations.jitter_of, {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)? ?%$|^([0-9.]+(ms|[smhd]))+$"}
    ),
]

KeyText = Annotated[Secret, Rule(scalars.secret, _SECRET)]
HeaderName = Annotated[str, Rule(scalars.header_name, _STRING)]
HeaderText = Annotated[Secret, Rule(scalars.header_value, _SECRET)]
SecretUrl = Annotated[Secret, Rule(urls.secret_url, _SECRET)]
Proxy = Annotated[Secret | None, Rule(urls.proxy, _SECRET)]
BaseUrl = Annotated[str, Rule(urls.base_url, {"type": "string", "format": "uri"})]
ServiceUrl = Annotated[str, Rule(urls.service_url, {"type": "string", "format": "uri"})]
UrlPath = Annotated[str, Rule(urls.url_path, {"type": "string", "pattern": "^/"})]
Origin = Annotated[str, Rule(urls.origin, {"type": "string", "format": "uri"})]
Listen = Annotated[Address, Rule(urls.address, {"type": "string", "pattern": "^.+:[0-9]{1,5}$"})]
Locale = Annotated[str, Rule(scalars.locale, {"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]+)*$"})]
BasePath = Annotated[str, Rule(urls.base_path, {"type": "string", "pattern": "^/([^ ]*/)?$"})]
FilePath = Annotated[Path, Rule(_path, _STRING)]
OptionalFile = Annotated[Path | None, Rule(_path_or_none, _STRING)]

SchemaObject = Annotated[JsonSchema, Rule(_json_schema, {"type": "object"})]

ApiName = Annotated[Api, choice(Api)]
AuthName = Annotated[Auth, choice(Auth)]
KindName = Annotated[Kind, choice(Kind, without=frozenset({Kind.REACH}))]
ViaName = Annotated[WireName, choice(WireName, without=frozenset({WireName.MODELS_LIST}))]
BilledName = Annotated[Billed, choice(Billed)]
Size = Annotated[
    str,
    Rule(scalars.one_of({s: s for s in ("512", "1K", "2K", "4K")}), {"enum": [512, "512", "1K", "2K", "4K"]}),
]
