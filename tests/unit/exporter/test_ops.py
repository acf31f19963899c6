"""The ops listener: who may speak, and what it answers."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from exporter.web.ops import Desk, ops_app
from probes.clock import NS
from probes.errors import ConfigError
from probes.model import Address, Reason, Secret
from tests.unit.exporter.made import EPOCH_NS, IMAGE, RESULT, Tape

READ, ADMIN = "read-canary", "admin-canary"


class Stored(Tape):
    """Also answers what the ops listener asks of the journals."""

    def recent(self, channel, probe=None, limit=100):
        rows = [row for row in self.read(0, 0, 10_000, ("result",)) if row.body["channel"] == channel]
        return [row for row in rows if probe in (None, row.body["probe"])][::-1][:limit]

    def result(self, result_id):
        return next(
            (row for row in self.read(0, 0, 10_000, ("result",)) if row.body["id"] == result_id), None
        )


class Office:
    """The listener over a bench and a prober that is made up."""

    def __init__(self, bench, prober):
        self.bench, self.prober = bench, prober
        self.tape, self.refusal, self.reloads = Stored(), None, 0
        self.silent: list[int] = []
        desk = Desk(
            plan=lambda: self.bench.plan,
            exposition=bench.exposition,
            silent=lambda: self.silent,
            reader=self.tape,
            reload=self._reload,
        )
        self.app = ops_app(desk)
        self.client = self.at("http://127.0.0.1:9811")

    def at(self, url, **headers):
        return TestClient(self.app, base_url=url, headers=headers, raise_server_exceptions=False)

    async def _reload(self):
        self.reloads += 1
        if self.refusal is not None:
            raise self.refusal

    def lock(self, read=READ, admin=ADMIN):
        tokens = {"read_token": read and Secret(read), "admin_token": admin and Secret(admin)}
        self.bench.plan = replace(self.bench.plan, **tokens)


@pytest.fixture
def office(bench, start_prober):
    return Office(bench, start_prober(bench.plan.data_dir))


def test_metrics_in_the_form_that_is_asked_for(office):
    plain = office.client.get("/metrics")
    assert (plain.status_code, plain.headers["content-type"]) == (
        200,
        "text/plain; version=0.0.4; charset=utf-8",
    )
    modern = office.client.get("/metrics", headers={"accept": "application/openmetrics-text;version=1.0.0"})
    assert modern.headers["content-type"].startswith(
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    )
    assert modern.text.endswith("# EOF\n")


def test_healthy_and_ready(office):
    assert office.client.get("/-/healthy").status_code == 200
    assert office.client.get("/-/ready").status_code == 200
    office.silent = [0, 2]
    answer = office.client.get("/-/ready")
    assert (answer.status_code, answer.json()) == (503, {"error": "silent for 60 s: prober 0, 2"})
    assert office.client.get("/-/healthy").status_code == 200


def test_reload(office):
    answer = office.client.post("/-/reload")
    assert (answer.status_code, answer.json()["fingerprint"]) == (200, office.bench.plan.fingerprint)
    office.refusal = ConfigError("is not a duration", file="genping.yaml", line=7, key="every")
    answer = office.client.post("/-/reload")
    assert (answer.status_code, answer.json()) == (422, {"error": "genping.yaml:7: every: is not a duration"})
    assert office.reloads == 2


def test_a_probe_on_demand_is_the_probers_result(office):
    office.prober.answers["probe"] = {"ok": True, "result": replace(RESULT, reason=Reason.MANUAL).to_json()}
    answer = office.client.post("/api/v1/probe/talk?probe=whole")
    assert (answer.status_code, answer.json()["reason"]) == (200, "manual")
    assert office.prober.asked == [{"verb": "probe", "channel": "talk", "probe": "whole"}]
    office.client.post("/api/v1/probe/talk")
    assert office.prober.asked[1]["probe"] == "chat"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/probe/none",
        "/api/v1/probe/talk?probe=none",
        "/api/v1/probe/http%3A%2F%2Fevil",
        "/api/v1/probe",
    ],
)
def test_only_what_is_configured_can_be_probed(office, path):
    answer = office.client.post(path)
    assert answer.status_code == 404
    assert list(answer.json()) == ["error"]
    assert office.prober.asked == []


@pytest.mark.parametrize("status", [402, 404, 429, 500])
def test_what_the_prober_refuses_is_passed_on(office, status):
    office.prober.answers["probe"] = {"ok": False, "error": "no", "status": status, "retry_after_s": 41.2}
    answer = office.client.post("/api/v1/probe/talk")
    assert (answer.status_code, answer.json()) == (status, {"error": "no"})
    assert answer.headers["retry-after"] == "42"


def test_without_a_prober_it_says_so(office):
    (office.bench.plan.data_dir / "control.sock").unlink()
    answer = office.client.post("/api/v1/probe/talk")
    assert (answer.status_code, answer.json()) == (503, {"error": "prober 0 is not running"})


@pytest.mark.parametrize("path", ["/api/v1/probe/talk", "/-/reload", "/api/v1/channels/talk/pause"])
def test_a_get_never_acts(office, path):
    assert office.client.get(path).status_code == 405
    assert (office.prober.asked, office.reloads) == ([], 0)


def fill(office, count):
    for number in range(count):
        at_ns = EPOCH_NS + number * NS
        office.tape.put(id=f"r-{number}", channel="draw" if number % 2 else "talk", finished_ns=at_ns)
        office.tape.beat(at_ns=at_ns)


def test_results_are_a_bare_array_newest_first(office):
    fill(office, 230)
    everything = office.client.get("/api/v1/results").json()
    assert [entry["id"] for entry in everything] == [f"r-{n}" for n in range(229, 129, -1)]
    some = office.client.get("/api/v1/results?channel=draw").json()
    assert [entry["id"] for entry in some[:2]] == ["r-229", "r-227"]
    assert len(some) == 100
    assert office.client.get("/api/v1/results?channel=draw&probe=none").json() == []
    assert office.client.get("/api/v1/results?channel=never").json() == []
    assert office.client.get("/api/v1/results?channel=&probe=").json() == everything


def test_results_far_behind_other_rows_are_found(office):
    office.tape.put(IMAGE)
    for _ in range(3000):
        office.tape.beat()
    assert [entry["id"] for entry in office.client.get("/api/v1/results").json()] == [IMAGE.id]


def test_a_probe_without_its_channel_is_a_bad_query(office):
    assert office.client.get("/api/v1/results?probe=chat").status_code == 400


def test_one_result_is_exactly_what_is_published(office):
    office.tape.add("result", RESULT.to_json() | {"overrun_nano": 7})
    answer = office.client.get(f"/api/v1/results/{RESULT.id}")
    assert (answer.status_code, answer.json()) == (200, RESULT.to_json())
    assert office.client.get("/api/v1/results/none").status_code == 404


@pytest.mark.parametrize(
    ("host", "target"), [("127.0.0.1", "127.0.0.1:9811"), ("::1", "[::1]:9811"), ("0.0.0.0", "10.1.2.3:9811")]
)
def test_targets_for_prometheus(office, host, target):
    office.lock()
    office.bench.plan = replace(office.bench.plan, ops=Address(host=host, port=9811))
    client = office.at("http://10.1.2.3:9811", authorization=f"Bearer {READ}")
    assert client.get("/api/v1/targets").json() == [{"targets": [target], "labels": {}}]


@pytest.mark.parametrize(
    ("body", "for_s"),
    [({"for": "2h"}, 7200.0), ({"for": "1m30s"}, 90.0), ({}, None), (None, None), ({"for": None}, None)],
)
def test_pause(office, body, for_s):
    answer = office.client.post("/api/v1/channels/talk/pause", json=body)
    assert answer.status_code == 200
    expected = {"verb": "act", "channel": "talk", "action": "pause", "for_s": for_s, "author": "local"}
    assert office.prober.asked == [expected]


@pytest.mark.parametrize("body", ['{"for": "2 hours"}', '{"for": 7}', '["2h"]', "2h", "\xff", "x" * 5000])
def test_a_pause_that_cannot_be_read_does_nothing(office, body):
    answer = office.client.post("/api/v1/channels/talk/pause", content=body)
    assert answer.status_code in (400, 413)
    assert office.prober.asked == []


def test_resume_and_who_did_it(office):
    office.lock()
    answer = office.client.post("/api/v1/channels/talk/resume", headers={"authorization": f"Bearer {ADMIN}"})
    assert answer.status_code == 200
    assert office.prober.asked[0] == {
        "verb": "act",
        "channel": "talk",
        "action": "resume",
        "for_s": None,
        "author": "admin",
    }
    assert office.client.post("/api/v1/channels/none/resume").status_code == 401


@pytest.mark.parametrize(
    ("authorization", "reading", "acting"),
    [
        (None, 401, 401),
        ("Bearer wrong", 401, 401),
        ("Bearer ", 401, 401),
        (f"Basic {READ}", 401, 401),
        (READ, 401, 401),
        (f"Bearer {READ}", 200, 403),
        (f"bearer {READ}", 200, 403),
        (f"Bearer {ADMIN}", 200, 200),
        (f"Bearer {ADMIN}x", 401, 401),
        ("Bearer \xe9", 401, 401),
    ],
)
def test_tokens(office, authorization, reading, acting):
    office.lock()
    headers = {} if authorization is None else {"authorization": authorization.encode("latin-1")}
    assert office.client.get("/-/healthy", headers=headers).status_code == reading
    assert office.client.post("/-/reload", headers=headers).status_code == acting
    assert office.reloads == (acting == 200)


@pytest.mark.parametrize("path", ["/metrics", "/-/ready", "/api/v1/results", "/api/v1/targets", "/nothing"])
def test_without_a_token_every_path_is_the_same_401(office, path):
    office.lock()
    answer = office.client.get(path)
    assert (answer.status_code, answer.json()) == (401, {"error": "a bearer token is needed"})
    assert answer.headers["www-authenticate"] == "Bearer"


def test_with_only_a_read_token_nobody_can_act(office):
    office.lock(admin=None)
    headers = {"authorization": f"Bearer {READ}"}
    assert office.client.get("/metrics", headers=headers).status_code == 200
    assert office.client.post("/-/reload", headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("url", "origin", "status"),
    [
        ("http://127.0.0.1:9811", "https://evil.example", 403),
        ("http://127.0.0.1:9811", "null", 403),
        ("http://127.0.0.1:9811", "http://[evil", 403),
        ("http://127.0.0.1:9811", "http://127.0.0.1:8080", 403),
        ("http://127.0.0.1:9811", "http://127.0.0.1:9811", 200),
        ("http://localhost:9811", None, 200),
        ("http://[::1]:9811", None, 200),
        ("http://rebound.evil.example:9811", "http://rebound.evil.example:9811", 403),
        ("http://rebound.evil.example:9811", None, 403),
    ],
)
def test_a_page_in_a_browser_cannot_act(office, url, origin, status):
    headers = {} if origin is None else {"origin": origin}
    assert office.at(url).post("/-/reload", headers=headers).status_code == status
    assert office.reloads == (status == 200)


def test_with_tokens_any_name_may_be_used(office):
    office.lock()
    client = office.at("http://genping.internal:9811", authorization=f"Bearer {ADMIN}")
    assert client.post("/-/reload").status_code == 200
    assert client.post("/-/reload", headers={"origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize("host", ["[evil", "[::1", "]", ""])
def test_a_host_that_cannot_be_read_is_refused(office, host):
    assert office.client.get("/metrics", headers={"host": host}).status_code == 403


@pytest.mark.parametrize("path", ["/metrics/", "/-/ready/", "/api/v1/results/one/"])
def test_a_path_with_a_slash_too_many_is_not_there(office, path):
    answer = office.client.get(path, follow_redirects=False)
    assert (answer.status_code, list(answer.json())) == (404, ["error"])


def test_errors_are_one_line_of_json(office):
    for answer in (office.client.get("/nothing"), office.client.post("/metrics")):
        assert answer.headers["content-type"] == "application/json"
        assert list(answer.json()) == ["error"]
        assert "\n" not in answer.text
