"""A cassette as a conversation that a person reads, with the timeline of each stream."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from textwrap import shorten, wrap
from typing import Any

from mockserver.cassette.load import Cassette
from mockserver.model.item_text import texts, values_in
from mockserver.model.plan import Event
from mockserver.model.recorded import RecordedExchange
from mockserver.model.request import Channel

WIDTH = 110
LABEL = 12
LONGEST = 800
TIMES = "\N{MULTIPLICATION SIGN}"

CALLS = ("name", "server_label", "call_id")


def show(cassette: Cassette) -> str:
    """The cassette as text, an exchange after the other."""
    parts = [_title(cassette), *(str(remark) for remark in cassette.warnings)]
    parts += ["\n".join(_exchange(number, each)) for number, each in enumerate(cassette.exchanges, start=1)]
    return "\n\n".join(parts) + "\n"


def _title(cassette: Cassette) -> str:
    header = cassette.header
    day = datetime.fromtimestamp(header.recorded_at, UTC).date()
    facts = [header.upstream, f"recorded {day}", header.client, f"{len(cassette.exchanges)} exchanges"]
    return " · ".join(fact for fact in facts if fact)


def _exchange(number: int, exchange: RecordedExchange) -> Iterator[str]:
    broken = "" if exchange.complete else ", broken off by the upstream"
    where = f"{exchange.method} {exchange.url_path}{_socket(exchange.channel)}"
    yield f"{number}. {where} → {exchange.status}{_duration(exchange)}{broken}"
    yield from _request(exchange.request_body)
    reply = exchange.body
    if exchange.events is not None:
        reply = next((event["response"] for event in reversed(exchange.events) if "response" in event), None)
    yield from _reply(reply)
    for before, event in exchange.steers:
        kind = str(event.get("type")).removeprefix("response.")
        yield from _row(kind, f"after {before} events: {_brief(event.get('input'))}")
    if exchange.events:
        yield from _row("timeline", _timeline(exchange.events, exchange.times))


def _socket(channel: Channel | None) -> str:
    if channel is None:
        return ""
    lane = "" if channel.lane is None else f", lane {channel.lane}"
    return f" over WebSocket {channel.connection}{lane}"


def _duration(exchange: RecordedExchange) -> str:
    return f" in {exchange.times[-1]:.2f} s" if exchange.times else ""


def _request(body: Any) -> Iterator[str]:
    if not isinstance(body, dict):
        yield from _row("request", _brief(body)) if body is not None else ()
        return
    if isinstance(body.get("instructions"), str):
        yield from _row("instructions", body["instructions"])
    given = body.get("input", body.get("items"))
    for item in [given] if isinstance(given, str) else given or ():
        yield from _item(item if isinstance(item, dict) else {"role": "user", "content": item})


def _reply(body: Any) -> Iterator[str]:
    if isinstance(body, dict) and body.get("error"):
        yield from _row("error", _brief(body["error"].get("message") or body["error"]))
    elif isinstance(body, dict) and isinstance(body.get("output"), list):
        for item in body["output"]:
            yield from _item(item)
        yield from _row("status", _status(body))
    elif body is not None:
        yield from _row("reply", _brief(body))


def _status(response: Mapping[str, Any]) -> str:
    usage = response.get("usage") or {}
    tokens = f", {usage.get('input_tokens')} tokens in, {usage.get('output_tokens')} out" if usage else ""
    return f"{response.get('status')}, {response.get('model')}{tokens}"


def _item(item: Mapping[str, Any]) -> Iterator[str]:
    label = item.get("role") or item.get("type", "item")
    name = " ".join(str(item[key]) for key in CALLS if item.get(key))
    text = " ".join(map(_brief, values_in(item)))
    yield from _row(label, f"{name} {text}".strip() or "(nothing to show)")


def _brief(value: Any) -> str:
    """The words in a value: texts of parts, JSON of other values."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, list):
        return " ".join(_brief(part) for part in value)
    if isinstance(value, dict):
        said = " ".join(texts([value]))
        if not said and "name" in value and "description" in value:
            return str(value["name"])
        return said or json.dumps(value, ensure_ascii=False)
    return str(value)


def _timeline(events: Sequence[Event], times: Sequence[float]) -> str:
    """Events by type, those of a row as one with their number, each with the time of its first."""
    runs: list[str] = []
    index = 0
    for kind, row in groupby(events, key=lambda event: event["type"].removeprefix("response.")):
        count = len(list(row))
        stamp = f"{times[index]:.2f} " if index < len(times) else ""
        runs.append(f"{stamp}{kind}" + (f" {TIMES}{count}" if count > 1 else ""))
        index += count
    return " · ".join(runs)


def _row(label: str, text: str) -> Iterator[str]:
    short = shorten(text, LONGEST, placeholder=" …")
    yield from wrap(short, WIDTH, initial_indent=f"   {label:<{LABEL}} ", subsequent_indent=" " * (LABEL + 4))
