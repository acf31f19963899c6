"""The public listener: what it shows, what it never shows, and that everything else looks the same."""

import re
from dataclasses import replace

import orjson
import pytest
from starlette.testclient import TestClient

from exporter.web.public import PublicApp
from probes.clock import NS
from probes.model import ErrorKind, Reason
from tests.unit.exporter.made import CONFIG, EPOCH_NS, IMAGE, RESULT, Bench, plan_of

HIDDEN = CONFIG.replace(
    "public: true", "public: {as: Line A, hide: [provider, model, served_model, group]}"
).replace("model: m-1", "model: secret-model")


class Site:
    def __init__(self, bench):
        self.bench = bench
        self.app = PublicApp(
            plan=lambda: bench.plan, board=bench.board, lock=bench.follows[1].lock, clock=bench.clock
        )
        self.client = TestClient(self.app, base_url="http://status.example")

    def get(self, path="/"):
        self.bench.settle()
        self.bench.clock.advance(2)  # past what is kept rendered
        return self.client.get(path)

    def channel(self):
        (found,) = self.get("/api/v1/channels").json()["channels"]
        return found


@pytest.fixture
def site(bench, plan):
    bench.tape.plan(plan)
    return Site(bench)


def slots(bench, count, start=0, every_s=60, **changes):
    for number in range(start, start + count):
        at_ns = EPOCH_NS + number * every_s * NS
        bench.tape.put(scheduled_ns=at_ns, finished_ns=at_ns + 2 * NS, **changes)
    bench.clock.advance(count * every_s)


PATHS = ["/", "/api/v1/channels", "/favicon.svg", "/robots.txt", "/static/style.css"]
ELSEWHERE = [
    "/metrics",
    "/-/healthy",
    "/-/ready",
    "/-/reload",
    "/api/v1/results",
    "/api/v1/targets",
    "/api/v1/probe/talk",
    "/api/v1/channels/",
    "/api/v1/channels/talk",
    "/api/v1/channels/draw",
    "/api/v1/channels/unknown",
    "/c/draw",
    "/static/",
    "/static/style.css/",
    "/static/../page.py",
    "/static/%2e%2e/page.py",
    "/index.html",
]


@pytest.mark.parametrize("path", ELSEWHERE)
def test_everything_else_is_the_same_404(site, path):
    one, other = site.client.get(path), site.client.get("/no-such-thing")
    assert one.status_code == 404
    assert (one.content, dict(one.headers)) == (other.content, dict(other.headers))


@pytest.mark.parametrize("path", PATHS)
def test_head_is_get_without_a_body(site, path):
    head, get = site.client.head(path), site.client.get(path)
    assert get.status_code == 200
    assert get.content
    assert (head.status_code, head.content, dict(head.headers)) == (200, b"", dict(get.headers))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
@pytest.mark.parametrize("path", ["/", "/api/v1/channels", "/metrics", "/nothing", "/-/reload"])
def test_other_methods_are_405_on_every_path(site, method, path):
    answer = site.client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", [*PATHS, "/nothing"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_every_answer_carries_the_security_headers(site, method, path):
    headers = site.client.request(method, path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers


def test_public_json_may_be_read_by_any_page(site):
    assert site.get("/api/v1/channels").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in site.get("/").headers


def test_a_page_that_breaks_is_a_plain_500_with_the_headers(bench, caplog):
    def broken():
        raise ZeroDivisionError

    app = PublicApp(plan=broken, board=bench.board, lock=bench.follows[1].lock, clock=bench.clock)
    answer = TestClient(app).get("/")
    assert (answer.status_code, answer.text) == (500, "500 internal error\n")
    assert "content-security-policy" in answer.headers
    assert "ZeroDivisionError" in caplog.text


def test_only_public_channels_are_told(site):
    bench = site.bench
    bench.tape.put()
    bench.tape.put(IMAGE)
    assert [c["id"] for c in site.get("/api/v1/channels").json()["channels"]] == ["talk"]
    page = site.get("/").text
    assert "Talk" in page
    assert "Draw" not in page
    assert "draw" not in page


def test_what_is_hidden_is_absent(tmp_path):
    bench = Bench(plan_of(tmp_path, HIDDEN))
    site = Site(bench)
    bench.tape.put(model="secret-model", family="secret-model", served_model="secret-model-0613")
    api, page = site.get("/api/v1/channels"), site.get("/")
    bench.close()
    for text in (api.text, page.text):
        for hidden in ("secret-model", "Alpha", "alpha", "gold", "talk", "Talk"):
            assert hidden not in text
        assert "Line A" in text
    (channel,) = api.json()["channels"]
    assert (channel["id"], channel["title"]) == ("line-a", "Line A")
    assert not {"provider", "model", "family", "group", "served_model"} & set(channel)


def test_no_secret_and_no_inside_is_public(site):
    bench = site.bench
    bench.tape.put(detail="canary detail", request_id="req-canary", cost_usd=0.123)
    for text in (site.get("/").text, site.get("/api/v1/channels").text):
        for inside in ("sk-sim-canary", "alpha.example", "canary", "0.123", '"key"', "default", "price"):
            assert inside not in text


def test_the_fields_of_a_channel(site):
    site.bench.tape.put()
    channel = site.channel()
    expected = (
        "id title provider model family group region state since last_checked served_model uptime latency"
        " throughput errors probes structured_output_error_rate images"
    )
    assert list(channel) == expected.split()
    assert list(channel["uptime"]) == ["24h", "7d", "30d", "90d"]
    expected = "value n low high good bad excluded skipped coverage excluding_rate_limits"
    assert list(channel["uptime"]["24h"]) == expected.split()
    assert list(channel["uptime"]["24h"]) == list(channel["uptime"]["90d"])
    assert set(channel["uptime"]["7d"].values()) == {None}
    assert list(channel["latency"]["24h"]) == ["ttft", "ttfa", "e2e"]
    assert list(channel["latency"]["24h"]["ttft"]) == ["p50", "p95", "p99", "n"]
    assert list(channel["throughput"]["24h"]["decode_tps"]) == ["p50", "n"]
    expected = "name kind main size every_s planned_every_s uptime latency throughput errors last"
    assert [list(probe) for probe in channel["probes"]] == [expected.split()] * 2


def test_before_the_first_result_figures_are_null_and_never_0(site):
    channel = site.channel()
    assert (channel["state"], channel["last_checked"], channel["served_model"]) == ("unknown", None, None)
    assert channel["uptime"]["24h"]["value"] is None
    assert channel["latency"]["24h"]["e2e"] == {"p50": None, "p95": None, "p99": None, "n": 0}
    assert channel["probes"][0]["last"] is None
    assert "no data" in site.get("/").text
    assert "not yet" in site.get("/").text


def test_a_channel_in_figures(site):
    bench = site.bench
    slots(bench, 7, served_model="m-1-0613")
    slots(bench, 1, start=7, outcome=ErrorKind.RATE_LIMITED.outcome, error=ErrorKind.RATE_LIMITED)
    bench.tape.put(reason=Reason.CONFIRM, finished_ns=EPOCH_NS + 8 * 60 * NS)
    bench.tape.skip("budget", 1)
    channel = site.channel()
    day = channel["uptime"]["24h"]
    assert (day["good"], day["bad"], day["skipped"], day["n"], day["value"]) == (7, 1, 1, 8, None)
    assert channel["errors"] == {"24h": {"rate_limited": 1}, "7d": None, "30d": None, "90d": None}
    assert channel["latency"]["24h"]["ttft"] == {"p50": 0.5, "p95": None, "p99": None, "n": 7}
    assert channel["throughput"]["24h"]["decode_tps"] == {"p50": 80.0, "n": 7}
    assert (channel["state"], channel["last_checked"]) == ("operational", "2026-11-21T00:08:00.000000Z")
    assert channel["probes"][0]["last"] == {
        "outcome": "ok",
        "error": None,
        "finished_at": "2026-11-21T00:08:00.000000Z",
        "flags": [],
    }
    page = site.get("/").text
    assert "7 of 8" in page
    assert "%" not in re.sub(r"<footer>.*", "", page, flags=re.DOTALL)
    assert re.search(r"500 ms\s*<small>first token</small>", page)


def test_a_percentage_comes_with_what_it_rests_on_and_is_never_rounded_up(site):
    overloaded = ErrorKind.OVERLOADED
    slots(site.bench, 2499, every_s=20)
    slots(site.bench, 1, start=2499, every_s=20, outcome=overloaded.outcome, error=overloaded)
    page = site.get("/").text
    assert re.search(r"<td[^>]*>99\.9 %\s*<small>2499 of 2500</small>", page)  # 99.96


def test_only_the_last_24_hours_count(site):
    slots(site.bench, 1500)
    assert site.channel()["uptime"]["24h"]["n"] == pytest.approx(1440, abs=2)


def test_the_page_equals_the_sli(site):
    bench = site.bench
    slots(bench, 20)
    slots(bench, 3, start=20, outcome=ErrorKind.EDGE_ERROR.outcome, error=ErrorKind.EDGE_ERROR)
    bench.tape.skip("unreachable", 2)
    day = site.channel()["uptime"]["24h"]
    for result in ("good", "bad"):
        assert (
            bench.value("genping_uptime_slots_total", channel="talk", probe="chat", result=result)
            == day[result]
        )


def test_history_survives_a_restart_of_the_publisher(site):
    bench = site.bench
    slots(bench, 15)
    bench.tape.skip("overlap", 2)
    before = site.channel()
    bench.restart()
    after = Site(bench).channel()
    assert after == before


def test_what_is_older_than_a_day_is_forgotten(site):
    bench = site.bench
    slots(bench, 3)
    later = EPOCH_NS + 30 * 3600 * NS
    bench.tape.put(scheduled_ns=later, finished_ns=later)
    bench.clock.advance(30 * 3600)
    assert site.channel()["uptime"]["24h"]["n"] == 1
    with bench.store.transaction() as db:
        assert db.execute("SELECT count(*) FROM board_span").fetchone() == (1,)


POLYGLOT = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}${7*7}javascript:/*</title>"


@pytest.mark.parametrize("sink", ["title", "group", "announcement", "page title", "provider"])
def test_names_are_text_and_never_markup(plan, sink):
    channel, page, provider = plan.channels["talk"], dict(plan.publishing["page"]), plan.providers["alpha"]
    channel = replace(channel, **{sink: POLYGLOT}) if sink in ("title", "group") else channel
    page |= {"announcement": POLYGLOT} if sink == "announcement" else {}
    page |= {"title": POLYGLOT} if sink == "page title" else {}
    provider = replace(provider, title=POLYGLOT) if sink == "provider" else provider
    bench = Bench(
        replace(plan, channels={"talk": channel}, providers={"alpha": provider}, publishing={"page": page})
    )
    text = Site(bench).get("/").text
    bench.close()
    assert "<script" not in text
    assert "<img" not in text
    assert "49" not in re.findall(r"\{\{.*?\}\}|49", text)
    assert "&lt;script&gt;" in text


def test_the_page_has_no_inline_style_or_script(site):
    slots(site.bench, 3)
    page = site.get("/").text
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", page)
    assert set(re.findall(r'(?:href|src)="([^"]*)"', page)) == {
        "/favicon.svg",
        "/static/style.css",
        "/api/v1/channels",
    }


def test_a_page_under_a_base_path_links_below_it(plan):
    page = dict(plan.publishing["page"]) | {"base_path": "/status/"}
    bench = Bench(replace(plan, publishing={"page": page}))
    text = Site(bench).get("/").text
    bench.close()
    assert 'href="/status/static/style.css"' in text


def test_prices_are_told_only_when_asked(plan):
    page = dict(plan.publishing["page"]) | {"prices": True}
    bench = Bench(replace(plan, publishing={"page": page}))
    channel = Site(bench).channel()
    bench.close()
    assert channel["price"]["input"] == 1.0
    assert channel["price"]["cached_input"] is None
    assert channel["effective_price"] is None


def test_an_image_channel_is_shown_end_to_end(tmp_path):
    text = CONFIG.replace("price: {per_image", "public: true\n    price: {per_image")
    bench = Bench(plan_of(tmp_path, text))
    bench.tape.put(IMAGE)
    page = Site(bench).get("/").text
    bench.close()
    assert re.search(r"40\.0 s\s*<small>end to end</small>", page)


def test_a_crowd_costs_one_rendering(site):
    rendered = []
    whole = site.bench.board.history

    def counting(*place):
        rendered.append(place)
        return whole(*place)

    site.bench.board.history = counting
    for _ in range(50):
        assert site.client.get("/api/v1/channels").status_code == 200
    assert len(rendered) == len(set(rendered)) + 1  # the main probe is looked at twice, in one rendering


def test_json_has_no_nan(site):
    assert orjson.loads(site.get("/api/v1/channels").content)["vantage"] == "test"


def test_result_of_another_probe_is_not_the_channels_headline(site):
    site.bench.tape.put(RESULT, probe="whole", e2e_s=9.0, max_gap_s=None)
    channel = site.channel()
    assert channel["latency"]["24h"]["e2e"]["n"] == 0
    assert channel["probes"][1]["latency"]["24h"]["e2e"]["p50"] == 9.0
