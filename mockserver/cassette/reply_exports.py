"""Items and errors as a fixture file says them, each in the simplest form that makes the same."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from mockserver.cassette.exported import Omissions
from mockserver.codec import JsonObject, dumps, loads_or_none
from mockserver.model.plan import Item, Response
from mockserver.model.recorded import RecordedExchange
from mockserver.model.scripted_error import ScriptedError
from mockserver.spec.item_row import CALL_ID, ENCRYPTED, INCLUDED, Fill
from mockserver.spec.item_types import ITEM_TYPES

PLACEHOLDER: Final = "${"
ERROR_KEYS: Final = ("type", "code", "message", "param")
MADE: Final = frozenset({CALL_ID, ENCRYPTED, INCLUDED})
"""Values that finishing an item makes."""
ENDINGS: Final = frozenset({"completed", "incomplete", "failed"})
REASONS: Final = ("max_output_tokens", "content_filter")
"""The first one is what a reply without a reason has."""


def reply_of(response: Response, number: int, left_out: Omissions) -> JsonObject:
    """`reply`, and how the response ends."""
    forms = [form_of(item) for item in response.get("output") or ()]
    options: JsonObject = {"reply": forms[0] if len(forms) == 1 else forms}
    status, error = response.get("status"), response.get("error")
    if status == "failed" and isinstance(error, dict):
        options["error"] = {key: error[key] for key in ("code", "message") if error.get(key)}
    elif status == "incomplete":
        reason = (response.get("incomplete_details") or {}).get("reason")
        options["status"] = status
        if reason in REASONS[1:]:
            options["incomplete_reason"] = reason
        elif reason not in REASONS:
            left_out.note(f"the reason {reason!r} of an incomplete response", number)
    elif status not in ENDINGS:
        left_out.note(f"the status {status}", number)
    return options


def form_of(item: Item) -> Any:
    """An item as a reply says it."""
    simple = _SIMPLEST.get(item.get("type", ""))
    form = simple(item) if simple and item.get("status", "completed") == "completed" else None
    return _raw(item) if form is None else form


def _raw(item: Item) -> JsonObject:
    """An item of the wire without what finishing it makes."""
    row = ITEM_TYPES.get(item.get("type", ""))
    made = {key for key, default in row.keys.items() if isinstance(default, Fill) and default in MADE} if row else ()
    usual = {"id"} | ({"status"} if item.get("status") == "completed" else set())
    return {key: value for key, value in item.items() if key not in usual and key not in made}


def _has_only(item: Item, *keys: str) -> bool:
    """Whether an item says nothing besides, and what every item of its kind has."""
    return not {key for key, value in item.items() if value is not None} - {"id", "type", "status", *keys}


def _message(item: Item) -> Any:
    content = item.get("content")
    if not (_has_only(item, "role", "content", "phase") and isinstance(content, list) and len(content) == 1):
        return None
    (part,) = content
    if part.get("type") == "refusal" and part.keys() == {"type", "refusal"} and not item.get("phase"):
        return {"refusal": part["refusal"]}
    if part.get("type") != "output_text" or part.keys() - {"type", "text", "annotations", "logprobs"}:
        return None
    more = {key: part[key] for key in ("annotations", "logprobs") if part.get(key)}
    if item.get("phase"):
        more["phase"] = item["phase"]
    return {"message": {"text": part["text"], **more}} if more else part["text"]


def _function_call(item: Item) -> Any:
    if not _has_only(item, "name", "arguments", "call_id", "namespace"):
        return None
    text = item["arguments"]
    parsed = loads_or_none(text.encode())
    arguments = parsed if isinstance(parsed, dict) and dumps(parsed).decode() == text else text
    more = {"namespace": item["namespace"]} if item.get("namespace") else {}
    return {"function_call": {"name": item["name"], "arguments": arguments, **more}}


def _custom_tool_call(item: Item) -> Any:
    if not _has_only(item, "name", "input", "call_id", "namespace"):
        return None
    more = {"namespace": item["namespace"]} if item.get("namespace") else {}
    return {"custom_tool_call": {"name": item["name"], "input": item["input"], **more}}


def _reasoning(item: Item) -> Any:
    if not _has_only(item, "summary", "content", "encrypted_content"):
        return None
    summary = [part["text"] for part in item.get("summary") or ()]
    content = [part["text"] for part in item.get("content") or ()]
    if content:
        return {"reasoning": {"summary": summary, "content": content}}
    return {"reasoning": summary[0] if len(summary) == 1 else {"summary": summary}}


_SIMPLEST: Final[Mapping[str, Callable[[Item], Any]]] = {
    "message": _message,
    "function_call": _function_call,
    "custom_tool_call": _custom_tool_call,
    "reasoning": _reasoning,
}
"""Item types with a form that is shorter than the item: what makes it of one, None where it would lose something."""


def error_fault(exchange: RecordedExchange, number: int, left_out: Omissions) -> JsonObject:
    """The fault that gives an HTTP error."""
    fault: JsonObject = {"status": exchange.status}
    error = exchange.body.get("error") if isinstance(exchange.body, dict) else None
    if isinstance(error, dict):
        fault |= {key: error[key] for key in ERROR_KEYS if isinstance(error.get(key), str)}
        scripted = ScriptedError(**fault).as_reply().error
        for key in ERROR_KEYS:
            if scripted[key] != error.get(key):
                left_out.note(f"that the {key} of an error is {error.get(key)}", number)
    else:
        left_out.note("the body of an error that is not OpenAI's", number)
    headers = {name: value for name, value in exchange.headers.items() if name.startswith(("retry-after", "x-should"))}
    return fault | ({"headers": headers} if headers else {})


def with_literal_marks(value: Any) -> Any:
    """`value` with `$${` for each `${` in its texts, which then stands for itself."""
    if isinstance(value, str):
        return value.replace(PLACEHOLDER, f"${PLACEHOLDER}")
    if isinstance(value, dict):
        return {key: with_literal_marks(inner) for key, inner in value.items()}
    return [with_literal_marks(inner) for inner in value] if isinstance(value, list) else value
