from typing import Any

import pytest

from probes.model import Broken, Fact, Fault, Framing, Output, OutputKind, Terminal, WireName
from tests.unit.wire.asks import facts, reach, request_of

LIST = request_of(WireName.MODELS_LIST, reach())


def listed(*names: str) -> Output:
    return Output(kind=OutputKind.LIST, text="\n".join(names))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({"object": "list", "data": [{"id": "a"}, {"id": "b"}]}, [listed("a", "b")], id="OpenAI"),
        pytest.param(
            {"models": [{"name": "models/g-3"}, {"name": "g-2"}]}, [listed("g-3", "g-2")], id="Gemini"
        ),
        pytest.param([{"id": "a"}, {"id": "b"}], [listed("a"), listed("b")], id="a bare array"),
        pytest.param({"data": []}, [], id="an empty list"),
        pytest.param({"data": None}, [], id="null"),
        pytest.param({"data": [None, 1, {}, {"id": 7}, {"id": "a"}]}, [listed("a")], id="rubbish in between"),
        pytest.param({"error": {"message": "x"}}, [Fault(body={"error": {"message": "x"}})], id="error"),
        pytest.param(
            {"name": "Error", "message": "x"}, [Fault(body={"name": "Error", "message": "x"})], id="words"
        ),
        pytest.param("ok", [Broken(detail="JSON, but not an object")], id="a string"),
    ],
)
def test_body(body: Any, expected: list[Fact]) -> None:
    assert facts(LIST, body, framing=Framing.JSON) == [*expected, Terminal()]


def test_html_is_no_list() -> None:
    page = facts(LIST, b"<!DOCTYPE html><title>Login</title>", framing=Framing.JSON)
    assert page == [Broken(detail="HTML where JSON was due")]
