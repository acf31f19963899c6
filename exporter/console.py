"""What a running genping shows in its terminal: a live table; plain lines where it is not one."""

import os
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from probes.clock import NS, SystemClock
from probes.errors import JournalError
from probes.journal.reader import Reader, Row
from probes.model import Channel, Plan, State, rfc3339_ns
from probes.state import ChannelState, current, events, fold

_LOOK_S = 0.5
_BATCH = 2000
_BACK = 20_000  # rows: some minutes of a large fleet, all of a demo
_ROOMY = 100
_COLUMNS = {  # and the narrowest terminal that shows them
    "channel": 0,
    "state": 0,
    "last 20": 115,
    "ttft": 0,
    "e2e": 0,
    "tokens/s": _ROOMY,
    "last": 0,
    "ago": 0,
}
_NUMERIC = ("ttft", "e2e", "tokens/s", "ago")
_COLOURS = {
    State.OPERATIONAL: "green",
    State.DEGRADED: "yellow",
    State.DOWN: "bold red",
    State.UNKNOWN: "dim",
    State.MAINTENANCE: "blue",
    State.MISCONFIGURED: "magenta",
}


class _Tail:
    """New rows of every journal, looked for twice a second; `back` rows of the past first."""

    def __init__(self, plan: Plan, *, back: int) -> None:
        self._clock, self._reader, self._next_s = SystemClock(), Reader(plan.data_dir), 0.0
        self._cursor = {s: max(0, self._reader.last_seq(s) - back) for s in self._reader.shards()}

    def actions(self) -> list[Row]:
        """What was done before those rows: plans and pauses hold until they are changed."""
        return [
            row
            for shard, until in self._cursor.items()
            for row in self._reader.read(shard, 0, _BATCH, types=("action",))
            if row.seq <= until
        ]

    def rows(self) -> Iterator[Row]:
        """What came since; nothing where the journal cannot be read just now."""
        now_s = self._clock.now_ns() / NS
        if now_s < self._next_s:
            return
        self._next_s = now_s + _LOOK_S
        try:
            for shard in self._reader.shards():
                for row in self._reader.read(shard, self._cursor.get(shard, 0), _BATCH, types=_TYPES):
                    self._cursor[shard] = row.seq
                    yield row
        except JournalError:
            return  # the children say so in the log

    def close(self) -> None:
        """Let the files go."""
        self._reader.close()


_TYPES = ("result", "skip", "action")


def urls(plan: Plan) -> list[str]:
    """Where to look."""
    return [f"page     {plan.public.url}/", f"metrics  {plan.ops.url}/metrics"]


class PlainLines:
    """One line a result: for logs, pipes and CI."""

    def __init__(self, plan: Plan, note: str) -> None:
        self._plan, self._note = plan, note
        self._tail = _Tail(plan, back=0)

    def __enter__(self) -> Self:
        for line in [self._note, *urls(self._plan)]:
            self.say(line)
        return self

    def __exit__(self, *_: object) -> None:
        self._tail.close()
        _let_go_of_stdout()

    def say(self, line: str) -> None:
        """Print a line at once; drop it where nobody reads or the disk is full: measuring goes on."""
        if line:
            with suppress(OSError, ValueError):
                print(line, flush=True)  # noqa: T201 - this is what the class is for

    def tick(self) -> None:
        """Print what came since."""
        for row in self._tail.rows():
            if row.type == "result" and row.body["channel"] is not None:
                self.say(_line(row.body))


def _let_go_of_stdout() -> None:
    """What could not be written would be tried once more at exit, and fail there with a traceback."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except ValueError:
        return  # closed: nothing is tried
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _line(body: dict[str, Any]) -> str:
    figures = [
        f"{name} {body[f'{name}_s']:.3f}s" for name in ("ttft", "e2e") if body[f"{name}_s"] is not None
    ]
    error = f" {body['error']}: {body['detail'] or ''}" if body["error"] else ""
    at = body["finished_at"][:19]
    return f"{at}Z {body['channel']} {body['probe']} {body['outcome']}{error} {' '.join(figures)}".rstrip()


@dataclass(slots=True)
class _Line:
    """One channel of the table."""

    channel: Channel
    state: ChannelState = field(default_factory=ChannelState)
    last: dict[str, Any] | None = None
    recent: deque[str] = field(default_factory=lambda: deque(maxlen=20))

    def take(self, body: dict[str, Any]) -> None:
        if body["probe"] == self.channel.main.name:
            self.last = body
            self.recent.append(body["outcome"])


class LiveTable:
    """Every channel's state and last figures, while one looks."""

    def __init__(self, plan: Plan, note: str, console: Console | None = None) -> None:
        self._plan, self._note, self._said = plan, note, ""
        self._console = console or Console()
        self._clock = SystemClock()
        self._tail = _Tail(plan, back=_BACK)
        self._lines = {channel.id: _Line(channel) for channel in plan.channels.values()}
        for row in self._tail.actions():
            self._take(row)
        self._live = Live(
            console=self._console,
            refresh_per_second=4,
            vertical_overflow="crop",
            get_renderable=self._render,
        )

    def __enter__(self) -> Self:
        self._live.start(refresh=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()
        self._tail.close()

    def say(self, line: str) -> None:
        """Show a line under the table."""
        self._said = line

    def tick(self) -> None:
        """Take in what came since; the table redraws itself."""
        for row in self._tail.rows():
            self._take(row)

    def _take(self, row: Row) -> None:
        for channel, event in events(row.type, row.at_ns, row.body):
            if channel in self._lines:
                line = self._lines[channel]
                line.state = fold(line.state, event)
        if row.type == "result" and row.body["channel"] in self._lines:
            self._lines[row.body["channel"]].take(row.body)

    def _render(self) -> Group:
        head = [Text(self._note, style="bold")] if self._note else []
        head += [Text(line, style="cyan") for line in urls(self._plan)]
        foot = [Text(self._said, style="yellow")] if self._said else []
        return Group(*head, self._table(), *foot, Text("Ctrl-C ends", style="dim"))

    def _table(self) -> Table:
        width = self._console.width
        titles = [title for title, from_width in _COLUMNS.items() if width >= from_width]
        gap = 1 if width < _ROOMY else 2
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, gap, 0, 0))
        for title in titles:
            table.add_column(title, justify="right" if title in _NUMERIC else "left", no_wrap=True)
        now_ns = self._clock.wall_ns()
        for line in self._lines.values():
            cells = _cells(line, now_ns)
            table.add_row(*(cells.get(title, "") for title in titles))
        return table


def _cells(line: _Line, now_ns: int) -> dict[str, Text]:
    """What is known, by column."""
    state = current(line.state, now_ns).state
    cells = {"channel": Text(line.channel.id), "state": Text(state.value, style=_COLOURS[state])}
    body = line.last
    if body is None:
        return cells | {"last": Text("no data", style="dim")}
    return cells | {
        "last 20": Text.assemble(*(_MARKS[outcome] for outcome in line.recent)),
        "ttft": _seconds(body["ttft_s"]),
        "e2e": _seconds(body["e2e_s"]),
        "tokens/s": Text("" if body["e2e_tps"] is None else f"{body['e2e_tps']:.1f}"),
        "last": Text(body["error"] or "ok", style="" if body["error"] is None else "red"),
        "ago": Text(_age(max(now_ns - rfc3339_ns(body["finished_at"]), 0) / NS)),
    }


_MARKS = {"ok": ("▮", "green"), "failed": ("▮", "red"), "excluded": ("▯", "yellow")}


def _seconds(value: float | None) -> Text:
    return Text("" if value is None else f"{value:.2f} s")


def _age(length_s: float) -> str:
    """Short at any length: `90 s`, `25 m`, `30 h`."""
    for unit_s, unit in ((3600, "h"), (60, "m")):
        if length_s >= 10 * unit_s:
            return f"{length_s / unit_s:.0f} {unit}"
    return f"{length_s:.0f} s"
