"""What an answer says of itself."""

import json
from typing import Any

import pytest

from probes.measure import numbers
from probes.model import Echo
from tests.unit.measure.records import JSON, KEY, make_exchange, make_record, stream


def test_the_last_model_named_is_the_one_that_served():
    found = numbers(make_record(stream(Echo(model="a"), Echo(model=""), Echo(model="b", id="gen-1"))))
    assert (found["served_model"], found["request_id"]) == ("b", "gen-1")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({"x-request-id": "req_1", "cf-ray": "9a-FRA"}, "req_1", id="openai"),
        pytest.param({"request-id": "req_2"}, "req_2", id="anthropic"),
        pytest.param({"x-oneapi-request-id": "2026112001"}, "2026112001", id="new-api"),
        pytest.param({"x-generation-id": "gen-9"}, "gen-9", id="openrouter"),
        pytest.param({"cf-ray": "9a-FRA"}, "body-id", id="the body before the edge"),
        pytest.param({"set-cookie": "session=1", "x-secret": "s"}, "body-id", id="nothing off the list"),
        pytest.param({"x-request-id": "a b\nc"}, "body-id", id="a bad header is passed over"),
        pytest.param({"x-request-id": "x" * 200}, "body-id", id="a long one too"),
    ],
)
def test_request_id_comes_from_the_list_then_from_the_body(headers: dict[str, str], expected: str):
    exchange = make_exchange(headers=tuple(headers.items()))
    assert numbers(make_record(stream(Echo(id="body-id")), exchange=exchange))["request_id"] == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({"type": "error", "request_id": "req_011"}, "req_011", id="anthropic"),
        pytest.param({"requestId": "r-1"}, "r-1", id="camel case"),
        pytest.param(
            {"error": {"message": "无效的令牌 (request id: 111) (request id: 222)"}},
            "222",
            id="nested relays: the outermost is last",
        ),
        pytest.param({"error": "no id"}, None, id="none"),
    ],
)
def test_a_refusal_may_hold_its_id_in_the_body(body: Any, expected: str | None):
    raw = json.dumps(body, ensure_ascii=False).encode()
    exchange = make_exchange(status=401, headers=JSON, body=raw)
    assert numbers(make_record(exchange=exchange))["request_id"] == expected


def test_an_edge_page_has_at_least_the_edge_id():
    exchange = make_exchange(status=502, headers=(("cf-ray", "9a2b-FRA"),), body=b"<html>")
    assert numbers(make_record(exchange=exchange))["request_id"] == "9a2b-FRA"


def test_an_answer_cannot_smuggle_our_key_or_a_line_into_a_result():
    found = numbers(make_record(stream(Echo(model=f"m\nx{KEY}y", id=f"id-{KEY}"))))
    assert KEY[:8] not in found["served_model"] + found["request_id"]
    assert "\n" not in found["served_model"]


def test_a_hostile_model_name_is_cut():
    assert len(numbers(make_record(stream(Echo(model="m" * 10**6))))["served_model"]) == 128
