"""What is measured: providers, channels and probes, as the configuration says after every default."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from probes.model.secret import Secret
from probes.model.words import Api, Auth, Billed, Kind, WireName


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """Hard limits on what may be spent, in USD; None: no limit of that length."""

    per_day: Decimal | None = None
    per_month: Decimal | None = None
    manual_per_day: Decimal | None = None

    @property
    def limits(self) -> bool:
        """Whether there is any cap on scheduled spending."""
        return self.per_day is not None or self.per_month is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How the free question is asked."""

    every_s: float = 60.0
    timeout_s: float = 10.0
    path: str | None = None  # None: where the provider's api has its models list


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Who sells the API: one base URL, one or more named keys."""

    name: str
    title: str
    base_url: str
    api: Api
    auth: Auth
    keys: Mapping[str, Secret]
    headers: Mapping[str, Secret] = field(default_factory=dict)  # values may hold secrets, so all of them are
    reach: Reach | None = field(default_factory=Reach)
    caps: Caps = field(default_factory=Caps)
    proxy: Secret | None = None
    ca_file: Path | None = None
    fetch_images: bool = False
    rate_limited_excluded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a channel charges, in units of which one is worth `usd_per_unit` USD. None: not priced that way.

    Token prices are per 1,000,000 tokens, as every price list prints them.
    """

    usd_per_unit: Decimal = Decimal(1)
    input: Decimal | None = None
    cached_input: Decimal | None = None
    output: Decimal | None = None
    image_output: Decimal | None = None
    per_request: Decimal | None = None
    per_image: Mapping[str, Decimal] = field(default_factory=dict)
    billed: Billed = Billed.ATTEMPT
    currency: str = "USD"

    @property
    def free(self) -> bool:
        """Whether nothing can ever be charged."""
        rates = (self.input, self.cached_input, self.output, self.image_output, self.per_request)
        return not any(rates) and not any(self.per_image.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What an answer must hold: exactly one of the four."""

    challenge: bool = False  # the built-in question's answer
    any: bool = False  # some output
    contains: str | None = None
    regex: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What the owner of a probe calls good; None: not stated."""

    uptime: float | None = None
    ttft_s: float | None = None
    e2e_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One recurring request on one channel. Durations are seconds."""

    name: str
    kind: Kind
    wire: WireName
    main: bool
    every_s: float
    jitter_s: float
    timeout_s: float
    connect_timeout_s: float
    first_token_timeout_s: float
    stall_timeout_s: float
    stream: bool
    expect: Expect
    max_tokens: int | None = None
    prompt: str | None = None
    size: str | None = None  # 512 1K 2K 4K
    aspect_ratio: str | None = None
    quality: str | None = None
    schema: Mapping[str, Any] | None = None
    objective: Objective = field(default_factory=Objective)
    reuse_connection: bool = False
    extra_body: Mapping[str, Any] = field(default_factory=dict)
    extra_headers: Mapping[str, Secret] = field(default_factory=dict)
    poll: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicView:
    """How a channel shows itself in public."""

    title: str | None = None  # `as`: becomes the title and, as a slug, the public id
    hide: frozenset[str] = frozenset()  # of provider model served_model group


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What a user can pick and pay for: provider × key × model × price group × region."""

    id: str
    title: str
    provider: str
    key: str
    model: str
    family: str
    group: str
    region: str
    probes: tuple[Probe, ...]
    price: Price = field(default_factory=Price)
    caps: Caps = field(default_factory=Caps)
    public: PublicView | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    paused: bool = False

    @property
    def main(self) -> Probe:
        """The probe that speaks for the channel: the one marked so, else the first."""
        return next((probe for probe in self.probes if probe.main), self.probes[0])

    def probe(self, name: str) -> Probe | None:
        """The probe of that name, if there is one."""
        return next((probe for probe in self.probes if probe.name == name), None)


def control_socket(data_dir: Path, shard: int) -> Path:
    """Where a shard's prober listens for the publisher and the command line."""
    return data_dir / ("control.sock" if shard == 0 else f"control-{shard}.sock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a listener binds."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """As a browser would open it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


_HELD = {  # key of the configuration -> field of the plan
    "listen.public": "public",
    "listen.ops": "ops",
    "data_dir": "data_dir",
    "vantage": "vantage",
    "probers": "probers",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole configuration, resolved. `fingerprint` changes when its files' meaning does."""

    path: Path
    fingerprint: str
    vantage: str
    data_dir: Path
    public: Address
    ops: Address
    providers: Mapping[str, Provider]
    channels: Mapping[str, Channel]
    caps: Caps = field(default_factory=Caps)
    unlimited: bool = False  # `budget: none`, the explicit opt-out
    refuse_on_exceed: bool = False
    budget_zone: str = "UTC"
    rate_limited_excluded: bool = False
    probers: int = 1
    retention_s: float = 90 * 86400.0
    read_token: Secret | None = None
    admin_token: Secret | None = None
    metrics_detail: str = "channel"
    metrics_labels: tuple[str, ...] = ()
    # influx, notify, maintenance, page: checked, for those who publish
    publishing: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def needs_restart(self, other: "Plan") -> list[str]:
        """The keys that differ and cannot change in a running service: sockets and files hang on them."""
        return [key for key, name in _HELD.items() if getattr(self, name) != getattr(other, name)]

    def held(self) -> dict[str, Any]:
        """What a service keeps from start to end, as plain values."""
        return {
            "public": asdict(self.public),
            "ops": asdict(self.ops),
            "data_dir": str(self.data_dir),
            "vantage": self.vantage,
            "probers": self.probers,
        }

    def holding(self, held: Mapping[str, Any]) -> "Plan":
        """The same with what a service was started with, whatever the file has come to say since.

        A child that comes back must find the ledger, the shards and the sockets that it left.
        """
        if not held:
            return self
        return replace(
            self,
            public=Address(**held["public"]),
            ops=Address(**held["ops"]),
            data_dir=Path(held["data_dir"]),
            vantage=held["vantage"],
            probers=held["probers"],
        )

    def shard_of(self, provider: str) -> int:
        """Which prober measures a provider: a stable hash, so that adding one moves no other."""
        digest = hashlib.blake2s(provider.encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % self.probers

    def channels_of_shard(self, shard: int) -> tuple[Channel, ...]:
        """The channels that one prober measures, in the order of the file."""
        return tuple(c for c in self.channels.values() if self.shard_of(c.provider) == shard)

    def providers_of_shard(self, shard: int) -> tuple[Provider, ...]:
        """The providers that one prober asks, in the order of the file."""
        return tuple(p for p in self.providers.values() if self.shard_of(p.name) == shard)
