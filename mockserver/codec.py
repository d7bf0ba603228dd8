"""JSON as the wire has it: replies indented, events compact, both UTF-8."""

import json
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import orjson

JsonObject: TypeAlias = dict[str, Any]
"""A JSON object."""

Schema: TypeAlias = JsonObject
"""A JSON Schema, or a schema of the contract, that is an object."""

MAX_DEPTH: Final = 100
"""Levels of objects and lists that a body may have: deeper ones, which nobody needs, could exhaust the stack."""
_NESTING: Final = frozenset({dict, list})
_LONG_INTEGER: Final = b"0" * 19
_DIGITS_ALONE: Final = bytes(ord("0") if chr(byte).isdecimal() else ord(" ") for byte in range(0x80)) + b" " * 0x80
"""A table of `bytes.translate`: every digit becomes 0, all else a space. An expression takes 30 times as long."""


def dumps(value: Any) -> bytes:
    """JSON on one line without spaces, as in SSE `data:`."""
    try:
        return orjson.dumps(value)
    except TypeError:  # integers over 64 bits, lone surrogates
        return json.dumps(value, separators=(",", ":")).encode()


def dumps_each(values: Sequence[Any]) -> list[bytes]:
    """Each of these values as JSON, on one line without spaces."""
    try:
        return [orjson.dumps(value) for value in values]
    except TypeError:
        return [dumps(value) for value in values]


def loads(encoded: bytes) -> Any:
    """The value of JSON, with integers of any size and lone surrogates kept. Raises: ValueError."""
    if _LONG_INTEGER not in encoded.translate(_DIGITS_ALONE):  # orjson makes them floats
        try:
            return orjson.loads(encoded)
        except orjson.JSONDecodeError:
            pass
    return json.loads(encoded)


def loads_or_none(encoded: bytes) -> Any:
    """The value of JSON; None where there is none, or none that can be read."""
    try:
        return orjson.loads(encoded) if encoded else None
    except orjson.JSONDecodeError:
        return None


def is_deep(value: Any) -> bool:
    """Whether a JSON value has more than `MAX_DEPTH` levels."""
    level = [value] if type(value) in _NESTING else []
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            for child in (node.values() if type(node) is dict else node)
            if type(child) in _NESTING
        ]
        if not level:
            return False
    return True


def kept(encoded: bytes) -> bytes:
    """A copy of bytes that will be kept: what orjson returns holds a buffer of several times its length."""
    return bytes(memoryview(encoded))


def dumps_indented(value: Any) -> bytes:
    """JSON indented by two, as reply bodies are; no line end at the end."""
    try:
        return kept(orjson.dumps(value, option=orjson.OPT_INDENT_2))  # reply bodies are kept
    except TypeError:
        return json.dumps(value, indent=2).encode()
