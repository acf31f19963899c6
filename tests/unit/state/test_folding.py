"""Folding is deterministic: cutting the rows into batches, storing between them, looking, change nothing."""

import itertools

import orjson
from hypothesis import given
from hypothesis import strategies as st

from probes.model import State
from probes.state import Evidence, Seen, current, fold, state_from_json
from tests.unit.state.stories import (
    BEGIN,
    EMPTY,
    MINUTE,
    folded,
    maintain,
    maintained,
    pause,
    planned,
    resume,
)

moments = st.integers(0, 5 * MINUTE)
evidence = st.builds(
    Seen,
    at_ns=moments,
    probe=st.sampled_from(["main", "side", "gone"]),
    evidence=st.sampled_from(list(Evidence)),
    confirming=st.booleans(),
    count=st.integers(1, 3),
)
intervals = st.integers(1, 4).map(lambda n: n * MINUTE)
plans = st.builds(
    planned,
    moments,
    st.fixed_dictionaries({"main": intervals}, optional={"side": intervals}),
    st.sampled_from(["main", "side"]),
)
ends = st.none() | st.integers(0, 60 * MINUTE).map(lambda after: BEGIN + after)
holds = (
    st.builds(pause, moments, ends)
    | st.builds(resume, moments)
    | st.builds(maintain, moments, ends)
    | st.builds(maintained, moments)
)


@st.composite
def histories(draw):
    """Events in the order of a journal, the first a plan; each some time after the one before."""
    found, at_ns = [planned()], BEGIN
    for event in draw(st.lists(st.one_of(evidence, evidence, evidence, plans, holds), max_size=25)):
        at_ns += event.at_ns
        found.append(_at(event, at_ns))
    return found


def _at(event, at_ns):
    values = {name: getattr(event, name) for name in event.__slots__}
    return type(event)(**{**values, "at_ns": at_ns})


def stored(state):
    return state_from_json(orjson.loads(orjson.dumps(state.to_json())))


@given(histories(), st.lists(st.integers(0, 26), max_size=4))
def test_batches_do_not_matter(history, cuts):
    state = EMPTY
    edges = sorted({0, len(history), *(min(cut, len(history)) for cut in cuts)})
    for first, last in itertools.pairwise(edges):
        state = stored(folded(history[first:last], state))
    assert state == folded(history)


@given(histories(), st.data())
def test_looking_does_not_matter(history, data):
    plain = watched = EMPTY
    for event in history:
        last_ns = plain.at_ns or event.at_ns
        between = data.draw(st.integers(last_ns, max(last_ns, event.at_ns)))
        plain, watched = fold(plain, event), fold(current(watched, between), event)
        assert watched == plain
    now = plain.at_ns or BEGIN
    late = now + 9 * MINUTE
    assert current(current(plain, now + 2 * MINUTE), late) == current(plain, late)


@given(histories())
def test_a_state_says_when_it_began(history):
    state = EMPTY
    for event in history:
        before, state = current(state, event.at_ns), fold(state, event)
        assert state.since_ns <= event.at_ns
        if before.at_ns is not None and state.state is before.state:
            assert state.since_ns == before.since_ns
    silent = current(state, BEGIN + 9999 * MINUTE)
    assert silent.state in (State.UNKNOWN, State.MAINTENANCE)
