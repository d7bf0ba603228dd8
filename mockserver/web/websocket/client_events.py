"""What a client says on a socket: its events, read."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from mockserver.codec import JsonObject
from mockserver.spec.api_errors import api_error
from mockserver.spec.checks.body import parse_body
from mockserver.spec.checks.invalid import Invalid, invalid_type, invalid_value, type_name
from mockserver.spec.websocket import ENVELOPE, LANE_NAME, PROCESSED

JSON: Final = "application/json"


def read_event(raw: bytes, *, known: Sequence[str]) -> JsonObject | None:
    """The event in a text frame, of one of the `known` types; None for one that asks for nothing.

    Raises: ApiError for a text that is not JSON, not an object, or an event that no client may send.
    """
    event = parse_body(raw, content_type=JSON)
    if type(event) is not dict:
        raise Invalid("body_not_an_object", got=type_name(event)).error
    kind = text_in(event, "type")
    if kind == PROCESSED:
        return None
    if kind not in known:
        raise invalid_value(kind, known).at("type").error
    return event


def text_in(event: JsonObject, key: str) -> str:
    """The text that an event has to have under a key. Raises: ApiError."""
    if key not in event:
        raise Invalid("missing_required_parameter").at(key).error
    value = event[key]
    if not isinstance(value, str):
        raise invalid_type(value, "a string").at(key).error
    return value


def lane_in(event: JsonObject) -> str | None:
    """The lane that an event is for; None for the default lane. Raises: ApiError for what cannot be a lane's name."""
    name = event.get("stream_id")
    if name is None or (isinstance(name, str) and LANE_NAME.fullmatch(name)):
        return name
    raise api_error("invalid_stream_id")


class Create(NamedTuple):
    """A request for a response, as it would have come over HTTP."""

    body: JsonObject
    """The body of `POST /v1/responses` with `stream: true`."""
    warms_up: bool = False
    """Whether no output is to be made."""


def read_create(event: JsonObject) -> Create:
    """The request that a `response.create` is. Raises: ApiError for what HTTP does not have, or has elsewhere."""
    generate: Any = event.get("generate")
    if generate is not None and not isinstance(generate, bool):
        raise invalid_type(generate, "a boolean").at("generate").error
    if event.get("background") is True:
        raise api_error("background_over_websocket")
    body = {key: value for key, value in event.items() if key not in ENVELOPE}
    return Create({**body, "stream": True}, warms_up=generate is False)
