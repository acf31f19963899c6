import ast
import json
import sys
from pathlib import Path

import pytest

import probes.simulator
from probes.simulator import SCENARIOS, End, Quirk
from probes.simulator.catalogue import as_markdown
from probes.simulator.faults import Dialect
from probes.simulator.scenarios import GROUPS
from probes.simulator.wordings import FAULTS
from tests.unit.simulator.client import (
    BANANA,
    CHAT,
    GEMINI,
    GEMINI_STREAM,
    PICTURES,
    ROUTED_CHAT,
    ask,
    body_for,
    chat_body,
)

PACKAGE = Path(probes.simulator.__file__).parent
DOCS = PACKAGE.parents[1] / "docs" / "simulator.md"
LIGHT = sorted(set(SCENARIOS) - {"huge-image", "ok"})


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_every_scenario_names_its_source(name: str):
    scenario = SCENARIOS[name]
    assert len(scenario.source) > 10
    assert scenario.about
    assert "|" not in scenario.about + scenario.source
    assert set(scenario.pattern) <= {"x", "."}


def test_no_name_is_taken_twice():
    assert len(SCENARIOS) == sum(len(group) for group in GROUPS.values())


def test_every_fault_and_quirk_is_played_by_somebody():
    inner = {"midstream", "not-found"}  # said in a stream, and to unknown paths
    assert {s.fault for s in SCENARIOS.values() if s.fault} | inner == set(FAULTS) | {"not-found"}
    assert {quirk for s in SCENARIOS.values() for quirk in s.quirks} == set(Quirk)


def test_every_fault_has_openai_words_to_fall_back_on():
    assert all(Dialect.OPENAI in wording for wording in FAULTS.values())


def test_the_documentation_shows_the_catalogue():
    assert as_markdown() in DOCS.read_text(encoding="utf-8"), "run: python -m probes.simulator --list"


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem)
def test_nothing_is_imported_but_the_standard_library_and_the_package(path: Path):
    known = sys.stdlib_module_names
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for module in modules:
            assert module.split(".")[0] in known or module.startswith("probes.simulator"), module


@pytest.mark.parametrize("image", [False, True], ids=["text", "image"])
@pytest.mark.parametrize("path", [CHAT, ROUTED_CHAT, BANANA, GEMINI, GEMINI_STREAM, PICTURES])
def test_every_scenario_plays_on_every_gateway(path: str, image: bool):  # noqa: FBT001 - a table of two
    for name in LIGHT:
        reply, entry = ask(path, name, body_for(path, image=image))
        assert entry.scenario == name
        assert reply.status == 0 or 200 <= reply.status < 600
        assert all(step.after_s >= 0 for step in reply.steps[:1000])
        if reply.end is End.COMPLETE and reply.header("content-length") is not None:
            assert reply.header("content-length") == str(len(reply.body)), name


@pytest.mark.parametrize("name", LIGHT)
def test_every_scenario_plays_on_a_streamed_chat(name: str):
    reply, _ = ask(ROUTED_CHAT, name, chat_body(stream=True))
    assert reply.status == 0 or reply.header("content-type") is not None


@pytest.mark.parametrize("path", [CHAT, ROUTED_CHAT, BANANA, GEMINI, PICTURES])
def test_refusals_are_json_with_an_error_unless_they_are_pages(path: str):
    for name in (s.name for s in GROUPS["Refusals"] if s.fault and s.pattern == "x"):
        reply, _ = ask(path, name)
        if "html" in (reply.header("content-type") or ""):
            assert reply.body.startswith(b"<"), name
        elif name not in {"redirect", "redirect-inside", "no-list"}:
            body = json.loads(reply.body)
            assert "error" in (body[0] if isinstance(body, list) else body), name
            assert b"%ID%" not in reply.body
