"""Plans with caps, and requests under them."""

from decimal import Decimal
from pathlib import Path

from probes.clock import NS
from probes.model import (
    Address,
    Api,
    Auth,
    Caps,
    Channel,
    Expect,
    Kind,
    Plan,
    Probe,
    Provider,
    Reason,
    Slot,
    WireName,
)
from probes.ulid import new_ulid

START_NS = 1_795_219_200 * NS
NANO = 1_000_000_000


def caps(day=None, month=None, manual=None):
    """Caps in nano-USD."""
    return Caps(
        per_day=None if day is None else Decimal(day) / NANO,
        per_month=None if month is None else Decimal(month) / NANO,
        manual_per_day=None if manual is None else Decimal(manual) / NANO,
    )


def probe(name="chat"):
    return Probe(
        name=name,
        kind=Kind.CHAT,
        wire=WireName.OPENAI_CHAT,
        main=True,
        every_s=60,
        jitter_s=0,
        timeout_s=60,
        connect_timeout_s=10,
        first_token_timeout_s=60,
        stall_timeout_s=20,
        stream=True,
        expect=Expect(challenge=True),
    )


def provider(name, of=None):
    return Provider(
        name=name, title=name, base_url="http://x", api=Api.OPENAI, auth=Auth.NONE, keys={}, caps=of or Caps()
    )


def channel(id_, provider_name, of=None):
    return Channel(
        id=id_,
        title=id_,
        provider=provider_name,
        key="k",
        model="m",
        family="m",
        group="",
        region="",
        probes=(probe(),),
        caps=of or Caps(),
    )


def plan(total=None, providers=None, channels=None, **values):
    """`providers`: name -> caps; `channels`: id -> (provider, caps)."""
    providers = providers or {"p": None}
    channels = channels or {"c": ("p", None)}
    return Plan(
        path=Path("genping.yaml"),
        fingerprint="f",
        vantage="here",
        data_dir=Path("data"),
        public=Address(host="127.0.0.1", port=1),
        ops=Address(host="127.0.0.1", port=2),
        providers={name: provider(name, of) for name, of in providers.items()},
        channels={id_: channel(id_, name, of) for id_, (name, of) in channels.items()},
        caps=total or Caps(),
        **values,
    )


def slot(n=0, *, channel_id: str | None = "c", provider_name="p", reason=Reason.SCHEDULED):
    at_ns = START_NS + n * NS
    return Slot(
        id=new_ulid(at_ns),
        channel=channel_id,
        probe="chat" if channel_id else "reach",
        provider=provider_name,
        key="k",
        reason=reason,
        scheduled_ns=at_ns,
    )
