"""A value of the configuration that remembers where it was written, so that every error can say so."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from probes.config.shown import masked, quoted
from probes.errors import ConfigError

Scalar = str | int | Decimal | bool | None
Trail = tuple["Trail", str | int] | None
"""The way from the top of the file: (the way to the parent, the key in it); None is the top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something was written."""

    file: Path
    line: int | None = None  # None: the file as a whole
    trail: Trail = None

    def below(self, key: str | int) -> "Place":
        """The same line, one key further down."""
        return Place(file=self.file, line=self.line, trail=(self.trail, key))

    @property
    def path(self) -> str:
        """As a reader would point at it: `channels[2].probes[0].every`."""
        keys: list[str | int] = []
        trail = self.trail
        while trail is not None:
            trail, key = trail
            keys.append(key)
        steps = (f"[{key}]" if isinstance(key, int) else f".{masked(key)}" for key in reversed(keys))
        return "".join(steps).removeprefix(".")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A value and its place.

    `raw` is the text as written where that differs from the value (it held `${NAME}`); `secret_file` is where
    a secret was read from. The value of a `secret` node is never shown.
    """

    value: "dict[str, Node] | list[Node] | Scalar"
    place: Place
    raw: str | None = None
    secret: bool = False
    secret_file: str | None = None

    @property
    def table(self) -> "Mapping[str, Node]":
        """The entries of a mapping; empty for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> "list[Node]":
        """The entries of a list; empty for anything else."""
        return self.value if isinstance(self.value, list) else []

    @property
    def text(self) -> str:
        """A scalar as text."""
        return str(self.value)

    def get(self, key: str) -> "Node | None":
        """The entry of a mapping, if it is there and not null."""
        found = self.table.get(key)
        return None if found is None or found.value is None else found

    def at(self, *keys: str | int) -> "Node":
        """The entry that the keys lead to; where the way ends early, the last one on it."""
        node = self
        for key in keys:
            inner = node.get(key) if isinstance(key, str) else _item(node, key)
            if inner is None:
                return node
            node = inner
        return node

    @property
    def shown(self) -> str:
        """The value as an error message may name it."""
        if isinstance(self.value, dict):
            return "a mapping"
        if isinstance(self.value, list):
            return "a list"
        if self.secret:
            return "the value"
        if self.raw is not None:
            return quoted(self.raw)
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        return "nothing" if self.value is None else quoted(self.text)


def _item(node: Node, index: int) -> Node | None:
    return node.items[index] if index < len(node.items) else None


def implied(value: Any, place: Place) -> Node:
    """A value that nobody wrote: a default, with the place of what it completes."""
    if isinstance(value, Mapping):
        return Node(
            value={key: implied(inner, place.below(key)) for key, inner in value.items()}, place=place
        )
    if isinstance(value, (list, tuple)):
        return Node(
            value=[implied(inner, place.below(index)) for index, inner in enumerate(value)], place=place
        )
    return Node(value=value, place=place)


def plain(node: Node) -> Any:
    """The value alone: dicts, lists and scalars."""
    if isinstance(node.value, dict):
        return {key: plain(inner) for key, inner in node.value.items()}
    if isinstance(node.value, list):
        return [plain(inner) for inner in node.value]
    return node.value


def fail(where: Node | Place, message: str, *, key: str = "") -> NoReturn:
    """Raise the one-line error for a place; with `key`, for what is or should be below it."""
    place = where.place if isinstance(where, Node) else where
    if key:
        place = place.below(key)
    raise ConfigError(message, file=place.file, line=place.line, key=place.path) from None
