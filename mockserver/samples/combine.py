"""Several JSON Schemas that hold at once, as one."""

from collections.abc import Callable, Mapping
from math import lcm
from typing import Any

from mockserver.codec import Schema
from mockserver.samples.budget import NoValueError

_STRINGS = "a list of strings", lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value)
_LIST = "a list", lambda value: isinstance(value, list)
_OBJECT = "an object", lambda value: isinstance(value, Mapping)
_STRING = "a string", lambda value: isinstance(value, str)
_COUNT = "a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool)
_NUMBER = "a number", lambda value: isinstance(value, int | float) and not isinstance(value, bool)
_STEP = "a number above 0", lambda value: _NUMBER[1](value) and value > 0
_TYPE = "a type, or a list of them", lambda value: isinstance(value, str) or _STRINGS[1](value)

# What the value of a keyword has to be, of those that are read. Source: JSON Schema 2020-12, validation.
SHAPES: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "$ref": _STRING,
    "allOf": _LIST,
    "anyOf": _LIST,
    "enum": _LIST,
    "exclusiveMaximum": _NUMBER,
    "exclusiveMinimum": _NUMBER,
    "format": _STRING,
    "maxItems": _COUNT,
    "maxLength": _COUNT,
    "maximum": _NUMBER,
    "minItems": _COUNT,
    "minLength": _COUNT,
    "minProperties": _COUNT,
    "minimum": _NUMBER,
    "multipleOf": _STEP,
    "oneOf": _LIST,
    "pattern": _STRING,
    "prefixItems": _LIST,
    "properties": _OBJECT,
    "required": _STRINGS,
    "type": _TYPE,
}


_WITH_ENTRIES = tuple(key for key, shape in SHAPES.items() if shape in (_LIST, _OBJECT, _STRINGS))


def as_schema(schema: Any, *, path: str) -> Schema:
    """A schema that can be read; a boolean one in words: `True` asks for nothing, `False` allows nothing.

    Raises: NoValueError for what is not a schema.
    """
    if isinstance(schema, bool):
        return {} if schema else {"enum": []}
    if not isinstance(schema, Mapping):
        raise NoValueError(f"The schema at {path} is {schema!r}, which is neither an object nor a boolean.")
    for key, (wanted, fits) in SHAPES.items():
        if key in schema and not fits(schema[key]):
            raise NoValueError(f"The schema at {path} has {key!r} {schema[key]!r}; expected {wanted}.")
    found = dict(schema)
    if "const" in found:
        found["enum"] = [found.pop("const")]
    return found


def hashable(value: Any) -> Any:
    """What a set can hold for a JSON value: equal for equal values."""
    if isinstance(value, Mapping):
        return dict, frozenset((key, hashable(member)) for key, member in value.items())
    return (list, *map(hashable, value)) if isinstance(value, list) else value


def entries(schema: Schema) -> int:
    """How many entries the words of a schema have between them: what reading it costs."""
    return sum(len(schema[key]) for key in _WITH_ENTRIES if key in schema)


def combined_entries(first: Schema, second: Schema) -> int:
    """How many entries `combined` looks at: of two lists of branches each goes with each."""
    products = (len(first[key]) * len(second[key]) for key in ("anyOf", "oneOf") if key in first and key in second)
    return entries(first) + entries(second) + sum(products)


def combined(first: Schema, second: Schema) -> Schema:
    """A schema that asks for what both ask for; of words without a rule the second's stands."""
    found = dict(first)
    for key, value in second.items():
        found[key] = _RULES[key](found[key], value) if key in found and key in _RULES else value
    if "prefixItems" in found:
        found["prefixItems"] = _prefix(first, second)
    return found


def _prefix(first: Schema, second: Schema) -> list[Any]:
    """The first entries of a list: each is what both schemas ask of it, as a prefix or as any entry."""
    count = max(len(one.get("prefixItems", ())) for one in (first, second))
    return [_all_of(_entry(first, number), _entry(second, number)) for number in range(count)]


def _entry(schema: Schema, number: int) -> Any:
    prefix = schema.get("prefixItems", ())
    return prefix[number] if number < len(prefix) else schema.get("items", True)


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


def _shared(first: list[Any], second: list[Any]) -> list[Any]:
    known = set(map(hashable, second))
    return [value for value in first if hashable(value) in known]


def _multiples(first: float, second: float) -> float:
    return lcm(first, second) if isinstance(first, int) and isinstance(second, int) else second


_RULES: Mapping[str, Callable[[Any, Any], Any]] = {
    "additionalProperties": _all_of,
    "allOf": lambda first, second: [*first, *second],
    "anyOf": _options,
    "enum": _shared,
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
