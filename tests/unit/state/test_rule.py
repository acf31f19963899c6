"""The rule: which results make which state."""

import pytest

from probes.clock import NS
from probes.model import State
from probes.state import ChannelState, Evidence, Planned, Seen, current, fold
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
        pytest.param("+", UP, id="the first ok suffices"),
        pytest.param("-", UNKNOWN, id="one failure is not enough"),
        pytest.param("--", UNKNOWN, id="two neither"),
        # down
        pytest.param("+-!!", DOWN, id="failed and both confirmations"),
        pytest.param("+-!", UP, id="one confirmation failed"),
        pytest.param("+-!#", UP, id="the second is ok"),
        pytest.param("+-#!", UP, id="the first is ok"),
        pytest.param("+---", DOWN, id="three slots, no confirmation"),
        pytest.param("+--", UP, id="two slots"),
        pytest.param("+--+-", UP, id="an ok between"),
        pytest.param("+-!-", DOWN, id="a denied confirmation is left to the next slot"),
        pytest.param("+!!!", UP, id="confirmations alone prove nothing"),
        pytest.param("+-#!!", UP, id="nor after an ok"),
        pytest.param("+-x--", DOWN, id="ours does not break a row of failures"),
        pytest.param("---", DOWN, id="out of unknown"),
        pytest.param("-!!", DOWN, id="out of unknown, confirmed"),
        # and up again
        pytest.param("+---+", DOWN, id="one ok is not enough"),
        pytest.param("+---++", UP, id="two are"),
        pytest.param("+---+-+", DOWN, id="two in a row"),
        pytest.param("+---+-++", UP, id="two in a row, at last"),
        pytest.param("+---+#", UP, id="a good confirmation counts"),
        pytest.param("+---+x+", UP, id="ours between is no failure"),
        # ours
        pytest.param("x", MISCONFIGURED, id="the first ever is ours"),
        pytest.param("+x", UP, id="ours once"),
        pytest.param("+xx", MISCONFIGURED, id="ours twice in a row"),
        pytest.param("+x+x", UP, id="ours twice, not in a row"),
        pytest.param("+xX", MISCONFIGURED, id="ours, confirmed"),
        pytest.param("+xx+", UP, id="out of misconfigured the first ok suffices"),
        pytest.param("+xx-", UNKNOWN, id="a failure is not ours any more"),
        pytest.param("+xx--", UNKNOWN, id="nor two"),
        pytest.param("+xx---", DOWN, id="and three are an outage"),
        pytest.param("+---xx", MISCONFIGURED, id="ours after an outage"),
        pytest.param("+---xx+", UP, id="whose end one ok shows"),
        # time
        pytest.param("+..", UP, id="two intervals without news"),
        pytest.param("+...", UNKNOWN, id="three intervals without news"),
        pytest.param("+---...", UNKNOWN, id="down is news too"),
        pytest.param("+xx...", UNKNOWN, id="and ours"),
        pytest.param("+xxx", MISCONFIGURED, id="ours, again and again"),
        pytest.param("+-....--", UNKNOWN, id="failures from before a gap do not count"),
        pytest.param("+---...+", UP, id="after a gap the first ok suffices"),
        pytest.param("+x...x", UNKNOWN, id="ours from before a gap does not count"),
        pytest.param("+~~~~", UP, id="a probe that is still running is awaited"),
        pytest.param("+~~~~-~~~~-~~~~-", DOWN, id="and hangs count though they are far apart"),
        pytest.param("~", UNKNOWN, id="waiting is no evidence"),
        # the side probe
        pytest.param("+/-/-/-+", DEGRADED, id="another probe is down"),
        pytest.param("/-/-/-+", DEGRADED, id="before the main one was seen"),
        pytest.param("/-/-/-", UNKNOWN, id="the main one speaks for the channel"),
        pytest.param("/+++", UP, id="both are fine"),
        pytest.param("+/-/-+", UP, id="another probe has failed twice"),
        pytest.param("+/-/-/-+/++", DEGRADED, id="another probe is ok once"),
        pytest.param("+/-/-/-+/++/++", UP, id="another probe is up again"),
        pytest.param("/-/-/-+--!", DOWN, id="both are down"),
        pytest.param("+/-/-/-+.+", UP, id="another probe's outage grows stale"),
        pytest.param("+/x/x", UP, id="another probe is misconfigured"),
    ],
)
def test_a_story_ends_in_its_state(story, state):
    events = told(story)
    now = minute(sum(letter != "/" for letter in story))
    assert current(folded(events), now).state is state


@pytest.mark.parametrize(
    ("story", "since"),
    [
        pytest.param("+", 1, id="the first ok"),
        pytest.param("+++", 1, id="more of the same"),
        pytest.param("+---", 4, id="the failure that decided"),
        pytest.param("+------", 4, id="not the last one"),
        pytest.param("+---++", 6, id="the ok that decided"),
        pytest.param("+......", 4, id="when it grew stale, not when one looked"),
        pytest.param("+...+", 5, id="the first ok after a gap"),
        pytest.param("+---xx", 6, id="misconfigured"),
        pytest.param("/-/-/-+", 4, id="degraded with the main probe's ok"),
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
            [maintain(minute(2)), seen("+", minute(3)), maintained(minute(5))],
            5,
            UP,
            5,
            id="measured meanwhile",
        ),
    ],
)
def test_holds_go_before_evidence(holds, at, state, since):
    now = current(folded([*told("+"), *holds]), minute(at))
    assert (now.state, now.since_ns) == (state, minute(since))


def test_another_plan_keeps_what_is_known_of_its_probes():
    before = folded(told("+/-/-/-+"))
    only_main = folded([planned(minute(5), {"main": MINUTE})], before)
    assert only_main.state is UP
    assert set(only_main.probes) == {"main"}
    back = folded([planned(minute(5))], only_main)
    assert back.state is UP
    other_main = folded([planned(minute(5), main="side")], before)
    assert other_main.state is DOWN


def test_a_stretched_interval_stretches_patience():
    stretched = folded([*told("+"), planned(minute(2), {"main": 10 * MINUTE})])
    assert current(stretched, minute(30)).state is UP
    assert current(stretched, minute(31)).state is UNKNOWN


def test_a_plan_does_not_revive_what_has_grown_stale():
    late = folded([*told("+"), planned(minute(9), {"main": 60 * MINUTE})])
    assert late.state is UNKNOWN
    assert folded([seen("-", minute(10))], late).state is UNKNOWN


def test_without_a_plan_nothing_is_known():
    assert current(EMPTY, minute(5)) == ChannelState()
    assert folded([seen("+", minute(1))]).state is UNKNOWN


def test_results_of_a_probe_that_is_gone_change_nothing():
    gone = folded([*told("+"), seen("-", minute(2), "gone"), seen("-", minute(2), "gone")])
    assert (gone.state, gone.since_ns) == (UP, minute(1))


def test_skipped_slots_count_each():
    assert folded([*told("+"), seen("-", minute(2), count=3)]).state is DOWN


def test_a_clock_that_steps_back_keeps_the_state():
    stepped = folded([*told("+++"), seen("+", minute(-60)), seen("-", minute(-59))])
    assert stepped.state is UP
    assert current(stepped, minute(-59) + 1 * NS).state is UP
    assert current(stepped, minute(-56)).state is UNKNOWN


def test_a_key_that_stays_revoked_after_a_silence_is_misconfigured_again():
    every = 60 * NS
    state = fold(ChannelState(), Planned(at_ns=0, main="chat", every_ns={"chat": every}))
    for number in (1, 2, 30, 31, 32):
        state = fold(state, Seen(at_ns=number * every, probe="chat", evidence=Evidence.OURS))
    assert state.state is State.MISCONFIGURED
