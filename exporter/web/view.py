"""What the public may know of a channel, field by field. What is not named here is never shown."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from exporter.followers.board import WINDOW_NS, Board, History
from exporter.followers.standings import since_s
from exporter.followers.windows import LATENCIES, RATES, distribution, figures, tally, uptime
from probes.config.scalars import slug
from probes.model import Channel, Plan, Price, Probe, rfc3339

_WINDOWS = ("24h", "7d", "30d", "90d")
_KEPT = "24h"  # the window that the board holds; the others are null
_UNITS = ("input", "cached_input", "output", "image_output", "per_request")


def public_channels(plan: Plan) -> list[Channel]:
    """The channels that may be shown, in the order of the configuration."""
    return [channel for channel in plan.channels.values() if channel.public is not None]


def public_id(channel: Channel) -> str:
    """Its id in public: the slug of `as` where that is given."""
    alias = channel.public.title if channel.public else None
    return (slug(alias) or channel.id) if alias else channel.id


def public_title(channel: Channel) -> str:
    """Its title in public."""
    return (channel.public and channel.public.title) or channel.title


def channels_json(plan: Plan, board: Board, now_ns: int) -> dict[str, Any]:
    """`/api/v1/channels`."""
    return {
        "generated_at": rfc3339(now_ns),
        "vantage": plan.vantage,
        "channels": [channel_json(plan, board, channel, now_ns) for channel in public_channels(plan)],
    }


def channel_json(plan: Plan, board: Board, channel: Channel, now_ns: int) -> dict[str, Any]:
    """One channel, without what it hides. A hidden model hides its family, which is mostly its name."""
    probes = [_probe(plan, board, channel, probe, now_ns) for probe in channel.probes]
    main = next(probe for probe in probes if probe["main"])
    now = board.standings.of(channel.id, now_ns)
    last = board.history(channel.id, channel.main.name).last
    checked = [probe["last"]["finished_at"] for probe in probes if probe["last"]]
    shown = {
        "id": public_id(channel),
        "title": public_title(channel),
        "provider": plan.providers[channel.provider].title,
        "model": channel.model,
        "family": channel.family,
        "group": channel.group,
        "region": channel.region,
        "state": now.state,
        "since": None if since_s(now) is None else rfc3339(now.since_ns),
        "last_checked": max(checked, default=None),
        "served_model": last.served_model if last else None,
        **{name: main[name] for name in ("uptime", "latency", "throughput", "errors")},
        "probes": probes,
        "structured_output_error_rate": None,
        "images": None,
    }
    if plan.publishing.get("page", {}).get("prices"):
        shown |= {"price": _price(channel.price), "effective_price": None}
    hidden = channel.public.hide if channel.public else frozenset()
    if "model" in hidden:
        hidden |= {"family", "served_model"}
    return {name: value for name, value in shown.items() if name not in hidden}


def _probe(plan: Plan, board: Board, channel: Channel, probe: Probe, now_ns: int) -> dict[str, Any]:
    history = board.history(channel.id, probe.name)
    start_ns = now_ns - WINDOW_NS
    counts = tally(history.spans, start_ns)
    excluded = plan.rate_limited_excluded or plan.providers[channel.provider].rate_limited_excluded
    return {
        "name": probe.name,
        "kind": probe.kind,
        "main": probe is channel.main,
        "size": probe.size,
        "every_s": probe.every_s,
        "planned_every_s": board.standings.planned_s(channel.id, probe),
        "uptime": _windows(uptime(counts, limits_excluded=excluded)),
        "latency": _windows(_distributions(history, start_ns, LATENCIES, ("p50", "p95", "p99"))),
        "throughput": _windows(_distributions(history, start_ns, RATES, ("p50",))),
        "errors": dict.fromkeys(_WINDOWS) | {_KEPT: counts.errors},
        "last": _last(history),
    }


def _windows(kept: dict[str, Any]) -> dict[str, Any]:
    """Every window in the same shape; what the board does not hold is null throughout."""
    return {window: kept if window == _KEPT else _blank(kept) for window in _WINDOWS}


def _blank(figure: Any) -> Any:
    return {name: _blank(value) for name, value in figure.items()} if isinstance(figure, dict) else None


def _distributions(
    history: History, start_ns: int, names: tuple[str, ...], percentiles: tuple[str, ...]
) -> dict[str, Any]:
    return {name: distribution(figures(history.spans, start_ns, name), percentiles) for name in names}


def _last(history: History) -> dict[str, Any] | None:
    if history.last is None:
        return None
    shown = asdict(history.last)
    return {name: shown[name] for name in ("outcome", "error", "finished_at", "flags")}


def _price(price: Price) -> dict[str, Any]:
    """As the owner wrote it, in the owner's currency."""
    rates = {name: _number(getattr(price, name)) for name in _UNITS}
    per_image = {size: _number(amount) for size, amount in price.per_image.items()}
    return {"currency": price.currency, **rates, "per_image": per_image}


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
