"""Exchanges as files of whole HTTP exchanges: HAR 1.2 and VCR.py; `http_recordings` reads both.

Sources: the HAR 1.2 specification (W3C draft of 2012-08-14); VCR.py 8, `serializers/compat.py` and `serialize.py`.
"""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from mockserver.cassette.exported import UNKNOWN_UPSTREAM, Exported, Omissions, url_of
from mockserver.cassette.layout import flat
from mockserver.cassette.socket_exports import MESSAGES, messages
from mockserver.cassette.yaml_text import yaml_text
from mockserver.codec import JsonObject
from mockserver.model.recorded import RecordedBody, RecordedExchange
from mockserver.spec.websocket import ERROR_HEADERS

HTTP_VERSION = "HTTP/1.1"
UNKNOWN = -1
"""What HAR has for a size or a time that is not known."""
BASE64 = "base64"
HAR_LOG: Final[JsonObject] = {"version": "1.2", "creator": {"name": "mockserver", "version": "1"}}
"""What a HAR has besides its entries."""


def as_har(exchanges: Sequence[RecordedExchange]) -> Exported:
    """A HAR of all exchanges, an entry each; of those over one WebSocket, an entry with all messages."""
    left_out = Omissions()
    entries = har_entries(exchanges, left_out)
    return Exported([json.dumps({"log": {**HAR_LOG, "entries": entries}}, indent=1) + "\n"], left_out.lines())


def har_entries(exchanges: Sequence[RecordedExchange], left_out: Omissions) -> list[JsonObject]:
    """The entries of a HAR of these exchanges."""
    entries: list[JsonObject] = []
    connections: dict[int, list[RecordedExchange]] = {}
    for number, exchange in enumerate(exchanges, start=1):
        if exchange.channel is None:
            entries.append(_entry(exchange, number, left_out))
            continue
        connection = connections.setdefault(exchange.channel.connection, [])
        if not connection:
            entries.append(_handshake(exchange, connection, number, left_out))
        connection.append(exchange)
    for entry in entries:
        if MESSAGES in entry:
            entry[MESSAGES] = messages(entry[MESSAGES])
    return entries


def _handshake(
    exchange: RecordedExchange, connection: Sequence[RecordedExchange], number: int, left_out: Omissions
) -> JsonObject:
    """The entry of a connection, whose first exchange this is."""
    headers = {name: value for name, value in exchange.headers.items() if not name.startswith(ERROR_HEADERS)}
    upstream = f"ws{(exchange.upstream or UNKNOWN_UPSTREAM).removeprefix('http')}"
    shown = replace(
        exchange, method="GET", upstream=upstream, request_body=None, status=101, headers=headers, body=None,
        events=None, other_frames=(), times=(), channel=None, steers=(), complete=True,
    )  # fmt: skip
    return {**_entry(shown, number, left_out), "_resourceType": "websocket", MESSAGES: connection}


def as_vcr(exchanges: Sequence[RecordedExchange]) -> Exported:
    """A cassette of VCR.py, an interaction for each exchange."""
    left_out = Omissions()
    interactions = [_interaction(exchange, number, left_out) for number, exchange in enumerate(exchanges, start=1)]
    return Exported([yaml_text({"interactions": interactions, "version": 1})], left_out.lines())


def answer_of(exchange: RecordedExchange) -> str | bytes:
    """The body of an answer as it stands on the wire; a stream with its frames in their order."""
    if exchange.events is None:
        return wire_text(exchange.body)
    frames = [f"event: {event['type']}\ndata: {flat(event)}" for event in exchange.events]
    for before, text in reversed(exchange.other_frames):
        frames.insert(before, text)
    return "".join(f"{frame}\n\n" for frame in frames)


def wire_text(body: RecordedBody) -> str | bytes:
    """A body as text, or as bytes where it is none."""
    if body is None:
        return ""
    return body if isinstance(body, str | bytes) else flat(body)


def _entry(exchange: RecordedExchange, number: int, left_out: Omissions) -> JsonObject:
    _note_what_http_lacks(exchange, number, left_out)
    if exchange.events is not None and exchange.times:
        left_out.note("the times of events", number)
    if exchange.started is None:
        left_out.note("a time of the request that was not recorded (1970 stands for it)", number)
    took = round(exchange.times[-1] * 1000, 3) if exchange.times else 0
    return {
        "startedDateTime": datetime.fromtimestamp(exchange.started or 0, UTC).isoformat(timespec="microseconds"),
        "time": took,
        "request": _har_request(exchange, number, left_out),
        "response": _har_response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},
    }


def _har_request(exchange: RecordedExchange, number: int, left_out: Omissions) -> JsonObject:
    sent = wire_text(exchange.request_body)
    headers = exchange.request_headers
    request: JsonObject = {
        "method": exchange.method,
        "url": url_of(exchange),
        "httpVersion": HTTP_VERSION,
        "cookies": [],
        "headers": _pairs(headers),
        "queryString": _named(parse_qsl(urlsplit(exchange.url_path).query, keep_blank_values=True)),
        "headersSize": UNKNOWN,
        "bodySize": len(sent),
    }
    if isinstance(sent, bytes):
        left_out.note("the binary body of a request", number)
    elif sent:
        request["postData"] = {"mimeType": headers.get("content-type", ""), "text": sent}
    return request


def _har_response(exchange: RecordedExchange) -> JsonObject:
    answer = answer_of(exchange)
    content: JsonObject = {"size": len(answer), "mimeType": exchange.headers.get("content-type", "")}
    if isinstance(answer, bytes):
        content |= {"text": b64encode(answer).decode(), "encoding": BASE64}
    else:
        content["text"] = answer
    return {
        "status": exchange.status,
        "statusText": _reason(exchange.status),
        "httpVersion": HTTP_VERSION,
        "cookies": [],
        "headers": _pairs(exchange.headers),
        "content": content,
        "redirectURL": exchange.headers.get("location", ""),
        "headersSize": UNKNOWN,
        "bodySize": UNKNOWN,
    }


def _pairs(headers: Mapping[str, str]) -> list[JsonObject]:
    return _named(headers.items())


def _named(pairs: Any) -> list[JsonObject]:
    return [{"name": name, "value": value} for name, value in pairs]


def _interaction(exchange: RecordedExchange, number: int, left_out: Omissions) -> JsonObject:
    _note_what_http_lacks(exchange, number, left_out)
    if exchange.times:
        left_out.note("the times of the answer", number)
    headers = dict(exchange.headers)
    if exchange.started is not None and "date" not in headers:
        headers["date"] = format_datetime(datetime.fromtimestamp(int(exchange.started), UTC), usegmt=True)
    return {
        "request": {
            "body": wire_text(exchange.request_body) or None,
            "headers": _lists(exchange.request_headers),
            "method": exchange.method,
            "uri": url_of(exchange),
        },
        "response": {
            "body": {"string": answer_of(exchange)},
            "headers": _lists(headers),
            "status": {"code": exchange.status, "message": _reason(exchange.status)},
        },
    }


def _lists(headers: Mapping[str, str]) -> dict[str, list[str]]:
    return {name: [value] for name, value in headers.items()}


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _note_what_http_lacks(exchange: RecordedExchange, number: int, left_out: Omissions) -> None:
    if exchange.method == "POST" and exchange.request_body is None and not exchange.request_headers:
        left_out.note("that the request was not recorded (it has no body there)", number)
    if not exchange.upstream:
        left_out.note("an upstream that was not recorded (api.openai.com stands for it)", number)
    if exchange.channel is not None:
        left_out.note("that it passed over a WebSocket (it is written as its request would be over HTTP)", number)
    if exchange.steers:
        left_out.note("what the client sent while the response was made", number)
    if not exchange.complete:
        left_out.note("that the upstream broke off", number)
