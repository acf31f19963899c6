"""One result for a person's eyes: where the time went, and what came of it."""

from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

_WIDTH = 40
_COLOURS = {"ok": "green", "failed": "red", "excluded": "yellow"}


def spans(result: dict[str, Any]) -> list[tuple[str, float, float]]:
    """Name, start and end in seconds after the probe's start of each phase that was observed."""
    out: list[tuple[str, float, float]] = []
    at = 0.0
    for name in ("dns", "connect", "tls"):
        length = result[f"{name}_s"]
        if length is not None:
            out.append((name, at, at + length))
            at += length
    sent = at
    if result["ttfb_s"] is not None:
        out.append(("request", sent, sent))  # a moment: TTFT and its like count from here
    marks = (
        ("first byte", result["ttfb_s"]),
        ("first token", result["ttft_s"]),
        ("answer", result["ttfa_s"]),
    )
    for name, after in marks:
        if after is not None and sent + after > at:
            out.append((name, at, sent + after))
            at = sent + after
    if result["e2e_s"] is not None and result["e2e_s"] > at:
        out.append(("transfer", at, result["e2e_s"]))
    return out


def render(result: dict[str, Any]) -> RenderableType:
    """The waterfall and the figures under it."""
    title = Text.assemble(
        (f"{result['outcome']}", f"bold {_COLOURS[result['outcome']]}"),
        f"  {result['channel'] or result['provider']} · {result['probe']} · {result['wire']}",
    )
    if result["error"]:
        title.append(f"\n{result['error']}: {result['detail'] or ''}", style="red")
    if result["tainted"]:
        title.append(f"\n{_late(result['loop_lag_s'])}", style="yellow")
    return Group(title, _bars(result), _figures(result))


def _late(lag_s: float | None) -> str:
    by = "" if lag_s is None else f" by up to {duration(lag_s)}"
    return f"note: genping itself was late{by} while measuring; times may be too long"


def _bars(result: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="left", min_width=11)
    table.add_column(min_width=_WIDTH, no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    found = spans(result)
    total = max((end for _, _, end in found), default=0.0) or 1.0
    for name, start, end in found:
        left = round(start / total * _WIDTH)
        length = max(1, round(end / total * _WIDTH) - left)
        moment = start == end
        bar = Text(" " * left + ("▏" if moment else "█" * length), style="cyan")
        table.add_row(name, bar, f"at {duration(start)}" if moment else duration(end - start))
    if result["e2e_s"] is not None:
        table.add_row("end to end", "", duration(result["e2e_s"]))
    return table


def _figures(result: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(min_width=11, style="dim")
    table.add_column(overflow="fold")
    for name, value in _facts(result):
        table.add_row(name, Text(value))  # not markup: some of it is the upstream's
    return table


def _facts(result: dict[str, Any]) -> list[tuple[str, str]]:
    pictures = ", ".join(f"{i['width']}×{i['height']} {i['format']}" for i in result["images"])
    cost = result["cost_usd"]
    facts = [
        ("ttft", duration(result["ttft_s"])),
        ("tokens", _tokens(result)),
        ("speed", _speed(result)),
        ("pictures", pictures or None),
        ("served by", result["served_model"]),
        ("price", None if cost is None else f"${cost:.6f} ({result['cost_basis']})"),
        ("http", None if result["http_status"] is None else f"{result['http_status']}"),
        ("request id", result["request_id"]),
        ("flags", ", ".join(result["flags"]) or None),
        ("result", result["id"]),
    ]
    return [(name, value) for name, value in facts if value]


def _tokens(result: dict[str, Any]) -> str | None:
    if result["output_tokens"] is None:
        return None
    thought = f", {result['reasoning_tokens']} of them reasoning" if result["reasoning_tokens"] else ""
    asked = "?" if result["input_tokens"] is None else result["input_tokens"]
    return f"{asked} in, {result['output_tokens']} out{thought}"


def _speed(result: dict[str, Any]) -> str | None:
    rates = (("decode", result["decode_tps"]), ("end to end", result["e2e_tps"]))
    return ", ".join(f"{rate:.1f} tokens/s {name}" for name, rate in rates if rate is not None) or None


def duration(seconds: float | None) -> str:
    """`840 µs`, `12.3 ms`, `1.24 s`; nothing for what was not observed."""
    if seconds is None:
        return ""
    if seconds < 0.001:  # noqa: PLR2004 - a unit's border
        return f"{seconds * 1e6:.0f} µs"
    if seconds < 1:
        return f"{seconds * 1e3:.1f} ms"
    return f"{seconds:.2f} s"


def show(result: dict[str, Any], console: Console) -> None:
    """Print it."""
    console.print(render(result))
