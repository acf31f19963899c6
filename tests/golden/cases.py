"""Golden transcripts: what a wire once sent, as timed bytes, and the numbers that must come of it.

A case is a YAML file under the folder of its wire. `{{png 1024x1024}}` in a body stands for such a picture in
base64 (`{{png 64x64 blank}}`: of one colour), `{{nonce}}` for the request's nonce, `{{answer}}` for what the
built-in question wants to hear.
"""

import base64
import re
import struct
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from probes.checks.challenge import question
from probes.model import (
    Api,
    Auth,
    Channel,
    Expect,
    Kind,
    Plan,
    Probe,
    Provider,
    Reason,
    Secret,
    Slot,
    WireName,
)
from probes.model.plan import Address
from probes.simulator.script import End, Reply, Step
from probes.ulid import nonce_of

FOLDER = Path(__file__).parent
SLOT_ID = "01KAJ8M000GA1DENGA1DENTRAM"
NONCE = nonce_of(SLOT_ID)
_PICTURE = re.compile(r"\{\{png (\d+)x(\d+)( blank)?\}\}")
_ROOTS = {
    Api.OPENAI: "https://gw.example/v1",
    Api.GEMINI: "https://gw.example",
    Api.ANTHROPIC: "https://gw.example",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One file."""

    wire: WireName
    name: str
    source: str
    ask: dict[str, Any]
    reply: Reply
    expect: dict[str, Any]


@cache
def all_cases() -> tuple[Case, ...]:
    """Every transcript, in the order of the file names."""
    return tuple(_load(path) for path in sorted(FOLDER.glob("*/*.yaml")))


def _load(path: Path) -> Case:
    raw = yaml.safe_load(path.read_text())
    wire = WireName(path.parent.name)
    ask = raw["ask"]
    if unknown := set(raw) - {"source", "ask", "status", "headers", "head_after", "body", "end", "expect"}:
        raise ValueError(f"{path}: unknown {unknown}")
    reply = Reply(
        status=raw["status"],
        headers=tuple(raw.get("headers", {}).items()),
        steps=tuple(Step(after_s=after_s, data=_filled(text, ask)) for after_s, text in raw.get("body", [])),
        end=End(raw.get("end", "complete")),
        head_after_s=raw.get("head_after", 0.0),
    )
    return Case(wire=wire, name=path.stem, source=raw["source"], ask=ask, reply=reply, expect=raw["expect"])


def _filled(text: str, ask: dict[str, Any]) -> bytes:
    text = text.replace("{{nonce}}", NONCE)
    text = text.replace("{{answer}}", str(question(Kind(ask["kind"]), NONCE)[1]))
    return _PICTURE.sub(lambda match: png(int(match[1]), int(match[2]), blank=bool(match[3])), text).encode()


@cache
def png(width: int, height: int, *, blank: bool = False) -> str:
    """A grey ramp, or nothing, as a PNG in base64."""
    ramp = bytes(128 if blank else 255 * x // width for x in range(width))
    pixels = zlib.compress(b"".join(b"\0" + ramp for _ in range(height)), 9)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    data = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)
    return base64.b64encode(data).decode()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def plan_of(case: Case) -> Plan:
    """A plan of one provider with one channel with one probe, as the case asks; reach has no channel."""
    fields = dict(case.ask)
    api, model = Api(fields.pop("api")), fields.pop("model", "m-1")
    kind = Kind(fields.pop("kind"))
    provider = Provider(
        name="gw",
        title="Gateway",
        base_url=_ROOTS[api],
        api=api,
        auth=Auth.BEARER,
        keys={"default": Secret("sk-golden")},
    )
    channels = {} if kind is Kind.REACH else {"c": _channel(model, _probe(case.wire, kind, fields))}
    return Plan(
        path=Path("genping.yaml"),
        fingerprint="golden",
        vantage="here",
        data_dir=Path(),
        public=Address(host="127.0.0.1", port=0),
        ops=Address(host="127.0.0.1", port=0),
        providers={"gw": provider},
        channels=channels,
        unlimited=True,
    )


def _probe(wire: WireName, kind: Kind, fields: dict[str, Any]) -> Probe:
    expect = Expect(**fields.pop("expect", {"any": True}))
    defaults: dict[str, Any] = {"stream": False, "prompt": None if expect.challenge else "Say OK. {nonce}"}
    return Probe(
        name=kind.value,
        kind=kind,
        wire=wire,
        main=True,
        every_s=300.0,
        jitter_s=0.0,
        timeout_s=180.0,
        connect_timeout_s=10.0,
        first_token_timeout_s=180.0,
        stall_timeout_s=20.0,
        expect=expect,
        **defaults | fields,
    )


def _channel(model: str, probe: Probe) -> Channel:
    return Channel(
        id="c",
        title="C",
        provider="gw",
        key="default",
        model=model,
        family=model,
        group="",
        region="",
        probes=(probe,),
    )


def slot_of(case: Case) -> Slot:
    """The slot that a case is measured in."""
    is_reach = case.ask["kind"] == Kind.REACH
    return Slot(
        id=SLOT_ID,
        channel=None if is_reach else "c",
        probe=case.ask["kind"],
        provider="gw",
        key="default",
        reason=Reason.REACH if is_reach else Reason.SCHEDULED,
        scheduled_ns=0,
    )
