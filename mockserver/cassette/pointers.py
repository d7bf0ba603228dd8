"""Places in a JSON value, named by JSON Pointers (RFC 6901): `/output/0/content/0/text`."""

from collections.abc import Callable
from typing import Any


def step(key: str | int) -> str:
    """One more step of a pointer."""
    return "/" + str(key).replace("~", "~0").replace("/", "~1")


def change_texts(value: Any, change: Callable[[str, str], str], at: str = "") -> Any:
    """A copy of `value` in which every string is what `change(pointer, string)` gives; keys stay."""
    if isinstance(value, str):
        return change(at, value)
    if isinstance(value, dict):
        return {key: change_texts(inner, change, at + step(key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [change_texts(inner, change, at + step(index)) for index, inner in enumerate(value)]
    return value


def put(value: Any, pointer: str, new: Any) -> None:
    """Set the value at `pointer`, which must exist below the root.

    Raises:
        LookupError: the pointer leads nowhere.
    """
    *path, last = [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]
    for key in path:
        value = value[_key(value, key)]
    value[_key(value, last)]  # raises where the value is missing
    value[_key(value, last)] = new


def _key(holder: Any, key: str) -> Any:
    if isinstance(holder, list) and key.isdecimal():
        return int(key)
    if isinstance(holder, dict):
        return key
    raise LookupError(key)
