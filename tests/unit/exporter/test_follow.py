"""Cursors: nothing is taken twice, nothing is lost, and no row stops the others."""

import asyncio
import sqlite3

import pytest

from exporter.follow import Follow, Retry
from exporter.state_db import StateDb
from probes.errors import JournalError
from tests.unit.exporter.made import Tape


class Ledger:
    """A follower that adds numbers up; it chokes on what is not one."""

    name = "ledger"

    def __init__(self):
        self.total, self.away, self.batches = 0, 0, 0

    def load(self, db):
        db.execute("CREATE TABLE IF NOT EXISTS ledger (id INTEGER PRIMARY KEY, total INTEGER)")
        found = db.execute("SELECT total FROM ledger").fetchone()
        self.total = found[0] if found else 0

    def apply(self, rows):
        self.batches += 1
        if self.away:
            self.away -= 1
            raise Retry("nobody there", 0.01)
        for row in rows:
            self.total += row.body["number"]

    def save(self, db):
        db.execute("INSERT OR REPLACE INTO ledger VALUES (1, ?)", (self.total,))


class Rig:
    def __init__(self, path, tape=None):
        self.tape, self.ledger = tape or Tape(), Ledger()
        self.store = StateDb.open(path / "state.db")
        self.follow = Follow(self.ledger, self.tape, self.store)

    def put(self, number, shard=0):
        return self.tape.add("result", {"number": number}, shard=shard)

    def settle(self):
        while self.follow.step():
            pass


@pytest.fixture
def rig(tmp_path):
    made = Rig(tmp_path)
    yield made
    made.store.close()


def again(rig, tmp_path):
    rig.store.close()
    rig.__init__(tmp_path, rig.tape)
    return rig


def test_rows_are_taken_once_across_restarts(rig, tmp_path):
    for number in (1, 2, 3):
        rig.put(number)
    rig.settle()
    rig = again(rig, tmp_path)
    rig.put(10)
    rig.settle()
    assert (rig.ledger.total, rig.follow.cursor, rig.follow.lag_rows) == (16, {0: 4}, 0)


def test_each_shard_has_its_own_cursor(rig, tmp_path):
    for shard, number in ((0, 1), (1, 10), (7, 100)):
        rig.put(number, shard)
    rig.settle()
    rig.put(1000, 7)
    rig = again(rig, tmp_path)
    rig.settle()
    assert (rig.ledger.total, rig.follow.cursor) == (1111, {0: 1, 1: 1, 7: 2})


def test_a_long_journal_is_taken_in_batches(rig):
    for _ in range(1201):
        rig.put(1)
    assert rig.follow.step()
    assert (rig.ledger.total, rig.follow.lag_rows) == (500, 701)
    rig.settle()
    assert (rig.ledger.total, rig.follow.lag_rows) == (1201, 0)


def test_a_poison_row_is_set_aside_and_the_others_counted_once(rig, tmp_path):
    for number in (1, 2, "poison", 4, None, 16):
        rig.put(number)
    rig.settle()
    assert (rig.ledger.total, rig.follow.quarantined, rig.follow.lag_rows) == (23, 2, 0)
    rig = again(rig, tmp_path)
    rig.settle()
    assert (rig.ledger.total, rig.follow.quarantined) == (23, 2)
    with rig.store.transaction() as db:
        rows = db.execute("SELECT seq, reason FROM quarantine ORDER BY seq").fetchall()
    assert [seq for seq, _ in rows] == [3, 5]
    assert rows[0][1].startswith("TypeError: ")


def test_a_poison_row_at_the_end_is_set_aside_for_good(rig, tmp_path):
    rig.put(1)
    rig.put("poison")
    rig.settle()
    rig = again(rig, tmp_path)
    rig.settle()
    assert (rig.ledger.batches, rig.follow.cursor, rig.follow.quarantined) == (0, {0: 2}, 1)


def test_a_row_that_cannot_be_read_is_set_aside(rig, monkeypatch):
    for number in (1, 2, 4):
        rig.put(number)
    whole = rig.tape.read

    def damaged(shard, after, limit):
        if after < 2 <= after + limit:
            raise JournalError("row 2: no JSON") from JournalError("no JSON")
        return whole(shard, after, limit)

    monkeypatch.setattr(rig.tape, "read", damaged)
    rig.settle()
    assert (rig.ledger.total, rig.follow.quarantined, rig.follow.cursor) == (5, 1, {0: 3})


def test_a_journal_that_cannot_be_opened_moves_nothing(rig, monkeypatch):
    rig.put(1)

    def broken(*_):
        raise JournalError("the disk is gone") from sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(rig.tape, "read", broken)
        with pytest.raises(JournalError):
            rig.follow.step()
    rig.settle()
    assert (rig.ledger.total, rig.follow.quarantined) == (1, 0)


def test_a_follower_whose_other_side_is_away_gets_the_same_rows_again(rig):
    rig.put(1)
    rig.put(2)
    rig.ledger.away = 2
    for _ in range(2):
        with pytest.raises(Retry):
            rig.follow.step()
    rig.settle()
    assert (rig.ledger.total, rig.follow.quarantined) == (3, 0)


def test_state_and_cursor_are_one_transaction(rig, monkeypatch):
    rig.put(1)
    rig.settle()
    rig.put(2)

    def full(_db):
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(rig.ledger, "save", full)
        with pytest.raises(sqlite3.OperationalError):
            rig.follow.step()
    assert rig.ledger.total == 1  # back to what is on disk
    rig.settle()
    assert rig.ledger.total == 3


def test_a_journal_that_was_replaced_is_followed_from_its_end(rig):
    for number in (1, 2, 4):
        rig.put(number)
    rig.settle()
    del rig.tape.rows[0][1:]
    rig.settle()
    rig.put(100)
    rig.settle()
    assert rig.ledger.total == 107


async def test_it_waits_and_goes_on_by_itself(rig, caplog):
    rig.put(1)
    rig.ledger.away = 2
    stop = asyncio.Event()
    running = asyncio.create_task(rig.follow.run(stop))
    for _ in range(100):
        await asyncio.sleep(0.02)
        if rig.ledger.total:
            break
    stop.set()
    await running
    assert rig.ledger.total == 1
    assert [record.message for record in caplog.records] == ["ledger waits: nobody there"]
