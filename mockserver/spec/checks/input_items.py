"""What the wire checks by rules of its own: input items, messages by role, their parts, tools that are allowed."""

from collections.abc import Iterable, Mapping
from functools import cache, partial
from typing import Any, Final

from mockserver.codec import Schema
from mockserver.spec.checks.compiler import Check, Compiler, ObjectShape, Special, alternatives, id_check, merged
from mockserver.spec.checks.invalid import Invalid, invalid_type, invalid_value
from mockserver.spec.checks.metadata import metadata_check
from mockserver.spec.checks.unchecked import Unchecked
from mockserver.spec.contract import contract
from mockserver.spec.item_types import ITEM_TYPES
from mockserver.spec.multi_agent import AGENT, AGENT_SCHEMA
from mockserver.spec.request_fields import (
    ALLOWED_TOOL_KEYS,
    INPUT_ITEM_TYPES,
    ITEM_REFERENCE,
    MAX_ID_LENGTH,
    OPTIONAL_IN_ITEMS,
    PART_TYPES,
    ROLE_PARTS,
    ROLES,
    UNCHECKED_ITEM_KEYS,
)

# Source of the sentence: issues about rs, msg, fc and ws; checked where traffic shows the ids.
_ID_CHECKS: Final = {name: id_check(row.prefix) for name, row in ITEM_TYPES.items() if row.checked_id}


def _item_check(for_requests: Compiler, _schemas: list[Schema]) -> Check:
    """Make the check of an input item. Clients write null for what they leave out, and the wire takes it."""
    known = frozenset(contract()["input_items"])
    compiler = for_requests.taking_null()
    any_type = not compiler.unchecked.checks("values", "type")
    typed = compiler.unchecked.checks("types", "type")

    @cache
    def of_type(name: str) -> Check:
        here = compiler.of_type(name)
        if name == "message":
            return _message_check(here)
        shape = _item_shape(name)
        required = tuple(key for key in shape.required if name == ITEM_REFERENCE or key not in OPTIONAL_IN_ITEMS)
        return here.members(ObjectShape(shape.properties, required), owner=f"input:{name}")

    def check(item: dict[str, Any]) -> Invalid | None:
        name = item.get("type")
        if name is None:
            name = ITEM_REFERENCE if len(item) == 1 and "id" in item else "message"
        if type(name) is not str:
            return invalid_value("", INPUT_ITEM_TYPES) if typed else None
        if name not in known and name not in INPUT_ITEM_TYPES:
            return None if any_type else invalid_value(name, INPUT_ITEM_TYPES)
        if name not in known:
            return _invalid_texts(item, [key for key in UNCHECKED_ITEM_KEYS if item.get(key) is not None])
        invalid = of_type(name)(item)
        if invalid is None and type(item.get("id")) is str:
            return _invalid_id(name, item["id"], compiler.of_type(name).unchecked)
        return invalid

    return check


def _invalid_texts(given: Mapping[str, Any], keys: Iterable[str]) -> Invalid | None:
    """What is wrong with the first of these keys whose value is not text."""
    wrong = next((key for key in keys if type(given[key]) is not str), None)
    return None if wrong is None else invalid_type(given[wrong], "a string").at(wrong)


def _invalid_id(name: str, given: str, unchecked: Unchecked) -> Invalid | None:
    if len(given) > MAX_ID_LENGTH and unchecked.checks("limits", "id"):
        return Invalid("string_above_max_length", limit=MAX_ID_LENGTH, got=len(given)).at("id")
    if name not in _ID_CHECKS or not unchecked.checks("ids", "id"):
        return None
    invalid = _ID_CHECKS[name](given)
    return None if invalid is None else invalid.at("id")


def _item_shape(name: str) -> ObjectShape:
    """What an item may say: what a request's type has, and what only the answer's has, for answers are sent back.

    Each may name its agent, as all types of the beta do but that of references.
    """
    shape = merged(list(alternatives(contract()["input_items"][name])))
    answered = merged(list(alternatives(contract()["stored_items"].get(name, {"properties": {}}))))
    agent = {} if name == ITEM_REFERENCE else {AGENT: AGENT_SCHEMA}
    return ObjectShape({**agent, **answered.properties, **shape.properties}, shape.required)


def _message_check(compiler: Compiler) -> Check:
    shape = _item_shape("message")
    by_role = {owner: compiler.members(shape, owner=f"message:{owner}") for owner in ROLE_PARTS}
    checks = {role: by_role.get(role, by_role["user"]) for role in ROLES}
    any_role = not compiler.unchecked.checks("values", "role")

    def check(item: dict[str, Any]) -> Invalid | None:
        role = item.get("role")
        if type(role) is not str or role not in checks:
            if any_role:
                return by_role["user"](item)
            return invalid_value(role if isinstance(role, str) else "", ROLES)
        return checks[role](item)

    return check


def _parts_check(role: str) -> Special:
    """Make the check of a message's parts: any part type is known, but a role has its own."""

    def special(compiler: Compiler, schemas: list[Schema]) -> Check:
        shapes = {each["properties"]["type"]["const"]: merged([each]) for each in reversed(schemas)}
        any_part = not compiler.unchecked.checks("values", "type")

        @cache
        def of_type(name: str) -> Check | None:
            typed = compiler.of_type(name)
            return typed.members(shapes[name], owner=f"content:{name}") if name in shapes else None

        def check(part: dict[str, Any]) -> Invalid | None:
            name = part.get("type")
            if name is None:
                return Invalid("missing_required_parameter").at("type")
            if type(name) is not str:
                return invalid_type(name, "a string").at("type")
            if name in ROLE_PARTS[role] or any_part:
                inner = of_type(name)
                return None if inner is None else inner(part)
            if name in PART_TYPES:
                return invalid_value(name, ROLE_PARTS[role])
            return invalid_value(name, PART_TYPES).at("type")

        return check

    return special


def _tool_check(compiler: Compiler, schemas: list[Schema]) -> Check | None:
    """Make the check of a tool. A response repeats tools with null in what was left out, and they may be sent again."""
    return compiler.taking_null().object(schemas, at="tools[]")


def _allowed_tool_check(compiler: Compiler, _schemas: list[Schema]) -> Check:
    """The contract takes any object here; what names the tool has to be there."""
    is_required = partial(compiler.unchecked.checks, "required")

    def check(tool: dict[str, Any]) -> Invalid | None:
        kind = tool.get("type")
        keys = ("type", *(ALLOWED_TOOL_KEYS.get(kind, ()) if type(kind) is str else ()))
        keys = tuple(key for key in keys if key in tool or is_required(key))
        missing = next((key for key in keys if key not in tool), None)
        return _invalid_texts(tool, keys) if missing is None else Invalid("missing_required_parameter").at(missing)

    return check


SPECIAL: Final[Mapping[str, Special]] = {
    "body.input[]": _item_check,
    "body.items[]": _item_check,
    "message:user.content[]": _parts_check("user"),
    "message:assistant.content[]": _parts_check("assistant"),
    "body.tools[]": _tool_check,
    "body.metadata": metadata_check,
    "tool_choice:allowed_tools.tools[]": _allowed_tool_check,
}
