"""Checks of what stands on the wire against the contract: the SDK's types, with the rows of `wire` applied.

A union is resolved by the value's ``type`` before anything in it is checked, so a violation is about the one branch
that was meant. Unknown keys pass, as clients of the API must expect them to; `strict` reports them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import orjson

from mockserver.codec import Schema
from mockserver.spec import wire

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

ContractTable = Literal[
    "requests", "queries", "objects", "events", "input_items", "output_items", "stored_items", "conversation_items"
]

BY_NAME = frozenset({"requests", "queries", "objects"})
REF = "#/$defs/"


class Violation(NamedTuple):
    """One departure from the contract: where, as in ``response.output[3].content[0].type``, and what."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class Rows(Mapping[str, Schema]):
    """The rows of one table of the contract, each read when it is asked for: most requests need few of them."""

    def __init__(self) -> None:
        self.texts: dict[str, bytes] = {}
        """By name, what stands in the file behind the first brace, to the end of the line."""
        self._read: dict[str, Schema] = {}

    def __getitem__(self, name: str) -> Schema:
        row = self._read.get(name)
        if row is None:
            row = self._read[name] = orjson.loads(b"{" + self.texts[name].removesuffix(b","))
        return row

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)


@cache
def contract() -> Mapping[str, Rows]:
    """The contract as the SDK's types have it, without the rows of `wire`; it must not be changed.

    Its file has a line for the beginning of each table, `"events":{`, and for each of its rows.
    """
    tables: dict[str, Rows] = {}
    rows = Rows()
    for line in Path(__file__).with_name("contract.json").read_bytes().split(b"\n"):
        name, is_object, text = line.partition(b'":{')
        if text:
            rows.texts[name[1:].decode()] = text
        elif is_object:
            rows = tables[name[1:].decode()] = Rows()
    return tables


def schema_of(table: ContractTable, name: str) -> Schema:
    """The schema, as seen on the wire, of what a table has under a name; its ``$ref`` point into `definitions`.

    Raises:
        KeyError: the table has no such name.
    """
    return _resolved(_on_the_wire()[table][name])


def definitions() -> dict[str, Schema]:
    """The definitions that schemas refer to, with the rows of `wire` applied; they must not be changed."""
    shown: dict[str, Schema] = _on_the_wire()["$defs"]
    return shown


def violations(table: ContractTable, value: Any, *, name: str | None = None, strict: bool = False) -> list[Violation]:
    """Every departure of a value from the contract.

    Tables of items and events choose by the value's ``type``; in the others `name` chooses (``"response"``).
    `strict` also reports keys that neither the types nor the rows of `wire` know.
    """
    if (name is not None) != (table in BY_NAME):
        needs = "needs a name" if table in BY_NAME else "chooses by `type`, so it takes no name"
        raise TypeError(f"violations() of {table!r}: this table {needs}")
    schema = {"anyOf": list(_on_the_wire()[table].values())} if name is None else schema_of(table, name)
    found: Iterable[ValidationError] = _validator_class(strict=strict)(schema).iter_errors(value)
    return [Violation(path=_path(error.absolute_path), message=_short(error.message)) for error in found]


@cache
def _on_the_wire() -> Schema:
    """The contract with the rows of `wire` applied."""
    shown: dict[str, Any] = {table: dict(rows) for table, rows in contract().items()}
    defs = shown["$defs"] | wire.SCHEMAS
    for row in wire.ADDED:
        defs[row.schema] = defs[row.schema] | {"properties": defs[row.schema]["properties"] | {row.key: row.value}}
    for omitted in wire.OMITTED:
        required = [key for key in defs[omitted.schema]["required"] if key != omitted.key]
        defs[omitted.schema] = defs[omitted.schema] | {"required": required}
    for shape in wire.SHAPES:
        shown[shape.table][shape.name] = shape.value
    return shown | {"$defs": defs}


def _path(steps: Iterable[str | int]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


def _short(message: str) -> str:
    return message if len(message) <= 240 else f"{message[:120]} … {message[-100:]}"  # noqa: PLR2004


@cache
def _validator_class(*, strict: bool) -> Any:
    from jsonschema import Draft202012Validator, validators  # noqa: PLC0415 - slow to import, seldom used

    keywords: dict[str, Callable[..., Iterator[ValidationError]]]
    keywords = {"$ref": _ref, "anyOf": _any_of, "required": _required}
    if strict:
        keywords["properties"] = _known_properties
    return validators.extend(Draft202012Validator, keywords)  # type: ignore[no-untyped-call]


def _error(message: str, *path: str) -> "ValidationError":
    from jsonschema.exceptions import ValidationError  # noqa: PLC0415 - slow to import, seldom used

    return ValidationError(message, path=path)


# The keywords that the contract uses otherwise than JSON Schema has them. jsonschema calls each with the validator, the
# keyword's value, the instance and the schema around the keyword.


def _ref(validator: Any, ref: str, instance: Any, _: Schema) -> "Iterator[ValidationError]":
    yield from validator.descend(instance, _resolved({"$ref": ref}))


def _required(_validator: Any, required: list[str], instance: Any, _: Schema) -> "Iterator[ValidationError]":
    """Name the missing key in the path rather than in the message."""
    if isinstance(instance, dict):
        yield from (_error("is missing", key) for key in required if key not in instance)


def _known_properties(
    validator: Any, properties: dict[str, Schema], instance: Any, schema: Schema
) -> "Iterator[ValidationError]":
    if not isinstance(instance, dict):
        return
    for key, value in instance.items():
        if key in properties:
            yield from validator.descend(value, properties[key], path=key)
        elif "additionalProperties" not in schema:
            yield _error("is known neither to the SDK's types nor to the rows of mockserver/spec/wire.py", key)


def _any_of(validator: Any, union: list[Schema], instance: Any, _: Schema) -> "Iterator[ValidationError]":
    """Check the branches that can be meant, by JSON type and by ``type``; report the one that fits best."""
    branches = [each for each in _members(union) if "type" not in each or validator.is_type(instance, each["type"])]
    if not branches:
        kinds = sorted({branch["type"] for branch in _members(union)})
        yield _error(f"{instance!r} is not of type {' or '.join(kinds)}")
        return
    meant = [branch for branch in branches if _is_meant(branch, instance)]
    if not meant:
        yield _unknown_type(branches, instance)
        return
    tried = []
    for branch in meant:
        tried.append(list(validator.descend(instance, branch)))
        if not tried[-1]:
            return
    yield from min(tried, key=len)


def _members(union: Iterable[Schema]) -> Iterator[Schema]:
    for branch in map(_resolved, union):
        yield from _members(branch["anyOf"]) if "anyOf" in branch else [branch]


def _resolved(schema: Schema) -> Schema:
    while "$ref" in schema:
        schema = definitions()[schema["$ref"].removeprefix(REF)]
    return schema


def _is_meant(branch: Schema, instance: Any) -> bool:
    if not isinstance(instance, dict) or "type" not in branch.get("properties", {}):
        return True
    if "type" not in instance:
        return "type" not in branch.get("required", ())
    return instance["type"] in _types(branch)


def _types(branch: Schema) -> Iterator[str | None]:
    """The values that the ``type`` key of a branch may have."""
    for value in _members([branch["properties"]["type"]]):
        yield from [value["const"]] if "const" in value else value.get("enum", [None])


def _unknown_type(branches: list[Schema], instance: dict[str, Any]) -> "ValidationError":
    if "type" not in instance:
        return _error("is missing", "type")
    from difflib import get_close_matches  # noqa: PLC0415 - for errors alone

    known = sorted({name for branch in branches for name in _types(branch) if name})
    nearest = get_close_matches(str(instance["type"]), known) or known
    return _error(f"{instance['type']!r} is none of the {len(known)} types that fit here; nearest: {nearest}", "type")
