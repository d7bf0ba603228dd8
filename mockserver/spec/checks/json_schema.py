"""Whether a value is a JSON Schema at all, in the words of the validator that the wire quotes."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mockserver.spec.schema_rules import (
    INNER_SCHEMA,
    JSON_TYPES,
    KEYWORD_TYPES,
    SCHEMA_REASONS,
    SCHEMAS_BY_NAME,
    SCHEMAS_IN_ORDER,
)

_A_SCHEMA: Final = ("object", "boolean")
_ALLOWED: Final[Mapping[str, frozenset[type]]] = {
    keyword: frozenset(kind for name in names for kind in JSON_TYPES[name]) for keyword, names in KEYWORD_TYPES.items()
}
_INNER: Final = frozenset((*SCHEMAS_BY_NAME, *SCHEMAS_IN_ORDER, *INNER_SCHEMA))


def why_no_schema(schema: Any) -> str | None:
    """Why a value is no JSON Schema; None where it is one. Of several reasons it is one of the outermost schema's."""
    if type(schema) is bool:
        return None
    if type(schema) is not dict:
        return _another_type(schema, _A_SCHEMA)
    for keyword, value in schema.items():
        if keyword in _ALLOWED and type(value) not in _ALLOWED[keyword]:
            return _another_type(value, KEYWORD_TYPES[keyword])
    reason = _wrong_type(schema) or _wrong_required(schema)
    if reason is not None or _INNER.isdisjoint(schema):
        return reason
    return next((found for inner in _inner(schema) if (found := why_no_schema(inner)) is not None), None)


def _wrong_type(schema: Mapping[str, Any]) -> str | None:
    kind = schema.get("type", "object")
    names = kind if type(kind) is list else [kind]
    if all(type(name) is str and name in JSON_TYPES for name in names):
        return None
    return SCHEMA_REASONS["unknown_type"].format(value=kind)


def _wrong_required(schema: Mapping[str, Any]) -> str | None:
    wrong = [key for key in schema.get("required", ()) if type(key) is not str]
    return _another_type(wrong[0], ("string",)) if wrong else None


def _inner(schema: Mapping[str, Any]) -> Iterator[Any]:
    for keyword in SCHEMAS_BY_NAME:
        yield from schema.get(keyword, {}).values()
    for keyword in SCHEMAS_IN_ORDER:
        yield from schema.get(keyword, ())
    for keyword in INNER_SCHEMA:
        if keyword in schema:
            value = schema[keyword]
            yield from value if type(value) is list else (value,)


def _another_type(value: Any, names: tuple[str, ...]) -> str:
    return SCHEMA_REASONS["another_type"].format(value=value, types=", ".join(f"'{name}'" for name in names))
