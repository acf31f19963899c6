"""What a value stands for: `${NAME}` is that environment variable, `<field>_file` the content of a file.

Both are replaced on the parsed tree, value by value and once: what a variable holds can neither change the
form of the file nor name another variable. Relative paths become absolute here, where the file that
named them is known.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from probes.config.files import Files
from probes.config.node import Node, fail, implied
from probes.config.schema.places import Ways, ahead
from probes.config.schema.types import JsonSchema
from probes.config.shown import masked
from probes.model import Secret

_REFERENCE = re.compile(r"\$(\$?)\{(?:([A-Za-z_][A-Za-z0-9_]*)\})?")
_FILE = "_file"
_MAX_REFERENCES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where values come from that are not in the file itself."""

    environ: Mapping[str, str]
    files: Files


def completed(node: Node, sources: Sources, ways: Ways) -> Node:
    """The tree with every reference replaced and every secret marked, as `ways` tell where they are."""
    if ways is JsonSchema and node.table.keys() == {"file"}:
        return _schema(_scalar(node.table["file"], sources, None), sources)
    if isinstance(node.value, dict):
        return Node(value=_table(node, sources, ways), place=node.place)
    if isinstance(node.value, list):
        items = [completed(item, sources, ahead(ways, "*")) for item in node.items]
        return Node(value=items, place=node.place)
    return _scalar(node, sources, ways)


def _table(node: Node, sources: Sources, ways: Ways) -> dict[str, Node]:
    entries = {}
    for key, inner in node.table.items():
        field = key.removesuffix(_FILE)
        if field != key and ahead(ways, field) is Secret:
            if node.get(field) is not None:
                fail(inner, f"{masked(field)} is given, too; keep one of the two")
            entries[field] = _from_file(_scalar(inner, sources, None), sources)
        else:
            entries[key] = completed(inner, sources, ahead(ways, key))
    return entries


def _from_file(node: Node, sources: Sources) -> Node:
    if not isinstance(node.value, str) or not node.value:
        fail(node, f"{node.shown} is not the name of a file")
    path = node.place.file.parent / node.value
    value = sources.files.secret(path, node.place)
    return Node(value=value, place=node.place, secret=True, secret_file=str(path.absolute()))


def _schema(node: Node, sources: Sources) -> Node:
    if not isinstance(node.value, str) or not node.value:
        fail(node, f"{node.shown} is not the name of a file")
    data = sources.files.beside(node.place.file.parent / node.value, node.place)
    try:
        schema = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        fail(node, f"{node.shown} is not JSON (its line {error.lineno})")
    if not isinstance(schema, dict):
        fail(node, f"{node.shown} holds no JSON object, so it is no schema")
    return implied(schema, node.place)


def _scalar(node: Node, sources: Sources, ways: Ways) -> Node:
    if ways is Secret or isinstance(ways, Mapping):
        node = replace(node, secret=True)
    if isinstance(node.value, str) and "${" in node.value:
        node = replace(node, value=_substituted(node, sources.environ), raw=node.value)
    if isinstance(node.value, str) and node.value and ways is Path:
        node = replace(node, value=str((node.place.file.parent / node.value).absolute()))
    return node


def _substituted(node: Node, environ: Mapping[str, str]) -> str:
    if node.text.count("${") > _MAX_REFERENCES:
        fail(node, f"more than {_MAX_REFERENCES} references (${{…}}) in one value")

    def one(found: re.Match[str]) -> str:
        escaped, name = found.groups()
        if escaped:
            return found[0][1:]
        if name is None:
            fail(
                node,
                "${ begins the name of a variable, as in ${NAME}; for the characters themselves write $${",
            )
        if name not in environ:
            hint = "set it, or run `genping demo`, which needs no key"
            fail(node, f"the environment variable {name} is not set; {hint}")
        if not environ[name].isascii() and any("\ud800" <= char <= "\udfff" for char in environ[name]):
            fail(node, f"the environment variable {name} is not UTF-8")
        return environ[name]

    return _REFERENCE.sub(one, str(node.value))
