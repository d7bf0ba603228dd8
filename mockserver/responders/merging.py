"""Several JSON Schemas that hold at once, as one."""

from collections.abc import Callable, Mapping
from math import lcm
from typing import Any

Schema = dict[str, Any]


def as_schema(schema: Any) -> Schema:
    """A boolean schema in words: `True` asks for nothing, `False` allows nothing."""
    if isinstance(schema, bool):
        return {} if schema else {"enum": []}
    found = dict(schema)
    if "const" in found:
        found["enum"] = [found.pop("const")]
    return found


def merged(first: Schema, second: Schema) -> Schema:
    """A schema that asks for what both ask for; of words without a rule the second's stands."""
    found = dict(first)
    for key, value in second.items():
        found[key] = _RULES[key](found[key], value) if key in found and key in _RULES else value
    return found


def _properties(first: Mapping[str, Any], second: Mapping[str, Any]) -> Schema:
    both = first.keys() & second.keys()
    return {**first, **second, **{name: _all_of(first[name], second[name]) for name in both}}


def _all_of(first: Any, second: Any) -> Schema:
    return {"allOf": [first, second]}


def _types(first: str | list[str], second: str | list[str]) -> list[str]:
    mine = [first] if isinstance(first, str) else first
    yours = [second] if isinstance(second, str) else second
    shared = [name for name in mine if name in yours]
    whole = "integer" in {*mine, *yours} and {"integer", "number"} <= {*mine, *yours}
    return [*shared, "integer"] if whole and "integer" not in shared else shared


def _options(first: list[Any], second: list[Any]) -> list[Schema]:
    return [_all_of(mine, yours) for mine in first for yours in second]


def _multiples(first: float, second: float) -> float:
    return lcm(first, second) if isinstance(first, int) and isinstance(second, int) else second


_RULES: Mapping[str, Callable[[Any, Any], Any]] = {
    "additionalProperties": _all_of,
    "allOf": lambda first, second: [*first, *second],
    "anyOf": _options,
    "enum": lambda first, second: [value for value in first if value in second],
    "exclusiveMaximum": min,
    "exclusiveMinimum": max,
    "items": _all_of,
    "maxItems": min,
    "maxLength": min,
    "maximum": min,
    "minItems": max,
    "minLength": max,
    "minProperties": max,
    "minimum": max,
    "multipleOf": _multiples,
    "oneOf": _options,
    "properties": _properties,
    "required": lambda first, second: list(dict.fromkeys([*first, *second])),
    "type": _types,
    "uniqueItems": lambda first, second: first or second,
}
