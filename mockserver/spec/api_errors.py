"""Every error of the wire and of this server: one table, with a row for each sentence.

Errors are raised by name (`api_error`), found by the code that a scripted fault states (`scripted_errors`), and printed
into `docs/errors.md`.

Sources: K = direct probes of api.openai.com 2026-08 (kangminlee-maker/local-OAuth-CLI-API-adapter, its parity tests
and conformance-matrix §5.5.6); MAF = recorded by microsoft/agent-framework 2025-10; P = recorded by
pydantic/pydantic-ai; D, M, DD, EC and AZ as in OBSERVED, of which AZ is secondary; issue = a public issue that quotes
the body; our choice = no source, in the wording of its neighbours.
"""

from collections.abc import Mapping
from typing import Any, Final

from mockserver.errors import ApiError
from mockserver.spec.content_errors import CONTENT_ERRORS
from mockserver.spec.error_row import ApiErrorRow
from mockserver.spec.field_errors import FIELD_ERRORS, MODEL_ERRORS
from mockserver.spec.history_errors import HISTORY_ERRORS
from mockserver.spec.own_errors import MOCK_SERVER_ERROR, OWN_ERRORS
from mockserver.spec.service_errors import SERVICE_ERRORS
from mockserver.spec.transport_errors import TRANSPORT_ERRORS
from mockserver.spec.websocket import SOCKET_ERRORS

NO_RETRY: Final[Mapping[str, str]] = {"x-should-retry": "false"}

_ACCESS: Final[Mapping[str, ApiErrorRow]] = {
    "missing_api_key": ApiErrorRow(  # issue: openai/openai-cookbook#2347
        text="Missing bearer or basic authentication in header",
        when="A request has no API key.",
        status=401,
    ),
    "incorrect_api_key": ApiErrorRow(  # M, DD
        text=(
            "Incorrect API key provided: {key}. You can find your API key at "
            "https://platform.openai.com/account/api-keys."
        ),
        when="The server was started with keys of its own, and this is not one of them.",
        code="invalid_api_key",
        status=401,
    ),
    "unknown_url": ApiErrorRow(  # EC
        text="Invalid URL ({method} {path})", when="No route has this path.", status=404, example={"path": "/v1/mock"}
    ),
    "wrong_method": ApiErrorRow(  # issue
        text="Invalid method for URL ({method} {path})",
        when="The route does not take this method; `allow` lists those it takes.",
        status=405,
        example={"path": "/v1/responses"},
    ),
    "multi_agent_without_beta": ApiErrorRow(  # live: a 400; the sentence follows that of the Assistants API
        text=(
            "You must provide the 'OpenAI-Beta' header to enable 'multi_agent'. Please try again by setting the header"
            " 'OpenAI-Beta: responses_multi_agent=v1'."
        ),
        when="`multi_agent` is enabled without the header, `?beta=true` or, on Azure, `?api-version=preview`.",
        code="invalid_beta",
    ),
    "body_too_large": ApiErrorRow(  # our choice: no recording of a 413
        text="Request body too large: the limit is {limit} bytes. Send less, or raise the server's body limit.",
        when="The body is larger than `--body-limit`.",
        status=413,
        example={"limit": 67108864},
    ),
    "unreadable_body": ApiErrorRow(  # our choice: no recording of a body that is packed wrongly
        text="Invalid body: it is not packed as its header 'content-encoding: {encoding}' says.",
        when="The body cannot be unpacked.",
        code="invalid_body",
    ),
    "unsupported_content_type": ApiErrorRow(  # our choice: no real answer is known
        text="Unsupported content type: '{content_type}'. Expected a JSON body with content type 'application/json'.",
        when="The header `content-type` names another format than JSON.",
        code="unsupported_content_type",
    ),
    "invalid_json": ApiErrorRow(  # MAF
        text=(
            "Invalid body: failed to parse JSON value. Please check the value to ensure it is valid JSON. (Common"
            " errors include trailing commas, missing closing brackets, missing quotation marks, etc.)"
        ),
        when="The body is not valid JSON, or nested deeper than 100 levels.",
        code="invalid_json",
    ),
}

_STATE: Final[Mapping[str, ApiErrorRow]] = {
    "response_not_found": ApiErrorRow(  # D
        text="Response with id '{id}' not found.", when="No such response is stored.", status=404
    ),
    "conversation_not_found": ApiErrorRow(  # MAF, K
        text="Conversation with id '{id}' not found.",
        when="No such conversation is stored.",
        status=404,
        example={"id": "conv_mock"},
    ),
    "prompt_not_found": ApiErrorRow(  # K
        text="Prompt with id '{id}' not found.",
        when="The script has prompts, and none with this id, or version.",
        status=404,
        example={"id": "pmpt_mock"},
    ),
    "prompt_variable_missing": ApiErrorRow(  # our choice: no real answer is known
        text="Missing prompt variables: {names}",
        when="A request lacks a variable of its prompt.",
        param="prompt.variables",
        example={"names": "city"},
    ),
    "prompt_variable_unknown": ApiErrorRow(  # our choice: clients look for these words, the rest is not known
        text="Unknown prompt variables: {names}",
        when="A request states a variable that its prompt does not have.",
        param="prompt.variables",
        example={"names": "city"},
    ),
    "conversation_item_not_found": ApiErrorRow(  # MAF; the status is not in the recording
        text="Item with id '{id}' not found in conversation.",
        when="The conversation has no such item.",
        status=404,
        example={"id": "msg_mock"},
    ),
    "page_item_not_found": ApiErrorRow(  # our choice: no recording of a wrong cursor
        text="Item with id '{id}' not found.",
        when="`after` or `before` of a list names an item that is not in it.",
        status=404,
        param="{param}",
        example={"id": "msg_mock"},
    ),
    "conversation_locked": ApiErrorRow(  # issue: paulgmiller/careme#379, 2026-03
        text="Another process is currently operating on this conversation. Please retry in a few seconds.",
        when="A conversation already has a turn that is running.",
        code="conversation_locked",
        param="conversation",
    ),
    "cancel_completed": ApiErrorRow(  # AZ
        text="Cannot cancel a completed response.", when="A response that has ended is cancelled."
    ),
    "cancel_synchronous": ApiErrorRow(  # AZ; vLLM
        text="Cannot cancel a synchronous response.", when="A response is cancelled that is not background work."
    ),
    "delete_in_flight": ApiErrorRow(  # AZ
        text="Cannot delete an in-flight response.", when="A response is deleted before it has ended."
    ),
    "not_background": ApiErrorRow(  # AZ
        text="This response cannot be streamed because it was not created with background=true.",
        when="A stream is resumed that is not background work.",
        param="stream",
    ),
    "stream_expired": ApiErrorRow(  # issue: openai/openai-python#2828; param and code: as below
        text="This response can no longer be streamed because it is more than 5 minutes old",
        when="Background work is streamed again that was created more than five minutes ago, by the server's clock.",
        param="stream",
    ),
    "not_streamed": ApiErrorRow(  # AZ
        text=(
            "This response cannot be streamed because it was not created with stream=true or the stream TTL has"
            " expired."
        ),
        when="Background work is streamed that was created without `stream`.",
        param="stream",
    ),
}

SECTIONS: Final[Mapping[str, Mapping[str, ApiErrorRow]]] = {
    "Access, routes and bodies": _ACCESS,
    "HTTP itself": TRANSPORT_ERRORS,
    "Fields of a request": FIELD_ERRORS,
    "Contents of a request": CONTENT_ERRORS,
    "What a model takes": MODEL_ERRORS,
    "What a request continues": HISTORY_ERRORS,
    "Stored objects": _STATE,
    "WebSocket connections": SOCKET_ERRORS,
    "The service": SERVICE_ERRORS,
    "This server alone": OWN_ERRORS,
}
"""The table by what errors are about. Those of the service come only where a script asks for them."""

API_ERRORS: Final[Mapping[str, ApiErrorRow]] = {name: row for rows in SECTIONS.values() for name, row in rows.items()}

EXAMPLES: Final[Mapping[str, Any]] = {
    "call": "function call",
    "call_id": "call_mock",
    "content_type": "text/plain",
    "encoding": "gzip",
    "expected": "a string",
    "got": "an integer",
    "id": "resp_mock",
    "key": "sk-proj-********mock",
    "method": "GET",
    "model": "gpt-4o",
    "name": "mock",
    "near": "'input'",
    "output": "function call output",
    "owner": "metadata",
    "param": "after",
    "path": "input",
    "pattern": "^[a-zA-Z0-9_-]+$",
    "prefix": "resp",
    "reason": "In context=(), 'additionalProperties' is required to be supplied and to be false.",
    "to": "input",
    "value": "mock",
    "values": "'auto' and 'disabled'",
}
"""What fills the texts of errors that no request has caused: in scripts, and on the page of errors."""


def api_error(name: str, /, *, headers: Mapping[str, str] | None = None, **values: Any) -> ApiError:
    """The error of row `name`, ready to raise; `values` fill its text."""
    row = API_ERRORS[name]
    return ApiError(
        row.text.format(**values),
        status=row.status,
        type=row.type,
        param=row.param.format(**values) if row.param else None,
        code=row.code,
        headers={**(NO_RETRY if row.type == MOCK_SERVER_ERROR else {}), **(headers or {})},
    )


def masked(key: str) -> str:
    """An API key as errors show it: the first eight and the last four characters, stars between."""
    shown_ends = 12
    if len(key) <= shown_ends:
        return "*" * len(key)
    return f"{key[:8]}{'*' * (len(key) - shown_ends)}{key[-4:]}"
