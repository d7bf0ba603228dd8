"""The error that a fault scripts: OpenAI's words for its status and code where the script leaves something out."""

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from mockserver.errors import ApiError
from mockserver.spec.api_errors import EXAMPLES
from mockserver.spec.scripted_errors import scripted_row

# Headers of a 429 for requests. Source: recorded names and forms; the numbers agree with the row `rate_limit_exceeded`.
RATE_LIMIT_HEADERS: Final[Mapping[str, str]] = {
    "x-ratelimit-limit-requests": "5000",
    "x-ratelimit-limit-tokens": "4000000",
    "x-ratelimit-remaining-requests": "0",
    "x-ratelimit-remaining-tokens": "3999969",
    "x-ratelimit-reset-requests": "{wait}",
    "x-ratelimit-reset-tokens": "0s",
}
_RATE_LIMITED: Final = "rate_limit_exceeded"


class ScriptedError(NamedTuple):
    """What a script states of an error."""

    status: int | None = None
    type: str | None = None
    code: str | None = None
    message: str | None = None
    param: str | None = None
    retry_after: float | None = None
    """Seconds, for `retry-after` and the message of a rate limit."""
    headers: Mapping[str, str] = {}
    """More headers of the HTTP error."""
    name: str | None = None
    """The name of its row among all errors; what is stated besides goes before it."""

    @property
    def has_words(self) -> bool:
        """Whether the script names the error, or states a field of its object."""
        return any(word is not None for word in (self.name, self.type, self.code, self.message, self.param))

    @property
    def has_headers(self) -> bool:
        """Whether the script states a header."""
        return self.retry_after is not None or bool(self.headers)

    def as_reply(self) -> ApiError:
        """The error as an HTTP reply."""
        row = scripted_row(status=self.status, code=self.code, name=self.name)
        wait = row.retry_after if self.retry_after is None else self.retry_after
        code = row.code if self.code is None else self.code
        status = self.status or row.status
        values = {**EXAMPLES, **row.example, "status": status, "code": code or "null", "wait": _duration(wait or 0)}
        if self.param is not None:
            values["path"] = self.param
        return ApiError(
            row.text.format(**values) if self.message is None else self.message,
            status=status,
            type=self.type or row.type,
            param=self.param or (row.param and row.param.format(**values)),
            code=code,
            headers={**_rate_limit_headers(code, wait), **_retry_headers(wait), **self.headers},
        )

    def in_response(self) -> dict[str, Any]:
        """The `error` of the response that fails."""
        error = self.as_reply()
        return {"code": error.code, "message": error.message}

    def in_event(self) -> dict[str, Any]:
        """The `error` of the `error` event."""
        error = self.as_reply()
        return {"type": error.type, "code": error.code, "message": error.message, "param": error.param}


def _rate_limit_headers(code: str | None, wait: float | None) -> dict[str, str]:
    if code != _RATE_LIMITED:
        return {}
    return {name: value.format(wait=_duration(wait or 0)) for name, value in RATE_LIMIT_HEADERS.items()}


def _retry_headers(wait: float | None) -> dict[str, str]:
    """`retry-after` in whole seconds, and in milliseconds where that says more. Source: openai 3.52.0 reads both."""
    if wait is None:
        return {}
    whole = {"retry-after": str(math.ceil(wait))}
    return whole if wait == int(wait) else {**whole, "retry-after-ms": f"{wait * 1000:g}"}


def _duration(seconds: float) -> str:
    """A time as the wire has it in headers and messages: `12ms`, `1.5s`, `6m0s`."""
    if 0 < seconds < 1:
        return f"{round(seconds * 1000)}ms"
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)}m{rest:g}s" if minutes else f"{seconds:g}s"
