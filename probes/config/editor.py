"""The JSON Schema of the configuration, for editors that complete and check while one writes."""

from typing import Any

from probes.config.schema import Document

_TITLE = "genping.yaml"


def json_schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12. Beside every secret it also knows `<field>_file`."""
    schema = Document.model_json_schema(by_alias=True)
    for table in (schema, *schema.get("$defs", {}).values()):
        _add_files(table)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": _TITLE}


def _add_files(table: dict[str, Any]) -> None:
    properties = table.get("properties", {})
    for name in [name for name, form in properties.items() if _secret(form)]:
        properties[f"{name}_file"] = {"type": "string", "description": f"a file that holds {name}; chmod 600"}


def _secret(form: dict[str, Any]) -> bool:
    return bool(form.get("writeOnly")) or any(option.get("writeOnly") for option in form.get("anyOf", ()))
