"""What every section of the configuration shares: strict tables, and scalars that read themselves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Discriminator, GetJsonSchemaHandler, Tag, model_validator
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from probes.config.node import Node, Place, implied
from probes.config.shown import nearest
from probes.config.unfit import Unfit

REFERENCE = {"type": "string", "pattern": r"\$\{[A-Za-z_][A-Za-z0-9_]*\}"}


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """How a scalar is read, and how an editor is told of it. Any scalar may also be `${NAME}`."""

    read: Callable[[Any], Any]
    form: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        """The reader is the whole schema: nothing is coerced behind its back."""
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The written form."""
        free_text = self.form.get("type") == "string" and not {"enum", "pattern"} & self.form.keys()
        return dict(self.form) if free_text else {"anyOf": [dict(self.form), REFERENCE]}


def broken(message: str, key: str = "") -> PydanticCustomError:
    """A rule about a whole table is broken; `key` is the entry to point at. The message stands alone."""
    return PydanticCustomError("broken_rule", "{message}", {"message": message, "key": key})


class Table(BaseModel):
    """A mapping with a closed set of keys. A key without a value counts as not written."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True
    )

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        known = cls.written_keys()
        for key in data if isinstance(data, dict) else ():
            if key not in known:
                raise broken(f"unknown key{nearest(key, known)}", key)
        return (
            {key: value for key, value in data.items() if value is not None}
            if isinstance(data, dict)
            else data
        )

    @classmethod
    @cache
    def written_keys(cls) -> tuple[str, ...]:
        """The keys as they are written, its own before inherited ones."""
        names = [name for parent in cls.__mro__ for name in vars(parent).get("__annotations__", ())]
        fields = cls.model_fields
        return tuple(dict.fromkeys(fields[name].alias or name for name in names if name in fields))


def filled(entries: Mapping[str, Node], model: type[Table], place: Place) -> dict[str, Node]:
    """The entries with the model's plain defaults, in the order of the model."""
    full = {}
    for name, field in model.model_fields.items():
        key, default = field.alias or name, field.default
        if key in entries:
            full[key] = entries[key]
        elif isinstance(default, (str, int)):
            full[key] = implied(str(default) if isinstance(default, str) else default, place)
    return full


def _word_or_table(value: Any) -> str:
    return "<table>" if isinstance(value, (dict, BaseModel)) else "<word>"


# For `budget: none | {…}`: Annotated[Annotated[Word, WORD] | Annotated[Table, TABLE], EITHER]. pydantic puts
# the tags into the places of errors, where the angle brackets tell them from keys.
WORD, TABLE, EITHER = Tag("<word>"), Tag("<table>"), Discriminator(_word_or_table)


def word(only: str, otherwise: str) -> Rule:
    """Reads one word where a mapping could stand, too."""

    def read(value: object) -> str:
        if value != only:
            raise Unfit(f"is neither {only} nor a mapping; write {only} or {otherwise}")
        return only

    return Rule(read, {"const": only})
