"""Why steering input is not taken. Nothing here knows the connection."""

from typing import Any

from mockserver.codec import JsonObject
from mockserver.errors import ApiError
from mockserver.spec.checks.body import check_schema
from mockserver.spec.multi_agent import FIELD, wants_agents
from mockserver.spec.steering import (
    EVENT_KEYS,
    MESSAGE_KEYS,
    MESSAGE_PARTS,
    STEER_ERRORS,
    STEERED_MODELS,
    UNSTEERED_FIELDS,
)


def steer_error(code: str, **values: Any) -> ApiError:
    """The error with this code; `values` fill its text."""
    return ApiError(STEER_ERRORS[code].text.format(**values), code=code)


def invalid_steer(event: JsonObject) -> ApiError | None:
    """What is wrong with an event by itself; None where nothing is."""
    reason = _unknown_keys(event, EVENT_KEYS, "") or _invalid_input(event.get("input"))
    return None if reason is None else steer_error("invalid_input", reason=reason)


def _unknown_keys(value: JsonObject, known: frozenset[str], at: str) -> str | None:
    unknown = next((key for key in value if key not in known), None)
    return None if unknown is None else f"Unknown parameter: '{at}{unknown}'."


def _invalid_input(given: Any) -> str | None:
    if not isinstance(given, str | list) or not given:
        return "Invalid 'input': expected a string or an array of user messages that is not empty."
    reasons = (
        (_invalid_message(item, f"input[{index}]") for index, item in enumerate(given))
        if isinstance(given, list)
        else ()
    )
    reason = next(filter(None, reasons), None)
    if reason is None:
        try:
            check_schema("responses.create", {"model": STEERED_MODELS, "input": given})
        except ApiError as error:
            return error.message
    return reason


def _invalid_message(item: Any, at: str) -> str | None:
    if not isinstance(item, dict):
        return f"Invalid type for '{at}': expected a user message."
    if item.get("type", "message") != "message" or item.get("role") != "user":
        return f"Invalid '{at}': only messages with the role 'user' can steer."
    content = item.get("content")
    parts = content if isinstance(content, list) else []
    wrong = next((n for n, part in enumerate(parts) if not _is_part(part)), None)
    if wrong is not None:
        return f"Invalid '{at}.content[{wrong}]': expected {', '.join(MESSAGE_PARTS)}."
    return _unknown_keys(item, MESSAGE_KEYS, f"{at}.")


def _is_part(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") in MESSAGE_PARTS


def unsteered(body: JsonObject) -> ApiError | None:
    """Why the response to a request cannot be steered; None where it can."""
    model = str(body.get("model") or "")
    if not model.startswith(STEERED_MODELS):
        return steer_error("steering_not_supported", reason=f"the model '{model}' does not support it")
    field = next((field for field in UNSTEERED_FIELDS if body.get(field)), FIELD if wants_agents(body) else None)
    return None if field is None else steer_error("steering_not_supported", reason=f"its request has '{field}'")
