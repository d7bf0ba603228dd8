"""The rules of JSON Schemas, for strict text formats and for the parameters of functions, in the wire's words.

A schema is walked from the outside in; the first rule that it breaks is reported.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple, TypeAlias

from mockserver.codec import Schema
from mockserver.spec.checks.json_schema import why_no_schema
from mockserver.spec.schema_rules import (
    FORBIDDEN_KEYWORDS,
    FORBIDDEN_ROOT_KEYWORDS,
    FORMATS,
    JSON_TYPES,
    MOST_LEVELS,
    MOST_PROPERTIES,
    SCHEMA_REASONS,
)

Context: TypeAlias = tuple[str, ...]

_TYPED_BY: Final = frozenset({"type", "anyOf", "enum"})
"""What says of which type a value is; errors are known of `const` alone, and of nothing at all."""


class SchemaPlace(NamedTuple):
    """A schema within another one."""

    schema: Schema
    context: Context
    """Where it is, as the wire names it."""
    level: int
    """How many objects it is in, itself among them."""


def why_not_strict(schema: Schema) -> str | None:
    """Why a schema cannot be followed strictly; None where it can."""
    if schema.get("type") != "object":
        return _reason("not_an_object", type=schema.get("type"))
    properties = levels = 0
    for place in _places(schema, (), 0):
        reason = _why_not_strict(place, schema)
        if reason is not None:
            return reason
        properties += len(_members(place.schema.get("properties")))
        levels = max(levels, place.level)
    if levels > MOST_LEVELS:
        return _reason("too_deep", levels=levels, limit=MOST_LEVELS)
    if properties > MOST_PROPERTIES:
        return _reason("too_many_properties", count=properties, limit=MOST_PROPERTIES)
    return None


def why_no_parameters(schema: Schema) -> str | None:
    """Why no function can have these parameters, strict or not; None where one can."""
    if any(keyword in schema for keyword in FORBIDDEN_ROOT_KEYWORDS):
        return _reason("combined_root")
    if schema.get("type", "object") != "object":
        return _reason("not_an_object", type=schema["type"])
    if (reason := why_no_schema(schema)) is not None:
        return reason
    if "type" in schema and "properties" not in schema:
        return _reason("properties_missing", context=())
    if not _may_lack_items(schema):
        return None
    return next((reason for place in _places(schema, (), 0) if (reason := _items_missing(place))), None)


def _may_lack_items(value: Any) -> bool:
    """Whether an array without items may be in there: quickly, for almost none has one."""
    if type(value) is dict:
        if value.get("type") == "array" and "items" not in value:
            return True
        return any(map(_may_lack_items, value.values()))
    return type(value) is list and any(map(_may_lack_items, value))


def _places(schema: Any, context: Context, level: int) -> Iterator[SchemaPlace]:
    """Every schema in a schema, outer before inner."""
    if not isinstance(schema, dict):
        return
    level += "object" in _types(schema)
    yield SchemaPlace(schema, context, level)
    for key in ("properties", "$defs", "definitions"):
        for name, each in _members(schema.get(key)):
            yield from _places(each, (*context, key, name), level if key == "properties" else 0)
    if "items" in schema:
        yield from _places(schema["items"], (*context, "items"), level)
    for index, each in enumerate(_elements(schema.get("anyOf"))):
        yield from _places(each, (*context, "anyOf", str(index)), level)


def _why_not_strict(place: SchemaPlace, root: Schema) -> str | None:
    schema, context, _ = place
    if "$ref" in schema:
        return _wrong_reference(schema, context, root)
    forbidden = next((keyword for keyword in schema if keyword in FORBIDDEN_KEYWORDS), None)
    if forbidden is not None:
        return _reason("forbidden_keyword", context=context, keyword=forbidden)
    if _TYPED_BY.isdisjoint(schema):
        return _reason("no_type", context=context)
    is_object = "properties" in schema or "object" in _types(schema)
    return (
        (_wrong_object(schema, context) if is_object else None)
        or _items_missing(place)
        or _wrong_enum(schema, context)
        or _wrong_format(schema, context)
    )


def _wrong_reference(schema: Schema, context: Context, root: Schema) -> str | None:
    siblings = [key for key in schema if key != "$ref"]
    if siblings:
        return _reason("ref_with_siblings", context=context, siblings=", ".join(f"'{key}'" for key in siblings))
    reference = schema["$ref"]
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return None
    found: Any = root
    for key in reference[2:].split("/"):
        found = found.get(key) if isinstance(found, dict) else None
    return None if found is not None else _reason("ref_to_nothing", context=context, reference=reference)


def _wrong_object(schema: Schema, context: Context) -> str | None:
    if schema.get("additionalProperties") is not False:
        return _reason("open_object", context=context)
    names = {name: None for name, each in _members(schema.get("properties")) if not _is_empty_object(each)}
    required = {key: None for key in _elements(schema.get("required")) if isinstance(key, str)}
    missing = next((name for name in names if name not in required), None)
    if missing is not None:
        return _reason("key_not_required", context=context, key=missing)
    extra = next((name for name in required if name not in names), None)
    return None if extra is None else _reason("key_required", context=context, key=extra)


def _is_empty_object(schema: Any) -> bool:
    """Whether it allows `{}` alone: the wire drops such a property. Source: issue, as quoted for `key_required`."""
    closed = isinstance(schema, dict) and schema.get("additionalProperties") is False
    return closed and schema.get("type") == "object" and "properties" not in schema


def _items_missing(place: SchemaPlace) -> str | None:
    schema = place.schema
    if schema.get("type") != "array" or "items" in schema or "prefixItems" in schema:
        return None
    return _reason("items_missing", context=place.context)


def _wrong_enum(schema: Schema, context: Context) -> str | None:
    allowed = tuple(kind for name in _types(schema) for kind in JSON_TYPES.get(name, ()))
    values = _elements(schema.get("enum"))
    wrong = [value for value in values if type(value) not in allowed] if allowed else []
    if not wrong:
        return None
    return _reason("enum_of_another_type", context=context, value=wrong[0], schema={"type": schema["type"]})


def _wrong_format(schema: Schema, context: Context) -> str | None:
    name = schema.get("format")
    if name is None or name in FORMATS:
        return None
    return _reason("unknown_format", context=context, format=name)


def _reason(name: str, **values: Any) -> str:
    return SCHEMA_REASONS[name].format(**values)


def _types(schema: Schema) -> list[Any]:
    kind = schema.get("type")
    return kind if isinstance(kind, list) else [kind]


def _members(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


def _elements(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
