"""JSON Schemas (2020-12) of answers, built by hand or from the types of typed results."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import TypeAdapter

Schema = dict[str, Any]
REF: Final = "#/components/schemas/{model}"
TEXT: Final[Schema] = {"type": "string"}
NUMBER: Final[Schema] = {"type": "number"}
WHOLE: Final[Schema] = {"type": "integer"}
FLAG: Final[Schema] = {"type": "boolean"}
INSTANT: Final[Schema] = {"type": "string", "format": "date-time"}
NAIVE: Final[Schema] = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$"}
"""A moment in UTC without its zone, which the format date-time requires."""


def name_schema(name: str) -> Schema:
    """Return a reference to a schema of the description."""
    return {"$ref": REF.format(model=name)}


def build_object(properties: Mapping[str, Schema], *, optional: Iterable[str] = ()) -> Schema:
    """Return an object that has these properties and no others."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in set(optional)],
        "additionalProperties": False,
    }


def list_of(items: Schema) -> Schema:
    """Return an array."""
    return {"type": "array", "items": items}


def map_of(values: Schema) -> Schema:
    """Return an object of any names."""
    return {"type": "object", "additionalProperties": values}


def one_of(words: Iterable[str]) -> Schema:
    """Return a text that is one of these."""
    return {"type": "string", "enum": list(words)}


def or_null(schema: Schema) -> Schema:
    """Return what may be null."""
    return {"anyOf": [schema, {"type": "null"}]}


def describe_types(*kinds: Any) -> dict[str, Schema]:
    """Return the schemas of dataclasses and models by name, with those that they refer to.

    Answers have every field, and no others.
    """
    asked = [(kind.__name__, "serialization", TypeAdapter(kind)) for kind in kinds]
    _, found = TypeAdapter.json_schemas(asked, ref_template=REF)  # type: ignore[arg-type]
    return {name: _close(schema) for name, schema in found["$defs"].items()}


def _close(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_close(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "date-time":
        return NAIVE
    closed = {
        name: {key: _close(inner) for key, inner in part.items()}
        if name == "properties"
        else _close(part)
        for name, part in schema.items()
        if name not in {"title", "default"}
    }
    if "properties" in closed:
        closed |= {"required": list(closed["properties"]), "additionalProperties": False}
    return closed
