"""Configurations in a directory of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from probes.config import load
from probes.model import Plan

Write = Callable[..., Path]
Load = Callable[..., Plan]

ENVIRON = {"KEY": "sk-live-key"}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A file from its text, named genping.yaml unless told."""

    def write_file(text: str, name: str = "genping.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def plan_of(write: Write) -> Load:
    """The plan that a text means, with KEY set."""

    def load_text(text: str, **environ: str) -> Plan:
        return load(write(text), {**ENVIRON, **environ})

    return load_text
