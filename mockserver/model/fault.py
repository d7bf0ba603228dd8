"""What goes wrong instead of, or during, an answer: data that the engine and the web layer carry out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mockserver.errors import ApiError, ScriptError
from mockserver.ids import Draws
from mockserver.spec.answers import ANSWERS


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownError:
    """An error as OpenAI words it; `{wait}` is the time until the next try, in seconds."""

    status: int
    text: str
    code: str | None = None
    type: str = "invalid_request_error"
    param: str | None = None
    retry_after: float | None = None


# The first row of a status is its default; a code chooses among the others.
KNOWN_ERRORS: Final[Sequence[KnownError]] = (
    KnownError(  # public issue; the 400 that a correct client meets
        status=400,
        code="context_length_exceeded",
        param="input",
        text="Your input exceeds the context window of this model. Please adjust your input and try again.",
    ),
    KnownError(  # public issue: paulgmiller/careme#379, 2026-03
        status=400,
        code="conversation_locked",
        param="conversation",
        text="Another process is currently operating on this conversation. Please retry in a few seconds.",
    ),
    KnownError(  # recorded; the key is a made-up one
        status=401,
        code="invalid_api_key",
        text=ANSWERS["incorrect_api_key"].text.format(key="sk-proj-********mock"),
    ),
    KnownError(  # public issue: home-assistant/core#120072
        status=403,
        code="unsupported_country_region_territory",
        type="request_forbidden",
        text="Country, region, or territory not supported",
    ),
    KnownError(status=404, text="Response with id 'resp_mock' not found."),  # recorded, with a real id
    KnownError(status=408, text="Request timed out."),  # ours: no body is known
    KnownError(status=409, text="The request conflicts with another one. Please try again."),  # ours: no body is known
    KnownError(  # Codex's tests; the type is the documentation's of 2026
        status=429,
        code="rate_limit_exceeded",
        type="rate_limit_error",
        text=(
            "Rate limit reached for requests in organization org-mock on requests per min (RPM): Limit 5000, Used 5000,"
            " Requested 1. Please try again in {wait}. Visit https://platform.openai.com/account/rate-limits to learn"
            " more."
        ),
        retry_after=1,
    ),
    KnownError(  # recorded by the Vercel AI SDK; waiting does not help
        status=429,
        code="insufficient_quota",
        type="insufficient_quota",
        text=(
            "You exceeded your current quota, please check your plan and billing details. For more information on this"
            " error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors."
        ),
    ),
    KnownError(  # recorded by the Vercel AI SDK (chat)
        status=500, code="server_error", type="server_error", text=ANSWERS["server_error"].text
    ),
    KnownError(  # public issue: stanfordnlp/dspy#203, where the code is a number
        status=502, code="502", type="cf_bad_gateway", text="Bad gateway."
    ),
    KnownError(  # code and type from the documentation of 2026; the sentence is ours
        status=503,
        code="server_is_overloaded",
        type="service_unavailable_error",
        text="The server is currently overloaded with other requests. Please try again later.",
    ),
    KnownError(status=504, code="504", type="cf_gateway_timeout", text="Gateway timeout."),  # ours, after the 502
)

# Headers of a 429 for requests. Source: recorded names and forms; the numbers agree with the message above.
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
_SERVER_ERROR = 500
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
    """Bytes that are no event come after this many events."""
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
    def _has_error(self) -> bool:
        return any(value is not None for value in (self.status, self.error_after, self.fail_after))

    @property
    def _known(self) -> KnownError:
        """The row that says what this fault leaves out."""
        by_status = [row for row in KNOWN_ERRORS if row.status == self.status]
        rows = by_status or (KNOWN_ERRORS if self.status is None else ())
        chosen = [row for row in rows if self.code is not None and row.code == self.code]
        if chosen:
            return chosen[0]
        fallback = self.status if by_status else _SERVER_ERROR
        return next(row for row in KNOWN_ERRORS if row.status == fallback)

    def error(self) -> ApiError:
        """The error that the client sees, as an HTTP answer; OpenAI's words where the fault has none."""
        known = self._known
        wait = known.retry_after if self.retry_after is None else self.retry_after
        code = known.code if self.code is None else self.code
        return ApiError(
            known.text.format(wait=_duration(wait or 0)) if self.message is None else self.message,
            status=self.status or known.status,
            type=self.type or known.type,
            param=self.param or known.param,
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
    """Faults that befall a part of all requests, chosen by each request's own draws."""

    rate: float
    """The part of the requests, 0 to 1."""
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
