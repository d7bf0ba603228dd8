"""What a schema says beside its limits: a value to take, and whether a property may be left out."""

from collections.abc import Callable, Mapping
from typing import Any

from mockserver.codec import Schema
from mockserver.samples.vocabulary import stems

_READ = 4000  # characters of a description
_OPTIONAL = stems("default defaults omit omitted optional optionally")

# Limits that a suggested value is held against; with one of the others, no suggestion counts.
_LIMITS: Mapping[str, Callable[[Any, Any], bool]] = {
    "minimum": lambda value, limit: value >= limit,
    "maximum": lambda value, limit: value <= limit,
    "exclusiveMinimum": lambda value, limit: value > limit,
    "exclusiveMaximum": lambda value, limit: value < limit,
    "minLength": lambda value, limit: len(value) >= limit,
    "maxLength": lambda value, limit: len(value) <= limit,
}
_OTHER_LIMITS = frozenset({"if", "multipleOf", "not", "pattern"})
_SCALARS = (str, int, float, bool)


def suggested(schema: Schema, is_of_type: Callable[[Any], bool]) -> list[Any]:
    """The `default` of a schema, or else the first of its `examples`, where it is sure to fit; empty if none is.

    Only strings, numbers and booleans count. Source of the keywords: JSON Schema 2020-12, meta-data annotations.
    """
    if _OTHER_LIMITS & schema.keys():
        return []
    given = [schema["default"]] if "default" in schema else []
    examples = schema.get("examples")
    if isinstance(examples, list):
        given += examples[:1]
    return [value for value in given if isinstance(value, _SCALARS) and is_of_type(value) and _is_within(value, schema)]


def _is_within(value: Any, schema: Schema) -> bool:
    sort = "Length" if isinstance(value, str) else "imum"
    return all(test(value, schema[key]) for key, test in _LIMITS.items() if key in schema and key.endswith(sort))


def may_be_left_out(schema: Any) -> bool:
    """Whether the schema of a property says that a caller can do without it: a default, null, or a description."""
    if not isinstance(schema, Mapping):
        return False
    kind, branches = schema.get("type"), schema.get("anyOf")
    nullable = isinstance(kind, list) and "null" in kind
    branched = isinstance(branches, list) and any(map(is_null, branches))
    return "default" in schema or nullable or branched or bool(_OPTIONAL & stems(description(schema)))


def is_null(schema: Any) -> bool:
    """Whether a schema asks for null."""
    return isinstance(schema, dict) and schema.get("type") == "null"


def description(schema: Any) -> str:
    """The beginning of a schema's description; empty where it has none."""
    text = schema.get("description") if isinstance(schema, dict) else None
    return text[:_READ] if isinstance(text, str) else ""
