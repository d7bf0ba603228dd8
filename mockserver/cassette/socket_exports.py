"""Exchanges over a WebSocket as the messages that they were, as HAR files of Chrome and mitmproxy have them.

The way back of `socket_recordings`, which has the source.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from mockserver.cassette.socket_recordings import TEXT
from mockserver.codec import JsonObject
from mockserver.model.recorded import RecordedExchange
from mockserver.spec.websocket import CREATE, ERROR_HEADERS

MESSAGES: Final = "_webSocketMessages"
"""The key of an entry that has them."""


def messages(exchanges: Sequence[RecordedExchange]) -> list[JsonObject]:
    """The messages of a connection's exchanges, in the order of their times; of those without any, as they stand."""
    found = [one for exchange in exchanges for one in _messages(exchange)]
    return sorted(found, key=lambda message: message["time"])


def _messages(exchange: RecordedExchange) -> Iterator[JsonObject]:
    lane = exchange.channel.lane if exchange.channel is not None else None
    named = {} if lane is None else {"stream_id": lane}
    began = exchange.started or 0.0
    body = exchange.request_body if isinstance(exchange.request_body, dict) else {}
    sent = {key: value for key, value in body.items() if key != "stream"}
    yield _message("send", began, {"type": CREATE, **named, **sent})
    steers = list(exchange.steers)
    events = exchange.events if exchange.events is not None else [_refusal(exchange)]
    for number, event in enumerate(events):
        at = began + (exchange.times[number] if number < len(exchange.times) else 0.0)
        while steers and steers[0][0] <= number:
            yield _message("send", at, steers.pop(0)[1])
        yield _message("receive", at, {**event, **named})


def _message(kind: str, at: float, event: JsonObject) -> JsonObject:
    return {"type": kind, "time": at, "opcode": TEXT, "data": json.dumps(event)}


def _refusal(exchange: RecordedExchange) -> JsonObject:
    """The event that is an HTTP error elsewhere."""
    error = exchange.body.get("error") if isinstance(exchange.body, dict) else exchange.body
    about = {name: value for name, value in exchange.headers.items() if name.startswith(ERROR_HEADERS)}
    return {"type": "error", "status": exchange.status, "error": error, **({"headers": about} if about else {})}
