"""What a terminal shows of a running genping."""

import errno
import io
import sys
from dataclasses import replace

import pytest
from rich.console import Console

from exporter.console import LiveTable, PlainLines
from probes.clock import NS
from probes.journal import Intent, Journal
from probes.model import ErrorKind, Outcome, Reason, Slot, rfc3339_ns
from tests.fakes import FakeClock
from tests.unit.exporter.made import CONFIG, RESULT, plan_of

LONG_ID = "requesty-europe-west8"  # the longest of the demo
LONG_ERROR = max(ErrorKind, key=len)


@pytest.fixture
def plan(tmp_path):
    return plan_of(tmp_path, CONFIG.replace("id: talk", f"id: {LONG_ID}"))


@pytest.fixture
async def journal(plan):
    opened = Journal.open(plan.data_dir, 0, FakeClock())
    yield opened
    await opened.close()


async def write(journal, **changes):
    made = replace(RESULT, channel=LONG_ID, **changes)
    slot = Slot(
        id=made.id,
        channel=made.channel,
        probe=made.probe,
        provider=made.provider,
        key=made.key,
        reason=Reason.SCHEDULED,
        scheduled_ns=made.scheduled_ns,
    )
    await journal.commit(Intent(slot=slot, worst_nano=1, scopes=("total",)), ())
    await journal.append_result(made, None)


def screen(width):
    return Console(file=io.StringIO(), width=width, height=40, force_terminal=True, color_system=None)


def shown(plan, width, note=""):
    console = screen(width)
    table = LiveTable(plan, note, console)
    with table:
        table.tick()
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("width", "there", "not_there"),
    [
        (80, [], ["tokens/s", "last 20"]),
        (99, [], ["tokens/s", "last 20"]),
        (100, ["tokens/s"], ["last 20"]),
        (114, ["tokens/s"], ["last 20"]),
        (115, ["tokens/s", "last 20"], []),
    ],
)
async def test_every_width_shows_whole_words(plan, journal, width, there, not_there):
    await write(journal, outcome=Outcome.FAILED, error=LONG_ERROR, e2e_s=123.456)
    text = shown(plan, width)
    assert "…" not in text
    for word in ["channel", "state", "ttft", "e2e", "last", "ago", LONG_ID, LONG_ERROR, "123.46 s", *there]:
        assert word in text
    for word in not_there:
        assert word not in text


@pytest.mark.parametrize(
    ("ago_s", "words"), [(0, "0 s"), (599, "599 s"), (600, "10 m"), (35_999, "600 m"), (36_000, "10 h")]
)
async def test_ages_are_short(plan, journal, ago_s, words, monkeypatch):
    await write(journal)
    now_ns = rfc3339_ns(RESULT.to_json()["finished_at"]) + ago_s * NS
    monkeypatch.setattr("time.time_ns", lambda: now_ns)
    assert f" {words}" in shown(plan, 80)


def test_the_note_is_shown_once_until_something_changes(plan):
    console = screen(80)
    with LiveTable(plan, "only once", console):
        assert console.file.getvalue().count("only once") == 1


class Broken(io.StringIO):
    """A standard output that takes nothing."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def write(self, _text):
        raise self.error


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        BrokenPipeError(errno.EPIPE, "Broken pipe"),
        ValueError("I/O operation on closed file"),
    ],
    ids=["full", "pipe", "closed"],
)
def test_lines_that_cannot_be_printed_are_dropped(plan, monkeypatch, error):
    monkeypatch.setattr(sys, "stdout", Broken(error))
    with PlainLines(plan, "note") as lines:
        lines.say("nobody reads this")


def test_without_a_standard_output_nothing_is_printed(plan, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    with PlainLines(plan, "note") as lines:
        lines.say("nobody reads this")
