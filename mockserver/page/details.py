"""An exchange whole: what the page shows once it is opened."""

from collections.abc import Sequence
from typing import Any

from mockserver.codec import JsonObject, loads_or_none
from mockserver.errors import ApiError
from mockserver.model.headers import shown_headers, shown_target
from mockserver.model.plan import Item
from mockserver.model.recorded import RecordedBody
from mockserver.page.feed import Found
from mockserver.page.recorded import event_rows, reply_headers, request_part
from mockserver.state.exchange import Exchange
from mockserver.state.run import Run


def detail(found: Found) -> JsonObject:
    """Request, answer and events of an exchange. Seconds count from the end of the request."""
    exchange, space = found.exchange, found.space
    run, headers = exchange.run, reply_headers(exchange)
    moments = [max(0.0, moment - exchange.began_at) for moment in (() if run is None else run.times())]
    answered = max(0.0, exchange.answered_at - exchange.began_at)
    return {
        "row": found.row,
        "request": {
            **request_part(
                exchange.method,
                shown_target(exchange.asked.head.target),
                shown_headers(exchange.headers),
                _sent(exchange),
            ),
            "raw": exchange.sent.decode("utf-8", "replace"),
        },
        "history": [*history_of(found)],
        "reply": {"status": exchange.status, "headers": headers and [*headers.items()], "body": _reply(exchange)},
        "response": exchange.response,
        "events": _events(run, moments, answered),
        "framing": None if run is None else _framing(run),
        "first": answered,
        "ended": max(0.0, exchange.ended_at - exchange.began_at) if exchange.ended_at else None,
        "complete": run is None or run.complete,
        "recorded": space.replay is not None and space.replay.recording(exchange.rule or "") is not None,
        "miss": exchange.miss,
        "gates": [*space.gates],
        "injected": [] if run is None else [*run.injected],
    }


def _sent(exchange: Exchange) -> RecordedBody:
    value = loads_or_none(exchange.sent)
    return value if value is not None else exchange.sent.decode("utf-8", "replace") or None


def history_of(found: Found) -> Sequence[Item]:
    """The items of earlier turns that joined the input, as far as they are still stored."""
    exchange = found.exchange
    if not exchange.joined:
        return ()
    try:
        return exchange.history or found.space.history(exchange.readable)[: exchange.joined]
    except ApiError:
        return ()


def _reply(exchange: Exchange) -> Any:
    if exchange.run is not None:
        return None if exchange.run.streamed else exchange.response
    value = loads_or_none(exchange.reply)
    return value if value is not None else exchange.reply.decode("utf-8", "replace") or None


def _framing(run: Run) -> JsonObject:
    """What stands around the events on the wire: whether they have `event:` lines, other frames, the end."""
    return {
        "event_lines": run.dialect is None or run.dialect.event_lines,
        "others": [[before, text] for before, text in run.other_frames],
        "end": run.stream_end,
    }


def _events(run: Run | None, moments: list[float], answered: float) -> list[JsonObject] | None:
    """The events that have been shown, each with its JSON as it was sent; None where none were asked for."""
    if run is None or not run.streamed:
        return None
    payloads = run.payloads(range(run.shown_count))
    return event_rows(payloads, moments or [answered] * len(payloads))
