"""The first page: rows made of the public view, nothing else."""

from datetime import UTC, datetime
from math import floor
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from exporter.followers.board import Board
from exporter.web.view import channels_json
from probes.clock import NS
from probes.model import IMAGE_KINDS, Plan

_TEMPLATES = Path(__file__).parent / "templates"
_JINJA = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400


def render(plan: Plan, board: Board, now_ns: int) -> bytes:
    """The page as HTML."""
    page = plan.publishing.get("page", {})
    shown = channels_json(plan, board, now_ns)["channels"]
    zone = ZoneInfo(page.get("zone", "UTC"))
    text = _JINJA.get_template("index.html").render(
        title=page.get("title", "Model status"),
        announcement=page.get("announcement", ""),
        base=page.get("base_path", "/"),
        vantage=plan.vantage,
        zone=str(zone),
        generated=_clock(now_ns / NS, zone),
        rows=[_row(channel, now_ns / NS, zone) for channel in shown],
    )
    return text.encode()


def _row(channel: dict[str, Any], now_s: float, zone: ZoneInfo) -> dict[str, Any]:
    checked, since = (_seconds(channel[name]) for name in ("last_checked", "since"))
    return {
        "id": channel["id"],
        "title": channel["title"],
        "provider": channel.get("provider"),
        "group": channel.get("group"),
        "state": channel["state"],
        "since": None if since is None else _clock(since, zone),
        "for": None if since is None else _age(now_s - since),
        "checked": None if checked is None else _clock(checked, zone),
        "ago": None if checked is None else _age(now_s - checked),
        "uptime": _uptime(channel["uptime"]["24h"]),
        "latency": _latency(channel),
    }


def _uptime(figure: dict[str, Any]) -> dict[str, str]:
    """A percentage only where it means something; what it rests on, always. Never rounded up."""
    if figure["n"] == 0:
        return {"main": "no data", "rests_on": ""}
    counts = f"{figure['good']} of {figure['n']}"
    if figure["value"] is None:
        return {"main": counts, "rests_on": ""}
    return {"main": f"{floor(figure['value'] * 1000) / 10:.1f} %", "rests_on": counts}


def _duration(seconds: float) -> str:
    """As fine as a reader can use: `46 ms`, `5.11 s`, `102.1 s`."""
    if seconds < 0.9995:  # noqa: PLR2004 - from here on it would round to 1000 ms
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"  # noqa: PLR2004 - three digits or so


def _latency(channel: dict[str, Any]) -> dict[str, str] | None:
    """The median that a user feels: to the whole picture of images, to the first token of streams."""
    kind = next(probe["kind"] for probe in channel["probes"] if probe["main"])
    measured = channel["latency"]["24h"]
    name = "e2e" if kind in IMAGE_KINDS or measured["ttft"]["p50"] is None else "ttft"
    value = measured[name]["p50"]
    if value is None:
        return None
    return {"value": _duration(value), "what": "first token" if name == "ttft" else "end to end"}


def _seconds(instant: str | None) -> float | None:
    return None if instant is None else datetime.fromisoformat(instant).timestamp()


def _clock(at_s: float, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC).astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _age(seconds: float) -> str:
    whole = max(0, int(seconds))
    for name, length_s in (("d", _DAY_S), ("h", _HOUR_S), ("min", _MINUTE_S)):
        if whole >= length_s:
            return f"{whole // length_s} {name}"
    return f"{whole} s"
