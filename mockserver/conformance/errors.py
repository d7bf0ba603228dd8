"""How the errors of a provider differ from OpenAI's, and which requests the two refuse."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from mockserver.authoring.json_path import ABSENT, parse_path, value_at
from mockserver.codec import JsonObject
from mockserver.conformance.observed import OK, STATE, Observed

KEYS: Final = ("message", "type", "param", "code")
KINDS_BY_CODE: Final[Mapping[str, str]] = {
    "unknown_parameter": "unknown",
    "missing_required_parameter": "required",
    "invalid_type": "types",
    "invalid_value": "values",
    "unsupported_parameter": "combinations",
    "unsupported_value": "combinations",
}
"""The kind of check that gives an error with this code; the codes of limits are many."""
LIMITS: Final = "limits"
_POSITION: Final = re.compile(r"\[\d+\]")


class Refused(NamedTuple):
    """A request that a provider refuses and OpenAI accepts."""

    param: str
    """The key that it is about; empty where that is not known."""
    message: str
    status: int
    request: JsonObject


def error_body(seen: Sequence[Observed]) -> Any:
    """The body of errors as a profile writes it, after the first one; None where it is OpenAI's, or none was seen."""
    errors = [one.theirs for one in seen if one.theirs.status != OK and isinstance(one.theirs.body, dict)]
    if not errors or all(_is_openais(error.body) for error in errors):
        return None
    error = next(error for error in errors if not _is_openais(error.body))
    return _template(error.body, status=error.status)


def _is_openais(body: JsonObject) -> bool:
    error = body.get("error")
    return body.keys() == {"error"} and isinstance(error, dict) and error.keys() == set(KEYS)


def _template(value: Any, *, status: int, key: str = "") -> Any:
    """A body with `$` for the status, for OpenAI's keys by their names, and for the longest text as the message."""
    if isinstance(value, dict):
        longest = max((len(text) for text in value.values() if isinstance(text, str)), default=0)
        return {
            name: "$message"
            if isinstance(inner, str) and "message" not in value and len(inner) == longest and " " in inner
            else _template(inner, status=status, key=name)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_template(inner, status=status) for inner in value]
    if value == status and isinstance(value, int):
        return "$status"
    return f"${key}" if key in KEYS else value


def error_rows(seen: Sequence[Observed]) -> Iterator[tuple[int, JsonObject]]:
    """For each status, what an error of a provider always has where OpenAI's has something else."""
    by_status: dict[int, list[JsonObject]] = {}
    for one in seen:
        if one.theirs.status != OK and isinstance(one.theirs.body, dict) and _is_openais(one.theirs.body):
            ours = one.ours.body["error"] if one.ours.status == one.theirs.status else {}
            error = one.theirs.body["error"]
            changed = {key: error[key] for key in ("type", "code") if ours and error[key] != ours[key]}
            by_status.setdefault(one.theirs.status, []).append(changed)
    for status, changes in sorted(by_status.items()):
        common = {key: value for key, value in changes[0].items() if all(one.get(key) == value for one in changes)}
        if common:
            yield status, {key: "$status" if value == status else value for key, value in common.items()}


def unchecked(seen: Sequence[Observed]) -> Mapping[str, Sequence[str]]:
    """The checks that a provider leaves out: it accepted what OpenAI refuses. One for each request that shows any."""
    found: dict[str, dict[str, None]] = {}
    for one in seen:
        if one.theirs.status == OK and one.ours.status != OK:
            error = one.ours.body["error"]
            kind = KINDS_BY_CODE.get(error["code"] or "", LIMITS if error["code"] else "combinations")
            if kind == "combinations" and STATE & one.request.keys():
                continue  # asked without what came before, of which its input may be a part
            found.setdefault(kind, {})[_POSITION.sub("[*]", error["param"] or "*")] = None
    return {kind: list(places) for kind, places in found.items()}


def refused(seen: Sequence[Observed]) -> Iterator[Refused]:
    """The requests that a provider refuses and OpenAI accepts, one for each message."""
    messages = set()
    for one in seen:
        if one.ours.status != OK or one.theirs.status == OK:
            continue
        message = _message(one.theirs.body)
        if message not in messages:
            messages.add(message)
            yield Refused(_param(one, message), message, one.theirs.status, one.request)


def _message(body: Any) -> str:
    """The longest text of an error."""
    if isinstance(body, dict | list):
        inner = body.values() if isinstance(body, dict) else body
        return max(map(_message, inner), key=len, default="")
    return body if isinstance(body, str) else ""


def _param(one: Observed, message: str) -> str:
    """The key of the request that an error is about: the one that it names, or whose name is in its message."""
    error = one.theirs.body.get("error") if isinstance(one.theirs.body, dict) else None
    param = error.get("param") if isinstance(error, dict) else None
    if isinstance(param, str) and value_at(one.request, parse_path(param)) is not ABSENT:
        return param
    named = [key for key in one.request if re.search(rf"\b{re.escape(key)}\b", message, re.IGNORECASE)]
    return max(named, key=len, default="")
