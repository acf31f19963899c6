"""Rows that the disk refused are written later, each once, whatever came between."""

import pytest

from probes.journal import Journal
from probes.journal.reader import Reader
from probes.model import SkipReason
from probes.owed import Owed
from probes.schedule.loop import Skip
from probes.schedule.phases import phase
from probes.schedule.plan import Entry
from tests.fakes import FakeClock

ENTRY = Entry(
    channel=None,
    probe=None,
    provider="p",
    key="k",
    phase=phase(identity="p", family="p", every_s=1.0, jitter_s=0),
)


@pytest.mark.parametrize(
    ("order", "rows"),
    [
        ("aaa", [("aborted", 3)]),
        ("aooaba", [("aborted", 1), ("overlap", 2), ("aborted", 1), ("budget", 1), ("aborted", 1)]),
    ],
    ids=["one reason", "reasons between"],
)
async def test_owed_skips_are_paid_in_order_and_none_is_lost(tmp_path, order, rows):
    clock, owed = FakeClock(), Owed()
    journal = Journal.open(tmp_path, 0, clock)
    reasons = {"a": SkipReason.ABORTED, "o": SkipReason.OVERLAP, "b": SkipReason.BUDGET}
    for letter in order:
        clock.advance(1)
        now = clock.wall_ns()
        owed.skip(Skip(entry=ENTRY, reason=reasons[letter], first_ns=now, last_ns=now, count=1))
    await owed.pay(journal)
    await owed.pay(journal)
    await journal.close()
    written = Reader(tmp_path).read(0, 0, 100, types=("skip",))
    assert [(row.body["reason"], row.body["count"]) for row in written] == rows
