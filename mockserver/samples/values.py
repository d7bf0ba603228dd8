"""JSON Schema -> a value that validates against it.

The whole subset that OpenAI's strict mode allows, and of the rest what is common. Choices come from draws. Where a
schema leads back to itself, making turns minimal after a while: cheapest branches, shortest arrays, no reference
twice on the same way. A finite value, if there is one, is found like that.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count, islice
from typing import Any
from urllib.parse import unquote

from mockserver.codec import Schema
from mockserver.ids import Draws
from mockserver.samples.budget import DEEPEST, Budget, NoValueError, TooLargeError
from mockserver.samples.combine import as_schema, combined, combined_entries, entries, hashable
from mockserver.samples.kinds import kind_of, range_of
from mockserver.samples.numbers import number_for
from mockserver.samples.strings import UserText, string_for
from mockserver.samples.suggestions import TYPES, description, is_null, listed, may_be_left_out, suggested
from mockserver.samples.vocabulary import mentions

_ENTRIES = 2  # items that an array gets where it may choose
_DEEP = 2  # levels below which an array gets one item
_TRIES = 32  # for each item of an array, as unique ones may need several
_READING = 20  # steps that a schema costs, besides those of its entries
_FOLLOWED = 8  # characters of a reference, or references before it, that cost a step
_MEMBER = 10  # steps that a member of an enum costs: it is looked for in what the user said
_TYPE_OF_KEYWORD: Mapping[str, str] = {
    "properties": "object",
    "required": "object",
    "additionalProperties": "object",
    "minProperties": "object",
    "items": "array",
    "prefixItems": "array",
    "minItems": "array",
    "minimum": "number",
    "maximum": "number",
    "exclusiveMinimum": "number",
    "exclusiveMaximum": "number",
    "multipleOf": "number",
}


_NO_TEXT = UserText("")


def value_for(
    schema: Any,
    draws: Draws,
    *,
    hint: str = "",
    text: str = "",
    only_required: bool = False,
    budget: Budget | None = None,
) -> Any:
    """A value that validates against the schema.

    `hint` is the name of what is asked for, with a description on its second line; `text` is what the user wrote, whose
    words are preferred where they fit. With `only_required`, objects get what they require and nothing else; those that
    have no `required` get all but what may be left out. Values of one answer share a `budget`.

    Raises:
        NoValueError: no value was found; the message names the path as a JSONPath.
        TooLargeError: the value would be larger than default answers may be.
    """
    maker = _ValueMaker(
        root=schema,
        draws=draws,
        user_text=UserText(text),
        budget=budget or Budget(),
        only_required=only_required,
    )
    try:
        return maker.value(schema, _Node(path="$", hint=hint))
    except RecursionError:  # branches in branches, which are no levels of the value
        raise TooLargeError("$", most=DEEPEST, unit="levels") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """Where a maker is: the path, what it is called, and the references it came by."""

    path: str
    hint: str = ""
    depth: int = 0
    followed: tuple[str, ...] = ()
    minimal: frozenset[str] | None = None
    """The references followed since the maker turned minimal; None before."""

    def child(self, step: str, *, hint: str) -> "_Node":
        return replace(self, path=self.path + step, hint=hint, depth=self.depth + 1)

    def through_ref(self, reference: str) -> "_Node":
        """The node after a reference."""
        if self.minimal is None:
            seen = self.followed.count(reference) > 1
            return replace(
                self, followed=(*self.followed, reference), minimal=frozenset((reference,)) if seen else None
            )
        if reference in self.minimal:
            raise NoValueError(f"The schema at {self.path} never ends: {reference} leads back to itself.")
        return replace(self, minimal=self.minimal | {reference})


@dataclass(frozen=True, slots=True, kw_only=True)
class _ValueMaker:
    root: Any
    draws: Draws
    user_text: UserText
    budget: Budget
    only_required: bool = False
    """Whether objects get nothing but what they require."""
    varied: bool = False
    """Whether members of an enum are drawn, as they have to differ."""
    refers: dict[int, tuple[Any, bool]] = field(default_factory=dict)
    """By the identity of a part of a schema: the part, which so keeps its identity, and whether it has references."""

    def value(self, given: Any, node: _Node) -> Any:
        """The value at one node, whose container has paid for it."""
        if node.depth > DEEPEST:
            raise TooLargeError(node.path, most=DEEPEST, unit="levels")
        schema, node = self._flat(given, node)
        for key in ("anyOf", "oneOf"):
            if key in schema:
                rest = {word: value for word, value in schema.items() if word != key}
                members = listed(schema[key])
                if members:
                    return self.value({"allOf": [rest, {"enum": members}]}, node)
                return self._first([{"allOf": [rest, option]} for option in self._ordered(schema[key], node)], node)
        kind = schema.get("type")
        if "enum" in schema:
            return self._member(schema, node)
        if isinstance(kind, list):
            return self._first([{**schema, "type": one} for one in sorted(kind, key="null".__eq__)], node)
        kind = kind or next((name for key, name in _TYPE_OF_KEYWORD.items() if key in schema), "string")
        if kind not in _MAKERS:
            raise NoValueError(
                f"The schema at {node.path} asks for the type {kind!r}, which JSON Schema does not know."
            )
        said = [] if self.varied else self._suggested(schema, kind, node)
        return said[0] if said else _MAKERS[kind](self, schema, node)

    def _flat(self, given: Any, node: _Node) -> tuple[Schema, _Node]:
        """The schema with its references followed and its `allOf` combined."""
        schema = as_schema(given, path=node.path)
        self.budget.spend("schema", _READING + entries(schema), path=node.path)
        while "$ref" in schema:
            reference = schema.pop("$ref")
            self.budget.spend("schema", 1 + (len(reference) + len(node.followed)) // _FOLLOWED, path=node.path)
            node = node.through_ref(reference)
            schema = self._combined(as_schema(self._referred(reference, node), path=node.path), schema, node)
        for part in schema.pop("allOf", ()):
            flat, node = self._flat(part, node)
            schema = self._combined(schema, flat, node)
        return schema, node

    def _combined(self, first: Schema, second: Schema, node: _Node) -> Schema:
        self.budget.spend("schema", combined_entries(first, second), path=node.path)
        return combined(first, second)

    def _referred(self, reference: str, node: _Node) -> Any:
        start, *steps = reference.split("/")
        target: Any = self.root if start == "#" else None
        try:
            for step in steps:
                name = unquote(step).replace("~1", "/").replace("~0", "~")
                target = target[int(name) if isinstance(target, list) else name]
        except (LookupError, ValueError, TypeError):
            target = None
        if target is None:
            raise NoValueError(f"The schema at {node.path} refers to {reference}, which is not in it.")
        return target

    def _ordered(self, options: list[Any], node: _Node) -> list[Any]:
        """Branches in the order of trying: a drawn one first and null last; cheap ones first where it is minimal."""
        if node.minimal is not None:
            return sorted(options, key=lambda option: (not is_null(option), self._refers(option)))
        start = self.draws.index(len(options) or 1)
        return sorted([*options[start:], *options[:start]], key=is_null)

    def _refers(self, part: Any) -> bool:
        """Whether a part of a schema has references, or speaks of them, anywhere in it."""
        if isinstance(part, str):
            return "$ref" in part
        if not isinstance(part, list | dict):
            return False
        known = self.refers.get(id(part))
        if known is None:
            members = [*part, *part.values()] if isinstance(part, dict) else part
            known = self.refers[id(part)] = part, any(map(self._refers, members))
        return known[1]

    def _first(self, options: Iterable[Schema], node: _Node) -> Any:
        """The value of the first branch that has one."""
        failed: NoValueError | None = None
        for option in options:
            try:
                return self.value(option, node)
            except NoValueError as error:
                failed = failed or error
        raise failed or NoValueError(f"The schema at {node.path} allows no value: it has no branch to choose.")

    def _suggested(self, schema: Schema, kind: str, node: _Node) -> list[Any]:
        """What the schema itself suggests, unless the user has said it."""
        if kind == "string" and self.user_text.said(node.hint) is not None:
            return []
        found = suggested(schema, kind)[:1]
        self.budget.spend("characters", sum(len(value) for value in found if isinstance(value, str)), path=node.path)
        return found

    def _member(self, schema: Schema, node: _Node) -> Any:
        """The member of an enum that the user mentions, else the default, else the first."""
        members, kind = schema["enum"], schema.get("type")
        kinds = [kind] if isinstance(kind, str) else kind or list(TYPES)
        fitting = [member for member in members if any(TYPES[one](member) for one in kinds if one in TYPES)]
        if not fitting:
            why = f"none of {members} has the type {' or '.join(kinds)}" if members else "its enum is empty"
            raise NoValueError(f"The schema at {node.path} allows no value: {why}.")
        self.budget.spend("schema", _MEMBER * len(fitting), path=node.path)
        mentioned = [member for member in fitting if isinstance(member, str) and mentions(self.user_text.text, member)]
        values = [member for member in fitting if member is not None]
        default = [] if self.varied else [member for member in values if member == schema.get("default")]
        useful = mentioned[:1] or default or values or fitting
        return useful[self.draws.index(len(useful)) if self.varied else 0]

    def string(self, schema: Schema, node: _Node) -> str:
        return string_for(
            schema, self.draws, path=node.path, hint=node.hint, user_text=self.user_text, budget=self.budget
        )

    def number(self, schema: Schema, node: _Node) -> float:
        whole = schema.get("type") == "integer"
        return number_for(schema, self.draws, whole=whole, path=node.path, usual=range_of(node.hint))

    def boolean(self, schema: Schema, node: _Node) -> bool:  # noqa: ARG002 - one shape for all makers
        return bool(self.draws.index(2))

    def null(self, schema: Schema, node: _Node) -> None:
        """Nothing to choose."""

    def array(self, schema: Schema, node: _Node) -> list[Any]:
        prefix, rest = schema.get("prefixItems", []), schema.get("items", True)
        least, most = schema.get("minItems", 0), schema.get("maxItems")
        enough = 1 if node.depth > _DEEP or kind_of(node.hint) == "command" else _ENTRIES
        usual = 0 if node.minimal is not None else max(len(prefix), enough)
        length = max(least, usual) if most is None else min(max(least, usual), most)
        self.budget.spend("values", length, path=node.path)
        found: list[Any] = []
        unique: set[Any] | None = set() if schema.get("uniqueItems") else None
        maker = self
        for _ in range(_TRIES * (length + 1)):
            if len(found) >= length:
                break
            item = prefix[len(found)] if len(found) < len(prefix) else rest
            try:
                value = maker.value(item, node.child(f"[{len(found)}]", hint=node.hint))
            except NoValueError:
                if len(found) < least:
                    raise
                break
            if unique is None or _is_new(value, unique):
                found.append(value)
            maker = replace(self, user_text=_NO_TEXT, varied=unique is not None)  # what the user said fits once
        if len(found) < least:
            raise NoValueError(f"No array fits the schema at {node.path}: minItems {least}, maxItems {most}.")
        return found

    def object(self, schema: Schema, node: _Node) -> dict[str, Any]:
        properties = schema.get("properties", {})
        others = schema.get("additionalProperties", True)
        required = dict.fromkeys(schema.get("required", ()))
        names = [name for name in properties | required if name in required or self._is_wanted(name, schema, node)]
        self.budget.spend("values", len(names), path=node.path)
        self.budget.spend("characters", sum(map(len, names)), path=node.path)
        found: dict[str, Any] = {}
        for name in names:
            given = properties.get(name, others)
            child = node.child(f".{name}", hint=f"{name}\n{description(given)}")
            try:
                found[name] = self.value(given, child)
            except NoValueError:
                if name in required:
                    raise
        return found | self._more_members(others, node, found, schema.get("minProperties", 0) - len(found))

    def _is_wanted(self, name: str, schema: Schema, node: _Node) -> bool:
        """Whether a property that is not required is filled."""
        if node.minimal is not None:
            return False
        return not self.only_required or not ("required" in schema or may_be_left_out(schema["properties"][name]))

    def _more_members(self, schema: Any, node: _Node, found: Mapping[str, Any], lacking: int) -> dict[str, Any]:
        """As many members as are lacking, with names that are not taken."""
        self.budget.spend("values", max(0, lacking), path=node.path)
        free = (name for name in map("key_{}".format, count(len(found) + 1)) if name not in found)
        names = islice(free, max(0, lacking))
        return {name: self.value(schema, node.child(f".{name}", hint=name)) for name in names}


_MAKERS: Mapping[str, Callable[[_ValueMaker, Schema, _Node], Any]] = {
    "string": _ValueMaker.string,
    "integer": _ValueMaker.number,
    "number": _ValueMaker.number,
    "boolean": _ValueMaker.boolean,
    "null": _ValueMaker.null,
    "array": _ValueMaker.array,
    "object": _ValueMaker.object,
}


def _is_new(value: Any, known: set[Any]) -> bool:
    """Whether a value was not known; now it is."""
    key = hashable(value)
    new = key not in known
    known.add(key)
    return new
