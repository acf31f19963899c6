"""Permission to spend: nested caps, shares, manual probes, and what is said of them."""

import pytest

from probes.budget import Budget, Permit, Refusal
from probes.journal import Journal
from probes.model import Reason
from tests.unit.budget.plans import caps, plan, slot

WORST = 100
MANUAL = Reason.MANUAL


async def sent(budget, count, **values):
    """How many of `count` requests at the worst price of 100 may leave."""
    answers = [await budget.reserve(slot(n, **values), WORST) for n in range(count)]
    return sum(isinstance(answer, Permit) for answer in answers)


@pytest.mark.parametrize(
    ("limits", "leave"),
    [
        pytest.param({"total": caps(day=350)}, 3, id="total"),
        pytest.param({"total": caps(day=999, month=250)}, 2, id="month inside day"),
        pytest.param(
            {"total": caps(day=999), "providers": {"p": caps(day=400)}}, 4, id="provider inside total"
        ),
        pytest.param(
            {
                "total": caps(day=500),
                "providers": {"p": caps(day=900)},
                "channels": {"c": ("p", caps(day=800))},
            },
            5,
            id="total inside the others",
        ),
        pytest.param({"channels": {"c": ("p", caps(month=100))}}, 1, id="a channel alone"),
        pytest.param({"total": caps(day=100), "probers": 3}, 0, id="a share of the total"),
        pytest.param({"total": caps(day=300), "probers": 3}, 1, id="a share that suffices"),
        pytest.param(
            {"providers": {"p": caps(day=300)}, "probers": 3}, 3, id="a provider's cap is not shared"
        ),
        pytest.param({"unlimited": True}, 10, id="budget: none"),
        pytest.param({}, 0, id="no cap and not said to be meant"),
        pytest.param({"total": caps(manual=10_000)}, 0, id="a cap on manual probes is none on others"),
    ],
)
async def test_the_tightest_cap_decides(journal, clock, limits, leave):
    assert await sent(Budget(plan(**limits), 0, journal, clock), 10) == leave


async def test_a_permit_is_for_one_request(journal, clock):
    budget, of = Budget(plan(caps(day=100)), 0, journal, clock), slot()
    assert await budget.reserve(of, WORST) == Permit(slot_id=of.id, worst_nano=WORST)


@pytest.mark.parametrize("limits", [{}, {"total": caps(day=0)}], ids=["no cap", "a cap of nothing"])
async def test_what_is_free_needs_no_cap(journal, clock, limits):
    budget = Budget(plan(**limits), 0, journal, clock)
    reach = await budget.reserve(slot(0, channel_id=None, reason=Reason.REACH), 0)
    assert isinstance(reach, Permit)
    assert isinstance(await budget.reserve(slot(1), 0), Permit)
    assert isinstance(await budget.reserve(slot(2), 1), Refusal)


async def test_an_uncapped_paid_probe_says_what_to_set(journal, clock):
    refusal = await Budget(plan(), 0, journal, clock).reserve(slot(), WORST)
    assert "budget.per_day" in str(refusal)
    assert str(refusal).startswith("channel:c: ")


async def test_siblings_share_their_provider(journal, clock):
    both = {"a": ("p", None), "b": ("p", None), "c": ("q", None)}
    budget = Budget(plan(caps(day=700), {"p": caps(day=300), "q": None}, both), 0, journal, clock)
    assert await sent(budget, 2, channel_id="a") == 2
    assert await sent(budget, 2, channel_id="b") == 1
    assert await sent(budget, 9, channel_id="c", provider_name="q") == 4


@pytest.mark.parametrize(
    ("limits", "leave"),
    [
        pytest.param({"total": caps(day=900, manual=200)}, 2, id="their own cap"),
        pytest.param({"total": caps(day=300, manual=900)}, 3, id="the common one"),
        pytest.param({"total": caps(day=900), "providers": {"p": caps(manual=100)}}, 1, id="a provider's"),
        pytest.param(
            {"total": caps(day=900), "channels": {"c": ("p", caps(manual=400))}}, 4, id="a channel's"
        ),
        pytest.param({"total": caps(day=900, manual=300), "probers": 3}, 1, id="a share of it"),
        pytest.param({"total": caps(day=900)}, 9, id="none of their own"),
    ],
)
async def test_manual_probes_have_their_own_cap_too(journal, clock, limits, leave):
    assert await sent(Budget(plan(**limits), 0, journal, clock), 20, reason=MANUAL) == leave


async def test_what_is_spent_by_hand_is_spent(journal, clock):
    budget = Budget(plan(caps(day=500, manual=200)), 0, journal, clock)
    assert await sent(budget, 9, reason=MANUAL) == 2
    assert await sent(budget, 9) == 3
    assert journal.spent("total") == (500, 500)
    assert journal.spent("manual") == (200, 200)


def test_scopes_name_everything_that_pays(journal, clock):
    budget = Budget(plan(caps(day=1)), 0, journal, clock)
    assert budget.scopes_for(slot()) == ("total", "provider:p", "channel:c")
    assert budget.scopes_for(slot(channel_id=None)) == ("total", "provider:p")
    assert budget.scopes_for(slot(reason=MANUAL))[3:] == ("manual", "manual:provider:p", "manual:channel:c")


async def test_the_status_is_the_cap_that_leaves_least(journal, clock):
    day = {"provider": "", "channel": "", "period": "day"}
    limits = plan(
        caps(day=2_000_000_000, month=30_000_000_000, manual=5),
        {"p": caps(month=1_000_000_000), "q": None},
        {"c": ("p", caps(day=500_000_000, month=600_000_000)), "d": ("q", None)},
    )
    budget = Budget(limits, 0, journal, clock)
    await budget.reserve(slot(), 250_000_000)
    assert budget.caps_status() == [
        {**day, "scope": "total", "limit_usd": 2.0, "remaining_usd": 1.75},
        {
            "scope": "provider",
            "provider": "p",
            "channel": "",
            "period": "month",
            "limit_usd": 1.0,
            "remaining_usd": 0.75,
        },
        {
            "scope": "channel",
            "provider": "p",
            "channel": "c",
            "period": "day",
            "limit_usd": 0.5,
            "remaining_usd": 0.25,
        },
    ]


async def test_another_plan_forgets_nothing_that_was_spent(journal, clock):
    budget = Budget(plan(caps(day=1000)), 0, journal, clock)
    assert await sent(budget, 4) == 4
    budget.follow(plan(caps(day=450)))
    assert await sent(budget, 9, reason=Reason.CONFIRM) == 0
    budget.follow(plan(caps(day=600)))
    assert await sent(budget, 9, reason=Reason.CONFIRM) == 2


async def test_the_zone_is_the_plans(journal, clock):
    budget = Budget(plan(caps(day=100), budget_zone="Asia/Shanghai"), 0, journal, clock)
    assert await sent(budget, 2) == 1
    clock.advance(16 * 3600)  # midnight in Shanghai
    assert await sent(budget, 2, reason=Reason.CONFIRM) == 1


async def spend(data_dir, clock, shard, count, limits):
    journal = Journal.open(data_dir, shard, clock)
    leave = await sent(Budget(limits, shard, journal, clock), count, reason=Reason.CONFIRM)
    await journal.close()
    return leave


async def test_more_probers_spend_no_more(tmp_path, clock):
    assert await spend(tmp_path, clock, 0, 4, plan(caps(day=500))) == 4
    three = plan(caps(day=500), probers=3)
    assert [await spend(tmp_path, clock, shard, 9, three) for shard in (2, 1, 0)] == [0, 0, 0]
    clock.advance(86_400)
    assert [await spend(tmp_path, clock, shard, 9, three) for shard in (0, 1, 2)] == [1, 1, 1]


async def test_fewer_probers_spend_no_more(tmp_path, clock):
    two = plan(caps(day=1000, month=5000), probers=2)
    assert [await spend(tmp_path, clock, shard, 3, two) for shard in (0, 1)] == [3, 3]
    assert await spend(tmp_path, clock, 0, 9, plan(caps(day=1000, month=5000))) == 4


async def test_a_share_is_not_touched_by_the_others(tmp_path, clock):
    two = plan(caps(day=1000), probers=2)
    assert [await spend(tmp_path, clock, shard, 9, two) for shard in (0, 1)] == [5, 5]


async def test_a_provider_that_moves_takes_what_it_has_spent_along(tmp_path, clock):
    capped = plan(providers={"p": caps(day=500)})
    assert await spend(tmp_path, clock, 0, 3, capped) == 3
    assert await spend(tmp_path, clock, 1, 9, plan(providers={"p": caps(day=500)}, probers=2)) == 2
