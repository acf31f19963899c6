"""What `genping check` and `genping probe` print."""

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from rich.console import Console

from exporter import checkup, waterfall
from tests.unit.exporter.made import CONFIG, RESULT, plan_of

LONG_ID = "a-channel-with-quite-a-long-id-that-somebody-needs"
ONE_CHANNEL = CONFIG[: CONFIG.index("  - id: draw")]


def printed(show, of, width=80):
    out = io.StringIO()
    show(of, Console(file=out, width=width, highlight=False))
    return out.getvalue()


@pytest.mark.parametrize("width", [20, 80, 200])
def test_check_never_cuts_an_id(tmp_path, width):
    plan = plan_of(tmp_path, CONFIG.replace("id: talk", f"id: {LONG_ID}"))
    lines = printed(checkup.show, plan, width).splitlines()
    assert [line.split()[1:4] for line in lines if line.startswith(LONG_ID)] == [
        ["chat", "1m", "1,440"],
        ["whole", "5m", "288"],
    ]


def test_check_fits_eighty_columns(tmp_path):
    plan = plan_of(tmp_path, CONFIG.replace("id: talk", "id: requesty-europe-west8"))
    lines = printed(checkup.show, plan).splitlines()
    assert lines[1] == "all money is the worst case"
    assert lines[2].split() == ["channel", "probe", "every", "slots/day", "$/slot", "$/day", "$/month"]
    assert max(len(line) for line in lines[2:6]) <= 80


@pytest.mark.parametrize(
    ("text", "counts"),
    [(CONFIG, "2 channels, 1 provider, 3 probes"), (ONE_CHANNEL, "1 channel, 1 provider, 2 probes")],
)
def test_check_counts(tmp_path, text, counts):
    assert f": {counts}\n" in printed(checkup.show, plan_of(tmp_path, text))


@pytest.mark.parametrize(
    ("budget", "cap"),
    [
        ("{per_day: 5}", "$5.00 a day"),
        ("{per_day: 0.1}", "$0.10 a day"),
        ("{per_day: 0.125, per_month: 3}", "$0.125 a day and $3.00 a month"),
        ("none", "none"),
    ],
)
def test_check_says_the_cap(tmp_path, budget, cap):
    plan = plan_of(tmp_path, CONFIG.replace("{per_day: 5}", budget))
    assert f"; cap: {cap}\n" in printed(checkup.show, plan)


def test_check_says_where_caps_are_narrower(tmp_path):
    plan = plan_of(tmp_path, CONFIG.replace("{per_day: 5}", "none"))
    capped = replace(plan.channels["talk"], caps=replace(plan.caps, per_day=Decimal(1)))
    plan = replace(plan, channels={**plan.channels, "talk": capped})
    assert "; cap: by provider or channel only\n" in printed(checkup.show, plan)


def test_check_warns_of_a_plan_above_its_cap(tmp_path):
    plan = plan_of(tmp_path, CONFIG.replace("{per_day: 5}", "{per_day: 0.10}"))
    assert "a day and the cap is $0.10: what does not fit" in printed(checkup.show, plan)


def test_check_prints_what_looks_like_markup(tmp_path):
    plan = replace(plan_of(tmp_path), warnings=("[bold] stays [/nope]",))
    assert "warning: [bold] stays [/nope]\n" in printed(checkup.show, plan)


@pytest.mark.parametrize(("lag_s", "by"), [(0.1234, " by up to 123.4 ms"), (None, "")])
def test_a_tainted_result_says_so(lag_s, by):
    result = RESULT.to_json() | {"tainted": True, "loop_lag_s": lag_s}
    line = f"note: genping itself was late{by} while measuring; times may be too long"
    assert line in printed(waterfall.show, result, width=120)


def test_a_result_that_is_not_tainted_has_no_note():
    assert "note:" not in printed(waterfall.show, RESULT.to_json())


def test_what_was_not_observed_has_no_bar():
    nothing = dict.fromkeys(("dns_s", "connect_s", "tls_s", "ttfb_s", "ttft_s", "ttfa_s"))
    failed = RESULT.to_json() | nothing | {"outcome": "failed", "error": "connect", "detail": "refused"}
    assert waterfall.spans(failed) == [("transfer", 0.0, 2.0)]
    assert "dns" not in printed(waterfall.show, failed)


def test_what_the_upstream_says_is_not_markup():
    result = RESULT.to_json() | {"served_model": "[red]m[/nope]"}
    assert "[red]m[/nope]" in printed(waterfall.show, result)
