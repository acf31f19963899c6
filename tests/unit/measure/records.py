"""Records by hand: what happened, said in as few words as a test can."""

from collections.abc import Iterable
from typing import Any

from probes.clock import NS
from probes.model import (
    Api,
    Ask,
    Auth,
    Channel,
    Delta,
    ErrorKind,
    Exchange,
    Expect,
    Fact,
    Failure,
    Finish,
    Kind,
    Marks,
    Output,
    OutputKind,
    Price,
    Probe,
    Provider,
    Purpose,
    Record,
    Secret,
    Terminal,
    Verdict,
    WireName,
    WireRequest,
)

START_NS = 1_000 * NS
SSE = (("content-type", "text/event-stream; charset=utf-8"),)
JSON = (("content-type", "application/json"),)
DONE = (Finish(reason="stop", verdict=Verdict.NORMAL), Terminal())
KEY = "sk-canary-0123456789abcdef"


def at(seconds: float) -> int:
    """A stamp, in seconds after the probe's start."""
    return START_NS + round(seconds * NS)


def text(words: str = "42", kind: OutputKind = OutputKind.TEXT) -> Output:
    return Output(kind=kind, text=words)


def stream(*facts: tuple[float, int, Fact] | Fact) -> tuple[Delta, ...]:
    """Deltas at (seconds, read); a bare fact comes with the one before it."""
    deltas, seconds, read = [], 0.5, 0
    for item in facts:
        if isinstance(item, tuple):
            seconds, read, fact = item
        else:
            fact = item
        deltas.append(Delta(at_ns=at(seconds), read=read, fact=fact))
    return tuple(deltas)


def make_probe(kind: Kind = Kind.CHAT, **values: Any) -> Probe:
    settings: dict[str, Any] = {
        "name": kind.value,
        "kind": kind,
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
        "max_tokens": 256,
    }
    return Probe(**settings | values)


def make_provider(**values: Any) -> Provider:
    settings: dict[str, Any] = {
        "name": "seller",
        "title": "Seller",
        "base_url": "https://seller.example/v1",
        "api": Api.OPENAI,
        "auth": Auth.BEARER,
        "keys": {"default": Secret(KEY)},
    }
    return Provider(**settings | values)


def make_ask(
    probe: Probe | None = None, *, model: str = "m-1", price: Price | None = None, **values: Any
) -> Ask:
    probe = probe or make_probe()
    channel = Channel(
        id="line",
        title="Line",
        provider="seller",
        key="default",
        model=model,
        family=model,
        group="",
        region="",
        probes=(probe,),
        price=price or Price(),
    )
    settings: dict[str, Any] = {
        "provider": make_provider(),
        "channel": channel,
        "probe": probe,
        "prompt": "What is 17 + 25? Answer with the number and the word k3f9x2ab only.",
        "nonce": "k3f9x2ab",
        "expected": "42",
    }
    return Ask(**settings | values)


def reach_ask() -> Ask:
    return Ask(provider=make_provider(), channel=None, probe=None, prompt="", nonce="k3f9x2ab")


def make_marks(**seconds: float | None) -> Marks:
    """Marks in seconds after the probe's start; a value of None takes a mark away."""
    times: dict[str, float | None] = {
        "start": 0.0,
        "dns": 0.01,
        "connect": 0.03,
        "tls": 0.07,
        "send": 0.1,
        "sent": 0.1,
        "first_byte": 0.4,
        "last_byte": 2.1,
        "end": 2.1,
    }
    stamps = {f"{name}_ns": None if s is None else at(s) for name, s in (times | seconds).items()}
    return Marks(**stamps)  # type: ignore[arg-type]  # start and end are never None here


def make_exchange(*, marks: Marks | None = None, failure: ErrorKind | None = None, **values: Any) -> Exchange:
    request = WireRequest(
        purpose=Purpose.SUBMIT, method="POST", url="https://seller.example/v1/x", read=lambda _event: ()
    )
    settings: dict[str, Any] = {
        "request": request,
        "marks": marks or make_marks(),
        "status": 200,
        "headers": SSE,
        "http_version": "1.1",
        "bytes_received": 1234,
        "failure": Failure(error=failure, detail="said the transport") if failure else None,
    }
    return Exchange(**settings | values)


def make_record(
    deltas: Iterable[Delta] = (), *, ask: Ask | None = None, exchange: Exchange | None = None
) -> Record:
    exchange = exchange or make_exchange()
    return Record(
        ask=ask or make_ask(),
        start_ns=START_NS,
        end_ns=exchange.marks.end_ns,
        exchanges=(exchange,),
        deltas=tuple(deltas),
    )
