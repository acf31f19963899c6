"""The journal of one shard, as the prober uses it: commit before sending, append after, ask what is left."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from probes.clock import Clock
from probes.errors import JournalError
from probes.journal import ledger, schema
from probes.journal.place import Lock, prepare
from probes.journal.rows import Log, Skip
from probes.journal.values import Cap, Intent, Refusal, RowType
from probes.journal.writer import Writer
from probes.model import Result, SkipReason, rfc3339

T = TypeVar("T")


class Journal:
    """Append-only, one writer. Every coroutine here returns only when what it wrote is on disk.

    JournalError: the disk refuses. Nothing acknowledged is lost then, and the same call may be made again.
    """

    def __init__(self, data_dir: Path, shard: int, clock: Clock, zone: str, lock: Lock) -> None:
        self.data_dir, self.shard = data_dir, shard
        self._clock, self._zone, self._lock = clock, ZoneInfo(zone), lock
        path = schema.journal_path(data_dir, shard)
        if not path.exists():
            try:
                schema.create(path, shard, rfc3339(clock.wall_ns()))
            except sqlite3.Error as error:
                raise schema.explain(path, error) from error
        connection = schema.open_writer(path, shard)
        try:
            self._recover(connection)
            self._view = schema.open_reader(path)
        except sqlite3.Error as error:
            connection.close()
            raise schema.explain(path, error) from error
        self._writer = Writer(path, connection)

    @classmethod
    def open(cls, data_dir: Path, shard: int, clock: Clock, *, zone: str = "UTC") -> "Journal":
        """Take a shard's journal, made if there is none. What the last prober left open is settled: aborted.

        `zone`: whose calendar the budget follows. JournalError: another prober holds it, it is damaged or of
        a newer version, or the disk is not one that SQLite can trust.
        """
        data_dir = data_dir.absolute()
        prepare(data_dir)
        try:
            lock = Lock(data_dir / f"journal-{shard}.lock")
            try:
                return cls(data_dir, shard, clock, zone, lock)
            except BaseException:
                lock.release()
                raise
        except OSError as error:
            raise JournalError(f"{data_dir}: {error.strerror}") from error

    def use_zone(self, zone: str) -> None:
        """Follow another zone's calendar from now on; the budget's day still never goes back."""
        self._zone = ZoneInfo(zone)

    async def commit(self, intent: Intent, caps: Sequence[Cap]) -> Refusal | None:
        """Reserve an intent's worst case and put it on record, or say why it may not leave.

        All caps are checked and all scopes charged in the same transaction. None: it may be sent.
        """
        return await self._write(lambda log: log.commit(intent, caps))

    async def append_result(self, result: Result, cost_nano: int | None) -> None:
        """Record what came of an intent and settle it, in the periods that it was booked under.

        `cost_nano` None: nobody knows, the worst case stays spent.
        """
        await self._write(lambda log: log.result(result, cost_nano))

    async def abort(self, request_id: str) -> None:
        """Settle an intent that will have no result: the worst case stays spent, its slot is aborted."""
        await self._write(lambda log: log.abort(request_id))

    async def append_skip(
        self, *, channel: str | None, probe: str, reason: SkipReason, first_ns: int, last_ns: int, count: int
    ) -> None:
        """Record `count` slots in a row that were not executed; a slot that has its end keeps it."""
        skip = Skip(
            channel=channel, probe=probe, reason=reason, first_ns=first_ns, last_ns=last_ns, count=count
        )
        await self._write(lambda log: log.skip(skip))

    async def append_heartbeat(self, body: Mapping[str, Any]) -> None:
        """Record that the prober lives, and how."""
        await self._write(lambda log: log.note(RowType.HEARTBEAT, body))

    async def append_action(self, body: Mapping[str, Any]) -> None:
        """Record what an operator did."""
        await self._write(lambda log: log.note(RowType.ACTION, body))

    def spent(self, scope: str) -> tuple[int, int]:
        """Nano-USD spent or reserved by a scope, today and this month, in this journal."""
        day, month = (ledger.spent(self._view, scope, period) for period in ledger.periods(self._day()))
        return day, month

    def remaining(self, caps: Sequence[Cap]) -> tuple[int, ...]:
        """Nano-USD left under each cap."""
        day = self._day()
        return tuple(max(0, cap.limit_nano - ledger.held(self._view, cap, day)) for cap in caps)

    def last_slots(self) -> dict[tuple[str | None, str], int]:
        """The last slot on record of each (channel, probe); of reach (None, `reach:PROVIDER:KEY`)."""
        rows = self._view.execute("SELECT channel, probe, scheduled_ns FROM last_slot")
        return {(channel or None, probe): scheduled_ns for channel, probe, scheduled_ns in rows}

    async def close(self) -> None:
        """Write what is queued, settle what is open as aborted, and let another prober have the journal."""
        if self._writer.closed:
            return
        try:
            await self._write(lambda log: log.abandon_all())
        except JournalError:
            pass  # the disk refuses: the next start settles it
        finally:
            self._view.close()
            await self._writer.close()
            self._lock.release()

    def _recover(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        self._log(connection).abandon_all()
        connection.execute("COMMIT")

    async def _write(self, work: Callable[[Log], T]) -> T:
        written: T = await self._writer.submit(lambda connection: work(self._log(connection)))
        return written

    def _log(self, connection: sqlite3.Connection) -> Log:
        return Log(connection, self._clock.wall_ns(), self._today())

    def _day(self) -> str:
        return ledger.effective_day(self._view, self._today())

    def _today(self) -> str:
        return ledger.calendar_day(self._clock.wall_ns(), self._zone)
