"""Slots lie where a hash puts them: stable, spread, and together within a family."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.clock import NS
from probes.schedule.phases import phase

NOW = 1_795_219_200 * NS


def _phase(identity="a\0chat", family="f", every_s=300.0, jitter_s=30.0):
    return phase(identity=identity, family=family, every_s=every_s, jitter_s=jitter_s)


def test_a_phase_is_the_same_in_every_process():
    assert (
        _phase().due_ns(10) == 3_105_550_564_547
    )  # from a run of 2026-11-21; a change moves every user's slots


@given(
    st.integers(0, 2**61),
    st.floats(1, 86400),
    st.floats(0, 1),
)
def test_the_next_slot_is_later_and_none_lies_between(wall_ns, every_s, jitter_share):
    p = _phase(every_s=every_s, jitter_s=every_s * jitter_share)
    index = p.index_after(wall_ns)
    assert p.due_ns(index) > wall_ns >= p.due_ns(index - 1)


@given(st.integers(0, 2**61), st.integers(0, 10**15), st.floats(1, 3600))
def test_counting_slots_agrees_with_walking_them(after_ns, length_ns, every_s):
    p = _phase(every_s=every_s, jitter_s=every_s / 10)
    until_ns = after_ns + length_ns % round(50 * every_s * NS)
    index, walked = p.index_after(after_ns), 0
    while p.due_ns(index) <= until_ns:
        index, walked = index + 1, walked + 1
    assert p.count_between(after_ns, until_ns) == walked


def test_jitter_never_reaches_the_next_slot():
    p = _phase(every_s=1.0, jitter_s=5.0)
    assert all(p.due_ns(i) < p.due_ns(i + 1) for i in range(NOW // NS, NOW // NS + 500))


def test_ten_thousand_channels_at_five_minutes_never_start_together():
    seconds = Counter(
        p.due_ns(p.index_after(NOW)) // NS
        for p in (_phase(identity=f"c{i}\0chat", family=f"f{i}") for i in range(10_000))
    )
    assert max(seconds.values()) <= 65  # an even spread has 34 in a second; all at once would be 10,000


@pytest.mark.parametrize(("family", "together"), [("f", True), ("g", False)], ids=["family", "others"])
def test_channels_of_a_family_share_their_jitter(family, together):
    a, b = _phase(identity="a"), _phase(identity="b", family=family)
    jitters = {(p.due_ns(7) - p.offset_ns) for p in (a, b)}
    assert (len(jitters) == 1) is together
