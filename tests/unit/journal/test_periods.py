"""Which day money belongs to: the calendar of the budget's zone, and it never goes back."""

import pytest

from probes.clock import NS
from probes.journal import Journal, Period
from probes.model import rfc3339_ns
from tests.fakes import FakeClock
from tests.unit.journal.samples import cap, done, intent, result, slot

HOUR, DAY = 3600, 86_400


async def test_a_new_day_and_a_new_month_open_new_budgets(journal, clock):
    caps = [cap(1000), cap(2500, period=Period.MONTH)]
    assert await journal.commit(intent(slot(0)), caps) is None
    assert (await journal.commit(intent(slot(1)), caps)).period is Period.DAY
    clock.advance(DAY)
    assert await journal.commit(intent(slot(2)), caps) is None
    clock.advance(DAY)
    assert (await journal.commit(intent(slot(3)), caps)).period is Period.MONTH
    assert journal.spent("total") == (0, 2000)
    clock.advance(10 * DAY)  # December
    assert await journal.commit(intent(slot(4)), caps) is None
    assert journal.spent("total") == (1000, 1000)


async def test_a_result_settles_in_the_periods_of_its_intent(journal, clock):
    late = slot(0)
    clock.advance(10 * DAY - 1)  # the last second of November
    await journal.commit(intent(late), ())
    clock.advance(2)
    await journal.append_result(result(late), 400)
    assert journal.spent("total") == (0, 0)
    clock.jump(-2)
    await journal.append_heartbeat({})
    caps = [cap(1000, period=Period.MONTH)]
    assert journal.remaining(caps) == (600,)  # nobody has spent in December, so it is November still


@pytest.mark.parametrize(
    "jumps",
    [
        pytest.param((-DAY,), id="back"),
        pytest.param((-DAY, DAY), id="back and forth"),
        pytest.param((-40 * DAY, 40 * DAY), id="into another month"),
        pytest.param((-DAY, -DAY, 2 * DAY) * 10, id="again and again"),
    ],
)
async def test_a_clock_that_goes_back_opens_no_budget(journal, clock, jumps):
    await done(journal, slot(0), cost_nano=None)
    for n, jump in enumerate(jumps):
        clock.jump(jump)
        assert await journal.commit(intent(slot(n + 1)), [cap(1999)]) is not None


async def test_a_day_that_came_too_early_opens_once(journal, clock):
    for n in range(50):
        clock.jump(DAY if n % 2 == 0 else -DAY)
        await journal.commit(intent(slot(n)), [cap(1000)])
    assert journal.spent("total") == (1000, 1000)
    clock.advance(DAY)  # what was tomorrow is today
    assert await journal.commit(intent(slot(99)), [cap(1000)]) is not None


async def test_the_day_survives_a_restart(tmp_path, clock):
    first = Journal.open(tmp_path, 0, clock)
    clock.jump(DAY)
    await done(first, slot(0), cost_nano=None)
    await first.close()
    clock.jump(-DAY)
    second = Journal.open(tmp_path, 0, clock)
    assert second.spent("total") == (1000, 1000)
    await second.close()


@pytest.mark.parametrize(
    ("zone", "begin", "hours"),
    [
        pytest.param("UTC", "2026-11-21T00:00:00+00:00", 24, id="UTC"),
        pytest.param("Asia/Kolkata", "2026-11-21T00:00:00+05:30", 24, id="half an hour off"),
        pytest.param("Europe/Berlin", "2027-03-28T00:00:00+01:00", 23, id="spring in Berlin"),
        pytest.param("Europe/Berlin", "2026-10-25T00:00:00+02:00", 25, id="autumn in Berlin"),
        pytest.param("America/New_York", "2026-11-01T00:00:00-04:00", 25, id="autumn in New York"),
        pytest.param("Australia/Lord_Howe", "2027-04-04T00:00:00+11:00", 24.5, id="half an hour of autumn"),
    ],
)
async def test_a_day_is_as_long_as_the_zone_says(tmp_path, zone, begin, hours):
    clock = FakeClock(wall_ns=rfc3339_ns(begin) - NS)
    journal = Journal.open(tmp_path, 0, clock, zone=zone)
    await done(journal, slot(0), cost_nano=None)
    clock.advance(1)
    assert journal.spent("total")[0] == 0
    await done(journal, slot(1), cost_nano=None)
    clock.advance(hours * HOUR - 1)
    assert journal.spent("total")[0] == 1000
    clock.advance(1)
    assert journal.spent("total")[0] == 0
    await journal.close()


async def test_another_zone_cannot_reopen_a_day(journal, clock):
    journal.use_zone("Pacific/Kiritimati")  # UTC+14: it is the 21st there at noon of the 20th
    await done(journal, slot(0), cost_nano=None)
    journal.use_zone("Pacific/Pago_Pago")  # UTC-11
    assert await journal.commit(intent(slot(1)), [cap(1999)]) is not None
    clock.advance(DAY)
    assert await journal.commit(intent(slot(2)), [cap(1999)]) is not None
