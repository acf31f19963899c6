"""One connection in one thread; what is asked while a commit is on its way shares the next one.

An answer is given only after the commit that holds it is on disk (`synchronous=FULL`).
"""

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from probes.errors import JournalError
from probes.journal.schema import explain

_LOG = logging.getLogger(__name__)
_GROUP = 500  # submissions in one transaction

Work = Callable[[sqlite3.Connection], Any]


@dataclass(slots=True)
class _Submission:
    work: Work
    future: asyncio.Future[Any]
    value: Any = None
    error: Exception | None = None


class Writer:
    """Runs work inside transactions, in the order in which it was submitted."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path, self._connection = path, connection
        self._queue: queue.SimpleQueue[_Submission | None] = queue.SimpleQueue()
        self.closed = False
        self._thread = threading.Thread(target=self._serve, name=path.name, daemon=True)
        self._thread.start()

    async def submit(self, work: Work) -> Any:
        """What `work` returns, once that is on disk. It has a savepoint of its own.

        Raises what `work` raises, and then nothing of it is kept; JournalError when the disk refuses, and
        then nothing of the whole group is kept. Later groups are tried again.
        """
        if self.closed:
            raise JournalError(f"{self._path} is closed")
        submission = _Submission(work, asyncio.get_running_loop().create_future())
        self._queue.put(submission)
        return await submission.future

    async def close(self) -> None:
        """Do what is queued, checkpoint, and close the connection."""
        self.closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _serve(self) -> None:
        going = True
        while going:
            group, going = self._next_group()
            if group:
                self._commit(group)
                _deliver(group)
        with contextlib.suppress(sqlite3.Error):  # the next start checkpoints where this one cannot
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()

    def _next_group(self) -> tuple[list[_Submission], bool]:
        """What is queued, waiting for the first of it; and whether there will be more."""
        group: list[_Submission] = []
        while len(group) < _GROUP:
            try:
                submission = self._queue.get(block=not group)
            except queue.Empty:
                break
            if submission is None:
                return group, False
            group.append(submission)
        return group, True

    def _commit(self, group: list[_Submission]) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for submission in group:
                self._run(submission)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            _LOG.error("%d writes failed: %s", len(group), explain(self._path, error))
            self._undo()
            for submission in group:
                submission.value, submission.error = None, explain(self._path, error)

    def _run(self, submission: _Submission) -> None:
        self._connection.execute("SAVEPOINT submission")
        try:
            submission.value = submission.work(self._connection)
        except sqlite3.IntegrityError as error:
            submission.error = error
        except sqlite3.Error:
            raise
        except Exception as error:  # noqa: BLE001 - it belongs to whoever submitted the work
            submission.error = error
        if submission.error is not None:
            self._connection.execute("ROLLBACK TO submission")
        self._connection.execute("RELEASE submission")

    def _undo(self) -> None:
        if self._connection.in_transaction:  # SQLite may have rolled back by itself
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")


def _deliver(group: list[_Submission]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[_Submission]] = {}
    for submission in group:
        by_loop.setdefault(submission.future.get_loop(), []).append(submission)
    for loop, submissions in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_resolve, submissions)


def _resolve(submissions: list[_Submission]) -> None:
    for submission in submissions:
        if submission.future.done():  # given up by whoever waited
            continue
        if submission.error is not None:
            submission.future.set_exception(submission.error)
        else:
            submission.future.set_result(submission.value)
