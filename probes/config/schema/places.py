"""Where a configuration holds secrets, paths and schemas: the ways to them, from the types of the fields."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from probes.config.schema.document import Document
from probes.config.schema.types import JsonSchema
from probes.model import Secret

Ways = Mapping[str, "Ways"] | type[Secret] | type[Path] | type[JsonSchema] | None
"""What lies ahead at one place: by key (`*`: any) to a field of these types; None: nothing of the kind."""


def ahead(ways: Ways, key: str) -> Ways:
    """What lies ahead one key further."""
    return ways.get(key, ways.get("*")) if isinstance(ways, Mapping) else None


def _fields(annotation: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    arguments = get_args(annotation)
    if annotation in (Secret, Path, JsonSchema):
        yield way, annotation
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            yield from _fields(field.annotation, (*way, field.alias or name))
    elif get_origin(annotation) in (dict, list):
        yield from _fields(arguments[-1], (*way, "*"))
    else:  # unions and annotations
        for argument in arguments:
            yield from _fields(argument, way)


def _tree() -> Ways:
    tree: dict[str, Any] = {}
    for way, kind in _fields(Document):
        branch = tree
        for key in way[:-1]:
            branch = branch.setdefault(key, {})
        branch[way[-1]] = kind
    return tree


DOCUMENT: Ways = _tree()
CHANNELS: Ways = ahead(DOCUMENT, "channels")
"""For a file of `channels_from`."""
