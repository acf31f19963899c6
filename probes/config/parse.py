"""YAML text -> nodes.

Only the safe loader's event stream is used, so no tag can construct anything; libyaml's form of it reads
1 MiB in under a second, the one in Python takes ten.

Scalars follow the YAML 1.2 core schema, not PyYAML's 1.1: `no`, `on`, `12:30` and `007` are text, so a region
called `no` stays one. Bounds: depth, number of aliases, and number of values once aliases are counted out.
"""

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from probes.config.node import Node, Place, Scalar, fail
from probes.config.shown import quoted
from probes.config.syntax import syntax_error

_MAX_ALIASES = 100
_MAX_DEPTH = 40
_MAX_VALUES = 100_000
_MAX_CHARS = 65_536  # of one value
_TEXT_TAGS = ("!", "tag:yaml.org,2002:str")
_PLAIN_TAGS = (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
_UNQUOTED = (None, "")  # as the library in Python and in C say it
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"-?[1-9][0-9]{0,17}|0")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,30}([eE][-+]?[0-9]{1,2})?|[eE][-+]?[0-9]{1,2})")


def parse(text: str, file: Path) -> Node:
    """The one document of a file. Raises ConfigError for anything else."""
    builder = _Builder(file)
    try:
        loader = yaml.CSafeLoader(text)
        try:
            _feed(loader, builder)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        line, message = syntax_error(error, text)
        fail(Place(file=file, line=line), message)
    if builder.root is None or builder.root.value is None:
        fail(Place(file=file), _EMPTY)
    return builder.root


_EMPTY = "the file is empty; examples/genping.yaml shows how to write it, and `genping demo` needs none"


def _feed(loader: Any, builder: "_Builder") -> None:
    while not isinstance(event := loader.get_event(), yaml.StreamEndEvent):
        match event:
            case yaml.ScalarEvent():
                builder.scalar(event)
            case yaml.AliasEvent():
                builder.alias(event)
            case yaml.CollectionStartEvent():
                builder.open(event)
            case yaml.CollectionEndEvent():
                builder.close()
            case yaml.DocumentStartEvent() if builder.root is not None:
                fail(builder.place(event), "a second document begins here; one file holds one document")


@dataclass(slots=True, kw_only=True)
class _Frame:
    """A collection that is still open."""

    place: Place
    sequence: bool
    anchor: str | None
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    lines: dict[str, int | None] = field(default_factory=dict)
    merged: list[Node] = field(default_factory=list)
    key: str | None = None
    merging: bool = False
    weight: int = 1

    @property
    def awaits_key(self) -> bool:
        """Whether what comes next is a key."""
        return not self.sequence and self.key is None

    def next_place(self, line: int) -> Place:
        above = self.place.trail
        if self.sequence:
            return Place(file=self.place.file, line=line, trail=(above, len(self.items)))
        trail = above if self.key is None else (above, self.key)
        return Place(file=self.place.file, line=line, trail=trail)

    def close(self) -> Node:
        if self.sequence:
            return Node(value=self.items, place=self.place)
        inherited: dict[str, Node] = {}
        for source in self.merged:
            for key, node in source.table.items():
                inherited.setdefault(key, node)
        return Node(value={**inherited, **self.entries}, place=self.place)


class _Builder:
    """Events in, one node out."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.root: Node | None = None
        self._open: list[_Frame] = []
        self._anchors: dict[str, tuple[Node | None, int]] = {}
        self._aliases = 0
        self._values = 0

    def place(self, event: Any) -> Place:
        """Where an event stands."""
        line = event.start_mark.line + 1
        return self._open[-1].next_place(line) if self._open else Place(file=self.file, line=line)

    def open(self, event: Any) -> None:
        place = self.place(event)
        if event.tag not in _PLAIN_TAGS:
            fail(place, _tag(event))
        if self._open and self._open[-1].awaits_key:
            fail(place, "a key must be plain text; if it begins with { or [, put it in quotes")
        if len(self._open) >= _MAX_DEPTH:
            fail(replace(place, trail=None), f"nested deeper than {_MAX_DEPTH} levels")
        if event.anchor is not None:
            self._anchors[event.anchor] = (None, 0)
        sequence = isinstance(event, yaml.SequenceStartEvent)
        self._open.append(_Frame(place=place, sequence=sequence, anchor=event.anchor))

    def close(self) -> None:
        frame = self._open.pop()
        self._count(1, frame.place)
        self._add(frame.close(), frame.anchor, frame.weight)

    def scalar(self, event: Any) -> None:
        place = self.place(event)
        if event.tag not in (None, *_TEXT_TAGS):
            fail(place, _tag(event))
        if len(event.value) > _MAX_CHARS:
            fail(replace(place, trail=None), f"a value is longer than {_MAX_CHARS:,} characters")
        if self._open and self._open[-1].awaits_key:
            self._key(self._open[-1], event, place)
            return
        typed = event.style in _UNQUOTED and event.tag is None
        value = resolved(event.value) if typed else event.value
        self._count(1, place)
        self._add(Node(value=value, place=place), event.anchor, 1)

    def alias(self, event: Any) -> None:
        place = self.place(event)
        self._aliases += 1
        if self._aliases > _MAX_ALIASES:
            fail(
                place, f"more than {_MAX_ALIASES} aliases (*name) in one file; use profiles for what repeats"
            )
        if self._open and self._open[-1].awaits_key:
            fail(place, "a key cannot be an alias; write it out")
        if event.anchor not in self._anchors:
            fail(place, "this alias (*name) has no anchor (&name) above it; if it is text, put it in quotes")
        node, weight = self._anchors[event.anchor]
        if node is None:
            fail(place, "this alias (*name) stands inside its own anchor (&name)")
        self._count(weight, place)
        self._add(node, None, weight)

    def _key(self, frame: _Frame, event: Any, place: Place) -> None:
        key = event.value
        frame.merging = key == "<<" and event.style in _UNQUOTED
        if not frame.merging and key in frame.entries:
            first = frame.lines[key]
            fail(place.below(key), f"this key stands twice here, first in line {first}; remove one")
        frame.key = key
        frame.lines[key] = place.line

    def _count(self, values: int, place: Place) -> None:
        self._values += values
        if self._values > _MAX_VALUES:
            fail(
                replace(place, trail=None),
                f"more than {_MAX_VALUES:,} values once aliases are counted out; use channels_from",
            )

    def _add(self, node: Node, anchor: str | None, weight: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = (node, weight)
        if not self._open:
            self.root = node
            return
        frame = self._open[-1]
        frame.weight += weight
        if frame.sequence:
            frame.items.append(node)
        elif frame.merging:
            frame.merged += _mappings(node)
            frame.key, frame.merging = None, False
        elif frame.key is not None:
            frame.entries[frame.key] = node
            frame.key = None


def _tag(event: Any) -> str:
    tag = event.tag.replace("tag:yaml.org,2002:", "!!")
    return f"the tag {quoted(tag)} is not allowed; write the plain value"


def _mappings(node: Node) -> list[Node]:
    sources = node.items if isinstance(node.value, list) else [node]
    for source in sources:
        if not isinstance(source.value, dict):
            fail(node, "takes a mapping (*name), or a list of mappings")
    return sources


def resolved(text: str) -> Scalar:
    """What an unquoted scalar means."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text
