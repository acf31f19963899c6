"""Whatever a file holds, the answer is a plan or one ConfigError."""

import tempfile
from pathlib import Path
from typing import Any

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from probes.config import expanded, load
from probes.errors import ConfigError
from tests.unit.config.test_contract_example import CONTRACT, ENVIRON

KEYS = sorted(
    {
        word
        for word in CONTRACT.replace(":", " ").replace("{", " ").replace("}", " ").replace(",", " ").split()
        if word.isidentifier()
    }
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["5m", "10%", "free", "none", "chat", "image", "1K", "${KEY}", "${NO}", "https://a.b/v1", "p"]
    ),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(max_size=8)), inner, max_size=5),
    ),
    max_leaves=25,
)
LINES = CONTRACT.splitlines(keepends=True)


def _read(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "genping.yaml"
        path.write_bytes(data)
        try:
            plan = load(path, {**ENVIRON, "KEY": "sk-canary"})
        except ConfigError as error:
            assert "\n" not in str(error)
            assert "canary" not in str(error)
        else:
            assert "canary" not in repr(plan)
            assert "canary" not in expanded(path, {**ENVIRON, "KEY": "sk-canary"})


@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbf")
@example(b"? ")
@example(b"&a")
@example(b"%TAG ! tag:x\n--- !a")
def test_any_bytes(data: bytes):
    _read(data)


@given(st.text(st.characters(codec="utf-8"), max_size=300))
@example("a: \u2028b\n")
@example("<<: [1]\n")
@example("providers: {p: {<<: {base_url: https://a}}}")
def test_any_text(text: str):
    _read(text.encode())


@given(TREES)
@settings(max_examples=200)
def test_any_tree_of_known_words(tree: Any):
    _read(yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "replace"))


@given(st.data())
def test_the_contract_with_one_value_replaced(data: st.DataObject):
    tree = yaml.safe_load(CONTRACT)
    node: Any = tree
    while True:
        key = data.draw(st.sampled_from(list(node) if isinstance(node, dict) else list(range(len(node)))))
        deeper = isinstance(node[key], (dict, list)) and node[key] and data.draw(st.booleans())
        if not deeper:
            node[key] = data.draw(TREES)
            break
        node = node[key]
    _read(yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "replace"))


@given(st.lists(st.sampled_from(LINES), max_size=25))
def test_any_lines_of_the_contract_in_any_order(lines: list[str]):
    _read("".join(lines).encode())


@given(st.integers(0, len(CONTRACT) - 1), st.characters(codec="utf-8"))
def test_one_character_of_the_contract_replaced(position: int, char: str):
    _read((CONTRACT[:position] + char + CONTRACT[position + 1 :]).encode())
