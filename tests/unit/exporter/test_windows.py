"""Figures of a window: counts first, percentages only where they mean something."""

import pytest

from exporter.followers.windows import Span, distribution, tally, uptime
from probes.clock import NS

MINUTE = 60 * NS


def span(outcome="ok", why=None, count=1, at=100):
    return Span(
        first_ns=at * MINUTE, last_ns=(at + count - 1) * MINUTE, count=count, outcome=outcome, why=why
    )


def judged(*spans, limits_excluded=False):
    return uptime(tally(spans, 0), limits_excluded=limits_excluded)


OK, BAD = span(), span("failed", "server_error")
LIMITED = span("failed", "rate_limited")


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], {"value": None, "n": 0, "good": 0, "bad": 0, "coverage": None}),
        ([OK] * 7 + [BAD], {"value": None, "n": 8, "good": 7, "bad": 1, "coverage": 1.0}),
        ([OK] * 11 + [BAD], {"value": 11 / 12, "n": 12, "good": 11, "bad": 1}),
        ([OK] * 12 + [span("excluded", "unauthorized")], {"value": 1.0, "excluded": 1, "coverage": 12 / 13}),
        ([OK] * 12 + [span("skipped", "overload", 3)], {"value": 1.0, "skipped": 3, "coverage": 0.8}),
        ([OK] * 12 + [span("skipped", "overload", 4)], {"value": None, "coverage": 0.75}),
        (
            [OK] * 12 + [span("skipped", "unreachable", 4)],
            {"value": 0.75, "bad": 4, "skipped": 0, "coverage": 1},
        ),
    ],
    ids=[
        "nothing",
        "7 of 8",
        "12 samples",
        "excluded",
        "coverage just enough",
        "too little",
        "unreachable is bad",
    ],
)
def test_uptime(spans, expected):
    found = judged(*spans)
    assert {name: found[name] for name in expected} == expected
    assert (found["low"], found["high"]) == (None, None)


def test_both_figures_are_always_told():
    spans = [OK] * 16 + [LIMITED] * 4
    raw, excluding = judged(*spans), judged(*spans, limits_excluded=True)
    assert (raw["value"], raw["bad"], raw["excluding_rate_limits"]) == (0.8, 4, 1.0)
    assert (excluding["value"], excluding["bad"], excluding["excluded"]) == (1.0, 0, 4)
    assert excluding["excluding_rate_limits"] == 1.0


def test_slots_are_counted_from_the_start_of_the_window_on():
    assert tally([span(at=99), span(at=100), span(at=101)], 100 * MINUTE).ok == 2


def test_a_run_of_skipped_slots_is_cut_at_the_start_of_the_window():
    run = span("skipped", "aborted", count=10, at=95)
    counts = [tally([run], start * MINUTE).skipped for start in (95, 100, 104, 105)]
    assert counts == [10, 5, 1, 0]


def test_errors_are_those_of_results():
    spans = [BAD, BAD, LIMITED, span("excluded", "unauthorized"), span("skipped", "budget"), OK]
    assert tally(spans, 0).errors == {"server_error": 2, "rate_limited": 1, "unauthorized": 1}


@pytest.mark.parametrize(
    ("count", "known"),
    [
        (0, set()),
        (1, {"p50"}),
        (58, {"p50"}),
        (59, {"p50", "p95"}),
        (298, {"p50", "p95"}),
        (299, {"p50", "p95", "p99"}),
    ],
)
def test_a_percentile_needs_enough_values(count, known):
    found = distribution([float(n) for n in range(count)], ("p50", "p95", "p99"))
    assert {name for name in ("p50", "p95", "p99") if found[name] is not None} == known
    assert found["n"] == count


def test_percentiles_are_values_that_were_seen():
    values = [float(n) for n in range(1, 101)]
    assert distribution(values[::-1], ("p50", "p95")) == {"p50": 50.0, "p95": 95.0, "n": 100}
