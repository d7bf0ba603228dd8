"""The nulls that clients write for what they leave out, which are taken and not stored."""

from typing import Any

from mockserver.codec import Schema
from mockserver.spec.checks.compiler import alternatives, merged
from mockserver.spec.contract import contract


def without_omitted(item: dict[str, Any]) -> dict[str, Any]:
    """The item without every null that its type has no place for; where the type has null, it stays.

    Both types of it are asked: those of answers have null wherever a field may be missing, those of requests where a
    client may leave out what an answer always has.
    """
    if not _has_null(item):
        return item
    for table in ("input_items", "stored_items"):
        schema = contract()[table].get(item["type"])
        item = item if schema is None else _kept_members(item, schema)
    return item


def _has_null(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(_has_null, value.values() if isinstance(value, dict) else value))
    return value is None


def _kept(value: Any, schema: Schema) -> Any:
    if isinstance(value, list):
        elements = [each["items"] for each in alternatives(schema) if "items" in each]
        return [_kept(element, {"anyOf": elements}) for element in value]
    return _kept_members(value, schema) if isinstance(value, dict) else value


def _kept_members(value: dict[str, Any], schema: Schema) -> dict[str, Any]:
    """An object whose keys no type names, such as the arguments of a call, is left as it is."""
    shapes = [each for each in alternatives(schema) if "properties" in each and _is_meant(each, value)]
    if not shapes:
        return value
    known = merged(shapes).properties
    return {
        key: _kept(member, known[key]) if key in known else member
        for key, member in value.items()
        if member is not None or (key in known and {"type": "null"} in [*alternatives(known[key])])
    }


def _is_meant(shape: Schema, value: dict[str, Any]) -> bool:
    """Whether an object's `type` is that of the shape, as far as both have one."""
    kinds = [*alternatives(shape["properties"].get("type", {}))]
    return value.get("type") is None or any(value["type"] == each.get("const", value["type"]) for each in kinds)
