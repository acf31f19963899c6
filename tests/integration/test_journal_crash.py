"""The journal under kill -9 and under a disk that refuses: what was acknowledged is there, and money adds up.

The child of both tests is this file itself: it prints an id when the journal has said that it is on disk.
"""

import asyncio
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import pytest

from probes.clock import SystemClock
from probes.errors import JournalError
from probes.journal import Intent, Journal
from probes.journal.body import decode
from probes.model import Kind, Outcome, Reason, Result, Slot, WireName
from probes.ulid import new_ulid

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
KILLS = 20
REFUSALS = 20
WORST, COST = 1000, 400
SCOPES = ("total", "provider:p")


def new_slot(n):
    now = time.time_ns()
    return Slot(
        id=new_ulid(now),
        channel=f"c{n}",
        probe="chat",
        provider="p",
        key="k",
        reason=Reason.SCHEDULED,
        scheduled_ns=now,
    )


def result_of(slot):
    return Result(
        id=slot.id,
        channel=slot.channel,
        probe=slot.probe,
        provider=slot.provider,
        key=slot.key,
        model="m",
        family="m",
        group="",
        region="",
        kind=Kind.CHAT,
        wire=WireName.OPENAI_CHAT,
        size=None,
        vantage="here",
        reason=slot.reason,
        scheduled_ns=slot.scheduled_ns,
        started_ns=slot.scheduled_ns,
        finished_ns=slot.scheduled_ns,
        outcome=Outcome.OK,
        detail="x" * random.randrange(300),
    )


def say(*words):
    os.write(1, " ".join(words).encode() + b"\n")


async def probe(journal, n):
    slot = new_slot(n)
    await journal.commit(Intent(slot=slot, worst_nano=WORST, scopes=SCOPES), ())
    say("intent", slot.id)
    await asyncio.sleep(random.random() * 0.002)
    await journal.append_result(result_of(slot), COST)
    say("result", slot.id)


async def write_for_ever(data_dir):
    began = time.monotonic()
    journal = Journal.open(data_dir, 0, SystemClock())
    say("opened", str(time.monotonic() - began))

    async def measure(n):
        while True:
            await probe(journal, n)

    await asyncio.gather(*(measure(n) for n in range(20)))


async def write_against_a_limit(data_dir):
    journal = Journal.open(data_dir, 0, SystemClock())
    dice = random.Random(5)
    for round_ in range(REFUSALS):
        await probe(journal, round_)
        largest = max(path.stat().st_size for path in data_dir.iterdir())
        limit(largest + dice.randrange(40_000))
        refused = 0
        while not refused:
            answers = await asyncio.gather(*(probe(journal, n) for n in range(20)), return_exceptions=True)
            refused = sum(isinstance(answer, JournalError) for answer in answers)
            assert all(answer is None or isinstance(answer, JournalError) for answer in answers), answers
        say("refused", str(refused))
        limit(resource.RLIM_INFINITY)
        await probe(journal, round_)
        say("resumed", str(round_))
    await journal.close()


def limit(soft):
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, resource.RLIM_INFINITY))


def child(what, data_dir):
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, __file__, what, str(data_dir)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=env)


def words(output):
    """What the child said, by its first word; a line that the kill cut is nothing."""
    said = defaultdict(list)
    for line in output.decode().splitlines(keepends=True):
        if line.endswith("\n"):
            first, second = line.split()
            said[first].append(second)
    return said


class Book:
    """What the file says, asked of SQLite itself."""

    def __init__(self, data_dir):
        with closing(sqlite3.connect(f"file:{data_dir / 'journal-0.db'}?mode=ro", uri=True)) as db:
            self.integrity = db.execute("PRAGMA integrity_check").fetchone()[0]
            rows = db.execute("SELECT type, id, body FROM row").fetchall()
            self.open = {row[0] for row in db.execute("SELECT id FROM open_intent")}
            self.spend = dict(db.execute("SELECT scope, nano FROM spend WHERE length(period) = 7"))
            self.slots = db.execute(
                "SELECT count(*), count(DISTINCT channel || scheduled_ns) FROM row"
                " WHERE scheduled_ns IS NOT NULL"
            ).fetchone()
        self.ids = defaultdict(list)
        for kind, id_, body in rows:
            assert decode(body)
            self.ids[kind].append(id_)

    def check(self, acknowledged):
        intents, results, settled = (self.ids[kind] for kind in ("intent", "result", "settle"))
        assert self.integrity == "ok"
        assert set(acknowledged["intent"]) <= set(intents)
        assert set(acknowledged["result"]) <= set(results)
        assert sorted(intents) == sorted([*results, *settled, *self.open])
        spent = COST * len(results) + WORST * (len(settled) + len(self.open))
        assert self.spend == {"total": spent, "provider:p": spent}
        assert self.slots[0] == self.slots[1]


def test_nothing_acknowledged_is_lost_to_kill_9(tmp_path):
    dice = random.Random(11)
    acknowledged: dict[str, list[str]] = defaultdict(list)
    for _ in range(KILLS):
        with child("for-ever", tmp_path) as process:
            assert process.stdout is not None
            opened = process.stdout.readline()
            assert opened.startswith(b"opened"), opened
            assert float(opened.split()[1]) < 1.0
            time.sleep(dice.uniform(0.0, 0.3))
            process.send_signal(signal.SIGKILL)
            for kind, ids in words(process.stdout.read()).items():
                acknowledged[kind] += ids
        Book(tmp_path).check(acknowledged)
    assert len(acknowledged["result"]) > 10 * KILLS
    began = time.monotonic()
    journal = Journal.open(tmp_path, 0, SystemClock())
    assert time.monotonic() - began < 1.0
    recovered = Book(tmp_path)
    recovered.check(acknowledged)
    assert recovered.open == set()
    asyncio.run(journal.close())
    Book(tmp_path).check(acknowledged)


def test_a_disk_that_refuses_loses_nothing_and_is_used_again(tmp_path):
    with child("limit", tmp_path) as process:
        output, _ = process.communicate(timeout=60)
    said = words(output)
    assert process.returncode == 0
    assert len(said["refused"]) == len(said["resumed"]) == REFUSALS
    book = Book(tmp_path)
    book.check(said)
    assert book.open == set()


if __name__ == "__main__":
    writing = {"for-ever": write_for_ever, "limit": write_against_a_limit}[sys.argv[1]]
    asyncio.run(writing(Path(sys.argv[2])))
