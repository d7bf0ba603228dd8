"""An exchange of the journal and one of a cassette in the same form: as a recording, and as the page shows it."""

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.codec import JsonObject, dumps, loads_or_none
from mockserver.model.headers import shown_headers
from mockserver.model.recorded import JSON_TYPE, STREAM_TYPE, RecordedBody, RecordedExchange
from mockserver.model.request import typed_items
from mockserver.page.feed import Found
from mockserver.page.rows import asked_in
from mockserver.state.exchange import Exchange

FAILED = 400


def recorded_exchange(found: Found) -> RecordedExchange:
    """What a recorder would have kept of an exchange, with keys and cookies masked.

    Of the headers of a reply that this server made, only the content type.
    """
    exchange = found.exchange
    run, head = exchange.run, exchange.asked.head
    streamed = run is not None and run.streamed
    reply: Any = None if streamed else exchange.response or loads_or_none(exchange.reply)
    moments = () if run is None else run.times()
    return RecordedExchange(
        method=exchange.method,
        url_path=head.target,
        request_headers=shown_headers(exchange.headers),
        request_body=_body(exchange.sent),
        status=exchange.status,
        headers=reply_headers(exchange) or {"content-type": STREAM_TYPE if streamed else JSON_TYPE},
        body=reply if reply is not None or not exchange.reply else _body(exchange.reply),
        events=exchange.events[: run.shown_count] if streamed and run is not None else None,
        times=[max(0.0, moment - exchange.began_at) for moment in moments] or _end(exchange),
        channel=head.channel,
        complete=run is None or run.complete,
        started=found.entry.time / 1000,
        upstream=found.space.base_url.removesuffix("/v1"),
    )


def reply_headers(exchange: Exchange) -> dict[str, str] | None:
    """The recorded headers of the reply; None where this server made it."""
    head = getattr(exchange.run.rendering, "head", None) if exchange.run is not None else None
    return None if head is None else shown_headers(dict(head.headers))


def json_line(recorded: RecordedExchange) -> str:
    """The request and what it was answered as one line of JSON; of a stream, the response at its end."""
    answered = response_of(recorded) or recorded.body
    line = {"request": _readable(recorded.request_body), "status": recorded.status, "response": _readable(answered)}
    return dumps(line).decode() + "\n"


def _end(exchange: Exchange) -> Sequence[float]:
    return [max(0.0, exchange.ended_at - exchange.began_at)] if exchange.ended_at else ()


def _body(sent: bytes) -> RecordedBody:
    if not sent:
        return None
    value = loads_or_none(sent)
    return value if isinstance(value, dict | list) else sent.decode("utf-8", "replace")


def recorded_detail(recorded: RecordedExchange, *, number: int, by: str = "") -> JsonObject:
    """A recorded exchange as the page shows one, with its line in the list."""
    response = response_of(recorded)
    return {
        "row": _recorded_row(recorded, response, number=number, by=by),
        "request": request_part(recorded.method, recorded.url_path, recorded.request_headers, recorded.request_body),
        "history": [],
        "reply": {
            "status": recorded.status,
            "headers": [*recorded.headers.items()],
            "body": _readable(recorded.body),
        },
        "response": response,
        "events": None if recorded.events is None else event_rows(map(dumps, recorded.events), recorded.times),
        "framing": {"event_lines": True, "others": [[*frame] for frame in recorded.other_frames], "end": None},
        "first": recorded.times[0] if recorded.times else None,
        "ended": recorded.times[-1] if recorded.times else None,
        "complete": recorded.complete,
        "miss": None,
    }


def request_part(method: str, target: str, headers: Mapping[str, str], body: RecordedBody) -> JsonObject:
    """The request in a detail; `body` is what is shown, be it JSON or not."""
    return {"method": method, "target": target, "headers": [*headers.items()], "body": _readable(body)}


def event_rows(payloads: Any, times: Sequence[float]) -> list[JsonObject]:
    """Events, each as it was sent, and after how many seconds; None where that is not known."""
    rows = enumerate(payloads)
    return [
        {"data": data.decode("utf-8", "replace"), "at": times[number] if number < len(times) else None}
        for number, data in rows
    ]


def response_of(recorded: RecordedExchange) -> JsonObject | None:
    """The response as it was at the end; None where there is none."""
    shown = [event["response"] for event in recorded.events or () if isinstance(event.get("response"), dict)]
    if shown:
        found: JsonObject = shown[-1]
        return found
    body = recorded.body
    return body if isinstance(body, dict) and body.get("object") == "response" else None


def _recorded_row(recorded: RecordedExchange, response: JsonObject | None, *, number: int, by: str) -> JsonObject:
    body = recorded.request_body if isinstance(recorded.request_body, dict) else {}
    usage = (response or {}).get("usage") or {}
    channel = recorded.channel
    tools = [*(body.get("tools") or ()), *((response or {}).get("output") or ())]
    names = [str(one.get("name") or one.get("type")) for one in tools if isinstance(one, dict)]
    conversation = body.get("conversation")
    return {
        "id": number,
        "view": 1,
        "number": number,
        "method": recorded.method,
        "path": recorded.url_path.partition("?")[0],
        "connection": None if channel is None else channel.connection,
        "lane": None if channel is None else channel.lane,
        "time": None if recorded.started is None else round(recorded.started * 1000),
        "model": body.get("model") or (response or {}).get("model"),
        "asked": _asked(body),
        "by": by,
        "kind": "error" if recorded.status >= FAILED else "answered",
        "status": recorded.status,
        "ms": round(recorded.times[-1] * 1000, 1) if recorded.times else None,
        "in": usage.get("input_tokens"),
        "out": usage.get("output_tokens"),
        "tools": [name for name in dict.fromkeys(names) if name not in {"message", "reasoning"}],
        "stream": recorded.events is not None,
        "open": False,
        "shown": None,
        "fault": None,
        "miss": None,
        "response": (response or {}).get("id"),
        "previous": body.get("previous_response_id"),
        "conversation": conversation.get("id") if isinstance(conversation, dict) else conversation,
    }


def _asked(body: JsonObject) -> str:
    given = body.get("input")
    items = typed_items(given) if isinstance(given, str) or _is_items(given) else []
    return asked_in(items)


def _is_items(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(item, dict) for item in given)


def _readable(body: RecordedBody) -> Any:
    return f"{len(body)} bytes" if isinstance(body, bytes) else body
