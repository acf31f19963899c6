from probes.simulator import Simulator
from tests.unit.simulator.client import BANANA, GEMINI, MODELS, ask, body_for, call


def statuses(simulator: Simulator, path: str, scenario: str, count: int) -> list[int]:
    body = body_for(path, image=True)
    return [ask(path, scenario, body, simulator)[0].status for _ in range(count)]


def test_three_of_every_eight_fail_for_ever_in_the_same_order():
    simulator = Simulator()
    seen = statuses(simulator, BANANA, "banana-g15", 128)
    assert seen[:64] == seen[64:]
    for first in range(0, 128, 8):
        assert seen[first : first + 8].count(500) == 3
    assert set(seen) == {200, 500}


def test_confirmations_do_not_change_what_scheduled_requests_see():
    """Up to two more requests after each failure, as a prober sends them, and only the first one counts."""
    simulator, good = Simulator(), 0
    for _ in range(500):
        failed = statuses(simulator, BANANA, "banana-g15", 1) != [200]
        good += not failed
        for _ in range(2 if failed else 0):
            if statuses(simulator, BANANA, "banana-g15", 1) == [200]:
                break
    assert abs(good / 500 - 0.625) < 0.02


def test_patterns_are_counted_per_key_endpoint_and_output():
    simulator = Simulator()
    first = statuses(simulator, BANANA, "flaky", 3)
    assert first == [200, 200, 200]
    assert statuses(simulator, BANANA, "flaky.alice", 4) == [200, 200, 200, 500]
    assert statuses(simulator, GEMINI, "flaky", 1) == [200]
    assert [ask(BANANA, "flaky", None, simulator)[0].status for _ in range(3)] == [
        200
    ] * 3  # text, not pictures
    assert statuses(simulator, BANANA, "flaky", 1) == [500]


def test_the_free_list_counts_for_nothing():
    simulator = Simulator()
    for _ in range(8):
        assert simulator.answer(call(MODELS, "flaky", method="GET"))[0].status == 200
    assert statuses(simulator, BANANA, "flaky", 4) == [200, 200, 200, 500]


def test_reset_begins_anew():
    simulator = Simulator()
    statuses(simulator, BANANA, "flaky", 3)
    simulator.reset()
    assert simulator.log.after() == []
    assert statuses(simulator, BANANA, "flaky", 4) == [200, 200, 200, 500]


def test_who_suffers_with_the_models_list():
    simulator = Simulator()
    for scenario, status in (("unauthorized", 401), ("no-list", 404), ("server-error", 200), ("dead", 0)):
        assert simulator.answer(call(MODELS, scenario, method="GET"))[0].status == status
    assert ask(GEMINI, "no-list")[0].status == 200
