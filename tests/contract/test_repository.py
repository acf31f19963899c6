"""Rules about the repository itself, so that taste survives its authors."""

import ast
import re
import statistics
import subprocess
import tomllib
from pathlib import Path

import pytest

from probes.config.defaults import SUPPORTED_WIRES
from probes.model import ErrorKind, SkipReason
from probes.wire import WIRES

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*ROOT.glob("probes/**/*.py"), *ROOT.glob("exporter/**/*.py")])
FILE_LIMIT, FILE_MEDIAN, FUNCTION_LIMIT, FUNCTION_MEDIAN = 400, 130, 60, 12


def _tracked():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


def _functions(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_files_stay_small():
    lengths = {path: len(path.read_text().splitlines()) for path in SOURCES}
    assert {str(p): n for p, n in lengths.items() if n > FILE_LIMIT} == {}
    assert statistics.median(lengths.values()) <= FILE_MEDIAN


def test_functions_fit_in_the_head():
    lengths = [(f"{path.name}:{name}", n) for path in SOURCES for name, n in _functions(path)]
    assert [item for item in lengths if item[1] > FUNCTION_LIMIT] == []
    assert statistics.median(n for _, n in lengths) <= FUNCTION_MEDIAN


def test_every_wire_is_known_everywhere():
    """A wire is its module, one line of the registry, a golden folder and a page; this notices what is missing."""
    wires = set(WIRES)
    assert wires == set(SUPPORTED_WIRES)
    assert {wire.replace("-", "_") for wire in wires} <= {
        path.stem for path in (ROOT / "probes/wire").glob("*.py")
    }
    for wire in wires:
        assert list((ROOT / "tests/golden" / wire).glob("*.yaml")), f"no golden transcript for {wire}"
        assert f"`{wire}`" in (ROOT / "docs/wires.md").read_text()


@pytest.mark.parametrize("word", [*ErrorKind, *SkipReason])
def test_every_word_of_a_closed_set_is_explained(word):
    assert f"`{word}`" in (ROOT / "docs/result.md").read_text()


def test_every_direct_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = [re.split(r"[<>=\[]", spec)[0] for spec in project["dependencies"]]
    reasons = (ROOT / "docs/adr/0003-dependencies.md").read_text()
    assert len(names) <= 20
    assert [name for name in names if f"| {name}" not in reasons] == []


def test_every_locked_dependency_has_a_hash():
    for lock in (ROOT / "requirements").glob("*.txt"):
        entries = re.split(r"\n(?=\S)", lock.read_text())
        pinned = [entry for entry in entries if "==" in entry.split("\n", 1)[0]]
        assert pinned
        assert [entry.split()[0] for entry in pinned if "--hash=sha256:" not in entry] == []


def test_no_key_is_ever_printed_by_a_literal_in_the_tree():
    shapes = re.compile(r"sk-(?!sim-)[A-Za-z0-9]{24,}|AIza[0-9A-Za-z_-]{35}")
    found = [
        str(path)
        for path in _tracked()
        if path.suffix in {".py", ".md", ".yaml", ".yml", ".toml"}
        and "tests" not in path.parts
        and shapes.search(path.read_text())
    ]
    assert found == []


def test_links_in_the_documents_lead_somewhere():
    broken = []
    for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]:
        targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
        broken += [f"{page.relative_to(ROOT)}: {to}" for to in targets if not (page.parent / to).exists()]
    assert broken == []
