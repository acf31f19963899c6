"""`genping check`: what the configuration will ask, how often, and what that costs at worst."""

from collections.abc import Iterable
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from exporter.catalogue import series_count
from probes.model import Plan
from probes.schedule.plan import Forecast, forecast

_MONTH_DAYS = 30
_MANY_SERIES = 100_000


def show(plan: Plan, console: Console) -> list[str]:
    """Print the plan; the warnings that were printed."""
    channels = plan.channels.values()
    forecasts = [forecast(plan, channel, probe) for channel in channels for probe in channel.probes]
    console.print(
        f"{plan.path}: {len(channels)} channels, {len(plan.providers)} providers, {len(forecasts)} probes"
    )
    console.print(_table(forecasts))
    total = sum((one.worst_usd_per_day for one in forecasts), Decimal(0))
    console.print(f"at worst ${total:.2f} a day, ${total * _MONTH_DAYS:.2f} a month; cap: {_cap(plan)}")
    console.print(f"{series_count(plan)} Prometheus series")
    warnings = [*plan.warnings, *_warnings(plan, forecasts, total)]
    for warning in warnings:
        console.print(f"warning: {warning}", style="yellow", soft_wrap=True)
    return warnings


def _table(forecasts: Iterable[Forecast]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("channel", "probe", "every", "slots/day", "worst $/slot", "worst $/day", "worst $/month"):
        table.add_column(title, justify="left" if title in ("channel", "probe") else "right")
    for one in forecasts:
        table.add_row(
            one.channel,
            one.probe,
            every(one.every_s),
            f"{one.slots_per_day:,.0f}",
            f"{one.worst_usd:.6f}",
            f"{one.worst_usd_per_day:.2f}",
            f"{one.worst_usd_per_day * _MONTH_DAYS:.2f}",
        )
    return table


def every(length_s: float) -> str:
    """A duration as the configuration writes it: `30s`, `5m`, `6h`."""
    for unit_s, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if length_s >= unit_s and length_s % unit_s == 0:
            return f"{length_s / unit_s:.0f}{unit}"
    return f"{length_s:g}s"


def _cap(plan: Plan) -> str:
    if plan.unlimited:
        return "none (budget: none)"
    caps = [
        f"${limit} a {length}"
        for limit, length in ((plan.caps.per_day, "day"), (plan.caps.per_month, "month"))
        if limit is not None
    ]
    return " and ".join(caps) or "by provider or channel only"


def _warnings(plan: Plan, forecasts: Iterable[Forecast], total: Decimal) -> list[str]:
    found = []
    if plan.caps.per_day is not None and total > plan.caps.per_day:
        found.append(
            f"at worst the plan costs ${total:.2f} a day and the cap is ${plan.caps.per_day}: "
            "what does not fit is skipped as `budget`; ask less often or raise the cap"
        )
    found += [
        f"{one.channel}: one request of {one.probe} can cost ${one.worst_usd:.4f}, more than a day's cap"
        for one in forecasts
        if _too_small(plan, one)
    ]
    if series_count(plan) > _MANY_SERIES:
        found.append(f"more than {_MANY_SERIES:,} series; set `metrics: {{detail: lean}}`")
    return found


def _too_small(plan: Plan, one: Forecast) -> bool:
    channel = plan.channels[one.channel]
    nested = (channel.caps.per_day, plan.providers[channel.provider].caps.per_day, plan.caps.per_day)
    return any(cap is not None and one.worst_usd > cap for cap in nested)
