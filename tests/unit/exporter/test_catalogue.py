"""The catalogue: the contract's names, Prometheus' habits, and what a configuration makes of them."""

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from exporter import catalogue
from exporter.catalogue import LEADING, METRICS, Scope, Type, bounds, errors_of, histograms, zeros
from exporter.catalogue import metrics as m
from probes.model import ErrorKind, Kind, Objective

CONTRACT = """
genping_probe_success genping_channel_up genping_channel_state genping_channel_state_since_timestamp_seconds
genping_reach_success genping_probe_last_result_timestamp_seconds genping_probe_last_success_timestamp_seconds
genping_probe_interval_seconds genping_uptime_slots_total genping_probe_results_total
genping_probe_errors_total
genping_slots_skipped_total genping_extra_probes_total genping_objective_results_total genping_images_total
genping_probe_duration_seconds genping_time_to_first_token_seconds genping_time_to_first_answer_seconds
genping_output_tokens_per_second genping_end_to_end_tokens_per_second genping_probe_phase_seconds
genping_input_tokens_total genping_output_tokens_total genping_cost_usd_total genping_cost_overruns_total
genping_budget_usd genping_budget_remaining_usd genping_channel_info genping_probe_info
genping_objective_uptime_ratio genping_objective_seconds genping_prober_up
genping_prober_last_commit_timestamp_seconds genping_schedule_lag_seconds genping_loop_lag_seconds
genping_inflight_probes genping_journal_rows genping_follower_lag_rows genping_config_last_reload_successful
genping_config_last_reload_success_timestamp_seconds genping_build_info
"""


def test_every_name_of_the_contract_is_there():
    contract = set(CONTRACT.split())
    assert contract <= set(METRICS)
    assert set(METRICS) - contract == {"genping_follower_quarantined_rows_total"}


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_names_keep_to_prometheus_habits(metric):
    assert re.fullmatch(r"genping_[a-z][a-z0-9_]*[a-z0-9]", metric.name)
    assert metric.name.endswith("_total") == (metric.type is Type.COUNTER)
    assert not metric.name.endswith(("_bucket", "_sum", "_count", "_created"))
    assert not re.search(r"_(ms|milliseconds|minutes|hours|kilobytes|percent)(_|$)", metric.name)
    assert metric.help.endswith(".")
    assert metric.name.removesuffix("_total").endswith(metric.unit)
    assert len(set(metric.label_names)) == len(metric.label_names)
    assert "le" not in metric.label_names


def test_leading_labels_are_the_contracts():
    assert LEADING[Scope.PROBE] == ("channel", "probe", "kind", "provider", "family", "vantage")
    assert LEADING[Scope.CHANNEL] == ("channel", "provider", "family", "vantage")
    assert LEADING[Scope.KEY] == ("provider", "key", "vantage")


def test_the_reference_page_is_what_the_catalogue_says():
    page = Path(__file__).parents[3] / "docs" / "metrics.md"
    assert page.read_text(encoding="utf-8") == catalogue.document(), (
        "python -m exporter.catalogue > docs/metrics.md"
    )


def test_text_buckets_are_steps_of_root_two_up_to_a_minute(plan):
    probe = replace(plan.channels["talk"].main, objective=Objective())
    found = bounds(m.DURATION, probe)
    assert (found[0], found[-1]) == (0.05, 60.0)
    assert all(later / earlier == pytest.approx(2**0.5, rel=1e-3) for earlier, later in pairwise(found[:-1]))


def test_media_buckets_are_the_contracts(plan):
    expected = "1 2 3 5 7.5 10 15 20 30 45 60 75 90 105 120 150 180 240 300 600"
    assert " ".join(f"{b:g}" for b in bounds(m.DURATION, plan.channels["draw"].main)) == expected


def test_an_objective_is_a_bound_of_its_own_histogram(plan):
    probe = plan.channels["talk"].main
    assert 0.9 in bounds(m.TTFT, probe)
    assert 4.0 in bounds(m.DURATION, probe)
    assert 0.9 not in bounds(m.DURATION, probe)
    for metric in histograms(probe):
        assert list(bounds(metric, probe)) == sorted(set(bounds(metric, probe)))


@pytest.mark.parametrize(
    ("kind", "can", "cannot"),
    [
        (Kind.CHAT, {"wrong_answer", "output_limit", "dns_failure"}, {"invalid_image", "schema_mismatch"}),
        (Kind.STRUCTURED, {"schema_mismatch"}, {"wrong_image_size", "task_failed"}),
        (
            Kind.IMAGE,
            {"invalid_image", "wrong_image_size", "task_failed"},
            {"schema_mismatch", "wrong_answer"},
        ),
        (Kind.EMBED, {"malformed_response"}, {"wrong_answer", "output_limit", "invalid_image"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_kind_has_only_the_errors_it_can_produce(kind, can, cannot):
    assert can <= set(errors_of(kind))
    assert not cannot & set(errors_of(kind))


def test_every_error_belongs_to_some_kind():
    assert {error for kind in Kind for error in errors_of(kind)} == set(ErrorKind)


def test_a_probe_that_does_not_stream_has_no_token_histograms(plan):
    streams, whole = plan.channels["talk"].probes
    gone = {metric.name for metric in histograms(streams)} - {metric.name for metric in histograms(whole)}
    assert gone == {m.TTFT.name, m.TTFA.name, m.DECODE_RATE.name}


def test_objective_counters_exist_only_where_an_objective_is_stated(plan):
    streams, whole = plan.channels["talk"].probes
    assert {own for metric, own in zeros(streams) if metric is m.OBJECTIVE_RESULTS} == {
        ("ttft", "true"),
        ("ttft", "false"),
        ("e2e", "true"),
        ("e2e", "false"),
    }
    assert not [own for metric, own in zeros(whole) if metric is m.OBJECTIVE_RESULTS]


def test_the_series_count_is_never_below_what_is_exposed(bench, plan):
    bench.tape.plan(plan)
    bench.tape.put()
    bench.tape.beat(
        budgets=[{"scope": "total", "provider": "", "channel": "", "limit_usd": 5, "remaining_usd": 4}]
    )
    bench.settle()
    exposed = len(bench.samples())
    assert exposed <= catalogue.series_count(plan) <= exposed + 30
