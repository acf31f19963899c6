"""How long a provider asks us to wait."""

import json
from typing import Any

import pytest

from probes.classify import judge
from tests.unit.measure.records import make_exchange, make_record

DATE = {"date": "Sat, 21 Nov 2026 00:00:00 GMT"}


def waited(headers: dict[str, str], *, status: int = 429, body: Any = None) -> float | None:
    exchange = make_exchange(status=status, headers=tuple(headers.items()), body=json.dumps(body).encode())
    judgement = judge(make_record(exchange=exchange))
    assert judgement is not None
    return judgement.retry_after_s


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({"retry-after": "30"}, 30.0, id="integer"),
        pytest.param({"retry-after": "1.5"}, 1.5, id="float"),
        pytest.param({"retry-after": " 2 "}, 2.0, id="spaces"),
        pytest.param({"retry-after": "0"}, 0.0, id="zero"),
        pytest.param(DATE | {"retry-after": "Sat, 21 Nov 2026 00:02:00 GMT"}, 120.0, id="HTTP-date"),
        pytest.param(
            DATE | {"retry-after": "Fri, 20 Nov 2026 00:02:00 GMT"}, 0.0, id="HTTP-date in the past"
        ),
        pytest.param({"retry-after": "Sat, 21 Nov 2026 00:02:00 GMT"}, None, id="an instant without a clock"),
        pytest.param({"retry-after-ms": "1500", "retry-after": "9"}, 1.5, id="milliseconds first"),
        pytest.param({"x-ratelimit-reset-requests": "2m59.56s"}, 179.56, id="Go duration"),
        pytest.param(
            {"x-ratelimit-reset-requests": "12ms", "x-ratelimit-reset-tokens": "6m0s"}, 360.0, id="longest"
        ),
        pytest.param(DATE | {"x-ratelimit-reset": "1795219210"}, 10.0, id="epoch seconds"),
        pytest.param(DATE | {"x-ratelimit-reset": "1795219210500"}, 10.5, id="epoch milliseconds"),
        pytest.param(DATE | {"anthropic-ratelimit-tokens-reset": "2026-11-21T00:00:07Z"}, 7.0, id="RFC 3339"),
        pytest.param({"retry-after": "5", "x-ratelimit-reset-requests": "1h"}, 5.0, id="asked before reset"),
        pytest.param({"retry-after": "soon"}, None, id="a word"),
        pytest.param({"retry-after": "-5"}, None, id="negative"),
        pytest.param({"retry-after": "inf"}, None, id="infinite"),
        pytest.param({"retry-after": "nan"}, None, id="not a number"),
        pytest.param({"retry-after": "9" * 400}, None, id="endless"),
        pytest.param({"retry-after": "99999999"}, None, id="three years"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_headers(headers: dict[str, str], seconds: float | None):
    assert waited(headers) == seconds


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        pytest.param(
            {"error": {"details": [{"@type": "RetryInfo", "retryDelay": "17.5s"}]}}, 17.5, id="google"
        ),
        pytest.param({"error": {"availability": {"retry_after": 12}}}, 12.0, id="openrouter"),
        pytest.param({"error": {"message": "x", "retry_after_seconds": 3}}, 3.0, id="plain"),
        pytest.param({"error": {"retry_after": True}}, None, id="a flag is no time"),
    ],
)
def test_body(body: Any, seconds: float | None):
    assert waited({}, body=body) == seconds


def test_a_limit_that_did_not_refuse_us_does_not_ask_us_to_wait():
    assert waited({"x-ratelimit-reset-requests": "1h"}, status=500) is None
    assert waited({"retry-after": "4"}, status=503) == 4.0
