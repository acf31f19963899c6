"""The ops listener of a running service, and what the public listener never says."""

import json
import signal

import pytest

from tests.service import Genping, free_port, genping, get, post, wait_for

pytestmark = pytest.mark.integration

CHANNELS = """
budget: {per_day: 5}
providers:
  good: {title: Good, base_url: "${SIM}/requesty/v1", api: openai, key: sk-sim-ok}
channels:
  - {id: seen, provider: good, model: secret-model, public: {as: Line A, hide: [provider, model, served_model, group]},
     group: secret-group, price: {input: 1, output: 1}, probes: [{kind: chat, every: 1s, timeout: 5s}]}
  - {id: unseen, provider: good, model: m, price: {input: 1, output: 1}, probes: [{kind: chat, every: 1h, timeout: 5s}]}
  - {id: dear, provider: good, model: m, price: {per_request: 9}, probes: [{kind: chat, every: 1h, timeout: 5s}]}
"""
TOKENS = {"READ": "read-canary-1", "ADMIN": "admin-canary-2"}


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def service(simulator, tmp_path_factory):
    with genping(tmp_path_factory.mktemp("ops"), CHANNELS, simulator.url) as running:
        wait_for(running.results, saying="a first result")
        yield running


@pytest.fixture(scope="module")
def guarded(simulator, tmp_path_factory):
    head = 'ops: {read_token: "${READ}", admin_token: "${ADMIN}"}'
    running = Genping(tmp_path_factory.mktemp("guarded"), CHANNELS, simulator.url, head=head, environ=TOKENS)
    running.write()
    running.start()
    wait_for(lambda: get(f"{running.ops_url}/-/ready", **bearer(TOKENS["READ"]))[0] == 200)
    yield running
    running.stop()


@pytest.mark.parametrize("path", ["/metrics", "/-/healthy", "/-/ready", "/api/v1/results", "/api/v1/targets"])
def test_every_get_answers(service, path):
    assert get(service.ops_url + path)[0] == 200


def test_a_probe_on_demand(service):
    status, text = post(f"{service.ops_url}/api/v1/probe/unseen")
    result = json.loads(text)
    assert (status, result["outcome"], result["reason"]) == (200, "ok", "manual")
    wait_for(lambda: get(f"{service.ops_url}/api/v1/results/{result['id']}")[0] == 200)
    again, _ = post(f"{service.ops_url}/api/v1/probe/unseen")
    assert again == 429


@pytest.mark.parametrize(
    ("path", "status"),
    [("none", 404), ("seen?probe=none", 404), ("dear", 402)],
    ids=["no channel", "no probe", "over budget"],
)
def test_a_probe_that_cannot_be_is_refused(service, path, status):
    assert post(f"{service.ops_url}/api/v1/probe/{path}")[0] == status


def test_results_are_newest_first_and_bounded(service):
    results = service.results("?channel=seen")
    assert 0 < len(results) <= 100
    started = [result["started_at"] for result in results]
    assert started == sorted(started, reverse=True)
    assert {result["channel"] for result in results} == {"seen"}


def test_a_paused_channel_is_skipped_and_comes_back(service):
    assert post(f"{service.ops_url}/api/v1/channels/seen/pause", {"for": "1h"})[0] == 200
    skipped = 'genping_slots_skipped_total{channel="seen",'
    wait_for(
        lambda: any(
            line.startswith(skipped) and 'reason="paused"' in line and not line.endswith(" 0.0")
            for line in service.metrics().splitlines()
        ),
        saying="a slot skipped as paused",
    )
    assert post(f"{service.ops_url}/api/v1/channels/seen/resume")[0] == 200
    newest = service.results("?channel=seen")[0]["id"]
    wait_for(lambda: service.results("?channel=seen")[0]["id"] != newest, saying="results again")


def test_a_reload_takes_what_is_right_and_keeps_what_was_when_it_is_wrong(service):
    before = service.results("?channel=seen")[0]["id"]
    service.write(CHANNELS.replace("every: 1s", "every: 1x"))
    status, text = post(f"{service.ops_url}/-/reload")
    assert status == 422
    assert "genping.yaml:" in text
    assert "genping_config_last_reload_successful 0.0" in service.metrics()
    wait_for(lambda: service.results("?channel=seen")[0]["id"] != before, saying="the old plan to go on")
    more = "  - {id: later, provider: good, model: m, price: {input: 1, output: 1}, probes: [{kind: chat, every: 1s}]}\n"
    service.write(CHANNELS + more)
    assert post(f"{service.ops_url}/-/reload")[0] == 200
    assert "genping_config_last_reload_successful 1.0" in service.metrics()
    wait_for(lambda: service.results("?channel=later"), saying="results of the new channel")
    service.write(CHANNELS)
    service.process.send_signal(signal.SIGHUP)
    wait_for(lambda: 'channel="later"' not in service.metrics(), saying="the channel to go")


def test_a_change_that_needs_a_restart_says_so(service):
    was = service.ops
    service.ops = free_port()
    service.write()
    service.ops = was
    status, text = post(f"{service.ops_url}/-/reload")
    assert (status, "needs a restart" in text) == (422, True)
    service.write()
    assert post(f"{service.ops_url}/-/reload")[0] == 200


@pytest.mark.parametrize(
    ("call", "token", "status"),
    [
        (get, None, 401),
        (get, "wrong", 401),
        (get, "READ", 200),
        (get, "ADMIN", 200),
        (post, None, 401),
        (post, "READ", 403),
        (post, "ADMIN", 200),
    ],
)
def test_tokens(guarded, call, token, status):
    url = f"{guarded.ops_url}/{'-/reload' if call is post else 'metrics'}"
    headers = bearer(TOKENS.get(token, token)) if token else {}
    assert call(url, **headers)[0] == status


@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/-/ready",
        "/api/v1/results",
        "/api/v1/channels/",
        "/c/unseen",
        "/nothing",
        "/api/v1/targets",
    ],
)
def test_the_public_listener_has_one_404(service, path):
    assert get(service.public_url + path) == get(service.public_url + "/no-such-thing")
    assert get(service.public_url + path)[0] == 404


@pytest.mark.parametrize("path", ["/", "/api/v1/channels"])
def test_nothing_hidden_or_private_is_public(service, path):
    status, text = get(service.public_url + path)
    assert status == 200
    assert "Line A" in text
    for hidden in ("secret-model", "secret-group", "unseen", "dear", "sk-sim", "Good"):
        assert hidden not in text


def test_no_post_on_the_public_listener(service):
    assert post(f"{service.public_url}/")[0] == 405
    assert post(f"{service.public_url}/nothing")[0] == 405


def test_no_key_is_written_anywhere(guarded):
    wait_for(lambda: guarded.data.joinpath("journal-0.db").stat().st_size > 8192)
    for path in guarded.directory.rglob("*"):
        if path.is_file() and path.name != "genping.yaml":
            stored = path.read_bytes()
            for canary in (b"sk-sim-ok", *(token.encode() for token in TOKENS.values())):
                assert canary not in stored, path
