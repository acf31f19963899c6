"""The free question, which models there are."""

import re

from probes.simulator.answer import Answer, Ask
from probes.simulator.encoding import whole
from probes.simulator.faults import Dialect
from probes.simulator.gateways.house import House
from probes.simulator.http11 import Call
from probes.simulator.script import Reply
from probes.simulator.ticket import Ticket

_AFTER_S = 0.04
_RELEASED_S = 1_772_064_000  # 2026-02-26, when the models of the list came out


def read(_call: Call, _match: re.Match[str]) -> Ask:
    """Nothing is asked for but the list."""
    return Ask(model="")


def write_openai(_ask: Ask, _answer: Answer, ticket: Ticket, house: House) -> Reply:
    """`{"object": "list", "data": [{"id", "object", "created", "owned_by"}]}`; no `object` on OpenRouter."""
    models = [
        {"id": model, "object": "model", "created": _RELEASED_S, "owned_by": "google"}
        for model in house.models
    ]
    head = {} if house.dialect is Dialect.OPENROUTER else {"object": "list"}
    return whole(200, {**head, "data": models}, house.headers(ticket), after_s=_AFTER_S)


def write_gemini(_ask: Ask, _answer: Answer, ticket: Ticket, house: House) -> Reply:
    """`{"models": [{"name": "models/…", "supportedGenerationMethods": […]}]}`."""
    methods = ["generateContent", "countTokens"]
    models = [
        {"name": f"models/{model}", "displayName": model, "supportedGenerationMethods": methods}
        for model in house.models
    ]
    return whole(200, {"models": models}, house.headers(ticket), after_s=_AFTER_S)
