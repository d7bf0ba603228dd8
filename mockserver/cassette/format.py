"""The cassette file: a header and one YAML document per exchange, each closed by a line `...`.

Exchanges are appended, so a recorder that dies leaves at most one document without its end line; loading drops that
one and says so. Everything else that does not read is an error with file, line and cause.

    format: 1
    upstream: https://api.openai.com
    recorded_at: "2026-01-01T00:00:00Z"
    ...
    ---
    request: {method, url, headers, and a body; on a WebSocket also its connection and lane}
    response: {status, headers, and a body, a stream or its events}
    ...

A body is `json` (with its long texts under `texts` and its large payloads under `files`, by JSON Pointer), `text`,
`base64` or `file`.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from mockserver.cassette.folding import FoldedStream, fold_stream
from mockserver.cassette.layout import Block, Flow, Numbers, document, encodable, flat, laid_out, readable
from mockserver.cassette.payloads import SMALLEST, payload_name, split_payload
from mockserver.cassette.pointers import change_texts, step
from mockserver.events.deltas import TextSlot
from mockserver.model.recorded import RecordedBody, RecordedExchange
from mockserver.model.request import Channel

FORMAT_VERSION = 1
CASSETTE_START = b"format:"
"""How a cassette begins."""
START = "---\n"
END = "...\n"
ELSEWHERE = "↓"
"""Stands in JSON for a string that follows below it."""


UNITS: Final[Sequence[tuple[str, float]]] = (("day", 1), ("hour", 24), ("minute", 1440), ("second", 86_400))
"""Units of time, and how many of them are a day."""


def days_text(days: float) -> str:
    """A time in its largest unit of which it is one at least: `9.5 days`, `3 hours`."""
    unit, number = next(((unit, days * count) for unit, count in UNITS if days * count >= 1), ("second", days * 86_400))
    shown = f"{number:.3g}" if number < 100 else f"{number:.0f}"  # noqa: PLR2004 - three digits are enough
    return f"{shown} {unit}{'' if shown == '1' else 's'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a whole cassette has in common."""

    upstream: str = ""
    """Scheme and host that was recorded."""
    recorded_at: int = 0
    """In unix seconds."""
    client: str = ""
    """The SDK and its version, as its user-agent says."""
    format: int = FORMAT_VERSION


class Dumped(NamedTuple):
    """One document, and the payload files that it names."""

    text: str
    files: Mapping[str, bytes] = {}


def dump_header(header: Header) -> str:
    """The document that opens a cassette."""
    stamp = datetime.fromtimestamp(header.recorded_at, UTC).isoformat().replace("+00:00", "Z")
    values = {"format": header.format, "upstream": header.upstream, "recorded_at": stamp, "client": header.client}
    return document({key: value for key, value in values.items() if value != ""}) + END


def dump_exchange(exchange: RecordedExchange, *, upstream: str = "") -> Dumped:
    """The document of one exchange, in a cassette of `upstream`."""
    files: dict[str, bytes] = {}
    request = {
        "method": exchange.method,
        "url": encodable(exchange.url_path),
        "upstream": "" if exchange.upstream == upstream else exchange.upstream,
        "any": exchange.any_request or None,
        "at": exchange.started,
        "websocket": _channel(exchange.channel),
        "headers": _headers(exchange.request_headers),
        **_body(exchange.request_body, files),
    }
    response = {
        "status": exchange.status,
        "complete": None if exchange.complete else False,
        "headers": _headers(exchange.headers),
        **_body(exchange.body, files),
        **({} if exchange.events is None else _stream(exchange, files)),
        "other_frames": Flow(value=[list(frame) for frame in exchange.other_frames]) if exchange.other_frames else None,
        "times": _numbers(exchange.times),
    }
    if exchange.steers:
        request["steers"] = _rows([[number, event] for number, event in exchange.steers], files)
    content = {"request": _present(request), "response": _present(response)}
    return Dumped(text=START + document(content) + END, files=files)


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None and value != ""}


def _channel(channel: Channel | None) -> Flow | None:
    if channel is None:
        return None
    lane = {} if channel.lane is None else {"lane": channel.lane}
    return Flow(value={"connection": channel.connection, **lane})


def _headers(headers: Mapping[str, str]) -> Flow | None:
    return Flow(value={encodable(name): encodable(value) for name, value in headers.items()}) if headers else None


def _numbers(numbers: Sequence[float]) -> Numbers | None:
    return Numbers(text=" ".join(repr(number) for number in numbers)) if numbers else None


def _body(body: RecordedBody, files: dict[str, bytes]) -> dict[str, Any]:
    if body is None:
        return {}
    if isinstance(body, str):
        return {"text": Block(text=body) if readable(body) else encodable(body)}
    if isinstance(body, bytes):
        if len(body) < SMALLEST:
            return {"base64": b64encode(body).decode("ascii")}
        name = payload_name(body)
        files[name] = body
        return {"file": name}
    return _json(body, files)


def _json(value: Any, files: dict[str, bytes]) -> dict[str, Any]:
    """A JSON value, its texts of several lines and its large payloads apart from it."""
    texts: dict[str, Block] = {}
    references: dict[str, str] = {}

    def lift(pointer: str, text: str) -> str:
        if "\n" in text.strip() and readable(text):
            texts[pointer] = Block(text=text)
            return ELSEWHERE
        return _reference(pointer, text, references, files)

    text = laid_out(change_texts(value, lift))
    return _present({"json": Block(text=text), "texts": texts or None, "files": references or None})


def _rows(values: Sequence[Any], files: dict[str, bytes]) -> dict[str, Any] | None:
    """A JSON array, one element a line, its large payloads apart from it."""
    references: dict[str, str] = {}
    lines = [
        flat(change_texts(value, lambda pointer, text: _reference(pointer, text, references, files), step(index)))
        for index, value in enumerate(values)
    ]
    rows = Block(text="[\n" + ",\n".join(lines) + "\n]")
    return {"json": rows, **({"files": references} if references else {})} if values else None


def _reference(pointer: str, text: str, references: dict[str, str], files: dict[str, bytes]) -> str:
    """`text`, or what stands for it where it is a large payload."""
    payload = split_payload(text)
    if payload is None:
        return text
    head, content = payload
    name = payload_name(content)
    files[name] = content
    references[pointer] = head + name
    return ELSEWHERE


def _stream(exchange: RecordedExchange, files: dict[str, bytes]) -> dict[str, Any]:
    """Events folded, where that loses nothing; those of a WebSocket one a line, as they came between other lanes'."""
    events = exchange.events
    if not events:
        return {"events": {"json": "[]"}}
    stream = fold_stream(events) if exchange.channel is None else None
    return {"events": _rows(events, files)} if stream is None else {"stream": _folded(stream, files)}


def _folded(stream: FoldedStream, files: dict[str, bytes]) -> dict[str, Any]:
    return _present(
        {
            **_json(stream.final, files),
            "first": stream.first or None,
            "queued": stream.queued or None,
            "padded": stream.padded or None,
            "cuts": _by_slot(stream.cuts),
            "cited": _by_slot(stream.cited),
            "images": _rows([[index, *images] for index, images in stream.images.items()], files),
            "keys": Flow(value=stream.keys) if stream.keys else None,
            "others": _rows([[number, event] for number, event in stream.others.items()], files),
        }
    )


def _by_slot(numbers: Mapping[TextSlot, Sequence[int]]) -> dict[str, Numbers] | None:
    """Rows of numbers by the type of the delta event, the output index and the index of the part."""
    rows = {f"{delta} {index} {part}": _numbers(row) for (index, delta, part), row in numbers.items()}
    return {name: row for name, row in rows.items() if row} or None
