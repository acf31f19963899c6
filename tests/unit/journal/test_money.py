"""Reserving and settling: what is spent, in which scopes, and what is refused."""

import asyncio

import pytest

from probes.errors import ProgrammingError
from probes.journal import Period
from tests.unit.journal.samples import SCOPES, cap, done, intent, reach_slot, result, slot


@pytest.mark.parametrize(
    ("caps", "refused_by"),
    [
        pytest.param((), None, id="no cap"),
        pytest.param((cap(1000),), None, id="exactly the cap"),
        pytest.param((cap(999),), "total", id="a nano over"),
        pytest.param((cap(0),), "total", id="a cap of nothing"),
        pytest.param((cap(5000), cap(999, "provider:p")), "provider:p", id="the second of two"),
        pytest.param((cap(5000), cap(999, period=Period.MONTH)), "total", id="the month"),
        pytest.param((cap(1000, "channel:other"),), None, id="somebody else's cap, untouched"),
        pytest.param((cap(1500, elsewhere_nano={"2026-11-21": 501}),), "total", id="held elsewhere today"),
        pytest.param((cap(1500, elsewhere_nano={"2026-11-20": 501}),), None, id="held elsewhere yesterday"),
        pytest.param(
            (cap(1500, period=Period.MONTH, elsewhere_nano={"2026-11": 501}),),
            "total",
            id="elsewhere this month",
        ),
    ],
)
async def test_a_request_leaves_only_when_its_worst_case_fits_every_cap(journal, caps, refused_by):
    refusal = await journal.commit(intent(slot()), caps)
    assert (refusal.scope if refusal else None) == refused_by
    spent = 0 if refused_by else 1000
    assert [journal.spent(scope) for scope in SCOPES] == [(spent, spent)] * 3


async def test_a_refusal_leaves_nothing_behind(journal, reader):
    await journal.commit(intent(slot()), [cap(10)])
    assert reader.read(0, 0, 10) == []
    assert await journal.commit(intent(slot()), [cap(1000)]) is None


async def test_a_refusal_says_what_is_in_the_way(journal):
    await done(journal, slot(0), cost_nano=None)
    refusal = await journal.commit(intent(slot(1), worst_nano=67_000_000), [cap(50_000_000, "channel:c")])
    assert str(refusal) == (
        "channel:c: $0.05 a day is the cap, $0.000001 is spent or reserved, and this request may cost $0.067"
    )


@pytest.mark.parametrize(
    ("cost_nano", "spent", "overrun"),
    [
        pytest.param(0, 0, None, id="nothing was charged"),
        pytest.param(400, 400, None, id="less than feared"),
        pytest.param(1000, 1000, None, id="the worst case"),
        pytest.param(None, 1000, None, id="nobody knows"),
        pytest.param(1700, 1700, 700, id="more than the worst case is charged in full"),
    ],
)
async def test_a_result_settles_its_intent(journal, reader, cost_nano, spent, overrun):
    await done(journal, slot(), cost_nano)
    assert [journal.spent(scope) for scope in SCOPES] == [(spent, spent)] * 3
    assert reader.recent("c")[0].body.get("overrun_nano") == overrun


async def test_remaining_counts_what_is_reserved_and_never_goes_below_nothing(journal):
    caps = [cap(5000), cap(1500, "provider:p"), cap(800, "channel:c"), cap(9, "channel:other")]
    await done(journal, slot(), cost_nano=1000)
    assert journal.remaining(caps) == (4000, 500, 0, 9)
    assert journal.remaining([cap(5000, elsewhere_nano={"2026-11-21": 300})]) == (3700,)


async def test_requests_at_once_cannot_share_the_last_cent(journal):
    asked = (journal.commit(intent(slot(n)), [cap(7500)]) for n in range(20))
    answers = await asyncio.gather(*asked)
    assert sum(answer is None for answer in answers) == 7
    assert journal.spent("total") == (7000, 7000)


async def test_a_free_request_is_on_record_and_spends_nothing(journal, reader):
    of = await done(journal, reach_slot(), cost_nano=0, worst_nano=0)
    intent_row, result_row = reader.read(0, 0, 10)
    assert (intent_row.type, intent_row.body["id"], intent_row.body["worst_nano"]) == ("intent", of.id, 0)
    assert result_row.body == result(of).to_json()
    assert journal.spent("total") == (0, 0)


async def test_a_result_without_an_intent_is_our_own_bug(journal, reader):
    with pytest.raises(ProgrammingError, match="no open intent"):
        await journal.append_result(result(slot()), 0)
    assert reader.read(0, 0, 10) == []


async def test_a_result_written_again_changes_nothing(journal, reader):
    of = await done(journal, slot(), cost_nano=400)
    await journal.append_result(result(of), 400)
    assert [row.type for row in reader.read(0, 0, 10)] == ["intent", "result"]
    assert journal.spent("total") == (400, 400)


async def test_an_aborted_request_stays_spent_and_ends_its_slot(journal, reader):
    of = slot()
    await journal.commit(intent(of), ())
    await journal.abort(of.id)
    await journal.abort(of.id)
    rows = reader.read(0, 1, 10)
    assert [(row.type, row.body["reason"]) for row in rows] == [("settle", "aborted"), ("skip", "aborted")]
    assert rows[0].body["charged_nano"] == 1000
    assert journal.spent("total") == (1000, 1000)
