"""How output arrived."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.measure import numbers
from probes.model import Delta, Kind, Output, OutputKind, Usage
from tests.unit.measure.records import (
    DONE,
    JSON,
    at,
    make_ask,
    make_exchange,
    make_marks,
    make_probe,
    make_record,
    reach_ask,
    stream,
    text,
)

REASONING = Output(kind=OutputKind.REASONING, text="hmm")
USAGE = Usage(input=10, output=31)


def test_ttft_takes_any_output_ttfa_only_the_answer():
    found = numbers(make_record(stream((0.6, 1, REASONING), (1.1, 2, text()), *DONE)))
    assert (found["ttft_s"], found["ttfa_s"]) == (0.5, 1.0)


def test_a_draft_is_output_but_no_answer():
    draft = Output(kind=OutputKind.IMAGE, text="AAAA", draft=True)
    final = Output(kind=OutputKind.IMAGE, text="BBBB")
    found = numbers(
        make_record(stream((0.6, 1, draft), (1.6, 2, final)), ask=make_ask(make_probe(Kind.IMAGE)))
    )
    assert (found["ttft_s"], found["ttfa_s"]) == (0.5, 1.5)


def test_decode_and_end_to_end_speed():
    found = numbers(make_record(stream((0.6, 1, text("a")), (1.1, 2, text("b")), (2.1, 3, text("c")), USAGE)))
    assert found["decode_tps"] == 20.0  # (31 − 1) ÷ 1.5 s
    assert found["e2e_tps"] == 15.5  # 31 ÷ 2.0 s
    assert found["max_gap_s"] == 1.0
    assert found["chunks"] == 3


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param([(0.6, 1, text()), (0.6, 1, text()), (0.9, 2, USAGE)], id="all-in-one-read"),
        pytest.param([(0.6, 1, text()), (0.9, 2, USAGE)], id="one-output"),
        pytest.param([(0.6, 1, text()), (0.9, 2, text())], id="no-usage"),
        pytest.param([(0.6, 1, text()), (0.9, 2, text()), Usage(output=1)], id="one-token"),
        pytest.param([(0.6, 1, text()), (0.6, 2, text()), USAGE], id="no-time-between"),
        pytest.param([(0.9, 2, USAGE)], id="no-output"),
    ],
)
def test_decode_speed_is_none_where_there_is_no_pace(facts: list[tuple[float, int, Usage]]):
    assert numbers(make_record(stream(*facts)))["decode_tps"] is None


def test_a_burst_in_one_read_still_has_a_first_token():
    found = numbers(make_record(stream((0.6, 1, text()), text(), text(), USAGE)))
    assert (found["ttft_s"], found["max_gap_s"], found["chunks"]) == (0.5, None, 3)


def test_the_longest_wait_is_between_reads_not_within_one():
    found = numbers(
        make_record(
            stream((0.6, 1, text()), (0.6, 1, text()), (0.7, 2, text()), (0.7, 2, text()), (1.0, 3, text()))
        )
    )
    assert found["max_gap_s"] == 0.3


def test_a_json_body_arrives_with_its_last_byte():
    record = make_record(stream((2.0, 9, text()), USAGE), exchange=make_exchange(headers=JSON))
    found = numbers(record)
    assert (found["ttft_s"], found["ttfa_s"]) == (2.0, 2.0)
    assert (found["decode_tps"], found["max_gap_s"]) == (None, None)
    assert found["e2e_tps"] == 15.5


def test_a_json_body_with_two_events_is_not_streamed_either():
    record = make_record(
        stream((0.6, 1, text()), (2.0, 9, text()), USAGE), exchange=make_exchange(headers=JSON)
    )
    found = numbers(record)
    assert (found["decode_tps"], found["max_gap_s"]) == (None, None)


@pytest.mark.parametrize("kind", [Kind.EMBED, Kind.RERANK])
def test_kinds_without_a_first_token(kind: Kind):
    found = numbers(make_record(stream((0.6, 1, text())), ask=make_ask(make_probe(kind))))
    assert (found["ttft_s"], found["ttfa_s"], found["chunks"]) == (None, None, 1)


def test_reach_has_no_first_token():
    found = numbers(make_record(stream((0.6, 1, text(kind=OutputKind.LIST))), ask=reach_ask()))
    assert found["ttft_s"] is None


def test_chunks_are_events_not_facts():
    one_event = [Delta(at_ns=at(0.6), read=1, fact=fact, event=3) for fact in (REASONING, text())]
    another = Delta(at_ns=at(0.6), read=1, fact=text(), event=4)
    assert numbers(make_record([*one_event, another]))["chunks"] == 2


def test_an_answer_without_output_has_no_chunks_and_no_answer_has_none():
    assert numbers(make_record())["chunks"] == 0
    unanswered = make_exchange(marks=make_marks(first_byte=None, last_byte=None), status=None)
    assert numbers(make_record(exchange=unanswered))["chunks"] is None


def test_usage_is_the_last_one_even_if_it_is_lower():
    found = numbers(
        make_record(stream(Usage(input=1, output=244, reasoning=200), Usage(input=1, output=167)))
    )
    assert (found["output_tokens"], found["reasoning_tokens"]) == (167, None)


@pytest.mark.parametrize("count", [-1, 2_000_000_000], ids=["negative", "absurd"])
def test_a_count_that_cannot_be_is_not_observed(count: int):
    found = numbers(make_record(stream((0.6, 1, text()), (0.9, 2, text()), Usage(output=count, image=count))))
    assert (found["output_tokens"], found["image_tokens"]) == (None, None)
    assert (found["decode_tps"], found["e2e_tps"]) == (None, None)


def test_no_usage_is_not_zero():
    found = numbers(make_record(stream((0.6, 1, text()))))
    names = [name for name in found if name.endswith("_tokens")]
    assert len(names) == 5
    assert all(found[name] is None for name in names)


@given(
    gaps=st.lists(st.integers(0, 10**9), min_size=1, max_size=30),
    new_read=st.lists(st.booleans(), min_size=30, max_size=30),
    tokens=st.one_of(st.none(), st.integers(-5, 10**6)),
)
def test_figures_hold_together(gaps: list[int], new_read: list[bool], tokens: int | None):
    moment, read, deltas = at(0.2), 0, []
    for gap, fresh in zip(gaps, new_read, strict=False):
        moment, read = (moment + gap, read + 1) if fresh else (moment, read)
        deltas.append(Delta(at_ns=moment, read=read, fact=text()))
    usage = Delta(at_ns=moment, read=read, fact=Usage(output=tokens))
    found = numbers(make_record([*deltas, usage]))
    one_read = len({delta.read for delta in deltas}) == 1
    assert found["ttft_s"] == found["ttfa_s"]
    assert found["ttft_s"] >= 0
    assert (found["max_gap_s"] is None) == one_read
    if one_read:
        assert found["decode_tps"] is None
    if found["decode_tps"] is not None and found["e2e_tps"] is not None:
        assert found["decode_tps"] >= 0
        assert found["e2e_tps"] > 0
    if found["max_gap_s"] is not None:
        total_s = (deltas[-1].at_ns - deltas[0].at_ns) / 1e9
        assert found["max_gap_s"] <= total_s + 1e-6


def test_a_cut_stream_keeps_what_was_seen():
    exchange = replace(make_exchange(), status=200)
    found = numbers(make_record(stream((0.6, 1, text()), (0.9, 2, text())), exchange=exchange))
    assert (found["ttft_s"], found["max_gap_s"]) == (0.5, 0.3)
