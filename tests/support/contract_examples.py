"""Values made of the contract's schemas: what it describes, and what it says may be left out."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

from mockserver.codec import Schema, dumps
from mockserver.spec.checks.compiler import alternatives
from mockserver.spec.contract import contract
from mockserver.spec.item_types import ITEM_TYPES
from mockserver.spec.request_fields import NEEDED

FERNET = urlsafe_b64encode(b"\x80" + bytes(72)).decode()
"""Encrypted content of the form that the service gives it."""

# What the wire asks for where the contract leaves it open.
NARROWER: dict[str, dict[str, Any]] = {
    "function_call_output": {"call_id": "call_1"},
    "allowed_tools": {"tools": [{"type": "file_search"}]},
    "compaction": {"encrypted_content": FERNET},
}
_SCALARS: dict[str, Any] = {"string": "completed", "integer": 20, "number": 0.5, "boolean": True, "null": None}


def example(schema: Schema, *, everything: bool) -> Any:
    """A value of a schema: the first branch, with the required members or with every one."""
    found = next(alternatives(schema))
    if "const" in found or "enum" in found:
        return found["const"] if "const" in found else found["enum"][0]
    if found.get("type") == "array":
        return [example(found["items"], everything=everything)]
    if found.get("type") == "object":
        wanted = found.get("properties", {}) if everything else found.get("required", ())
        return {key: example(found["properties"][key], everything=everything) for key in wanted}
    return _SCALARS[found.get("type", "null")]


def with_a_null(schema: Schema, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every place in a schema that may be left out, with a value that has null there and nothing else that it need not.

    Tools within it have places of their own, which are not looked into.
    """
    for found in alternatives(schema):
        if found.get("type") == "array":
            yield from ((place, [value]) for place, value in with_a_null(found.get("items", {}), f"{path}[]"))
        required = example(found, everything=False) if "properties" in found else {}
        for key, member in found.get("properties", {}).items():
            if key not in found.get("required", ()):
                yield f"{path}.{key}", {**required, key: None}
            if key != "tools":
                yield from ((at, {**required, key: value}) for at, value in with_a_null(member, f"{path}.{key}"))


def _nulls() -> Iterator[tuple[str, dict[str, Any]]]:
    """An item for every field that may be left out, of every item type, and for those that only answers have."""
    for name, schema in contract()["input_items"].items():
        known: set[Any] = set()
        for place, value in with_a_null(schema):
            item = _sendable(name, place, value)
            if (place, dumps(item)) not in known:
                known |= {place, (place, dumps(item))}
                yield f"{name}{place}", item
        for place, _ in with_a_null(contract()["stored_items"].get(name, {"type": "object"})):
            key = place.removeprefix(".")
            if place not in known and key.isidentifier():
                yield f"{name}{place}", _sendable(name, place, {**example(schema, everything=False), key: None})


def _sendable(name: str, place: str, item: dict[str, Any]) -> dict[str, Any]:
    """The item with its type, with a role that may say what it says, and without an id that is no id."""
    item = {**item, "type": name} | NARROWER.get(name, {})
    if name == "message":
        parts = item["content"] if isinstance(item["content"], list) else []
        by_model = place == ".phase" or any(part["type"] in {"output_text", "refusal"} for part in parts)
        item["role"] = "assistant" if by_model else "user"
    if isinstance(item.get("id"), str) and name != "item_reference":
        del item["id"]
    return {key: _with_sources(value, place) if key in {"content", "output"} else value for key, value in item.items()}


def _with_sources(parts: Any, place: str) -> Any:
    """Parts of which every image has a source: it needs one, though either may be left out."""
    if not isinstance(parts, list):
        return parts
    source = {"image_url": "https://example.com/a.png"} if place.endswith(".file_id") else {"file_id": "file-1"}
    return [{**part, **source} if part.get("type") == "input_image" else part for part in parts]


def _named(item: dict[str, Any], number: int) -> dict[str, Any]:
    """The item with an id of its own, if its type needs one."""
    name = item["type"]
    return item | ({"id": f"{ITEM_TYPES[name].prefix}_{number}"} if "id" in NEEDED.get(f"input:{name}", ()) else {})


ITEM_NULLS = [(place, _named(item, number)) for number, (place, item) in enumerate(_nulls())]
"""Where every field stands that an input item may leave out (`reasoning.content`), and an item that has null there."""

# Where the service is known to refuse null, in its words.
NULL_REFUSED = {
    "reasoning.status": ("unknown_parameter", "input[0].status", "Unknown parameter: 'input[0].status'."),
    "message.content[].logprobs": (
        "invalid_type",
        "input[0].content[0].logprobs",
        "Invalid type for 'input[0].content[0].logprobs': expected an array of unknown values, but got null instead.",
    ),
}
