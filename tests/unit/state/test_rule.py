"""The rule: which results make which state."""

import pytest

from probes.clock import NS
from probes.model import State
from probes.state import ChannelState, current
from tests.unit.state.stories import (
    EMPTY,
    MINUTE,
    folded,
    maintain,
    maintained,
    minute,
    pause,
    planned,
    resume,
    seen,
    told,
)

UP, DEGRADED, DOWN = State.OPERATIONAL, State.DEGRADED, State.DOWN
UNKNOWN, MAINTENANCE, MISCONFIGURED = State.UNKNOWN, State.MAINTENANCE, State.MISCONFIGURED


@pytest.mark.parametrize(
    ("story", "state"),
    [
        # before the first
        pytest.param("", UNKNOWN, id="nothing yet"),
        pytest.param("o", UP, id="the first ok suffices"),
        pytest.param("f", UNKNOWN, id="one failure is not enough"),
        pytest.param("ff", UNKNOWN, id="two neither"),
        # down
        pytest.param("ofFF", DOWN, id="failed and both confirmations"),
        pytest.param("ofF", UP, id="one confirmation failed"),
        pytest.param("ofFO", UP, id="the second is ok"),
        pytest.param("ofOF", UP, id="the first is ok"),
        pytest.param("offf", DOWN, id="three slots, no confirmation"),
        pytest.param("off", UP, id="two slots"),
        pytest.param("offof", UP, id="an ok between"),
        pytest.param("ofFf", DOWN, id="a denied confirmation is left to the next slot"),
        pytest.param("oFFF", UP, id="confirmations alone prove nothing"),
        pytest.param("ofOFF", UP, id="nor after an ok"),
        pytest.param("ofxff", DOWN, id="ours does not break a row of failures"),
        pytest.param("fff", DOWN, id="out of unknown"),
        pytest.param("fFF", DOWN, id="out of unknown, confirmed"),
        # and up again
        pytest.param("offfo", DOWN, id="one ok is not enough"),
        pytest.param("offfoo", UP, id="two are"),
        pytest.param("offfofo", DOWN, id="two in a row"),
        pytest.param("offfofoo", UP, id="two in a row, at last"),
        pytest.param("offfoO", UP, id="a good confirmation counts"),
        pytest.param("offfoxo", UP, id="ours between is no failure"),
        # ours
        pytest.param("x", MISCONFIGURED, id="the first ever is ours"),
        pytest.param("ox", UP, id="ours once"),
        pytest.param("oxx", MISCONFIGURED, id="ours twice in a row"),
        pytest.param("oxox", UP, id="ours twice, not in a row"),
        pytest.param("oxX", MISCONFIGURED, id="ours, confirmed"),
        pytest.param("oxxo", UP, id="out of misconfigured the first ok suffices"),
        pytest.param("oxxf", UNKNOWN, id="a failure is not ours any more"),
        pytest.param("oxxff", UNKNOWN, id="nor two"),
        pytest.param("oxxfff", DOWN, id="and three are an outage"),
        pytest.param("offfxx", MISCONFIGURED, id="ours after an outage"),
        pytest.param("offfxxo", UP, id="whose end one ok shows"),
        # time
        pytest.param("o..", UP, id="two intervals without news"),
        pytest.param("o...", UNKNOWN, id="three intervals without news"),
        pytest.param("offf...", UNKNOWN, id="down is news too"),
        pytest.param("oxx...", UNKNOWN, id="and ours"),
        pytest.param("oxxx", MISCONFIGURED, id="ours, again and again"),
        pytest.param("of....ff", UNKNOWN, id="failures from before a gap do not count"),
        pytest.param("offf...o", UP, id="after a gap the first ok suffices"),
        pytest.param("ox...x", UNKNOWN, id="ours from before a gap does not count"),
        pytest.param("o~~~~", UP, id="a probe that is still running is awaited"),
        pytest.param("o~~~~f~~~~f~~~~f", DOWN, id="and hangs count though they are far apart"),
        pytest.param("~", UNKNOWN, id="waiting is no evidence"),
        # the side probe
        pytest.param("o/f/f/fo", DEGRADED, id="another probe is down"),
        pytest.param("/f/f/fo", DEGRADED, id="before the main one was seen"),
        pytest.param("/f/f/f", UNKNOWN, id="the main one speaks for the channel"),
        pytest.param("/ooo", UP, id="both are fine"),
        pytest.param("o/f/fo", UP, id="another probe has failed twice"),
        pytest.param("o/f/f/fo/oo", DEGRADED, id="another probe is ok once"),
        pytest.param("o/f/f/fo/oo/oo", UP, id="another probe is up again"),
        pytest.param("/f/f/foffF", DOWN, id="both are down"),
        pytest.param("o/f/f/fo.o", UP, id="another probe's outage grows stale"),
        pytest.param("o/x/x", UP, id="another probe is misconfigured"),
    ],
)
def test_a_story_ends_in_its_state(story, state):
    events = told(story)
    now = minute(sum(letter != "/" for letter in story))
    assert current(folded(events), now).state is state


@pytest.mark.parametrize(
    ("story", "since"),
    [
        pytest.param("o", 1, id="the first ok"),
        pytest.param("ooo", 1, id="more of the same"),
        pytest.param("offf", 4, id="the failure that decided"),
        pytest.param("offffff", 4, id="not the last one"),
        pytest.param("offfoo", 6, id="the ok that decided"),
        pytest.param("o......", 4, id="when it grew stale, not when one looked"),
        pytest.param("o...o", 5, id="the first ok after a gap"),
        pytest.param("offfxx", 6, id="misconfigured"),
        pytest.param("/f/f/fo", 4, id="degraded with the main probe's ok"),
        pytest.param("", 0, id="since it is planned"),
    ],
)
def test_a_state_begins_where_it_was_decided(story, since):
    now = minute(sum(letter != "/" for letter in story))
    assert current(folded(told(story)), now).since_ns == minute(since)


@pytest.mark.parametrize(
    ("holds", "at", "state", "since"),
    [
        pytest.param([maintain(minute(2))], 3, MAINTENANCE, 2, id="maintenance"),
        pytest.param([maintain(minute(2)), maintained(minute(3))], 3, UP, 3, id="maintenance over"),
        pytest.param([maintain(minute(2), minute(4))], 3, MAINTENANCE, 2, id="maintenance until"),
        pytest.param([maintain(minute(2), minute(3))], 3, UP, 3, id="maintenance ran out"),
        pytest.param([maintain(minute(2), minute(9))], 8, MAINTENANCE, 2, id="maintenance hides staleness"),
        pytest.param([maintain(minute(2), minute(9))], 9, UNKNOWN, 9, id="which shows afterwards"),
        pytest.param([pause(minute(2))], 3, UNKNOWN, 2, id="paused"),
        pytest.param([pause(minute(2)), resume(minute(3))], 3, UP, 3, id="resumed in time"),
        pytest.param([pause(minute(2), minute(3))], 3, UP, 3, id="pause ran out"),
        pytest.param([pause(minute(2)), resume(minute(7))], 7, UNKNOWN, 2, id="resumed too late"),
        pytest.param([pause(minute(2)), maintain(minute(3))], 3, MAINTENANCE, 3, id="maintenance over pause"),
        pytest.param(
            [pause(minute(2)), maintain(minute(2), minute(3))], 3, UNKNOWN, 3, id="paused below maintenance"
        ),
        pytest.param(
            [maintain(minute(2)), seen("o", minute(3)), maintained(minute(5))],
            5,
            UP,
            5,
            id="measured meanwhile",
        ),
    ],
)
def test_holds_go_before_evidence(holds, at, state, since):
    now = current(folded([*told("o"), *holds]), minute(at))
    assert (now.state, now.since_ns) == (state, minute(since))


def test_another_plan_keeps_what_is_known_of_its_probes():
    before = folded(told("o/f/f/fo"))
    only_main = folded([planned(minute(5), {"main": MINUTE})], before)
    assert only_main.state is UP
    assert set(only_main.probes) == {"main"}
    back = folded([planned(minute(5))], only_main)
    assert back.state is UP
    other_main = folded([planned(minute(5), main="side")], before)
    assert other_main.state is DOWN


def test_a_stretched_interval_stretches_patience():
    stretched = folded([*told("o"), planned(minute(2), {"main": 10 * MINUTE})])
    assert current(stretched, minute(30)).state is UP
    assert current(stretched, minute(31)).state is UNKNOWN


def test_a_plan_does_not_revive_what_has_grown_stale():
    late = folded([*told("o"), planned(minute(9), {"main": 60 * MINUTE})])
    assert late.state is UNKNOWN
    assert folded([seen("f", minute(10))], late).state is UNKNOWN


def test_without_a_plan_nothing_is_known():
    assert current(EMPTY, minute(5)) == ChannelState()
    assert folded([seen("o", minute(1))]).state is UNKNOWN


def test_results_of_a_probe_that_is_gone_change_nothing():
    gone = folded([*told("o"), seen("f", minute(2), "gone"), seen("f", minute(2), "gone")])
    assert (gone.state, gone.since_ns) == (UP, minute(1))


def test_skipped_slots_count_each():
    assert folded([*told("o"), seen("f", minute(2), count=3)]).state is DOWN


def test_a_clock_that_steps_back_keeps_the_state():
    stepped = folded([*told("ooo"), seen("o", minute(-60)), seen("f", minute(-59))])
    assert stepped.state is UP
    assert current(stepped, minute(-59) + 1 * NS).state is UP
    assert current(stepped, minute(-56)).state is UNKNOWN
