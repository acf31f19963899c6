"""`genping check`: what the configuration will ask, how often, and what that costs at worst."""

from collections.abc import Iterable
from decimal import Decimal

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from exporter.catalogue import series_count
from probes.model import Plan
from probes.schedule.plan import Forecast, forecast

_MONTH_DAYS = 30
_MANY_SERIES = 100_000
_CENT = Decimal("0.01")
_UNBOUNDED = 10_000  # characters: wider than any table of ids


def show(plan: Plan, console: Console) -> list[str]:
    """Print the plan; the warnings that were printed."""
    channels = plan.channels.values()
    forecasts = [forecast(plan, channel, probe) for channel in channels for probe in channel.probes]
    total = sum((one.worst_usd_per_day for one in forecasts), Decimal(0))
    warnings = [*plan.warnings, *_warnings(plan, forecasts, total)]
    counts = ", ".join(
        _count(number, noun)
        for number, noun in (
            (len(channels), "channel"),
            (len(plan.providers), "provider"),
            (len(forecasts), "probe"),
        )
    )
    _say(console, f"{plan.path}: {counts}")
    _say(console, "all money is the worst case")
    _print_whole(console, _table(forecasts))
    _say(
        console,
        f"at worst {_money(total)} a day, {_money(total * _MONTH_DAYS)} a month; cap: {_cap(plan)}",
    )
    _say(console, f"{series_count(plan)} Prometheus series")
    for warning in warnings:
        _say(console, f"warning: {warning}", style="yellow")
    return warnings


def _say(console: Console, line: str, style: str = "") -> None:
    """Print a line as it is: a path or a warning may hold what looks like markup."""
    console.print(Text(line, style=style), soft_wrap=True)


def _print_whole(console: Console, table: Table) -> None:
    """Print all of a table, however narrow the console is: an id that is cut cannot be copied."""
    unbounded = console.options.update(width=_UNBOUNDED)
    table.width = Measurement.get(console, unbounded, table).maximum
    console.print(table, crop=False)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _money(usd: Decimal) -> str:
    """With cents; smaller sums with what they have."""
    return f"${usd:.6f}" if 0 < usd < _CENT else f"${usd:.2f}"


def _table(forecasts: Iterable[Forecast]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("channel", "probe", "every", "slots/day", "$/slot", "$/day", "$/month"):
        table.add_column(title, justify="left" if title in ("channel", "probe") else "right", no_wrap=True)
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
    caps = [
        f"{_limit(limit)} a {length}"
        for limit, length in ((plan.caps.per_day, "day"), (plan.caps.per_month, "month"))
        if limit is not None
    ]
    narrower = [one.caps for one in plan.providers.values()]
    narrower += [one.caps for one in plan.channels.values()]
    if not caps and any(one.limits for one in narrower):
        return "by provider or channel only"
    return " and ".join(caps) or "none"


def _limit(usd: Decimal) -> str:
    """A cap as it was written, and at least with cents."""
    return f"${usd:.2f}" if usd == usd.quantize(_CENT) else f"${usd.normalize():f}"


def _warnings(plan: Plan, forecasts: Iterable[Forecast], total: Decimal) -> list[str]:
    found = []
    if plan.caps.per_day is not None and total > plan.caps.per_day:
        found.append(
            f"at worst the plan costs {_money(total)} a day and the cap is {_limit(plan.caps.per_day)}: "
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
