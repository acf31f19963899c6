"""docs/result.md defines every field and every error, and says whose trouble each is."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from probes.model import CostBasis, ErrorGroup, ErrorKind, Flag, Outcome, Result, SkipReason

PAGE = (Path(__file__).parents[3] / "docs" / "result.md").read_text()
SECTIONS = dict(re.findall(r"^### (\w+).*? · (.*?)\n(?=\n)", PAGE, re.MULTILINE))


@pytest.mark.parametrize("name", [re.sub(r"_ns$", "_at", field.name) for field in fields(Result)])
def test_every_field_is_defined(name: str):
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("word", [*Flag, *SkipReason, *CostBasis], ids=str)
def test_every_word_is_defined(word: str):
    assert f"`{word}`" in PAGE


@pytest.mark.parametrize("error", ErrorKind, ids=str)
def test_every_error_stands_once_in_its_group(error: ErrorKind):
    group = PAGE.split(f"### {error.group.value.capitalize()}")[1].split("\n### ")[0].split("\n## ")[0]
    assert f"| `{error}` |" in group
    assert PAGE.count(f"| `{error}` |") == 1


@pytest.mark.parametrize("group", ErrorGroup, ids=str)
def test_every_group_states_its_outcome(group: ErrorGroup):
    outcome = next(error.outcome for error in ErrorKind if error.group is group)
    said = SECTIONS[group.value.capitalize()]
    assert said.startswith("excluded" if outcome is Outcome.EXCLUDED else "failed")
