"""What rows become, series by series, as section 5 of the public contract says."""

from dataclasses import replace

import pytest

from probes.clock import NS
from probes.model import ErrorKind, Image, Outcome, Reason
from tests.unit.exporter.made import EPOCH_NS, IMAGE, RESULT, plan_of


def failed(error, base=RESULT, **changes):
    return replace(base, outcome=error.outcome, error=error, **changes)


def fold(bench, *results, skips=()):
    for result in results:
        bench.tape.put(result)
    for skip in skips:
        bench.tape.skip(*skip)
    bench.settle()
    return bench


CHAT = {"channel": "talk", "probe": "chat"}
TIMEOUT = failed(ErrorKind.TOTAL_TIMEOUT, e2e_s=30.1)


def test_before_the_first_result_counters_are_zero_and_gauges_absent(bench):
    samples = bench.samples()
    assert bench.value("genping_probe_success", **CHAT) is None
    assert bench.value("genping_probe_last_result_timestamp_seconds", **CHAT) is None
    assert bench.value("genping_probe_errors_total", error="wrong_answer", **CHAT) == 0
    assert bench.value("genping_uptime_slots_total", result="bad", **CHAT) == 0
    assert bench.value("genping_slots_skipped_total", reason="budget", **CHAT) == 0
    assert bench.value("genping_extra_probes_total", reason="confirm", outcome="failed", **CHAT) == 0
    assert bench.value("genping_cost_usd_total", basis="reported", **CHAT) == 0
    assert bench.value("genping_images_total", channel="draw", size="1K", verdict="unverified") == 0
    assert bench.value("genping_probe_duration_seconds_count", **CHAT) == 0
    assert not [key for key, value in samples.items() if key[0].endswith("_total") and value]


def test_the_set_of_series_does_not_depend_on_what_an_upstream_says(bench):
    def counters():
        return {key for key in bench.samples() if key[0].endswith(("_total", "_bucket", "_sum", "_count"))}

    before = counters()
    hostile = 'gpt"}\n# evil 1\n'
    fold(bench, RESULT, replace(RESULT, served_model=hostile, detail=hostile, request_id=hostile), TIMEOUT)
    assert counters() == before


@pytest.mark.parametrize(
    ("results", "success"),
    [
        ([RESULT], 1),
        ([failed(ErrorKind.OVERLOADED)], 0),
        ([RESULT, failed(ErrorKind.UNAUTHORIZED)], 1),
        ([failed(ErrorKind.UNAUTHORIZED)], None),
        ([failed(ErrorKind.OVERLOADED), replace(RESULT, reason=Reason.CONFIRM)], 1),
    ],
    ids=["ok", "failed", "excluded leaves it", "excluded first", "a confirmation is news too"],
)
def test_success(bench, results, success):
    assert fold(bench, *results).value("genping_probe_success", **CHAT) == success


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (RESULT, {"ok": 1, "good": 1}),
        (failed(ErrorKind.SERVER_ERROR), {"failed": 1, "bad": 1, "server_error": 1}),
        (failed(ErrorKind.RATE_LIMITED), {"failed": 1, "bad": 1, "rate_limited": 1}),
        (failed(ErrorKind.UNAUTHORIZED), {"excluded": 1, "unauthorized": 1}),
        (failed(ErrorKind.SERVER_ERROR, reason=Reason.CONFIRM), {("confirm", "failed"): 1}),
        (replace(RESULT, reason=Reason.MANUAL), {("manual", "ok"): 1}),
    ],
    ids=["ok", "failed", "429", "excluded", "confirmation", "by hand"],
)
def test_only_scheduled_slots_count(bench, result, expected):
    fold(bench, result)
    counted = {}
    for (name, labels), value in bench.samples().items():
        own = dict(labels)
        if value and own.get("probe") == "chat":
            if name == "genping_extra_probes_total":
                counted[(own["reason"], own["outcome"])] = value
            for metric, label in (
                ("probe_results", "outcome"),
                ("uptime_slots", "result"),
                ("probe_errors", "error"),
            ):
                if name == f"genping_{metric}_total":
                    counted[own[label]] = value
    assert counted == expected


def test_rate_limits_can_be_excluded_by_policy(bench, tmp_path):
    text = "uptime: {rate_limited: excluded}\n" + (tmp_path / "genping.yaml").read_text().partition("\n")[2]
    bench.adopt(plan_of(tmp_path, text))
    fold(bench, failed(ErrorKind.RATE_LIMITED))
    assert bench.value("genping_uptime_slots_total", result="bad", **CHAT) == 0
    assert bench.value("genping_probe_results_total", outcome="failed", **CHAT) == 1


@pytest.mark.parametrize(
    ("reason", "bad"), [("budget", 0), ("overlap", 0), ("unreachable", 4), ("aborted", 0)]
)
def test_skipped_slots_carry_their_number(bench, reason, bad):
    fold(bench, skips=[(reason, 4)])
    assert bench.value("genping_slots_skipped_total", reason=reason, **CHAT) == 4
    assert bench.value("genping_uptime_slots_total", result="bad", **CHAT) == bad


@pytest.mark.parametrize(
    ("result", "duration", "ttft", "ttfa"),
    [
        (RESULT, 2.0, 0.5, 0.75),
        (TIMEOUT, 30.0, 30.0, 30.0),
        (failed(ErrorKind.STALLED), 30.0, 30.0, 30.0),
        (failed(ErrorKind.FIRST_TOKEN_TIMEOUT), 8.0, 8.0, 8.0),
        (failed(ErrorKind.WRONG_ANSWER), None, None, None),
        (failed(ErrorKind.CONNECT_TIMEOUT), None, None, None),
        (failed(ErrorKind.OUTPUT_LIMIT), None, None, None),
        (replace(RESULT, tainted=True), None, None, None),
        (replace(TIMEOUT, tainted=True), None, None, None),
        (replace(RESULT, reason=Reason.CONFIRM), None, None, None),
        (replace(RESULT, max_gap_s=None, chunks=1), 2.0, None, None),
        (replace(RESULT, max_gap_s=None, chunks=3), 2.0, 0.5, 0.75),
        (replace(RESULT, ttfa_s=None), 2.0, 0.5, None),
    ],
    ids=[
        "ok",
        "total timeout: at the deadline",
        "stalled: at the deadline",
        "first token timeout: at its own limit",
        "failed",
        "not connected",
        "excluded",
        "tainted",
        "tainted timeout",
        "not scheduled",
        "not streamed",
        "streamed in one read",
        "reasoning only",
    ],
)
def test_latency_histograms(bench, result, duration, ttft, ttfa):
    fold(bench, result)
    names = ("probe_duration", "time_to_first_token", "time_to_first_answer")
    for name, expected in zip(names, (duration, ttft, ttfa), strict=True):
        assert bench.value(f"genping_{name}_seconds_count", **CHAT) == (expected is not None)
        assert bench.value(f"genping_{name}_seconds_sum", **CHAT) == (expected or 0)


def test_a_value_on_a_bound_is_inside_it(bench):
    fold(bench, replace(RESULT, ttft_s=0.9), replace(RESULT, ttft_s=0.900001), replace(RESULT, ttft_s=100.0))
    buckets = {
        dict(labels)["le"]: value
        for (name, labels), value in bench.samples().items()
        if name == "genping_time_to_first_token_seconds_bucket"
    }
    assert (buckets["0.8"], buckets["0.9"], buckets["1.131"], buckets["60.0"], buckets["+Inf"]) == (
        0,
        1,
        2,
        2,
        3,
    )


@pytest.mark.parametrize(
    ("result", "ttft", "e2e"),
    [
        (RESULT, "true", "true"),
        (replace(RESULT, ttft_s=0.9, e2e_s=4.0), "true", "true"),
        (replace(RESULT, ttft_s=1.0, e2e_s=4.1), "false", "false"),
        (TIMEOUT, "false", "false"),
        (failed(ErrorKind.WRONG_ANSWER), None, None),
        (replace(RESULT, tainted=True), None, None),
        (replace(RESULT, reason=Reason.MANUAL), None, None),
    ],
    ids=["met", "just met", "missed", "timeout", "failed", "tainted", "by hand"],
)
def test_objectives(bench, result, ttft, e2e):
    fold(bench, result)
    for objective, met in (("ttft", ttft), ("e2e", e2e)):
        for label in ("true", "false"):
            found = bench.value("genping_objective_results_total", objective=objective, met=label, **CHAT)
            assert found == (label == met)


def test_rates_are_of_ok_results(bench):
    fold(bench, RESULT, failed(ErrorKind.TRUNCATED_STREAM), replace(RESULT, tainted=True))
    assert bench.value("genping_output_tokens_per_second_sum", **CHAT) == 80
    assert bench.value("genping_end_to_end_tokens_per_second_sum", **CHAT) == 55


def phases(bench):
    return {
        dict(labels)["phase"]: value
        for (name, labels), value in bench.samples().items()
        if name == "genping_probe_phase_seconds"
    }


def test_phases_are_disjoint_and_make_up_the_whole(bench):
    fold(bench, RESULT)
    assert phases(bench) == pytest.approx(
        {"dns": 0.01, "connect": 0.02, "tls": 0.03, "first_byte": 0.25, "first_token": 0.25, "transfer": 1.44}
    )
    assert sum(phases(bench).values()) == pytest.approx(RESULT.e2e_s)


def test_phases_that_the_last_result_did_not_have_are_absent(bench):
    refused = failed(
        ErrorKind.CONNECT_FAILURE, ttfb_s=None, ttft_s=None, e2e_s=None, connect_s=None, tls_s=None
    )
    fold(bench, RESULT, refused)
    assert phases(bench) == {"dns": 0.01}


def test_every_probe_sent_is_paid_and_counted(bench):
    extra = replace(RESULT, reason=Reason.CONFIRM, cost_usd=0.5, cost_basis="reported")
    fold(bench, RESULT, RESULT, extra, failed(ErrorKind.DNS_FAILURE, cost_usd=None, input_tokens=None))
    assert bench.value("genping_cost_usd_total", basis="computed", **CHAT) == 0.5
    assert bench.value("genping_cost_usd_total", basis="reported", **CHAT) == 0.5
    assert bench.value("genping_input_tokens_total", **CHAT) == 60
    assert bench.value("genping_output_tokens_total", **CHAT) == 400


def test_an_overrun_is_counted(bench):
    bench.tape.add("result", RESULT.to_json() | {"overrun_nano": 5})
    assert fold(bench, RESULT).value("genping_cost_overruns_total", **CHAT) == 1


@pytest.mark.parametrize(
    ("result", "verdict", "count"),
    [
        (replace(IMAGE, images=(Image(width=1024, height=1024, format="png", bytes=9),) * 2), "ok", 2),
        (replace(IMAGE, flags=("unverified_image",)), "unverified", 1),
        (failed(ErrorKind.WRONG_IMAGE_SIZE, IMAGE), "wrong_size", 1),
        (failed(ErrorKind.INVALID_IMAGE, IMAGE), "blank", 1),
        (failed(ErrorKind.OVERLOADED, IMAGE), None, 0),
        (replace(IMAGE, size="4K"), None, 0),
    ],
    ids=["two pictures", "only a URL", "wrong size", "blank", "no picture", "a size no longer asked for"],
)
def test_pictures(bench, result, verdict, count):
    fold(bench, result)
    for each in ("ok", "wrong_size", "blank", "unverified"):
        found = bench.value("genping_images_total", channel="draw", size="1K", verdict=each)
        assert found == (count if each == verdict else 0)


def test_reach_is_of_a_key(bench):
    asked = replace(RESULT, channel=None, model=None, family=None, probe="reach", reason=Reason.REACH)
    key = {"provider": "alpha", "key": "default", "vantage": "test"}
    assert bench.value("genping_reach_success", **key) is None
    fold(bench, asked, failed(ErrorKind.UNAUTHORIZED, asked))
    assert bench.value("genping_reach_success", **key) == 1
    fold(bench, failed(ErrorKind.DNS_FAILURE, asked))
    assert bench.value("genping_reach_success", **key) == 0
    assert bench.value("genping_probe_results_total", outcome="ok", **CHAT) == 0


def test_the_state_of_a_channel_is_exactly_one(bench, plan):
    bench.tape.plan(plan)
    fold(bench)
    states = {
        dict(labels)["state"]: value
        for (name, labels), value in bench.samples().items()
        if name == "genping_channel_state" and ("channel", "talk") in labels
    }
    assert len(states) == 6
    assert [state for state, value in states.items() if value] == ["unknown"]
    assert bench.value("genping_channel_up", channel="talk") is None
    fold(bench, RESULT)
    assert bench.value("genping_channel_state", channel="talk", state="operational") == 1
    assert bench.value("genping_channel_up", channel="talk") == 1
    later = [failed(ErrorKind.SERVER_ERROR, finished_ns=EPOCH_NS + (60 * n + 2) * NS) for n in (1, 2, 3)]
    bench.clock.advance(185)
    fold(bench, *later)
    assert bench.value("genping_channel_up", channel="talk") == 0
    since = bench.value("genping_channel_state_since_timestamp_seconds", channel="talk")
    assert since == (EPOCH_NS / NS) + 182


def test_time_alone_makes_a_channel_unknown(bench, plan):
    bench.tape.plan(plan)
    fold(bench, RESULT)
    bench.clock.advance(3 * 60 + 3)
    assert bench.value("genping_channel_state", channel="talk", state="unknown") == 1
    assert bench.value("genping_channel_up", channel="talk") is None


def test_intervals_are_as_asked_and_as_planned(bench):
    body = {
        "action": "plan",
        "channels": {"talk": {"main": "chat", "every_s": {"chat": 90.0, "whole": 300.0}}},
    }
    bench.tape.add("action", body)
    fold(bench)
    assert bench.value("genping_probe_interval_seconds", plan="asked", **CHAT) == 60
    assert bench.value("genping_probe_interval_seconds", plan="planned", **CHAT) == 90


def test_infos_and_objectives_come_from_the_configuration(bench):
    info = {"channel": "talk", "model": "m-1", "group": "gold", "title": "Talk", "key": "default"}
    assert bench.value("genping_channel_info", label_team="search", **info) == 1
    assert bench.value("genping_probe_info", wire="openai-chat", size="", main="true", **CHAT) == 1
    assert bench.value("genping_probe_info", channel="draw", size="1K", main="true") == 1
    assert bench.value("genping_objective_uptime_ratio", **CHAT) == 0.99
    assert bench.value("genping_objective_seconds", objective="ttft", **CHAT) == 0.9


def test_chosen_labels_are_on_every_series_of_a_probe_and_channel(bench):
    bench.tape.put()
    bench.settle()
    for name, labels in bench.samples():
        own = dict(labels)
        if "channel" in own and not name.startswith("genping_budget"):
            assert own["label_team"] == ("search" if own["channel"] == "talk" else "")


def test_probers_are_up_while_their_heart_beats(bench):
    assert bench.value("genping_prober_up", prober="0") == 0
    bench.tape.beat(loop_lag_s=0.5, inflight=7)
    fold(bench)
    assert bench.value("genping_prober_up", prober="0") == 1
    assert bench.value("genping_loop_lag_seconds") == 0.5
    assert bench.value("genping_inflight_probes") == 7
    assert bench.value("genping_prober_last_commit_timestamp_seconds", prober="0") == EPOCH_NS / NS
    bench.clock.advance(59)
    assert bench.value("genping_prober_up", prober="0") == 1
    bench.clock.advance(1)
    assert bench.value("genping_prober_up", prober="0") == 0


def test_shares_of_a_cap_add_up(bench):
    for shard, left in ((0, 1.0), (1, 0.5)):
        cap = {"scope": "total", "provider": "", "channel": "", "limit_usd": 2.5, "remaining_usd": left}
        gone = {
            "scope": "channel",
            "provider": "alpha",
            "channel": "deleted",
            "limit_usd": 1,
            "remaining_usd": 1,
        }
        bench.tape.beat(shard=shard, budgets=[cap, gone])
    fold(bench)
    assert bench.value("genping_budget_usd", scope="total", provider="", channel="") == 5
    assert bench.value("genping_budget_remaining_usd", scope="total", provider="", channel="") == 1.5
    assert bench.value("genping_budget_usd", scope="channel") is None


def test_a_reload_that_a_prober_refused_shows(bench):
    assert bench.value("genping_config_last_reload_successful") == 1
    bench.tape.beat(reload_ok=False)
    fold(bench)
    assert bench.value("genping_config_last_reload_successful") == 0
    bench.tape.beat()
    fold(bench)
    bench.reloads = replace(bench.reloads, successful=False)
    assert bench.value("genping_config_last_reload_successful") == 0


def test_lag_rows_and_quarantine_are_told(bench):
    bench.tape.put()
    bench.tape.add("result", {"nonsense": True})
    fold(bench)
    for follower in ("prometheus", "board"):
        assert bench.value("genping_follower_lag_rows", follower=follower) == 0
        assert bench.value("genping_follower_quarantined_rows_total", follower=follower) == 1
    assert bench.value("genping_journal_rows") == 2
    assert bench.value("genping_probe_results_total", outcome="ok", **CHAT) == 1


def test_rows_of_channels_that_are_gone_are_passed_over(bench):
    fold(bench, replace(RESULT, channel="deleted"), replace(RESULT, probe="deleted"))
    bench.tape.skip("budget", channel="deleted")
    bench.tape.skip("aborted", channel=None, probe="reach:alpha:default")
    fold(bench)
    assert [follow.quarantined for follow in bench.follows] == [0, 0]
    assert "deleted" not in bench.exposition.render("")[0].decode()


def test_schedule_lag_is_one_histogram(bench):
    fold(bench, RESULT, replace(RESULT, reason=Reason.MANUAL), replace(RESULT, schedule_lag_s=None))
    assert bench.value("genping_schedule_lag_seconds_count") == 1
    assert bench.value("genping_schedule_lag_seconds_sum") == 0.004


def test_outcomes_stay_what_they_were(bench):
    fold(bench, RESULT, failed(ErrorKind.CONTENT_FILTERED), failed(ErrorKind.EMPTY_OUTPUT))
    found = {o: bench.value("genping_probe_results_total", outcome=o, **CHAT) for o in Outcome}
    assert found == {"ok": 1, "failed": 1, "excluded": 1}
