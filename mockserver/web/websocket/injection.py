"""Injection: outputs of a client's tools, for agents of a response that is being made."""

from typing import Any

from mockserver.codec import JsonObject
from mockserver.errors import ApiError
from mockserver.model.plan import Item
from mockserver.model.request import typed_items
from mockserver.spec.api_errors import api_error
from mockserver.spec.call_pairs import OUTPUTS
from mockserver.spec.checks.body import check_schema
from mockserver.spec.checks.invalid import Invalid, invalid_type
from mockserver.spec.multi_agent import INJECT_CREATED, INJECT_ERRORS, INJECT_FAILED
from mockserver.state.run import Run
from mockserver.web.websocket.client_events import text_in
from mockserver.web.websocket.frames import ResponseFrames
from mockserver.web.websocket.steering import Target


def check_injection(event: JsonObject) -> str:
    """The response that an event is for. Raises: ApiError for an event that is not what its type says."""
    response_id = text_in(event, "response_id")
    given: Any = event.get("input")
    if "input" not in event:
        raise Invalid("missing_required_parameter").at("input").error
    if not isinstance(given, list):
        raise invalid_type(given, "an array of input items").at("input").error
    check_schema("responses.create", {"model": "any", "input": given})
    return response_id


def inject(event: JsonObject, target: Target | None, *, refused: ApiError | None) -> tuple[bytes, ApiError | None]:
    """Take outputs, all or none; the frame that says so, and the error. `refused` is why a script wants none.

    Raises: ApiError for an item that no agent can take, which no error of the event says.
    """
    items = typed_items(event["input"])
    error = refused or _why_not(event["response_id"], target)
    if error is None and target is not None and target.run is not None:
        _give(items, target.run)
        return target.frames.insert(INJECT_CREATED, {"response_id": target.id}), None
    assert error is not None  # noqa: S101 - either there is a target or an error
    failure = {
        "response_id": event["response_id"],
        "input": event["input"],
        "error": {"code": error.code, "message": error.message},
    }
    frames = ResponseFrames(None) if target is None else target.frames
    return frames.insert(INJECT_FAILED, failure), error


def _why_not(response_id: str, target: Target | None) -> ApiError | None:
    """Why a response takes nothing; None where it does."""
    if target is not None and not target.ending:
        return None
    row = INJECT_ERRORS["response_not_found" if target is None else "response_already_completed"]
    return ApiError(row.text.format(id=response_id), code=row.code)


def _give(items: list[Item], run: Run) -> None:
    refused = next(iter(items), None) if run.outputs is None else run.outputs.refused(items)
    if refused is not None:
        kind = refused["type"]
        raise api_error(
            "call_missing", output=OUTPUTS.get(kind, kind.replace("_", " ")), call_id=refused.get("call_id")
        )
    if run.outputs is not None:
        run.outputs.give(items)
