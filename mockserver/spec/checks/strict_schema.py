"""The rules of strict JSON Schemas, for functions and text formats that ask for strictness themselves."""

from collections.abc import Iterator
from typing import Any

Context = tuple[str, ...]


def why_not_strict(schema: dict[str, Any]) -> str | None:
    """Why a schema cannot be followed strictly, in the wire's words; None where it can.

    Source: recorded by Mirascope/mirascope (`required`, missing), public issues (the others).
    """
    if schema.get("type") != "object":
        return f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{schema.get('type')}\"'."
    reasons = (_why_not_strict(each, context) for context, each in _objects(schema, ()))
    return next((reason for reason in reasons if reason is not None), None)


def _objects(schema: Any, context: Context) -> Iterator[tuple[Context, dict[str, Any]]]:
    """Every object schema, outer before inner, with its path."""
    if not isinstance(schema, dict):
        return
    if "properties" in schema or "object" in _types(schema):
        yield context, schema
    for key in ("properties", "$defs", "definitions"):
        for name, each in _members(schema.get(key)):
            yield from _objects(each, (*context, key, name))
    if "items" in schema:
        yield from _objects(schema["items"], (*context, "items"))
    for index, each in enumerate(_elements(schema.get("anyOf"))):
        yield from _objects(each, (*context, "anyOf", str(index)))


def _why_not_strict(schema: dict[str, Any], context: Context) -> str | None:
    if schema.get("additionalProperties") is not False:
        return f"In context={context}, 'additionalProperties' is required to be supplied and to be false."
    names = [name for name, _ in _members(schema.get("properties"))]
    required = _elements(schema.get("required"))
    rule = f"In context={context}, 'required' is required to be supplied and to be an array including every key in"
    missing = next((name for name in names if name not in required), None)
    if missing is not None:
        return f"{rule} properties. Missing '{missing}'."
    extra = next((name for name in required if name not in names), None)
    return None if extra is None else f"{rule} properties. Extra required key '{extra}' supplied."


def _types(schema: dict[str, Any]) -> list[Any]:
    kind = schema.get("type")
    return kind if isinstance(kind, list) else [kind]


def _members(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


def _elements(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
