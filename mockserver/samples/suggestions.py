"""What a schema says beside its limits: a value to take, and whether a property may be left out."""

from collections.abc import Callable, Mapping, Sequence
from operator import ge, gt, le, lt
from typing import Any

from mockserver.codec import Schema
from mockserver.samples.vocabulary import stems

TYPES: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: not isinstance(value, bool) and isinstance(value, int | float) and value == int(value),
    "number": lambda value: not isinstance(value, bool) and isinstance(value, int | float),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
"""Whether a value has a type, by the name of the type."""

_READ = 4000  # characters of a description
_OPTIONAL = stems("default defaults omit omitted optional optionally")

# Limits of a type that a suggested value is held against; with one of the others, no suggestion counts.
_LENGTHS: Mapping[str, Callable[[str, int], bool]] = {
    "minLength": lambda value, limit: len(value) >= limit,
    "maxLength": lambda value, limit: len(value) <= limit,
}
_BOUNDS: Mapping[str, Callable[[float, float], bool]] = {
    "minimum": ge,
    "maximum": le,
    "exclusiveMinimum": gt,
    "exclusiveMaximum": lt,
}
_LIMITS: Mapping[str, Mapping[str, Callable[[Any, Any], bool]]] = {
    "string": _LENGTHS,
    "integer": _BOUNDS,
    "number": _BOUNDS,
    "boolean": {},
}
_OTHER_LIMITS = frozenset({"if", "multipleOf", "not", "pattern"})
_LISTING = frozenset({"const", "description", "enum", "title", "type"})


def suggested(schema: Schema, kind: str) -> list[Any]:
    """The `default` of a schema, or else the first of its `examples`, where it is sure to fit; empty if none is.

    Only strings, numbers and booleans count. Source of the keywords: JSON Schema 2020-12, meta-data annotations.
    """
    if kind not in _LIMITS or _OTHER_LIMITS & schema.keys():
        return []
    given = [schema["default"]] if "default" in schema else []
    examples = schema.get("examples")
    if isinstance(examples, list):
        given += examples[:1]
    limits = [(test, schema[key]) for key, test in _LIMITS[kind].items() if key in schema]
    return [value for value in given if TYPES[kind](value) and all(test(value, limit) for test, limit in limits)]


def may_be_left_out(schema: Any) -> bool:
    """Whether the schema of a property says that a caller can do without it: a default, null, or a description."""
    if not isinstance(schema, Mapping):
        return False
    kind, branches = schema.get("type"), schema.get("anyOf")
    nullable = isinstance(kind, list) and "null" in kind
    branched = isinstance(branches, list) and any(map(is_null, branches))
    return "default" in schema or nullable or branched or bool(_OPTIONAL & stems(description(schema)))


def listed(branches: Sequence[Any]) -> list[Any]:
    """The values of branches that list theirs, as an `enum` of them all would; empty if one of them does not."""
    found: list[Any] = []
    for branch in branches:
        if is_null(branch):
            found.append(None)
            continue
        if not isinstance(branch, Mapping) or not branch.keys() <= _LISTING:
            return []
        members, kind = [branch["const"]] if "const" in branch else branch.get("enum"), branch.get("type")
        if not isinstance(members, list):
            return []
        known = TYPES.get(kind) if isinstance(kind, str) else None
        found += filter(known, members) if known else members
    return found


def is_null(schema: Any) -> bool:
    """Whether a schema asks for null."""
    return isinstance(schema, dict) and schema.get("type") == "null"


def description(schema: Any) -> str:
    """The beginning of a schema's description; empty where it has none."""
    text = schema.get("description") if isinstance(schema, dict) else None
    return text[:_READ] if isinstance(text, str) else ""
