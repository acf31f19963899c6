"""Rows that could not be written, because the disk was full: kept until it is not.

While rows are owed no paid request leaves, because an intent cannot be written either; so this stays small.
"""

from dataclasses import replace

from probes.journal import Journal
from probes.model import Result
from probes.runner import cost_nano
from probes.schedule.loop import Skip


class Owed:
    """Results and skips in memory, in the order in which they should have been written."""

    def __init__(self) -> None:
        self._rows: list[Result | Skip] = []
        self._last: dict[tuple[str | None, str], int] = {}  # where the last skip of each series stands

    def result(self, result: Result) -> None:
        """Keep a result: its request was paid."""
        self._last.pop((result.channel, result.probe), None)
        self._rows.append(result)

    def skip(self, skip: Skip) -> None:
        """Keep a skip; it joins the one before it of the same series, where that has the same reason."""
        at = self._last.get(skip.entry.identity)
        before = None if at is None else self._rows[at]
        if at is not None and isinstance(before, Skip) and before.reason is skip.reason:
            self._rows[at] = replace(skip, first_ns=before.first_ns, count=before.count + skip.count)
            return
        self._last[skip.entry.identity] = len(self._rows)
        self._rows.append(skip)

    async def pay(self, journal: Journal) -> None:
        """Write what is owed. Raises JournalError and keeps the rest where the disk still refuses."""
        while self._rows:
            row = self._rows[0]
            if isinstance(row, Result):
                await journal.append_result(row, cost_nano(row))
            else:
                await record_skip(journal, row)
            self._rows.pop(0)
            self._last = {series: at - 1 for series, at in self._last.items() if at > 0}


async def record_skip(journal: Journal, skip: Skip) -> None:
    """One skip row."""
    channel, probe = skip.entry.identity
    await journal.append_skip(
        channel=channel,
        probe=probe,
        reason=skip.reason,
        first_ns=skip.first_ns,
        last_ns=skip.last_ns,
        count=skip.count,
    )
