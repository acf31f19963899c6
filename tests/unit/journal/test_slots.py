"""A slot ends once: as a result or as a skip, whoever tries twice."""

import pytest

from probes.model import Reason, SkipReason
from tests.unit.journal.samples import START_NS, done, intent, reach_slot, result, slot

SECOND = 1_000_000_000


async def skip(journal, first_s, last_s, count=1, channel="c", probe="chat"):
    await journal.append_skip(
        channel=channel,
        probe=probe,
        reason=SkipReason.OVERLOAD,
        first_ns=START_NS + first_s * SECOND,
        last_ns=START_NS + last_s * SECOND,
        count=count,
    )


def ends(reader):
    return [row.type for row in reader.read(0, 0, 100, types=("result", "skip"))]


async def test_a_gap_that_a_clock_ahead_of_time_wrote_covers_nothing_once_it_is_back(journal, clock):
    clock.jump(3600)
    await skip(journal, 10, 3600, count=3591)
    clock.jump(-3600)
    assert await journal.commit(intent(slot(20)), ()) is None


@pytest.mark.parametrize(
    ("before", "again_s", "free"),
    [
        pytest.param("result", 10, False, id="has its result"),
        pytest.param("result", 11, True, id="the next one"),
        pytest.param("open", 10, False, id="is being measured"),
        pytest.param("skip", 10, False, id="was skipped"),
        pytest.param("gap", 10, False, id="first of a gap"),
        pytest.param("gap", 12, False, id="inside a gap"),
        pytest.param("gap", 14, False, id="last of a gap"),
        pytest.param("gap", 15, True, id="after a gap"),
        pytest.param("gap", 9, True, id="before a gap"),
    ],
)
async def test_a_slot_is_measured_once(journal, clock, before, again_s, free):
    clock.advance(60)
    match before:
        case "result":
            await done(journal, slot(10))
        case "open":
            await journal.commit(intent(slot(10)), ())
        case "skip":
            await skip(journal, 10, 10)
        case "gap":
            await skip(journal, 10, 14, count=5)
    refusal = await journal.commit(intent(slot(again_s)), ())
    assert (refusal is None) is free
    if refusal:
        assert str(refusal) == "slot: this slot already has its request or its end"
        assert refusal.period is None


@pytest.mark.parametrize("reason", [Reason.CONFIRM, Reason.ESCALATE, Reason.MANUAL])
async def test_requests_out_of_turn_take_no_slot(journal, reader, reason):
    await done(journal, slot(10))
    for _ in range(2):
        await done(journal, slot(10, reason=reason))
    assert ends(reader) == ["result"] * 3
    assert journal.last_slots() == {("c", "chat"): START_NS + 10 * SECOND}


async def test_a_skip_does_not_take_what_has_its_end(journal, reader):
    await done(journal, slot(10))
    running = slot(11)
    await journal.commit(intent(running), ())
    await skip(journal, 10, 10)
    await skip(journal, 11, 11)
    await skip(journal, 12, 15, count=4)
    await skip(journal, 12, 15, count=4)
    await journal.append_result(result(running), 0)
    assert ends(reader) == ["result", "skip", "result"]


async def test_a_gap_of_many_slots_is_one_row(journal, reader):
    await skip(journal, 0, 3600, count=3601)
    (row,) = reader.read(0, 0, 10)
    assert row.body == {
        "channel": "c",
        "probe": "chat",
        "reason": "overload",
        "first_scheduled_at": "2026-11-21T00:00:00.000000Z",
        "last_scheduled_at": "2026-11-21T01:00:00.000000Z",
        "count": 3601,
    }


async def test_reach_has_slots_by_provider_and_key(journal):
    await done(journal, reach_slot(10), worst_nano=0)
    refusal = await journal.commit(intent(reach_slot(10), worst_nano=0), ())
    assert refusal is not None
    await skip(journal, 11, 11, channel=None, probe="reach:p:default")
    assert journal.last_slots() == {(None, "reach:p:default"): START_NS + 11 * SECOND}


async def test_last_slots_are_the_newest_of_each_series(journal):
    for of in (slot(10), slot(30), slot(20), slot(5, probe="image")):
        await done(journal, of)
    await journal.commit(intent(slot(99)), ())
    assert journal.last_slots() == {
        ("c", "chat"): START_NS + 30 * SECOND,
        ("c", "image"): START_NS + 5 * SECOND,
    }
