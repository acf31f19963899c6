"""What a gateway is: where it listens, how it takes a key, which endpoints it has, how it words an error."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from probes.simulator.answer import Answer, Ask
from probes.simulator.encoding import Headers
from probes.simulator.faults import Dialect
from probes.simulator.http11 import Call
from probes.simulator.script import Reply
from probes.simulator.ticket import Ticket

KEY_PREFIX = "sk-sim-"


class NotUnderstoodError(Exception):
    """The request lacks what its endpoint needs; the argument names a fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One gateway. `models` are the ids that its list gives."""

    name: str
    prefix: str
    dialect: Dialect
    key_places: tuple[str, ...]  # in order of precedence: header names, or `?key`
    models: tuple[str, ...]
    headers: Callable[[Ticket], Headers]
    newline: bytes = b"\n"

    def key_of(self, call: Call) -> str | None:
        """The key that the request carries, from the first place that holds one."""
        for place in self.key_places:
            value = call.query.get("key") if place == "?key" else call.headers.get(place)
            if value:
                return value.removeprefix("Bearer ").strip()
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One path of a gateway. `kind` counts the turns of patterns apart; `models` is free."""

    kind: str
    method: str
    path: re.Pattern[str]
    read: Callable[[Call, re.Match[str]], Ask]
    write: Callable[[Ask, Answer, Ticket, House], Reply]


def json_of(call: Call) -> dict[str, Any]:
    """The request's body as an object; raises NotUnderstoodError."""
    try:
        value = json.loads(call.body)
    except ValueError:
        raise NotUnderstoodError("bad-request") from None
    if not isinstance(value, dict):
        raise NotUnderstoodError("bad-request")
    return value


def scenario_in(key: str | None) -> str | None:
    """`stall` of `sk-sim-stall`, also of `sk-sim-stall.alice`: a label makes another key of the same kind."""
    if key is None or not key.startswith(KEY_PREFIX):
        return None
    return key.removeprefix(KEY_PREFIX).partition(".")[0]
