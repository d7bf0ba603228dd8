"""The error rows of request checking: code, status and sentence, each with its source.

A check gives a `Fault`; the checks around it put their keys before it; `Fault.error` makes the answer. So nothing is
formatted while a request is right.

Sources: K = direct probes of api.openai.com 2026-08 (kangminlee-maker/local-OAuth-CLI-API-adapter, its parity tests
and conformance-matrix §5.5.6); MAF = recorded by microsoft/agent-framework 2025-10; P = recorded by
pydantic/pydantic-ai; issue = a public issue that quotes the body; ours = our choice, in the wording of its neighbours.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import orjson

from mockserver.errors import ApiError


class Row(NamedTuple):
    """One sentence of the wire; `{path}` and the fault's values are filled in. `param`: whether the path is named."""

    text: str
    code: str | None
    status: int = 400
    param: bool = True


def _limit(text: str, code: str) -> Row:
    return Row(text=f"Invalid '{{path}}': {text}", code=code)


INVALID_JSON: Final = Row(  # MAF
    text=(
        "Invalid body: failed to parse JSON value. Please check the value to ensure it is valid JSON. (Common errors"
        " include trailing commas, missing closing brackets, missing quotation marks, etc.)"
    ),
    code="invalid_json",
    param=False,
)
WRONG_CONTENT_TYPE: Final = Row(  # ours: no real answer is known
    text="Unsupported content type: '{content_type}'. Expected a JSON body with content type 'application/json'.",
    code="unsupported_content_type",
    param=False,
)
INVALID_BODY: Final = Row(  # ours: the sentence of a field, without a field
    text="Invalid type for request body: expected an object, but got {got} instead.", code="invalid_type", param=False
)
MISSING: Final = Row(text="Missing required parameter: '{path}'.", code="missing_required_parameter")  # K
UNKNOWN: Final = Row(text="Unknown parameter: '{path}'.", code="unknown_parameter")  # K
UNKNOWN_NEAR: Final = Row(text="Unknown parameter: '{path}'. Did you mean {near}?", code="unknown_parameter")  # K
MOVED: Final = Row(  # K
    text=(
        "Unsupported parameter: '{path}'. In the Responses API, this parameter has moved to '{to}'. Try again with the"
        " new parameter. See the API documentation for more information:"
        " https://platform.openai.com/docs/api-reference/responses/create."
    ),
    code="unsupported_parameter",
    param=False,
)
INVALID_TYPE: Final = Row(  # K
    text="Invalid type for '{path}': expected {expected}, but got {got} instead.", code="invalid_type"
)
INVALID_VALUE: Final = Row(text="Invalid value: '{value}'. Supported values are: {values}.", code="invalid_value")  # K

INTEGER_TOO_SMALL: Final = _limit(  # K
    "integer below minimum value. Expected a value >= {limit}, but got {got} instead.", "integer_below_min_value"
)
INTEGER_TOO_BIG: Final = _limit(  # MAF
    "integer above maximum value. Expected a value <= {limit}, but got {got} instead.", "integer_above_max_value"
)
DECIMAL_TOO_SMALL: Final = _limit(  # P
    "decimal below minimum value. Expected a value >= {limit}, but got {got} instead.", "decimal_below_min_value"
)
DECIMAL_TOO_BIG: Final = _limit(  # ours: the mirror of P
    "decimal above maximum value. Expected a value <= {limit}, but got {got} instead.", "decimal_above_max_value"
)
STRING_TOO_LONG: Final = _limit(  # K
    "string too long. Expected a string with maximum length {limit}, but got a string with length {got} instead.",
    "string_above_max_length",
)
STRING_EMPTY: Final = _limit(  # issue
    "empty string. Expected a string with minimum length {limit}, but got an empty string instead.", "empty_string"
)
STRING_PATTERN: Final = _limit(  # issue
    "string does not match pattern. Expected a string that matches the pattern '{pattern}'.", "invalid_value"
)
ARRAY_TOO_LONG: Final = _limit(  # issue
    "array too long. Expected an array with maximum length {limit}, but got an array with length {got} instead.",
    "array_above_max_length",
)
ARRAY_EMPTY: Final = _limit(  # K (chat)
    "empty array. Expected an array with minimum length {limit}, but got an empty array instead.", "empty_array"
)
TOO_MANY_PROPERTIES: Final = _limit(  # K
    "too many properties. Expected an object with at most {limit} properties, but got an object with {got} properties"
    " instead.",
    "object_above_max_properties",
)
PROPERTY_NAME_TOO_LONG: Final = Row(  # K (chat)
    text=(
        "Invalid property name in '{owner}': '{name}' is too long. Expected a string with maximum length {limit}, but"
        " got a string with length {got} instead."
    ),
    code="property_name_above_max_length",
)
ID_CHARACTERS: Final = _limit(  # issue
    "'{value}'. Expected an ID that contains letters, numbers, underscores, or dashes, but this value contained"
    " additional characters.",
    "invalid_value",
)
ID_PREFIX: Final = _limit("'{value}'. Expected an ID that begins with '{prefix}'.", "invalid_value")  # issue

MODEL_NOT_FOUND: Final = Row(text="The requested model '{model}' does not exist.", code="model_not_found")  # K, P
NO_INPUT: Final = Row(  # K
    text="One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation' must be provided.",
    code="missing_required_parameter",
    param=False,
)
UNSUPPORTED_PARAMETER: Final = Row(  # K
    text="Unsupported parameter: '{path}' is not supported with this model.", code=None
)
UNSUPPORTED_EFFORT: Final = Row(  # K
    text="Unsupported value: '{value}' is not supported with the '{model}' model. Supported values are: {values}.",
    code="unsupported_value",
)
NO_LOGPROBS: Final = Row(  # K
    text="logprobs are not supported with reasoning models.", code="unsupported_parameter"
)
ONLY_24H: Final = Row(  # K
    text="This model is compatible only with 24h extended prompt caching", code="invalid_parameter"
)
BAD_FUNCTION_SCHEMA: Final = Row(  # recorded by Mirascope/mirascope
    text="Invalid schema for function '{name}': {reason}", code="invalid_function_parameters"
)
BAD_FORMAT_SCHEMA: Final = Row(  # issue; code ours
    text="Invalid schema for response_format '{name}': {reason}", code="invalid_json_schema"
)


class Fault:
    """What is wrong with a value; whoever checks the value's surroundings puts its own key before it."""

    __slots__ = ("_keys", "_row", "_values")

    def __init__(self, row: Row, **values: Any) -> None:
        self._row = row
        self._values = values
        self._keys: list[str | int] = []

    def under(self, *keys: str | int) -> "Fault":
        """The same fault, seen from the object or array that has the value under these keys."""
        self._keys.extend(reversed(keys))
        return self

    @property
    def path(self) -> str:
        """Where the fault is, as the wire spells it: `input[0].content`."""
        parts = [f"[{key}]" if isinstance(key, int) else f".{key}" for key in reversed(self._keys)]
        return "".join(parts).removeprefix(".")

    @property
    def error(self) -> ApiError:
        """The answer to the client."""
        message = self._row.text.format(path=self.path, **self._values)
        param = self.path if self._row.param else None
        return ApiError(message, status=self._row.status, param=param, code=self._row.code)


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


def invalid_type(value: Any, expected: str) -> Fault:
    """A value of a JSON type that its place does not take."""
    return Fault(INVALID_TYPE, expected=expected, got=type_name(value))


def invalid_value(value: str, values: Sequence[str]) -> Fault:
    """A string that is none of the values its place takes."""
    return Fault(INVALID_VALUE, value=value, values=supported(values))
