"""What a scripted error says where the script leaves something out."""

from collections.abc import Mapping
from typing import Final

from mockserver.errors import ScriptError
from mockserver.spec.api_errors import API_ERRORS
from mockserver.spec.error_row import ApiErrorRow
from mockserver.spec.own_errors import MOCK_SERVER_ERROR

BY_STATUS: Final[Mapping[int, str]] = {
    400: "context_length_exceeded",
    401: "incorrect_api_key",
    403: "unsupported_country",
    404: "response_not_found",
    405: "wrong_method",
    408: "request_timeout",
    409: "conflict",
    413: "body_too_large",
    429: "rate_limit_exceeded",
    500: "server_error",
    502: "bad_gateway",
    503: "server_is_overloaded",
    504: "gateway_timeout",
}
"""What a scripted error says where only its status is given: the likeliest one that a correct client meets."""

SCRIPTED: Final = "This error was scripted: status {status}, code {code}."  # our choice
_SERVER_ERROR: Final = 500


def scripted_row(*, status: int | None, code: str | None, name: str | None = None) -> ApiErrorRow:
    """The row that says what a script leaves out: that of its name, of its code, or else the usual one of its status.

    Of several rows with the code one with the status is taken, else the first. A code that the table does not know gets
    a neutral sentence, and the type that is usual with the status. Without a status it is a `server_error`.
    """
    if name is not None:
        return named_row(name)
    known = [
        row for row in API_ERRORS.values() if code is not None and row.code == code and row.type != MOCK_SERVER_ERROR
    ]
    if known:
        return next((row for row in known if row.status == status), known[0])
    usual = _usual(status or _SERVER_ERROR)
    if usual is not None and (code is None or status is None):
        return usual
    return ApiErrorRow(
        text=SCRIPTED,
        when="A script asks for it.",
        code=code,
        status=status or _SERVER_ERROR,
        type=usual.type if usual else "invalid_request_error",
    )


def named_row(name: str) -> ApiErrorRow:
    """The row of this name. Raises: ScriptError where there is none that a script could ask for."""
    named = {one: row for one, row in API_ERRORS.items() if row.type != MOCK_SERVER_ERROR}
    if name in named:
        return named[name]
    from difflib import get_close_matches  # noqa: PLC0415 - for errors alone

    near = get_close_matches(str(name), named, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise ScriptError(f"error is {name!r}, which is the name of none.{hint} The page of errors has all names.")


def _usual(status: int) -> ApiErrorRow | None:
    name = BY_STATUS.get(status) or ("server_error" if status >= _SERVER_ERROR else None)
    return API_ERRORS[name] if name else None
