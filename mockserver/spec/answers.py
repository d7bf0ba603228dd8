"""The errors that are not about a field of the body, as rows: status, code, param and the wire's own sentence."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from mockserver.errors import ApiError


class Answer(NamedTuple):
    """One error; `{…}` in the sentence are filled in when it is raised."""

    text: str
    status: int = 400
    code: str | None = None
    param: str | None = None
    type: str = "invalid_request_error"


OURS: Final = "mock_server_error"
"""The type of errors that only this server has; SDKs are told not to try again, since it is the test that is wrong."""

NO_RETRY: Final[Mapping[str, str]] = {"x-should-retry": "false"}

ANSWERS: Final[Mapping[str, Answer]] = {
    "missing_api_key": Answer(  # public issue: openai/openai-cookbook#2347
        text="Missing bearer or basic authentication in header",
        status=401,
    ),
    "incorrect_api_key": Answer(  # rec M, DD
        text=(
            "Incorrect API key provided: {key}. You can find your API key at "
            "https://platform.openai.com/account/api-keys."
        ),
        status=401,
        code="invalid_api_key",
    ),
    "unknown_url": Answer(text="Invalid URL ({method} {path})", status=404),  # rec EC
    "wrong_method": Answer(text="Invalid method for URL ({method} {path})", status=405),  # public issue
    "body_too_large": Answer(  # a choice of ours: no recording of a 413
        text="Request body too large: the limit is {limit} bytes. Send less, or raise the server's body limit.",
        status=413,
    ),
    "response_not_found": Answer(text="Response with id '{id}' not found.", status=404),  # rec D
    "conversation_not_found": Answer(text="Conversation with id '{id}' not found.", status=404),  # rec MAF, K
    "conversation_item_not_found": Answer(  # rec MAF; the status is not in the recording
        text="Item with id '{id}' not found in conversation.",
        status=404,
    ),
    "previous_response_not_found": Answer(  # rec K, EC
        text="Previous response with id '{id}' not found.",
        code="previous_response_not_found",
        param="previous_response_id",
    ),
    "mutually_exclusive": Answer(  # rec MAF, K, EC: the message is cut like this on the wire
        text="Mutually exclusive parameters: ''. Ensure you are only providing one of: 'pre..._id' or 'conversation'.",
        code="mutually_exclusive_parameters",
    ),
    "item_not_stored": Answer(  # public issue
        text=(
            "Item with id '{id}' not found. Items are not persisted when `store` is set to false. "
            "Try again with `store` set to true, or remove this item from your input."
        ),
        status=404,
        param="input",
    ),
    "output_missing": Answer(text="No tool output found for function call {call_id}.", param="input"),  # codex#93
    "call_missing": Answer(  # vscode#320060; for outputs other than a function's the wording follows it
        text="No tool call found for {output} with call_id {call_id}.",
        param="input",
    ),
    "follower_missing": Answer(  # rec P
        text="Item '{id}' of type 'reasoning' was provided without its required following item.",
        param="input",
    ),
    "duplicate_item": Answer(  # public issue
        text="Duplicate item found with id {id}. Remove duplicate items from your input and try again.",
        param="input",
    ),
    "background_unstored": Answer(  # secondary source AZ; the sentence is ours
        text="Unsupported parameter: 'background' is not supported when 'store' is false.",
        code="unsupported_parameter",
        param="background",
    ),
    "cancel_completed": Answer(text="Cannot cancel a completed response."),  # secondary source AZ
    "cancel_synchronous": Answer(text="Cannot cancel a synchronous response."),  # secondary source AZ; vLLM
    "delete_in_flight": Answer(text="Cannot delete an in-flight response."),  # secondary source AZ
    "not_background": Answer(  # secondary source AZ
        text="This response cannot be streamed because it was not created with background=true.",
        param="stream",
    ),
    "not_streamed": Answer(  # secondary source AZ
        text=(
            "This response cannot be streamed because it was not created with stream=true "
            "or the stream TTL has expired."
        ),
        param="stream",
    ),
    "page_item_not_found": Answer(  # ours: no recording of a wrong cursor
        text="Item with id '{id}' not found.", status=404, param="{param}"
    ),
    "unreadable_body": Answer(  # ours: no recording of a body that is packed wrongly
        text="Invalid body: it is not packed as its header 'content-encoding: {encoding}' says.",
        code="invalid_body",
    ),
    "no_matching_rule": Answer(text="{message}", code="no_matching_rule", type=OURS),  # ours
    "no_matching_recording": Answer(text="{message}", code="no_matching_recording", type=OURS),  # ours
    "cassette_error": Answer(text="{message}", code="cassette_error", type=OURS),  # ours
    "upstream_unreachable": Answer(  # ours
        text="The upstream {upstream} gave no answer: {error}. Is its address right, and is it up?",
        status=502,
        code="upstream_unreachable",
        type=OURS,
    ),
    "unknown_gate": Answer(  # ours
        text="There is no gate '{gate}'; there are: {known}.", status=404, code="unknown_gate", type=OURS
    ),
    "script_error": Answer(text="{message}", code="script_error", type=OURS),  # ours
    "internal_error": Answer(  # ours: a bug of this server must not look like one of the API's own faults
        text="The mock server itself failed: {error}. Its log has the traceback; please report it.",
        status=500,
        code="internal_error",
        type=OURS,
    ),
    "server_error": Answer(  # rec V (chat fixtures); the hint is ours
        text=(
            "The server had an error processing your request. Sorry about that! You can retry your request, or contact "
            "us through our help center at help.openai.com if you keep seeing this error."
        ),
        status=500,
        type="server_error",
    ),
}


def answer(name: str, /, *, headers: Mapping[str, str] | None = None, **values: Any) -> ApiError:
    """The error of row `name`, ready to raise."""
    row = ANSWERS[name]
    return ApiError(
        row.text.format(**values),
        status=row.status,
        type=row.type,
        param=row.param.format(**values) if row.param else None,
        code=row.code,
        headers={**(NO_RETRY if row.type == OURS else {}), **(headers or {})},
    )


def masked(key: str) -> str:
    """An API key as errors show it: the first eight and the last four characters, stars between."""
    shown_ends = 12
    if len(key) <= shown_ends:
        return "*" * len(key)
    return f"{key[:8]}{'*' * (len(key) - shown_ends)}{key[-4:]}"
