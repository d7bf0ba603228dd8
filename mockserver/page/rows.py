"""An exchange as one line of the list."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from mockserver.codec import JsonObject, dumps
from mockserver.model.fault import Fault
from mockserver.model.item_text import texts, values_in
from mockserver.model.plan import Item
from mockserver.model.request import conversation_id_of
from mockserver.model.scripted_error import ScriptedError
from mockserver.request_log import Entry
from mockserver.state.exchange import Exchange

LONGEST = 300
"""Characters of a text in a row."""
FAILED = 400
OUTPUT = "_output"


def row(exchange: Exchange, *, number: int, view: int, time: int) -> JsonObject:
    """What the list shows of an exchange. `number` is its own among all keys, `view` that of its workspace.

    `time` is when it came, in milliseconds of unix time; the `ms` of the row count from the end of the request to the
    end of its answer.
    """
    entry = Entry("", "", exchange)
    body = exchange.body if isinstance(exchange.body, dict) else {}
    response = exchange.run.final if exchange.run is not None else {}  # once: it may have to be read from its bytes
    usage = {} if is_open(exchange) else response.get("usage") or {}
    fault = exchange.fault
    return {
        "id": number,
        "view": view,
        **exchange.identity,
        "time": time,
        "model": _text(body.get("model")),
        "asked": asked_in(exchange.input_items()) if exchange.creates else "",
        "by": _cut(entry.answered_by),
        "kind": _kind_of(exchange, response),
        "status": exchange.status,
        "ms": entry.milliseconds if exchange.ended_at else None,
        "in": usage.get("input_tokens"),
        "out": usage.get("output_tokens"),
        "tools": _tool_names(body, response),
        "stream": exchange.run is not None and exchange.run.streamed,
        "open": is_open(exchange),
        "shown": exchange.run.shown_count if exchange.run is not None and not exchange.run.done else None,
        "fault": None if fault is None else fault_text(fault),
        "miss": _cut((exchange.miss or "").partition("\n")[0]) or None,
        "response": response.get("id"),
        "previous": _text(body.get("previous_response_id")),
        "conversation": _text(conversation_id_of(body)),
    }


def asked_in(items: Sequence[Item]) -> str:
    """The beginning of the newest input as it was written; an output begins with an arrow, other items with a type."""
    if not items:
        return ""
    kind, values = items[-1]["type"], [*values_in(items[-1])]
    said = "\n".join(text for value in values for text in texts(value))
    if not said and values and values[0]:
        said = dumps(values[0]).decode("utf-8", "replace")
    mark = "" if kind == "message" else "↳ " if kind.endswith(OUTPUT) else f"{kind} "
    return _cut(f"{mark}{said}")


def is_open(exchange: Exchange) -> bool:
    """Whether its answer has not ended."""
    return exchange.run is not None and not exchange.run.done


def _kind_of(exchange: Exchange, response: Mapping[str, Any]) -> str:
    """How it went: `miss`, `fault`, `left` (its client had gone), `error`, `answered` (by a rule …), or `default`."""
    if exchange.miss is not None:
        return "miss"
    if exchange.fault is not None:
        return "fault"
    if not exchange.status or response.get("status") == "cancelled":
        return "left"
    if exchange.status >= FAILED:
        return "error"
    return "default" if exchange.outcome.by is None else "answered"


def fault_text(fault: Fault) -> str:
    """A fault in a few words: what is injected, and the values that were stated."""
    ending = fault.ending
    parts = [] if ending is None else [_words(ending)]
    parts += [f"content_length {fault.content_length:+d}"] if fault.content_length is not None else []
    parts += [f"slow_body {fault.slow_body:g} s"] if fault.slow_body is not None else []
    return ", ".join(parts)


def _words(value: Any) -> str:
    """An ending as the words of its name, and the values that it states."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(value).__name__).lower()
    stated = [getattr(value, one.name) for one in fields(value)]
    parts = [one.status if isinstance(one, ScriptedError) else one for one in stated]
    return " ".join([name, *(str(one) for one in parts if one not in (None, {}, ""))])


def _tool_names(body: Mapping[str, Any], response: Mapping[str, Any]) -> list[str]:
    """The tools that are offered or called, each once."""
    offered = body.get("tools")
    found = [*(offered if isinstance(offered, list) else ()), *(response.get("output") or ())]
    named = (one.get("name") or one.get("type") for one in found if isinstance(one, dict))
    return [*dict.fromkeys(str(name) for name in named if name not in {"message", "reasoning"})]


def _text(value: Any) -> str | None:
    return _cut(value) if isinstance(value, str) else None


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
