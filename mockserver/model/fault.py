"""What goes wrong instead of, or during, an answer: data that the engine and the transports carry out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from mockserver.errors import ApiError, ScriptError
from mockserver.ids import Draws
from mockserver.model.scripted_error import ScriptedError
from mockserver.spec.scripted_errors import named_row

_STATUSES = range(400, 600)
_CLOSE_CODES = (range(1000, 1004), range(1007, 1015), range(3000, 5000))
"""What may stand in a close. Source: RFC 6455 section 7.4, and the registry of its codes."""
_ODDS = 1_000_000


@dataclass(frozen=True, slots=True)
class HttpError:
    """The answer is an HTTP error and nothing else."""

    error: ScriptedError


@dataclass(frozen=True, slots=True)
class ErrorEvent:
    """An `error` event and `response.failed` come after some events; a JSON reply is the HTTP error instead."""

    after: int
    error: ScriptedError


@dataclass(frozen=True, slots=True)
class FailedResponse:
    """`response.failed` comes after some events; a JSON reply is the failed response."""

    after: int
    error: ScriptedError


@dataclass(frozen=True, slots=True)
class BrokenOff:
    """The transport breaks the answer at an event, counted from 1, or in the middle of a JSON body."""

    at: int


@dataclass(frozen=True, slots=True)
class CutAfter(BrokenOff):
    """The socket closes after the event."""

    code: int | None = None
    """With what code a WebSocket closes; None: it breaks off without a close."""


class StallAfter(BrokenOff):
    """Nothing more comes after the event, and the socket stays open."""

    __slots__ = ()


class HalfEvent(BrokenOff):
    """The socket closes in the middle of the event."""

    __slots__ = ()


class GarbageAfter(BrokenOff):
    """Bytes that are not an event come after the event."""

    __slots__ = ()


Ending: TypeAlias = HttpError | ErrorEvent | FailedResponse | BrokenOff

_ENDINGS: Final[Mapping[str, Callable[[int, ScriptedError], Ending]]] = {
    "status": lambda _, error: HttpError(error),
    "error_after": ErrorEvent,
    "fail_after": FailedResponse,
    "cut_after": lambda at, _: CutAfter(at),
    "stall_after": lambda at, _: StallAfter(at),
    "half_event": lambda at, _: HalfEvent(at),
    "garbage_after": lambda at, _: GarbageAfter(at),
}
"""The option that each ending is written with."""

_NAMES: Final = f"error, {', '.join(_ENDINGS)}"

_LEAST: Final[Mapping[str, int]] = {"half_event": 1}
"""What an option is at least, where that is not 0."""


@dataclass(frozen=True, slots=True, init=False)
class Fault:
    """One way in which an answer goes wrong; events are counted from 1.

    It ends the answer early in one of seven ways, each with its option:

    - `status`, or `error` alone: this HTTP error and nothing else;
    - `error_after`: an `error` event and `response.failed` after this many events;
    - `fail_after`: `response.failed` after this many events;
    - `cut_after`: the socket closes after this many events, a WebSocket with the code `close_code` if there is one;
    - `stall_after`: nothing more comes after this many events, and the socket stays open;
    - `half_event`: the socket closes in the middle of this event;
    - `garbage_after`: bytes that are not an event come after this many events.

    A JSON reply has no events: `error_after` answers it with the error's HTTP status, `fail_after` with a failed
    response, the others break its body in the middle.

    `error` is the name of an error, as the page of errors has it, of the first three. `type`, `code`, `message` and
    `param` belong to its object; what is left out is what OpenAI says.
    `retry_after` (seconds, also in the message of a rate limit) and `headers` belong to an HTTP error.

    `content_length` (bytes added to the right one) and `slow_body` (seconds over which the body trickles) stand alone
    or beside any of these.

    Raises: ScriptError for values that cannot go together.
    """

    ending: Ending | None
    """How the answer ends early; None where it comes whole."""
    content_length: int | None
    """Added to the right `content-length`."""
    slow_body: float | None
    """Seconds over which the body trickles."""

    def __init__(
        self,
        *,
        status: int | None = None,
        error: str | None = None,
        type: str | None = None,  # noqa: A002 - the field of the error object
        code: str | None = None,
        message: str | None = None,
        param: str | None = None,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
        error_after: int | None = None,
        fail_after: int | None = None,
        cut_after: int | None = None,
        stall_after: int | None = None,
        half_event: int | None = None,
        garbage_after: int | None = None,
        close_code: int | None = None,
        content_length: int | None = None,
        slow_body: float | None = None,
    ) -> None:
        counts = {
            "status": status,
            "error_after": error_after,
            "fail_after": fail_after,
            "cut_after": cut_after,
            "stall_after": stall_after,
            "half_event": half_event,
            "garbage_after": garbage_after,
        }
        scripted = ScriptedError(status, type, code, message, param, retry_after, headers or {}, error)
        _check_numbers({**counts, "retry_after": retry_after, "slow_body": slow_body})
        ending = _with_code(_ending(counts, scripted), close_code)
        _check_words(ending, scripted)
        if ending is None and content_length is None and slow_body is None:
            raise ScriptError(f"a fault says nothing; expected {_NAMES}, content_length or slow_body.")
        for name, value in (("ending", ending), ("content_length", content_length), ("slow_body", slow_body)):
            object.__setattr__(self, name, value)

    @property
    def invites_retry(self) -> bool:
        """Whether the client does not get the answer whole, so that it may ask again."""
        return self.ending is not None or self.content_length is not None

    @property
    def replaces_reply(self) -> bool:
        """Whether nothing is left of the reply, on any transport."""
        return isinstance(self.ending, HttpError)

    def http_error(self, *, streamed: bool) -> ApiError | None:
        """The HTTP error that the client gets instead of the answer; None where it gets the answer, or a part of it."""
        ending = self.ending
        if isinstance(ending, HttpError) or (isinstance(ending, ErrorEvent) and not streamed):
            return ending.error.as_reply()
        return None


def _check_numbers(numbers: Mapping[str, float | None]) -> None:
    status = numbers["status"]
    if status is not None and status not in _STATUSES:
        raise ScriptError(f"status is {status}; expected an HTTP error, 400 to 599.")
    for name, value in numbers.items():
        least = _LEAST.get(name, 0)
        if value is not None and not least <= value < float("inf"):
            raise ScriptError(f"{name} is {value}; expected at least {least}.")


def _ending(counts: Mapping[str, int | None], error: ScriptedError) -> Ending | None:
    stated = {name: count for name, count in counts.items() if count is not None}
    if len(stated) > 1:
        raise ScriptError(f"a fault has {' and '.join(stated)}; expected one of {', '.join(_ENDINGS)}.")
    if error.name is not None:
        named_row(error.name)  # it is known
    named = None if error.name is None else HttpError(error)
    return next((_ENDINGS[name](count, error) for name, count in stated.items()), named)


def _with_code(ending: Ending | None, code: int | None) -> Ending | None:
    """The ending, with the code that a WebSocket is closed with."""
    if code is None:
        return ending
    if not isinstance(ending, CutAfter):
        raise ScriptError("close_code needs cut_after.")
    if not any(code in codes for codes in _CLOSE_CODES):
        raise ScriptError(f"close_code is {code}; expected 1000 to 1003, 1007 to 1014, or 3000 to 4999.")
    return replace(ending, code=code)


def _check_words(ending: Ending | None, error: ScriptedError) -> None:
    if error.has_words and not isinstance(ending, HttpError | ErrorEvent | FailedResponse):
        raise ScriptError("error, type, code, message, param need a status, error_after or fail_after.")
    if error.has_headers and not isinstance(ending, HttpError):
        raise ScriptError("retry_after and headers need a status.")


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
