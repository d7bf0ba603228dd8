"""What goes wrong instead of, or during, an answer: data that the engine and the web layer carry out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mockserver.errors import ApiError, ScriptError
from mockserver.ids import Draws
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

_ENDINGS = ("status", "error_after", "fail_after", "cut_after", "stall_after", "half_event", "garbage_after")
_ERROR_WORDS = ("type", "code", "message", "param")
_RATE_LIMITED = "rate_limit_exceeded"
_STATUSES = range(400, 600)
_ODDS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way in which an answer goes wrong; events are counted from 1.

    A JSON reply has no events: `error_after` answers it with the error's HTTP status, `fail_after` with a failed
    response, `cut_after`, `half_event` and `garbage_after` break its body in the middle, `stall_after` stops there.

    Raises: ScriptError for values that cannot go together.
    """

    status: int | None = None
    """Answer this HTTP error and nothing else."""
    type: str | None = None
    code: str | None = None
    message: str | None = None
    param: str | None = None
    retry_after: float | None = None
    """Seconds, for `retry-after` and the message of a rate limit."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """More headers of the HTTP error."""
    error_after: int | None = None
    """An `error` event and `response.failed` after this many events."""
    fail_after: int | None = None
    """`response.failed` after this many events."""
    cut_after: int | None = None
    """The socket closes after this many events."""
    stall_after: int | None = None
    """Nothing more comes after this many events, and the socket stays open."""
    half_event: int | None = None
    """The socket closes in the middle of this event."""
    garbage_after: int | None = None
    """Bytes that are not an event come after this many events."""
    content_length: int | None = None
    """Added to the right `content-length`."""
    slow_body: float | None = None
    """Seconds over which the body trickles."""

    def __post_init__(self) -> None:
        endings = [name for name in _ENDINGS if getattr(self, name) is not None]
        if len(endings) > 1:
            raise ScriptError(f"a fault has {' and '.join(endings)}; expected one of {', '.join(_ENDINGS)}.")
        if not endings and self.content_length is None and self.slow_body is None:
            raise ScriptError(f"a fault says nothing; expected {', '.join(_ENDINGS)}, content_length or slow_body.")
        self._check_words(endings)
        self._check_numbers()

    def _check_words(self, endings: Sequence[str]) -> None:
        if any(getattr(self, word) is not None for word in _ERROR_WORDS) and not self._has_error:
            raise ScriptError(f"{', '.join(_ERROR_WORDS)} need a status, error_after or fail_after.")
        if (self.retry_after is not None or self.headers) and "status" not in endings:
            raise ScriptError("retry_after and headers need a status.")

    def _check_numbers(self) -> None:
        if self.status is not None and self.status not in _STATUSES:
            raise ScriptError(f"status is {self.status}; expected an HTTP error, 400 to 599.")
        for name in (*_ENDINGS[1:], "retry_after", "slow_body"):
            least = 1 if name == "half_event" else 0
            value = getattr(self, name)
            if value is not None and not least <= value < math.inf:
                raise ScriptError(f"{name} is {value}; expected at least {least}.")

    @property
    def invites_retry(self) -> bool:
        """Whether the client does not get the answer whole, so that it may ask again."""
        return self.content_length is not None or any(getattr(self, name) is not None for name in _ENDINGS)

    @property
    def _has_error(self) -> bool:
        return any(value is not None for value in (self.status, self.error_after, self.fail_after))

    def error(self) -> ApiError:
        """The error that the client sees, as an HTTP answer; OpenAI's words where the fault has none."""
        row = scripted_row(status=self.status, code=self.code)
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

    def response_error(self) -> dict[str, Any]:
        """The `error` of the response that fails."""
        error = self.error()
        return {"code": error.code, "message": error.message}

    def event_error(self) -> dict[str, Any]:
        """The `error` of the `error` event."""
        error = self.error()
        return {"type": error.type, "code": error.code, "message": error.message, "param": error.param}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chaos:
    """Faults injected into a fraction of all requests, chosen by each request's own draws."""

    rate: float
    """The fraction of the requests, 0 to 1."""
    faults: tuple[Fault, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise ScriptError(f"rate is {self.rate}; expected 0 to 1.")
        if not self.faults:
            raise ScriptError("faults is empty; expected at least one fault.")

    def pick(self, draws: Draws) -> Fault | None:
        """The fault of a request, or None."""
        if draws.index(_ODDS) >= self.rate * _ODDS:
            return None
        return self.faults[draws.index(len(self.faults))]


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
