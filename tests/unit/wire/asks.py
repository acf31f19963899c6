"""Asks and events as the runner makes them, with everything that a test does not care about filled in."""

from typing import Any

import orjson

from probes.model import (
    Api,
    Ask,
    Auth,
    Channel,
    Event,
    Expect,
    Fact,
    Framing,
    Kind,
    Probe,
    Provider,
    Secret,
    WireName,
    WireRequest,
)
from probes.wire import WIRES


def ask(
    *, api: Api = Api.OPENAI, base_url: str = "https://gw.example/v1", model: str = "m-1", **probe: Any
) -> Ask:
    """A chat ask unless the probe's fields say otherwise."""
    defaults: dict[str, Any] = {
        "name": "p",
        "kind": Kind.CHAT,
        "wire": WireName.OPENAI_CHAT,
        "main": True,
        "every_s": 300.0,
        "jitter_s": 0.0,
        "timeout_s": 60.0,
        "connect_timeout_s": 10.0,
        "first_token_timeout_s": 60.0,
        "stall_timeout_s": 20.0,
        "stream": True,
        "expect": Expect(any=True),
    }
    made = Probe(**defaults | probe)
    channel = Channel(
        id="c",
        title="C",
        provider="gw",
        key="default",
        model=model,
        family=model,
        group="",
        region="",
        probes=(made,),
    )
    provider = provider_of(api=api, base_url=base_url)
    return Ask(provider=provider, channel=channel, probe=made, prompt="Say OK. 7f3a", nonce="7f3a")


def provider_of(**fields: Any) -> Provider:
    defaults: dict[str, Any] = {
        "name": "gw",
        "title": "Gateway",
        "base_url": "https://gw.example/v1",
        "api": Api.OPENAI,
        "auth": Auth.BEARER,
        "keys": {"default": Secret("sk-x")},
    }
    return Provider(**defaults | fields)


def reach(**provider: Any) -> Ask:
    return Ask(provider=provider_of(**provider), channel=None, probe=None, prompt="", nonce="7f3a")


def request_of(wire: WireName, asked: Ask) -> WireRequest:
    return next(WIRES[wire](asked))


def body_of(request: WireRequest) -> Any:
    return orjson.loads(request.body)


def event(value: Any, *, framing: Framing = Framing.SSE, name: str = "") -> Event:
    """An event that holds this JSON value, or these very bytes."""
    data = value if isinstance(value, bytes) else orjson.dumps(value)
    return Event(data=data, at_ns=1, read=1, framing=framing, name=name)


def facts(request: WireRequest, value: Any, *, framing: Framing = Framing.SSE, name: str = "") -> list[Fact]:
    return list(request.read(event(value, framing=framing, name=name)))
