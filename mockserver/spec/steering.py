"""What is known of steering: whom, with what, and why not.

Sources: PY = the types of openai 3.52.0 (`response_steer_*`); STG = OpenAI's guide to steering, autumn 2026; our choice
= no source.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from mockserver.spec.error_row import ApiErrorRow

STEER: Final = "response.steer"
ACCEPTED: Final = "response.steer.accepted"
PENDING: Final = "response.steer.pending"
FAILED: Final = "response.steer.failed"

STEERED: Final = "steered"
"""The reason why a response is incomplete that was steered. Source: PY, STG."""
WAITING: Final = "waiting_for_required_input"
"""Why steering input is pending. Source: PY."""

STEERED_MODELS: Final = "gpt-6"
"""How the names of models begin that can be steered. Source: STG."""
UNSTEERED_FIELDS: Final = ("conversation", "context_management")
"""Fields of a request whose response cannot be steered; nor can that of several agents. Source: PY, STG."""
MAX_STEERS: Final = 16
"""How many may be pending for one response; our choice."""

EVENT_KEYS: Final = frozenset({"type", "previous_response_id", "input"})  # PY
MESSAGE_KEYS: Final = frozenset({"type", "role", "content"})  # PY
MESSAGE_PARTS: Final = ("input_text", "input_image", "input_file")  # PY


class RequiredInput(NamedTuple):
    """What a client gets to know of the item that it has to send before the response with its call is continued."""

    keys: Mapping[str, str]
    """What identifies the call: keys of the answer, each with the key of the call that has its value."""
    where: Mapping[str, Any] = {}
    """What the call says if it is the client's to answer."""


BY_CALL_ID: Final = RequiredInput({"call_id": "call_id"})
"""What holds for every answer that stands nowhere else; for `local_shell_call_output` our choice. Source: PY."""
REQUIRED_INPUT: Final[Mapping[str, RequiredInput]] = {  # PY
    "function_call_output": RequiredInput({"call_id": "call_id", "name": "name"}),
    "tool_search_output": RequiredInput(
        {"call_id": "call_id", "execution": "execution"}, where={"execution": "client"}
    ),
    "mcp_approval_response": RequiredInput({"approval_request_id": "id"}),
}
"""What differs from that, by the type of the item that answers a call."""


def _failure(code: str, text: str, when: str) -> ApiErrorRow:
    return ApiErrorRow(text=text, when=when, code=code)


STEER_ERRORS: Final[Mapping[str, ApiErrorRow]] = {  # codes: PY; the sentences are our choice
    row.code or "": row
    for row in (
        _failure(
            "response_not_found",
            "Response with id '{id}' is not available on this connection.",
            "No response with this id was created on the connection.",
        ),
        _failure("invalid_input", "{reason}", "The event, or its input, has what steering does not take."),
        _failure(
            "steering_not_supported",
            "Steering is not supported for this response: {reason}.",
            "The model is older than GPT-6, or the request has `conversation`, `context_management` or `multi_agent`.",
        ),
        _failure(
            "too_many_pending_steers",
            "Too much steering input is pending for this response: the limit is {limit}.",
            "More than 16 inputs wait for the end of one response.",
        ),
        _failure(
            "response_already_completed",
            "The response is complete and takes no more steering input.",
            "The response has been completed.",
        ),
        _failure(
            "response_not_active",
            "The response has ended and takes no more steering input.",
            "The response has failed, or is incomplete.",
        ),
        _failure(
            "successor_creation_failed",
            "The successor response could not be created: {reason}",
            "Input was accepted, and the response that was to take it up could not be created.",
        ),
    )
}
