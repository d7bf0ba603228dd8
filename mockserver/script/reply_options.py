"""What may be said beside a reply's parts: how the response ends, and what it states."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final, cast

from mockserver.authoring.arguments import call
from mockserver.authoring.diagnostics import Reader, as_mapping, as_text, describe, one_of, problem, read_mapping
from mockserver.authoring.json_schema import of_arguments
from mockserver.authoring.takes import COUNT, OBJECT, mapping, takes
from mockserver.model.plan import Pace
from mockserver.model.scripted_error import ScriptedError
from mockserver.script.event_order import read_events
from mockserver.script.placeholders import FillableObject, read_placeholders

STATUSES: Final = ("completed", "incomplete", "failed")
INCOMPLETE_REASONS: Final = ("max_output_tokens", "content_filter")
USAGE_KEYS: Final = (
    "input_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
    "total_tokens",
)


def stated_by(options: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a plan that options state, each of them read already.

    Raises: ProblemError for options that no response could have together.
    """
    status, reason, error = (options.get(key) for key in ("status", "incomplete_reason", "error"))
    if error and status in {"completed", "incomplete"}:
        raise problem(f"'error' belongs to status failed, not to {status}.", "error")
    if reason and status in {"completed", "failed"}:
        raise problem(f"'incomplete_reason' belongs to status incomplete, not to {status}.", "incomplete_reason")
    ending = status or ("failed" if error else "incomplete" if reason else None)
    stated = {_FIELDS[key]: value for key, value in options.items() if key in _FIELDS and value}
    if ending is not None:
        stated["status"] = ending
    if ending == "incomplete":
        stated["incomplete_reason"] = reason or INCOMPLETE_REASONS[0]
    if ending == "failed":
        stated["error"] = error or _error()
    return stated


@takes(mapping(dict.fromkeys(USAGE_KEYS, COUNT)))
def read_usage(written: Any) -> Mapping[str, int]:
    """Usage numbers to state. Raises: ProblemError."""
    numbers = as_mapping(written, "a mapping of token counts")
    return read_mapping(numbers, dict.fromkeys(USAGE_KEYS, _count_of_tokens))


def _count_of_tokens(written: Any) -> int:
    if not isinstance(written, int) or isinstance(written, bool) or written < 0:
        raise problem(f"expected a number of tokens, got {describe(written)}.")
    return written


@takes(lambda: mapping(_ERROR))
def read_error(written: Any) -> dict[str, Any]:
    """The error of a response that fails; OpenAI's words where only the code is stated. Raises: ProblemError."""
    read = read_mapping(as_mapping(written, "a mapping of code and message"), _ERROR)
    return _error(**read) if read else {}


def _error(*, code: str | None = None, message: str | None = None) -> dict[str, Any]:
    return ScriptedError(code=code, message=message).in_response()


@takes(lambda: of_arguments(Pace))
def read_pace(written: Any) -> Pace:
    """A pace, from itself or a mapping of its fields. Raises: ProblemError."""
    made = written if isinstance(written, Pace) else call(Pace, as_mapping(written, _PACE))
    if made.first < 0:
        raise problem(f"expected at least 0 seconds, got {made.first}.", "first")
    if made.rate is not None and made.rate <= 0:
        raise problem(f"expected more than 0 deltas per second, got {made.rate}.", "rate")
    if not 0 <= made.jitter <= 1:
        raise problem(f"expected a fraction, 0 to 1, got {made.jitter}.", "jitter")
    return cast("Pace", made)


@takes(OBJECT)
def read_response(written: Any) -> Mapping[str, Any] | FillableObject:
    """Fields of the response to state; with placeholders, they are filled for each request. Raises: ProblemError."""
    fields = as_mapping(written, "a mapping of response fields")
    read = read_placeholders(fields)
    return fields if read is fields else FillableObject(make=dict, arguments=read)


_FIELDS: Final = {"usage": "usage", "pace": "pace", "response": "overrides", "events": "events"}
"""Options that are stated as they are, and the fields of the plan for them."""
_PACE: Final = "a mapping of first, rate and jitter"
_ERROR: Final[Mapping[str, Reader]] = {"code": as_text, "message": as_text}
# How the response of a reply ends and what it states.
OPTIONS: Final[Mapping[str, Reader]] = {
    "status": partial(one_of, allowed=STATUSES, what="status"),
    "incomplete_reason": partial(one_of, allowed=INCOMPLETE_REASONS, what="reason"),
    "error": read_error,
    "usage": read_usage,
    "response": read_response,
    "pace": read_pace,
    "events": read_events,
}
