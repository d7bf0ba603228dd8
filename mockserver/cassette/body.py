"""Bodies: from the bytes of a message to the value that a cassette keeps."""

import json
from typing import Any

from mockserver.codec import MAX_DEPTH, is_deep
from mockserver.model.recorded import RecordedBody

JSON_TYPES = ("application/json", "text/json", "+json")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not valid JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)


def read_json(text: str) -> Any:
    """The value of JSON text, with integers of any size and lone surrogates kept.

    Raises:
        ValueError: it is not valid JSON; NaN and Infinity are not either.
    """
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def read_message(text: str) -> Any:
    """The value of JSON text that came as a body or an event. Raises: ValueError also where it is nested too deep."""
    value = read_json(text)
    if text.count("{") + text.count("[") > MAX_DEPTH and is_deep(value):
        raise ValueError(f"it is nested deeper than {MAX_DEPTH} levels")
    return value


def read_body(raw: bytes, content_type: str = "") -> RecordedBody:
    """The body that `raw` is: a JSON object or array if its type says JSON or nothing, else text, else bytes.

    JSON that is nested deeper than bodies may be is kept as text.
    """
    if not raw:
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw
    return text_body(text, content_type)


def text_body(text: str, content_type: str = "") -> RecordedBody:
    """The body that `text` is, as `read_body` has it."""
    if not text:
        return None
    media_type = content_type.partition(";")[0].strip().lower()
    if not media_type or media_type.endswith(JSON_TYPES):
        try:
            value = read_message(text)
        except ValueError:
            return text
        if isinstance(value, dict | list):
            return value
    return text
