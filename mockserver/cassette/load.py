"""Cassettes, read: every exchange with its stream unfolded."""

from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from mockserver.cassette.documents import Chunk, Fields, chunks_of, parse
from mockserver.cassette.folding import FoldedStream, Unfolding
from mockserver.cassette.format import FORMAT_VERSION, Header
from mockserver.cassette.keys import EXCHANGE, HEADER, REQUEST, RESPONSE
from mockserver.cassette.payloads import ReadPayload, checked_payload, join_payload
from mockserver.cassette.pointers import put
from mockserver.errors import CassetteError
from mockserver.events.deltas import TextSlot
from mockserver.model.plan import Event
from mockserver.model.recorded import RecordedBody, RecordedExchange
from mockserver.model.request import Channel


class Remark(NamedTuple):
    """What is wrong in a file that loads all the same."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.message}"


class Cassette(NamedTuple):
    """A loaded cassette."""

    header: Header
    exchanges: Sequence[RecordedExchange]
    lines: Sequence[int] = ()
    """Where each exchange starts in the file."""
    warnings: Sequence[Remark] = ()


def payload_folder(path: Path) -> Path:
    """The folder beside a cassette that has its large payloads."""
    return path.with_name(f"{path.name}.files")


def cassette_files(path: Path) -> Sequence[Path]:
    """The file, or the cassettes in the folder and below it, sorted. Raises: CassetteError for a folder without any."""
    files = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
    if not files:
        raise CassetteError("the folder has no cassettes (*.yaml)", file=str(path))
    return files


def load(path: Path) -> Cassette:
    """The cassette in a file.

    A last exchange without its end line, as a killed recorder leaves it, is left out with a warning.

    Raises:
        CassetteError: anything else does not read.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CassetteError(f"cannot be read: {error.strerror}", file=str(path)) from error
    return read_cassette(raw, file=str(path), payload=lambda name: (payload_folder(path) / name).read_bytes())


def read_cassette(raw: bytes, *, file: str, payload: ReadPayload) -> Cassette:
    """The cassette that `raw` is; `payload` gives the content of a payload file. Raises as `load` does."""
    chunks = chunks_of(raw, file)
    if not chunks.closed:
        raise CassetteError(
            f"not a cassette: it should start with `format: {FORMAT_VERSION}` and close each document with a line "
            "`...`. Files of other tools are read by `mockserver import`",
            file=file,
            line=1,
        )
    head, *rest = chunks.closed
    header = _header(parse(head, HEADER))
    return Cassette(
        header=header,
        exchanges=[_exchange(parse(chunk, EXCHANGE), header, payload) for chunk in rest],
        lines=[chunk.line + chunk.raw.startswith(b"---") for chunk in rest],
        warnings=_torn(chunks.torn),
    )


def _torn(chunk: Chunk) -> list[Remark]:
    if all(line.lstrip().startswith(b"#") for line in chunk.raw.splitlines() if line.strip()):
        return []
    message = (
        "the last exchange has no end line `...`, as a recorder leaves it that was "
        "stopped while writing; it is left out. Record it again, or add the line if the exchange is complete"
    )
    return [Remark(file=chunk.file, line=chunk.line, message=message)]


def _header(fields: Fields) -> Header:
    version = fields.take("format", 0)
    if version != FORMAT_VERSION:
        raise fields.error(f"format {version or 'is missing'}: this version reads format {FORMAT_VERSION}", "format")
    stamp = fields.take("recorded_at", "1970-01-01T00:00:00Z")
    try:
        recorded_at = int(datetime.fromisoformat(stamp).timestamp())
    except ValueError as error:
        raise fields.error(
            f"`recorded_at` should be a time like 2026-01-01T00:00:00Z: {error}", "recorded_at"
        ) from error
    upstream, client = fields.take("upstream", ""), fields.take("client", "")
    fields.close()
    return Header(upstream=upstream, recorded_at=recorded_at, client=client, format=version)


def _exchange(fields: Fields, header: Header, payload: ReadPayload) -> RecordedExchange:
    request, response = fields.inner("request"), fields.inner("response")
    for part, table in ((request, REQUEST), (response, RESPONSE)):
        for key in table.required:
            if not part.has(key):
                raise part.error(f"`{key}` is missing")
    started = request.take("at", -1.0)
    exchange = RecordedExchange(
        method=request.take("method", ""),
        url_path=request.take("url", ""),
        upstream=request.take("upstream", header.upstream),
        started=None if started < 0 else started,
        channel=_channel(request),
        request_headers=request.strings("headers"),
        steers=_steers(request, payload),
        any_request=request.take("any", False),  # noqa: FBT003 - the default
        request_body=_body(request, payload),
        status=response.take("status", 0),
        complete=response.take("complete", True),  # noqa: FBT003 - the default
        headers=response.strings("headers"),
        events=_events(response, payload),
        body=_body(response, payload),
        other_frames=_other_frames(response),
        times=tuple(response.numbers("times", float)),
    )
    for part in (request, response, fields):
        part.close()
    return exchange


def _channel(request: Fields) -> Channel | None:
    if not request.has("websocket"):
        return None
    fields = request.inner("websocket")
    channel = Channel(fields.take("connection", 0), fields.take("lane", "") or None)
    fields.close()
    return channel


def _steers(request: Fields, payload: ReadPayload) -> Sequence[tuple[int, Event]]:
    rows = _rows(request, "steers", payload) if request.has("steers") else []
    if not all(isinstance(row, list) and [type(cell) for cell in row] == [int, dict] for row in rows):
        raise request.error("`steers` should hold pairs of a number of events and an event")
    return tuple((before, event) for before, event in rows)


def _other_frames(fields: Fields) -> Sequence[tuple[int, str]]:
    rows: list[Any] = fields.take("other_frames", [])
    for row in rows:
        if not (isinstance(row, list) and [type(cell) for cell in row] == [int, str]):
            raise fields.error(f"`other_frames` should hold pairs of a number of events and a text, not {row!r}")
    return tuple((before, text) for before, text in rows)


def _body(fields: Fields, payload: ReadPayload) -> RecordedBody:
    for key, read in _BODIES.items():
        if fields.has(key):
            return read(fields, payload)
    return None


def _json(fields: Fields, payload: ReadPayload) -> Any:
    """A JSON value with its texts and payloads where they belong."""
    value = fields.json("json")
    references = fields.strings("files")
    try:
        for pointer, text in fields.strings("texts").items():
            put(value, pointer, text)
        for pointer, reference in references.items():
            put(value, pointer, join_payload(reference, payload))
    except LookupError as error:
        raise fields.error(f"`json` has no value at {error}, which `texts` or `files` names", "json") from error
    except (ValueError, OSError) as error:
        raise fields.error(f"a payload cannot be read: {error}", "files") from error
    return value


def _base64(fields: Fields, _payload: ReadPayload) -> bytes:
    text = fields.take("base64", "")
    try:
        return b64decode(text, validate=True)
    except ValueError as error:
        raise fields.error(f"`base64` is not valid base64: {error}", "base64") from error


def _file(fields: Fields, payload: ReadPayload) -> bytes:
    name = fields.take("file", "")
    try:
        return checked_payload(name, payload)
    except (ValueError, OSError) as error:
        raise fields.error(f"a payload cannot be read: {error}", "file") from error


_BODIES: Mapping[str, Callable[[Fields, ReadPayload], RecordedBody]] = {
    "json": _json,
    "text": lambda fields, _payload: fields.take("text", ""),
    "base64": _base64,
    "file": _file,
}


def _events(response: Fields, payload: ReadPayload) -> Sequence[Event] | None:
    if response.has("stream"):
        return _unfolded(response.inner("stream"), payload)
    if response.has("events"):
        events = _rows(response, "events", payload)
        if not all(isinstance(event, dict) and isinstance(event.get("type"), str) for event in events):
            raise response.error("`events` should be objects with a `type`")
        return events
    return None


def _rows(fields: Fields, key: str, payload: ReadPayload) -> list[Any]:
    """The array that stands one element a line."""
    if not fields.has(key):
        return []
    inner = fields.inner(key)
    rows = _json(inner, payload)
    if not isinstance(rows, list):
        raise inner.error("`json` should be an array", "json")
    inner.close()
    return rows


def _unfolded(fields: Fields, payload: ReadPayload) -> Unfolding:
    def failed(error: Exception) -> CassetteError:
        return fields.error(f"the stream does not unfold ({error!r}): `json` should be the finished response")

    try:
        stream = FoldedStream(
            final=_json(fields, payload),
            first=fields.take("first", 0),
            queued=fields.take("queued", False),  # noqa: FBT003 - the default
            padded=fields.take("padded", False),  # noqa: FBT003 - the default
            cuts=_by_slot(fields.inner("cuts")),
            cited=_by_slot(fields.inner("cited")),
            images={index: images for index, *images in _rows(fields, "images", payload)},
            keys=_keys(fields),
            others=dict(_rows(fields, "others", payload)),
        )
        fields.close()
        return Unfolding(stream, failed=failed)
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise failed(error) from error


def _keys(fields: Fields) -> dict[str, Any]:
    orders: dict[str, Any] = fields.take("keys", {})
    for kind, keys in orders.items():
        if not (isinstance(keys, list) and all(isinstance(key, str) for key in keys)):
            raise fields.error(
                f"`keys` should hold lists of keys by the type of event, not {keys!r} for {kind}", "keys"
            )
    return orders


def _by_slot(fields: Fields) -> dict[TextSlot, list[int]]:
    found: dict[TextSlot, list[int]] = {}
    for name in fields.names():
        try:
            delta, index, part = name.split(" ")
            slot = int(index), delta, int(part)
        except ValueError as error:
            raise fields.error(
                "a delta event's type, an output index and a part's index were expected", name
            ) from error
        found[slot] = fields.numbers(name, int)
    return found
