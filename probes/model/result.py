"""What one executed probe saw, as `docs/result.md` defines it. Not observed is None, never 0."""

from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

from probes.model.words import ErrorKind, Kind, Outcome, Reason, WireName


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One scheduled time of one probe, or one request out of turn. Times are wall-clock ns in UTC."""

    id: str  # becomes the result's id; unique across shards
    channel: str | None
    probe: str
    provider: str
    key: str
    reason: Reason
    scheduled_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One picture of an answer, as decoded."""

    width: int
    height: int
    format: str  # png jpeg webp gif
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One executed probe. Times are seconds; the three instants are wall-clock ns in UTC."""

    id: str
    channel: str | None
    probe: str
    provider: str
    key: str
    model: str | None
    family: str | None
    group: str
    region: str
    kind: Kind
    wire: WireName
    size: str | None
    vantage: str
    reason: Reason
    scheduled_ns: int
    started_ns: int
    finished_ns: int
    outcome: Outcome
    error: ErrorKind | None = None
    detail: str | None = None
    http_status: int | None = None
    request_id: str | None = None
    served_model: str | None = None
    retry_after_s: float | None = None
    flags: tuple[str, ...] = ()
    dns_s: float | None = None
    connect_s: float | None = None
    tls_s: float | None = None
    ttfb_s: float | None = None
    ttft_s: float | None = None
    ttfa_s: float | None = None
    e2e_s: float | None = None
    max_gap_s: float | None = None
    submit_s: float | None = None
    queue_s: float | None = None
    run_s: float | None = None
    download_s: float | None = None
    polls: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None
    image_tokens: int | None = None
    decode_tps: float | None = None
    e2e_tps: float | None = None
    chunks: int | None = None
    bytes: int | None = None
    images: tuple[Image, ...] = ()
    cost_usd: float | None = None
    cost_basis: str | None = None
    schedule_lag_s: float | None = None
    loop_lag_s: float | None = None
    tainted: bool = False
    stamp: str = "user"
    connection: str = "cold"
    http_version: str | None = None

    @property
    def streamed(self) -> bool:
        """Whether output came in more than one piece: only then do pace figures exist."""
        return self.max_gap_s is not None

    def to_json(self) -> dict[str, Any]:
        """The public object: instants as RFC 3339, everything else as it is."""
        out = {public: getattr(self, name) for name, public in _PUBLIC_NAMES.items()}
        for name in _INSTANTS:
            out[_PUBLIC_NAMES[name]] = rfc3339(getattr(self, name))
        out["flags"], out["images"] = list(self.flags), [asdict(image) for image in self.images]
        return out


_INSTANTS = ("scheduled_ns", "started_ns", "finished_ns")
_PUBLIC_NAMES = {
    f.name: f"{f.name.removesuffix('_ns')}_at" if f.name in _INSTANTS else f.name for f in fields(Result)
}


def result_from_json(data: dict[str, Any]) -> Result:
    """The value that `Result.to_json` wrote; unknown keys of a newer version are left out."""
    known = {f.name for f in fields(Result)}
    values = {key: value for key, value in data.items() if key in known}
    for name in _INSTANTS:
        values[name] = rfc3339_ns(data[_PUBLIC_NAMES[name]])
    values["kind"], values["wire"] = Kind(data["kind"]), WireName(data["wire"])
    values["reason"], values["outcome"] = Reason(data["reason"]), Outcome(data["outcome"])
    values["error"] = ErrorKind(data["error"]) if data.get("error") else None
    values["flags"] = tuple(data.get("flags") or ())
    values["images"] = tuple(Image(**image) for image in data.get("images") or ())
    return Result(**values)


def rfc3339(wall_ns: int) -> str:
    """An instant as text, to the microsecond: `2026-11-21T01:02:03.000004Z`."""
    whole, rest = divmod(wall_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{rest // 1000:06d}Z"


def rfc3339_ns(text: str) -> int:
    """The instant that `rfc3339` wrote, in ns."""
    moment = datetime.fromisoformat(text)
    return int(moment.replace(microsecond=0).timestamp()) * 1_000_000_000 + moment.microsecond * 1000
