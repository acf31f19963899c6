"""Reading while it is written: cursors, newest results, files that come and go."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from probes.errors import JournalError
from probes.journal import Journal
from probes.journal.reader import Reader
from probes.journal.schema import open_reader
from probes.model import Reason, result_from_json
from tests.unit.journal.samples import done, failed, intent, slot


async def test_a_cursor_sees_every_row_once_and_at_once(journal, reader):
    seen, seq = [], 0
    for n in range(30):
        await done(journal, slot(n))
        while rows := reader.read(0, seq, 7):
            seen += rows
            seq = rows[-1].seq
        assert len(seen) == 2 * (n + 1)
    assert [row.seq for row in seen] == list(range(1, 61))
    assert reader.last_seq(0) == 60


@pytest.mark.parametrize(
    ("types", "found"),
    [
        pytest.param(None, ["action", "intent", "result", "heartbeat", "action"], id="all"),
        pytest.param(("action",), ["action", "action"], id="actions, by their index"),
        pytest.param(("result", "action"), ["action", "result", "action"], id="two"),
        pytest.param(("settle",), [], id="none there"),
    ],
)
async def test_types_can_be_chosen(journal, reader, types, found):
    await journal.append_action({"action": "pause", "channel": "c", "until_ns": None})
    await done(journal, slot())
    await journal.append_heartbeat({"inflight": 1})
    await journal.append_action({"action": "resume", "channel": "c"})
    assert [row.type for row in reader.read(0, 0, 10, types=types)] == found
    assert [row.type for row in reader.read(0, 1, 10, types=types)] == found[found[:1] == ["action"] :]


async def test_a_result_comes_back_as_it_was(journal, reader, clock):
    clock.advance(5)
    of = slot(1)
    await journal.commit(intent(of), ())
    whole = failed(of, detail="überlastet 😀", flags=("wrong_model",), retry_after_s=1.5)
    await journal.append_result(whole, None)
    row = reader.result(of.id)
    assert row is not None
    assert row.body == whole.to_json()
    assert list(row.body) == list(whole.to_json())
    assert result_from_json(row.body) == result_from_json(whole.to_json())
    assert (row.shard, row.seq, row.type, row.at_ns) == (0, 2, "result", clock.wall_ns())


async def test_recent_is_newest_first_by_channel_and_probe(journal, reader):
    made = [await done(journal, slot(n, probe=("chat", "image")[n % 2])) for n in range(10)]
    by_hand = await done(journal, slot(3, reason=Reason.MANUAL))
    await done(journal, slot(50, channel="d"))

    def ids(*args, **options):
        return [row.body["id"] for row in reader.recent(*args, **options)]

    assert ids("c") == [by_hand.id, *(of.id for of in reversed(made))]
    assert ids("c", "image") == [of.id for of in reversed(made[1::2])]
    assert ids("c", "chat", limit=2) == [by_hand.id, made[8].id]
    assert ids("nobody") == []


async def test_shards_are_one_place_to_look(tmp_path, clock, journal, reader):
    other = Journal.open(tmp_path, 12, clock)
    first = await done(journal, slot(0))
    clock.advance(1)
    second = await done(other, slot(1))
    clock.advance(1)
    third = await done(journal, slot(2))
    assert reader.shards() == (0, 12)
    assert [row.body["id"] for row in reader.recent("c")] == [third.id, second.id, first.id]
    assert [row.body["id"] for row in reader.recent("c", limit=1)] == [third.id]
    found = reader.result(second.id)
    assert found is not None
    assert found.shard == 12
    await other.close()


async def test_money_by_shard(journal, reader, clock):
    await done(journal, slot(0), cost_nano=400)
    clock.advance(12 * 86_400)
    await done(journal, slot(1), cost_nano=300)
    assert reader.spends(0, "2026-12") == {
        (period, scope): 300
        for period in ("2026-12", "2026-12-03")
        for scope in ("total", "provider:p", "channel:c")
    }
    assert reader.spends(0, "2026-11")["2026-11", "total"] == 400


async def test_what_is_not_there_yet_is_empty(tmp_path, clock):
    reader = Reader(tmp_path / "later")
    assert (reader.shards(), reader.read(0, 0, 10), reader.last_seq(0)) == ((), [], 0)
    assert (reader.recent("c"), reader.result("x"), reader.spends(0, "2026-11")) == ([], None, {})
    journal = Journal.open(tmp_path / "later", 0, clock)
    await done(journal, slot())
    assert reader.last_seq(0) == 2
    reader.close()
    await journal.close()


async def test_another_file_in_its_place_is_seen(tmp_path, clock, reader):
    first = Journal.open(tmp_path, 0, clock)
    await done(first, slot(0))
    assert reader.last_seq(0) == 2
    await first.close()
    (tmp_path / "aside").mkdir()
    for path in tmp_path.glob("journal-0.db*"):
        path.rename(tmp_path / "aside" / path.name)
    assert reader.last_seq(0) == 0
    second = Journal.open(tmp_path, 0, clock)
    await second.append_heartbeat({})
    assert [row.type for row in reader.read(0, 0, 10)] == ["heartbeat"]
    await second.close()


async def test_reading_goes_on_after_the_prober_has_ended(tmp_path, clock, reader):
    journal = Journal.open(tmp_path, 0, clock)
    await done(journal, slot())
    await journal.close()
    assert reader.last_seq(0) == 2
    reader.close()
    assert reader.last_seq(0) == 2


async def test_a_row_that_cannot_be_read_is_named(tmp_path, clock, reader):
    journal = Journal.open(tmp_path, 0, clock)
    await done(journal, slot())
    await journal.close()
    with closing(sqlite3.connect(tmp_path / "journal-0.db", isolation_level=None)) as connection:
        connection.execute("UPDATE row SET body = x'7f00' WHERE seq = 2")
    with pytest.raises(JournalError, match=r"journal-0.db, row 2: a row's body cannot be read") as caught:
        reader.read(0, 0, 10)
    assert isinstance(caught.value.__cause__, JournalError)
    assert [row.type for row in reader.read(0, 0, 1)] == ["intent"]


async def test_a_long_look_does_not_hold_up_the_writer(tmp_path, journal):
    await done(journal, slot(0))
    with closing(open_reader(tmp_path / "journal-0.db")) as connection:
        connection.execute("BEGIN")
        assert connection.execute("SELECT max(seq) FROM row").fetchone() == (2,)
        async with asyncio.timeout(2):
            await done(journal, slot(1))
        assert connection.execute("SELECT max(seq) FROM row").fetchone() == (2,)


async def test_a_reader_cannot_write(tmp_path, journal):
    await journal.append_heartbeat({})
    with (
        closing(open_reader(tmp_path / "journal-0.db")) as connection,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        connection.execute("DELETE FROM row")
