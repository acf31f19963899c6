"""pydantic's errors -> one ConfigError with file, line and path of the key. Values of secrets never pass."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from probes.config.node import Node, Place, fail, plain
from probes.config.shown import quoted

T = TypeVar("T")
_FORMS = {
    "model_type": "is not a mapping; write `key: value` lines below it",
    "dict_type": "is not a mapping; write `key: value` lines below it",
    "list_type": "is not a list; write [a, b], or lines that begin with `- `",
}
_NEEDED: dict[str | int, str] = {
    "providers": "write who is asked: providers: {name: {base_url: https://host/v1, key: ${NAME}}}",
    "base_url": "write what the provider's SDK takes, such as https://host/v1",
    "id": "give the channel a name that stays, such as id: requesty-nano",
    "to": "name the services, such as to: [slack]",
    "usd_per_credit": "write what one credit is worth in USD, such as 0.01",
}


def checked(node: Node, validate: Callable[[Any], T]) -> T:
    """The typed value of a node. Raises ConfigError for the topmost of its errors."""
    try:
        return validate(plain(node))
    except ValidationError as errors:
        problems = [_problem(node, error) for error in errors.errors(include_url=False)]
        place, message = min(problems, key=lambda problem: problem[0].line or 0)
        fail(place, message)


def _problem(node: Node, error: ErrorDetails) -> tuple[Place, str]:
    keys = [key for key in error["loc"] if not (isinstance(key, str) and key.startswith("<"))]
    context = error.get("ctx", {})
    if keys and keys[-1] == "[key]":
        return _entry(node, keys[:-1]).place, f"{quoted(str(keys[-2]))} {context['error']}"
    if error["type"] == "missing":
        hint = _NEEDED.get(keys[-1], "write it")
        return node.at(*keys[:-1]).place.below(keys[-1]), f"is missing; {hint}"
    found = _entry(node, keys)
    if error["type"] == "broken_rule":
        key = context["key"]
        place = (
            _entry(found, [key]).place
            if key in found.table
            else found.place.below(key)
            if key
            else found.place
        )
        return place, context["message"]
    if found.value is None:
        return found.place, "is empty; write a value or leave it out"
    reason = (
        str(context["error"]) if "error" in context else _FORMS.get(error["type"], "is not possible here")
    )
    return found.place, f"{found.shown} {reason}"


def _entry(node: Node, keys: list[str | int]) -> Node:
    """Like `Node.at`, but reaches entries that are null, too."""
    parent = node.at(*keys[:-1])
    return parent.table.get(str(keys[-1]), parent.at(keys[-1])) if keys else parent
