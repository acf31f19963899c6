"""Error bodies as the world sends them, each with its verdict and its source."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from probes.classify import judge
from probes.model import ErrorKind, Fault, Record
from tests.unit.measure.records import KEY, make_exchange, make_record, stream, text

_FOLDER = Path(__file__).parent / "corpus"
_FIELDS = ("name", "source", "status", "headers", "body", "error", "retry_after_s")
_REFUSALS = ("vendors", "gateways", "edges")


def _cases(*names: str) -> list[Any]:
    return [
        pytest.param(case, id=f"{name}: {case['name']}")
        for name in names
        for case in yaml.safe_load((_FOLDER / f"{name}.yaml").read_text())
    ]


def _refusal(case: dict[str, Any]) -> Record:
    body = case["body"]
    raw = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    headers = case.get("headers", {"content-type": "application/json"})
    exchange = make_exchange(
        status=case["status"], headers=tuple(headers.items()), body=raw.encode(), bytes_received=len(raw)
    )
    return make_record(exchange=exchange)


@pytest.mark.parametrize("case", _cases(*_REFUSALS))
def test_refusal(case: dict[str, Any]):
    judgement = judge(_refusal(case))
    assert judgement is not None
    assert judgement.error is ErrorKind(case["error"]), judgement.detail
    assert judgement.retry_after_s == case.get("retry_after_s")
    assert len(judgement.detail) <= 300
    assert str(case["status"]) in judgement.detail


@pytest.mark.parametrize("case", _cases("inside"))
@pytest.mark.parametrize("after_output", [False, True], ids=["at once", "after output"])
def test_error_inside_an_answer(case: dict[str, Any], after_output: bool):  # noqa: FBT001 - a case, not a switch
    facts = [text(), Fault(body=case["fault"])] if after_output else [Fault(body=case["fault"])]
    judgement = judge(make_record(stream(*facts)))
    assert judgement is not None
    assert judgement.error is ErrorKind(case["error"]), judgement.detail
    assert judgement.retry_after_s == case.get("retry_after_s")


def test_the_corpus_names_its_sources_and_no_case_twice():
    cases = [case.values[0] for case in _cases(*_REFUSALS, "inside")]
    assert all(case["source"] for case in cases)
    assert set().union(*cases) == {*_FIELDS, "fault"}
    names = [case["name"] for case in cases]
    assert len(names) == len(set(names)) > 100


@pytest.mark.parametrize("case", _cases(*_REFUSALS))
def test_a_key_echoed_anywhere_in_a_refusal_does_not_leave(case: dict[str, Any]):
    body = case["body"]
    if isinstance(body, str):
        planted: Any = f"{body} {KEY}"
    else:
        planted = json.loads(json.dumps(body).replace('"message": "', f'"message": "{KEY} '))
    record = _refusal(case | {"body": planted, "headers": case.get("headers", {}) | {"location": KEY}})
    judgement = judge(record)
    assert judgement is not None
    assert not any(KEY[at : at + 8] in judgement.detail for at in range(len(KEY) - 7))
