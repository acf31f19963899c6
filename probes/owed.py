"""Rows that could not be written, because the disk was full: kept until it is not.

While rows are owed no paid request leaves, because an intent cannot be written either; so this stays small.
"""

from probes.journal import Journal
from probes.model import Result, SkipReason
from probes.runner import cost_nano
from probes.schedule.loop import Skip


class Owed:
    """Results and skips in memory, in the order in which they should have been written."""

    def __init__(self) -> None:
        self._results: list[Result] = []
        self._skips: dict[tuple[tuple[str | None, str], SkipReason], Skip] = {}

    def result(self, result: Result) -> None:
        """Keep a result: its request was paid."""
        self._results.append(result)

    def skip(self, skip: Skip) -> None:
        """Keep a skip; those of one probe and reason become one row."""
        place = (skip.entry.identity, skip.reason)
        before = self._skips.get(place)
        if before is not None:
            skip = Skip(
                entry=skip.entry,
                reason=skip.reason,
                first_ns=before.first_ns,
                last_ns=skip.last_ns,
                count=before.count + skip.count,
            )
        self._skips[place] = skip

    async def pay(self, journal: Journal) -> None:
        """Write what is owed. Raises JournalError and keeps the rest where the disk still refuses."""
        while self._results:
            await journal.append_result(self._results[0], cost_nano(self._results[0]))
            self._results.pop(0)
        while self._skips:
            place, skip = next(iter(self._skips.items()))
            await record_skip(journal, skip)
            del self._skips[place]


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
