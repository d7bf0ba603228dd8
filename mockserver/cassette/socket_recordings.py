"""Recordings of WebSockets, as HAR files of Chrome and mitmproxy have them: messages beside the handshake.

Source: `_webSocketMessages` of the HAR writer of Chrome and of `savehar` of mitmproxy: `type` is send or receive,
`time` is in unix seconds, `opcode` is 1 for text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from mockserver.cassette.socket_exchange import SocketExchange, http_body
from mockserver.codec import JsonObject, loads_or_none
from mockserver.model.recorded import RecordedExchange
from mockserver.model.request import Channel
from mockserver.spec.multi_agent import INJECT
from mockserver.spec.steering import STEER
from mockserver.spec.websocket import CREATE

MESSAGES = "_webSocketMessages"
TEXT = 1
TARGETS: Mapping[str, str] = {STEER: "previous_response_id", INJECT: "response_id"}
"""What a client sends for a response, with the key that names it."""


class _UnderWay:
    """One exchange, and when it began."""

    def __init__(self, sent: RecordedExchange, began: float) -> None:
        self.sent = sent
        self.began = began
        self.so_far = SocketExchange()


def socket_exchanges(
    handshake: RecordedExchange, messages: Iterable[Mapping[str, Any]], *, connection: int
) -> list[RecordedExchange]:
    """The exchanges of a connection, in the order of their requests; messages that belong to none are left out."""
    exchanges: list[_UnderWay] = []
    for message in messages:
        event = loads_or_none(message["data"].encode()) if message["opcode"] == TEXT else None
        if not isinstance(event, dict):
            continue
        if message["type"] == "receive":
            _receive(event, message["time"], exchanges)
        elif event.get("type") == CREATE:
            lane = event.get("stream_id")
            channel = Channel(connection, lane if isinstance(lane, str) else None)
            sent = replace(handshake, request_body=http_body(event), started=message["time"], channel=channel)
            exchanges.append(_UnderWay(sent, message["time"]))
        else:
            _send(event, exchanges)
    return [one.so_far.recorded(one.sent) for one in exchanges if one.so_far.events]


def _receive(event: JsonObject, at: float, exchanges: Iterable[_UnderWay]) -> None:
    """Give an event to the exchange whose turn it is on its lane."""
    lane = event.pop("stream_id", None)
    for one in exchanges:
        if one.sent.channel is not None and one.sent.channel.lane == lane and not one.so_far.complete:
            one.so_far.add(event, at=round(at - one.began, 4))
            return


def _send(event: JsonObject, exchanges: Iterable[_UnderWay]) -> None:
    """Give what a client sends meanwhile to the exchange that it is for."""
    named = event.get(TARGETS.get(str(event.get("type")), ""))
    for one in exchanges:
        if not one.so_far.complete and one.so_far.is_about(str(named)):
            one.so_far.insert(event)
            return
