"""A cursor over the journals for everything that publishes: lag, retry and quarantine in one place."""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from exporter.state_db import StateDb, count_aside, move_cursor, read_cursor, set_aside
from probes.errors import JournalError
from probes.journal.reader import Reader, Row

_LOG = logging.getLogger(__name__)
_BATCH_ROWS = 500
_POLL_S = 0.25
_MAX_BACKOFF_S = 30.0
_MAX_REASON = 300


class Retry(Exception):
    """A follower's way to say: the rows are fine, the other side is not; the same ones again, later."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.after_s = after_s


_PASSING = (Retry, JournalError, sqlite3.Error, OSError)  # the environment's trouble: no row is to blame


class Follower(Protocol):
    """Something that is made of rows. It may see several shards in any interleaving."""

    name: str

    def load(self, db: sqlite3.Connection) -> None:
        """Become what was last saved; makes its tables when they are not there."""

    def apply(self, rows: Sequence[Row]) -> None:
        """Take rows of one shard, in order. What it raises (but `Retry`) is the fault of a row."""

    def save(self, db: sqlite3.Connection) -> None:
        """Write what changed; the cursor moves in the same transaction."""


class Follow:
    """Drives one follower. `lock` is held while its memory changes: who reads that memory takes it too."""

    def __init__(self, follower: Follower, reader: Reader, store: StateDb) -> None:
        self._follower, self._reader, self._store = follower, reader, store
        self._cursor: dict[int, int] = {}
        self._stale = True  # the follower's memory is not what was committed
        self.name = follower.name
        self.lock = threading.RLock()
        self.gate = asyncio.Lock()  # held during a step; who takes it keeps the follower where it is
        self.last_seq: dict[int, int] = {}  # of each shard's journal, as last seen
        self.quarantined = 0

    @property
    def cursor(self) -> dict[int, int]:
        """Shard -> the last row taken and committed."""
        return dict(self._cursor)

    @property
    def lag_rows(self) -> int:
        """Rows committed by the probers that are not taken yet."""
        return sum(max(0, last - self._cursor.get(shard, 0)) for shard, last in self.last_seq.items())

    def load(self) -> None:
        """Bring the follower to what was last committed."""
        with self.lock, self._store.transaction() as db:
            self._follower.load(db)
            self._cursor = read_cursor(db, self.name)
            self.quarantined = count_aside(db, self.name)
            self._stale = False

    def step(self) -> bool:
        """Take what is there, a batch of each shard at most; True when there is more."""
        if self._stale:
            self.load()
        more = False
        for shard in self._reader.shards():
            self._look(shard)
            before = self._cursor.get(shard, 0)
            rows = self._read(shard)
            if rows:
                self._take(rows)
            after = self._cursor.get(shard, 0)
            more = more or before < after < self.last_seq[shard]
        return more

    def _look(self, shard: int) -> None:
        last = self._reader.last_seq(shard)
        self.last_seq = {**self.last_seq, shard: last}  # whole at any time: others read it from their threads
        if last < self._cursor.get(shard, 0):
            # The journal was replaced or restored. Its rows up to here may be ones that we have counted.
            _LOG.warning("journal %d ends at row %d, before the cursor of %s", shard, last, self.name)
            with self._store.transaction() as db:
                move_cursor(db, self.name, shard, last)
            self._cursor[shard] = last

    def _read(self, shard: int) -> Sequence[Row]:
        after = self._cursor.get(shard, 0)
        for limit in (_BATCH_ROWS, 1):
            try:
                return self._reader.read(shard, after, limit)
            except JournalError as error:
                if not isinstance(error.__cause__, JournalError):  # the file's trouble, not a row's
                    raise
                unreadable = error
        self._set_aside(shard, after + 1, unreadable)
        return []

    def _take(self, rows: Sequence[Row]) -> None:
        try:
            self._advance(rows)
        except _PASSING:
            raise
        except Exception:  # noqa: BLE001 - one of the rows is poison: find out which
            for row in rows:
                self._take_alone(row)

    def _take_alone(self, row: Row) -> None:
        if self._stale:
            self.load()
        try:
            self._advance([row])
        except _PASSING:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, this row must not stop the others
            self._set_aside(row.shard, row.seq, error)

    def _set_aside(self, shard: int, seq: int, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}"[:_MAX_REASON]
        _LOG.error("%s cannot take row %d of journal %d: set aside", self.name, seq, shard, exc_info=error)
        with self._store.transaction() as db:
            set_aside(db, self.name, (shard, seq), reason)
            move_cursor(db, self.name, shard, seq)
        self._cursor[shard] = seq
        self.quarantined += 1

    def _advance(self, rows: Sequence[Row]) -> None:
        last = rows[-1]
        with self.lock:
            try:
                self._follower.apply(rows)
                with self._store.transaction() as db:
                    self._follower.save(db)
                    move_cursor(db, self.name, last.shard, last.seq)
            except BaseException:
                self._stale = True
                with suppress(sqlite3.Error):
                    self.load()
                raise
            self._cursor[last.shard] = last.seq

    async def run(self, stop: asyncio.Event) -> None:
        """Step until told to stop, in a thread; what does not work is tried again, ever more slowly."""
        failures = 0
        while not stop.is_set():
            wait_s = _POLL_S
            try:
                async with self.gate:
                    more = await asyncio.to_thread(self.step)
            except Exception as error:  # noqa: BLE001 - publishing goes on; a bug is logged with its traceback
                failures += 1
                asked_s = error.after_s if isinstance(error, Retry) else None
                wait_s = asked_s or min(_MAX_BACKOFF_S, _POLL_S * 2 ** min(failures, 10))
                if failures == 1:
                    _LOG.warning("%s waits: %s", self.name, error, exc_info=not isinstance(error, _PASSING))
            else:
                if failures:
                    _LOG.info("%s goes on after %d attempts", self.name, failures)
                failures = 0
                if more:
                    continue
            await pause(stop, wait_s)


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Let time pass, or `stop` be set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass
