"""What a check says of a value that is wrong, and the words in which the wire names values and types.

A check gives an `Invalid`; the checks around it put their keys before it; `Invalid.error` makes the answer. So nothing
is formatted while a request is right. Sources as in `mockserver.spec.api_errors`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from mockserver.errors import ApiError
from mockserver.spec.api_errors import api_error


class Invalid:
    """What is wrong with a value: the row of an API error, what fills its text, and where the value stands."""

    __slots__ = ("_keys", "_row", "_values")

    def __init__(self, row: str, /, **values: Any) -> None:
        self._row = row
        self._values = values
        self._keys: list[str | int] = []

    def at(self, *keys: str | int) -> "Invalid":
        """This error, seen from the object or array that has the value under these keys."""
        self._keys.extend(reversed(keys))
        return self

    @property
    def path(self) -> str:
        """Where the value stands, as the wire spells it: `input[0].content`."""
        parts = [f"[{key}]" if isinstance(key, int) else f".{key}" for key in reversed(self._keys)]
        return "".join(parts).removeprefix(".")

    def removed_from(self, body: dict[str, Any]) -> dict[str, Any]:
        """The body without the value; of what is missing, without the object that lacks it."""
        keys = self._keys[::-1]
        copy: dict[str, Any] = _without(body, keys[:-1] if self._row == MISSING and len(keys) > 1 else keys)
        return copy

    @property
    def error(self) -> ApiError:
        """The answer to the client."""
        return api_error(self._row, path=self.path, **self._values)


MISSING: Final = "missing_required_parameter"


def _without(value: Any, keys: Sequence[str | int]) -> Any:
    """A copy without what stands under the keys."""
    first, *rest = keys
    copy = value.copy()
    if rest:
        copy[first] = _without(value[first], rest)
    else:
        del copy[first]
    return copy


WANTED_TYPES: Final[Mapping[str, str]] = {
    "string": "a string",
    "integer": "an integer",
    "number": "a decimal",
    "boolean": "a boolean",
    "object": "an object",
    "array": "an array",
    "null": "null",
}
"""How the wire names what it expected, by the type in a schema. Source: K."""
_TYPE_NAMES: Final[dict[type, str]] = {  # K
    str: "a string",
    int: "an integer",
    float: "a decimal number",
    bool: "a boolean",
    dict: "an object",
    list: "an array",
    type(None): "null",
}
_WHOLE_NAME: Final = 12  # K: 'conversation' stays whole, 'previous_response_id' becomes 'pre..._id'


def type_name(value: Any) -> str:
    """How the wire names what it got: `an integer`."""
    return _TYPE_NAMES[type(value)]


def number(value: float) -> str:
    """A number as JSON writes it: the wire says `-1`, not `-1.0`, when it got `-1`."""
    return orjson.dumps(value).decode() if abs(value) < 2**63 else str(value)


def shortened(text: str) -> str:
    """A long name as the wire abbreviates it in sentences about types: `fil...lts`."""
    return text if len(text) <= _WHOLE_NAME else f"{text[:3]}...{text[-3:]}"


def joined(words: Sequence[str], conjunction: str) -> str:
    """`a`, `a and b`, `a, b, and c`."""
    if len(words) <= 2:  # noqa: PLR2004 - a pair has no comma
        return f" {conjunction} ".join(words)
    return f"{', '.join(words[:-1])}, {conjunction} {words[-1]}"


def supported(values: Sequence[str]) -> str:
    """The list of an `invalid_value` sentence: `'auto' and 'disabled'`."""
    return joined([f"'{value}'" for value in values], "and")


def choices(values: Sequence[str]) -> str:
    """The list of an `invalid_type` sentence: `one of 'auto' or 'disabled'`."""
    return "one of " + joined([f"'{shortened(value)}'" for value in values], "or")


def invalid_type(value: Any, expected: str) -> Invalid:
    """A value of a JSON type that its field does not take."""
    return Invalid("invalid_type", expected=expected, got=type_name(value))


def invalid_value(value: str, values: Sequence[str]) -> Invalid:
    """A string that is none of the values its field takes."""
    return Invalid("invalid_value", value=value, values=supported(values))
