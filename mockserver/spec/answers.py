"""The errors that are not about a field of the body, as rows: status, code, param and the wire's own sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mockserver.errors import ApiError


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One error; `{…}` in the sentence are filled in when it is raised."""

    text: str
    status: int = 400
    code: str | None = None
    param: str | None = None
    type: str = "invalid_request_error"


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
        param=row.param,
        code=row.code,
        headers=headers,
    )


def masked(key: str) -> str:
    """An API key as errors show it: the first eight and the last four characters, stars between."""
    shown_ends = 12
    if len(key) <= shown_ends:
        return "*" * len(key)
    return f"{key[:8]}{'*' * (len(key) - shown_ends)}{key[-4:]}"
