"""The exposition: both forms, exemplars, restarts and reloads."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from probes.model import ErrorKind
from tests.unit.exporter.made import CONFIG, IMAGE, OPENMETRICS, RESULT, Bench, plan_of

PROMETHEUS = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "text/plain; version=0.0.4; charset=utf-8"),
        ("*/*", "text/plain; version=0.0.4; charset=utf-8"),
        (PROMETHEUS, "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"),
    ],
    ids=["nothing asked", "a browser", "prometheus"],
)
def test_the_form_follows_the_scraper(bench, accept, form):
    body, content_type = bench.exposition.render(accept)
    assert content_type == form
    assert body.endswith(b"# EOF\n") == ("openmetrics" in form)


def test_the_text_form_is_read_back(bench):
    bench.tape.put()
    bench.settle()
    body, _ = bench.exposition.render("")
    families = {family.name: family for family in text_string_to_metric_families(body.decode())}
    assert families["genping_probe_results"].type == "counter"
    assert families["genping_channel_info"].type == "gauge"
    assert families["genping_probe_duration_seconds"].type == "histogram"


def test_exemplars_point_at_results(bench):
    bench.tape.put(id="01JD00000000000000000000AB")
    bench.settle()
    body, _ = bench.exposition.render(OPENMETRICS)
    lines = [
        line for line in body.decode().splitlines() if "genping_time_to_first_token_seconds_bucket" in line
    ]
    marked = [line for line in lines if "#" in line]
    assert len(marked) == 1
    assert '# {result_id="01JD00000000000000000000AB"} 0.5 ' in marked[0]
    assert b"result_id" not in bench.exposition.render("")[0]


def test_openmetrics_is_read_back_by_a_strict_parser(bench, plan):
    bench.tape.plan(plan)
    bench.tape.put()
    bench.tape.put(IMAGE)
    bench.tape.beat()
    bench.settle()
    assert bench.parsed() == bench.samples()


def test_a_restart_changes_nothing(bench, plan):
    bench.tape.plan(plan)
    for result in (
        RESULT,
        replace(RESULT, ttft_s=3.0),
        replace(RESULT, outcome=ErrorKind.STALLED.outcome, error=ErrorKind.STALLED),
        IMAGE,
    ):
        bench.tape.put(result)
    bench.tape.skip("overlap", 3)
    bench.tape.beat()
    bench.settle()
    before = bench.samples()
    bench.restart()
    for follow in bench.follows:
        follow.step()
    assert bench.samples() == before


def test_after_a_restart_the_series_are_there_before_any_new_row(bench, plan):
    bench.tape.plan(plan)
    bench.tape.put()
    bench.settle()
    bench.restart()
    assert bench.value("genping_probe_success", channel="talk", probe="chat") == 1
    assert bench.value("genping_channel_up", channel="talk") == 1
    assert bench.value("genping_probe_duration_seconds_count", channel="talk", probe="chat") == 1


def test_counting_goes_on_after_a_restart(bench):
    bench.tape.put()
    bench.settle()
    bench.restart()
    bench.tape.put()
    bench.settle()
    assert bench.value("genping_uptime_slots_total", channel="talk", probe="chat", result="good") == 2


def test_a_removed_channel_disappears_and_comes_back_where_it_was(bench, tmp_path):
    bench.tape.put()
    bench.tape.put(IMAGE)
    bench.settle()
    whole = bench.plan
    head, _, _ = CONFIG.partition("  - id: draw")
    bench.adopt(plan_of(tmp_path, head))
    assert not [key for key in bench.samples() if ("channel", "draw") in key[1]]
    bench.tape.put()
    bench.settle()
    bench.adopt(whole)
    assert bench.value("genping_probe_results_total", channel="draw", outcome="ok") == 1
    assert bench.value("genping_probe_results_total", channel="talk", probe="chat", outcome="ok") == 2


def test_a_new_bound_starts_its_histogram_anew_and_nothing_else(bench, tmp_path):
    bench.tape.put()
    bench.settle()
    bench.adopt(plan_of(tmp_path, CONFIG.replace("ttft: 900ms", "ttft: 950ms")))
    chat = {"channel": "talk", "probe": "chat"}
    assert bench.value("genping_time_to_first_token_seconds_count", **chat) == 0
    assert bench.value("genping_probe_duration_seconds_count", **chat) == 1
    assert bench.value("genping_probe_results_total", outcome="ok", **chat) == 1


def test_a_probe_of_another_kind_under_the_same_name_starts_at_zero(bench, tmp_path):
    bench.tape.put()
    bench.settle()
    text = CONFIG.replace("{kind: chat, every: 60s", "{kind: image, name: chat, size: 1K, every: 60s")
    text = text.replace("first_token_timeout: 8s,", "").replace("ttft: 900ms, ", "")
    text = text.replace("price: {input: 1, output: 2}", "price: {input: 1, output: 2, per_request: 1}")
    bench.adopt(plan_of(tmp_path, text))
    assert bench.value("genping_probe_results_total", channel="talk", probe="chat", outcome="ok") == 0
    assert bench.value("genping_probe_success", channel="talk", probe="chat") is None


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(min_size=1, max_size=40), group=st.text(max_size=40))
def test_any_name_survives_the_text_form(plan, title, group):
    channel = replace(plan.channels["talk"], title=title, group=group)
    bench = Bench(replace(plan, channels={"talk": channel}))
    try:
        found = [dict(labels) for name, labels in bench.parsed() if name == "genping_channel_info"]
        assert [(own["title"], own["group"]) for own in found] == [(title, group)]
    finally:
        bench.close()


def test_two_shards_in_any_order_give_the_same(tmp_path):
    def run(directory, order):
        directory.mkdir()
        bench = Bench(plan_of(directory))
        for shard in (0, 1):
            bench.tape.rows.setdefault(shard, [])
        for shard in order:
            bench.tape.put(RESULT if shard else IMAGE, shard=shard)
            for follow in bench.follows:
                follow.step()
        bench.settle()
        found = {
            key: value for key, value in bench.samples().items() if "_total" in key[0] or "_count" in key[0]
        }
        bench.close()
        return found

    assert run(tmp_path / "a", [0, 1, 0, 1]) == run(tmp_path / "b", [1, 1, 0, 0])
