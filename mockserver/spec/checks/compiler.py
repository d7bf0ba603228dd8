"""From a schema of the contract, with the rows of `request_fields`, to a function that checks a value.

A check gives None for a value that is right, else an `Invalid`. It is compiled when it is first needed: whatever a
schema says becomes a table from the value's Python type to what else has to be asked of it. The check of an object or
an array looks into the tables itself, so that most members cost no call.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, Final, NamedTuple

from mockserver.codec import Schema
from mockserver.spec.checks.bounds import ARRAY_ROWS, DECIMAL_ROWS, INTEGER_ROWS, STRING_ROWS, bounds_check
from mockserver.spec.checks.contents import DATA_CHECKS, exclusive_check
from mockserver.spec.checks.invalid import WANTED_TYPES, Invalid, choices, invalid_type, invalid_value, joined
from mockserver.spec.checks.unchecked import NOTHING, Element, PlaceStep, Unchecked
from mockserver.spec.contract import contract
from mockserver.spec.request_fields import ABSENT, BRANCHES, EXCLUSIVE, EXTRA, FIELDS, NEEDED, OPTIONAL, Field

Check = Callable[[Any], Invalid | None]
Unknown = Callable[[str, Mapping[str, Any]], Invalid]
"""What to say of a key that an object does not have; it is given the key and the object."""
ChecksByType = dict[type, Check | None]
"""For every type of JSON the check of its values, None where all of them pass."""
Special = Callable[["Compiler", list[Schema]], Check | None]
"""Makes the check of an object at a path that the contract's schemas describe too loosely."""

NULL: Final = type(None)
_SCALARS: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (NULL,),
}
_ANYTHING: Final[ChecksByType] = dict.fromkeys((str, int, float, bool, NULL, list, dict))
_PLURALS: Final = {"string": "strings", "integer": "integers", "number": "decimals", "object": "objects"}
_STRING_MAP: Final = "an object with string keys and string values"  # issue: input[N].action.env
_ID: Final = re.compile(r"[A-Za-z0-9_-]+")
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NO_ROW: Final = Field()


class ObjectShape(NamedTuple):
    """The parts of an object's schema that a check is made of."""

    properties: dict[str, Schema]
    required: tuple[str, ...]


def row_of(at: str) -> Field:
    """The row of a field, or that of its name wherever it stands."""
    return FIELDS.get(at) or FIELDS.get(f"*.{at.rpartition('.')[2]}") or _NO_ROW


class Compiler:
    """Makes checks of schemas; `special` has, by path, the objects whose checks are made otherwise.

    `takes_null` is whether null passes in every field that may be left out, however deep, but where a row says no;
    `unchecked` are the checks that are left out, as seen from where the compiler is.
    """

    def __init__(
        self, special: Mapping[str, Special], *, takes_null: bool = False, unchecked: Unchecked = NOTHING
    ) -> None:
        self._special = special
        self._takes_null = takes_null
        self.unchecked = unchecked

    def taking_null(self) -> "Compiler":
        """The same compiler for what takes null in every field that may be left out."""
        return Compiler(self._special, takes_null=True, unchecked=self.unchecked)

    def below(self, step: PlaceStep) -> "Compiler":
        """The compiler for a member."""
        return self._at(self.unchecked.below(step))

    def of_type(self, name: str) -> "Compiler":
        """The compiler for an element whose `type` is known."""
        return self._at(self.unchecked.of_type(name))

    def _at(self, unchecked: Unchecked) -> "Compiler":
        if unchecked is self.unchecked:
            return self
        return Compiler(self._special, takes_null=self._takes_null, unchecked=unchecked)

    def value(self, schema: Schema, *, at: str, takes_null: bool = False) -> ChecksByType:
        """The checks of a field; with `takes_null` null passes, unless its row says that it does not."""
        row, checks = self._row(at), self.unchecked.checks
        found = [*alternatives(schema), *BRANCHES.get(at, ())]
        if {} in found:
            return _ANYTHING
        table: ChecksByType = {}
        for each in found:
            table |= dict.fromkeys(_SCALARS.get(each["type"], ()))
        if str in table:
            table[str] = both(_values_check(found, row) if checks("values") else None, _string_check(row))
        for kind, rows in ((int, INTEGER_ROWS), (float, DECIMAL_ROWS)):
            if kind in table:
                table[kind] = bounds_check(row, DECIMAL_ROWS if float in table else rows)
        if arrays := [each for each in found if each["type"] == "array"]:
            table[list] = both(bounds_check(row, ARRAY_ROWS, measure=len), self._array(arrays, at=at))
        if objects := [each for each in found if each["type"] == "object"]:
            table[dict] = self.object(objects, at=at)
        if takes_null and row.null:
            table[NULL] = None
        return dict.fromkeys(_ANYTHING, _type_check(found, row) if checks("types") else None) | table

    def _row(self, at: str) -> Field:
        """The row of a field, without the checks that are left out."""
        row = row_of(at)
        if not self.unchecked.checks("limits"):
            row = row._replace(least=None, most=None, pattern=None)
        if not self.unchecked.checks("values"):
            row = row._replace(data=None)
        return row if self.unchecked.checks("ids") else row._replace(id_prefix=None)

    def object(self, schemas: list[Schema], *, at: str) -> Check | None:
        """The check of an object that has one of several schemas; its `type` says which."""
        if at in self._special:
            return self._special[at](self, schemas)
        owner = at.rpartition(".")[2].removesuffix("[]").removesuffix("{}")
        if len(schemas) > 1 and all("type" in each.get("properties", {}) for each in schemas):
            return self._union(schemas, owner=owner)
        if any("properties" in each for each in schemas):
            return self.members(merged(schemas), owner=owner)
        return self._mapping(schemas, at=at)

    def members(self, shape: ObjectShape, *, owner: str, unknown: Unknown | None = None, unless: str = "") -> Check:
        """The check of an object's members; with the key `unless`, nothing else is required.

        Missing members are reported first, then unknown ones, then wrong ones, and last those that exclude each other.
        """
        takes_null = self._takes_null or owner == "body"  # K: in a request null is an omitted field
        absent, optional = ABSENT.get(owner, frozenset()), OPTIONAL.get(owner, frozenset())
        properties = {**shape.properties, **EXTRA.get(owner, {})}
        known = [key for key in properties if key not in absent or not self.unchecked.checks("unknown", key)]
        tables: dict[str, ChecksByType] = {}  # of the members that have come so far
        needed = (key for key in (*NEEDED.get(owner, ()), *shape.required) if key not in optional)
        required = tuple(filter(partial(self.unchecked.checks, "required"), needed))
        is_reported = partial(self.unchecked.checks, "unknown")
        exclusive = self._exclusive(owner)
        report = unknown or (lambda _key, _value: Invalid("unknown_parameter"))

        def check(value: Mapping[str, Any]) -> Invalid | None:
            invalid_members: dict[str, Invalid] = {}
            unknown_key: str | None = None
            for key, member in value.items():
                table = tables.get(key)
                if table is None:
                    if key not in known:
                        unknown_key = key if unknown_key is None and is_reported(key) else unknown_key
                        continue
                    null = takes_null and key not in required
                    table = tables[key] = self.below(key).value(properties[key], at=f"{owner}.{key}", takes_null=null)
                if (inner := table[type(member)]) is not None and (invalid := inner(member)) is not None:
                    invalid_members[key] = invalid
            for key in required:
                if key not in value and value.get(unless) is None:
                    return Invalid("missing_required_parameter").at(key)
            if unknown_key is not None:
                return report(unknown_key, value).at(unknown_key)
            if not invalid_members:
                return None if exclusive is None else exclusive(value)
            first = min(invalid_members, key=known.index)
            return invalid_members[first].at(first)

        return check

    def _exclusive(self, owner: str) -> Check | None:
        """The check of keys of an object that exclude each other."""
        checked = owner in EXCLUSIVE and self.unchecked.checks("combinations")
        return exclusive_check(EXCLUSIVE[owner]) if checked else None

    def _union(self, schemas: list[Schema], *, owner: str) -> Check:
        by_type: dict[str, list[Schema]] = {}
        for schema in schemas:
            for name in _listed(list(alternatives(schema["properties"]["type"]))):
                by_type.setdefault(name, []).append(schema)
        values = row_of(f"{owner}.type").values or tuple(by_type)

        @cache
        def branch(name: str) -> Check:
            return self.of_type(name).members(merged(by_type[name]), owner=f"{owner}:{name}")

        def check(value: dict[str, Any]) -> Invalid | None:
            name = value.get("type")
            if type(name) is str and name in by_type:
                return branch(name)(value)
            if not self.unchecked.checks("required" if name is None else "values", "type"):
                return None
            if name is None:
                return Invalid("missing_required_parameter").at("type")
            wrong = invalid_value(name, values) if isinstance(name, str) else invalid_type(name, choices(values))
            return wrong.at("type")

        return check

    def _array(self, schemas: list[Schema], *, at: str) -> Check | None:
        elements = {"anyOf": [each.get("items", {}) for each in schemas]}
        if {} in elements["anyOf"]:
            return None

        @cache
        def table() -> ChecksByType:
            return self.below(Element()).value(elements, at=f"{at}[]")

        def check(value: list[Any]) -> Invalid | None:
            checks = table()
            for index, element in enumerate(value):
                if (inner := checks[type(element)]) is not None and (invalid := inner(element)) is not None:
                    return invalid.at(index)
            return None

        return check

    def _mapping(self, schemas: list[Schema], *, at: str) -> Check | None:
        members = [each.get("additionalProperties", True) for each in schemas]
        table = _ANYTHING if True in members else self.below("{}").value({"anyOf": members}, at=f"{at}{{}}")
        if table is _ANYTHING:
            return None

        def check(value: dict[str, Any]) -> Invalid | None:
            for key, member in value.items():
                if (inner := table[type(member)]) is not None and (invalid := inner(member)) is not None:
                    return invalid.at(key)
            return None

        return check


def alternatives(schema: Schema) -> Iterator[Schema]:
    """The members of a union, however deeply nested, with references resolved."""
    if "$ref" in schema:
        yield from alternatives(contract()["$defs"][schema["$ref"].rpartition("/")[2]])
    elif "anyOf" in schema:
        for each in schema["anyOf"]:
            yield from alternatives(each)
    else:
        yield schema


def merged(schemas: Sequence[Schema]) -> ObjectShape:
    """One shape for objects that nothing distinguishes: the members of all, required where all require them."""
    properties: dict[str, Schema] = {}
    for schema in schemas:
        for key, each in schema.get("properties", {}).items():
            properties[key] = {"anyOf": [properties[key], each]} if key in properties else each
    required = [
        key for key in schemas[0].get("required", ()) if all(key in each.get("required", ()) for each in schemas[1:])
    ]
    return ObjectShape(properties, tuple(sorted(required, key=list(properties).index)))


def both(first: Check | None, second: Check | None) -> Check | None:
    """The check that asks both, in this order."""
    if first is None or second is None:
        return first or second
    return lambda value: first(value) or second(value)


def id_check(prefix: str) -> Check:
    """The check of an id: its characters and its beginning. A UUID passes: clients with ids of their own send it."""

    def check(value: str) -> Invalid | None:
        if not _ID.fullmatch(value):
            return Invalid("id_characters", value=value)
        if not value.startswith(prefix) and not _UUID.fullmatch(value):
            return Invalid("id_prefix", value=value, prefix=prefix)
        return None

    return check


def expected_name(found: Sequence[Schema], row: Field) -> str:
    """What a field takes, as the wire names it: `one of a string or array of objects`."""
    values = row.values or _listed(found)
    names = list(dict.fromkeys(_name(each, values) for each in found if each["type"] != "null"))
    if len(names) == 1:
        return names[0]
    rest = [name.removeprefix("a ").removeprefix("an ") for name in names[1:]]
    return "one of " + joined([names[0], *rest], "or")


def _name(schema: Schema, values: Sequence[str]) -> str:
    kind = schema["type"]
    if kind == "array":
        return "an array of " + _elements(list(alternatives(schema.get("items", {}))))
    if kind == "object":
        return _STRING_MAP if schema.get("additionalProperties") == {"type": "string"} else "an object"
    return choices(values) if kind == "string" and values else WANTED_TYPES[kind]


def _elements(found: Sequence[Schema]) -> str:
    values = _listed(found)
    if values:
        return choices(values)
    return joined(list(dict.fromkeys(_PLURALS.get(each.get("type", ""), "values") for each in found)), "or")


def _listed(found: Sequence[Schema]) -> tuple[str, ...]:
    """The strings that a schema allows; none where it allows any, or no string."""
    lists = [_strings(each) for each in found if each.get("type") == "string"]
    return tuple(dict.fromkeys(value for values in lists for value in values)) if all(lists) else ()


def _strings(schema: Schema) -> tuple[str, ...]:
    return (schema["const"],) if "const" in schema else tuple(schema.get("enum", ()))


def _type_check(found: Sequence[Schema], row: Field) -> Check:
    def check(value: Any) -> Invalid:
        if value is None and row.null_sentence:
            return Invalid("invalid_type", expected=row.null_sentence[0], got=row.null_sentence[1])
        other = row.expected_for and isinstance(value, row.expected_for[0]) and row.expected_for[1]
        return invalid_type(value, other or row.expected or expected_name(found, row))

    return check


def _values_check(found: Sequence[Schema], row: Field) -> Check | None:
    known = _listed(found)
    if not known:
        return None
    values, allowed = row.values or known, frozenset(known) | frozenset(row.values or ())
    return lambda value: None if value in allowed else invalid_value(value, values)


def _string_check(row: Field) -> Check | None:
    checks = bounds_check(row, STRING_ROWS, measure=len)
    if row.pattern is not None:
        matches = re.compile(row.pattern).fullmatch
        pattern = row.pattern
        checks = both(checks, lambda value: None if matches(value) else Invalid("string_pattern", pattern=pattern))
    checks = both(checks, id_check(row.id_prefix)) if row.id_prefix is not None else checks
    return both(checks, DATA_CHECKS[row.data]) if row.data is not None else checks
