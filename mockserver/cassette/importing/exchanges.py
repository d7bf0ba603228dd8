"""One exchange of a recording, read where the row of its format says that its parts stand."""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count, zip_longest
from typing import Any
from urllib.parse import urlencode, urlsplit

from mockserver.authoring.json_path import ABSENT
from mockserver.cassette.importing.answers import JSON_HEADERS, STREAM_HEADERS, answer_of, as_stream, status_of
from mockserver.cassette.importing.bodies import EXACT_KEYS, body_of, literal
from mockserver.cassette.importing.format import Around, Body, Format, LeftOut, Paths
from mockserver.cassette.importing.places import at, first
from mockserver.cassette.importing.source import RecordingFile
from mockserver.cassette.importing.stubs import (
    PATTERN,
    TEMPLATE,
    instead,
    is_pattern,
    is_template,
    unkept,
    unkept_of_file,
)
from mockserver.cassette.importing.unpacking import PackingError
from mockserver.cassette.socket_recordings import socket_exchanges
from mockserver.errors import CassetteError
from mockserver.model.recorded import RecordedBody, RecordedExchange

BAD_REQUEST = 400
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
WITHOUT_CONTENT = frozenset({204, 205})
HTTP_SCHEME = re.compile(r"^ws")
"""What stands for `http` in the address of a WebSocket."""
DEFAULT_PORT = re.compile(r"(?<=^http://)([^/]*):80$|(?<=^https://)([^/]*):443$")
CREATING = re.compile(r"/responses/?\Z")
_FIELD = re.compile(r"\{([^{}]+)\}")


class MissingPartError(ValueError):
    """A part of an exchange that is not where the format has it."""


def read_exchanges(row: Format, source: RecordingFile) -> Iterator[RecordedExchange | LeftOut]:
    """The exchanges of a file, in order, and what cannot be imported.

    Raises:
        CassetteError: an exchange lacks a part, or a part is not what it should be; it names the exchange.
    """
    connections = count(1)
    for number, value in enumerate(_elements(row, source), start=1):
        where = f"{source.path}, exchange {number}"
        try:
            found = _exchange(row, value, source)
            if isinstance(found, str):
                yield LeftOut(where, found)
            elif messages := first(value, row.messages):
                said = [_message(one) for one in messages]
                yield from socket_exchanges(_as_post(found), said, connection=next(connections))
            elif why := _broken(found) or (TEMPLATE if is_template(row, value, found) else ""):
                yield LeftOut(where, why)
            else:
                yield _for_any(found)
                yield from unkept(row, value, found, where)
        except PackingError as error:
            raise CassetteError(f"{where}: {error}") from error
        except MissingPartError as error:
            raise CassetteError(f"{where} has no {error}") from error
        except (TypeError, AttributeError, ValueError, KeyError, zlib.error) as error:
            raise CassetteError(f"{where} is not as it should be: {error}") from error
    yield from unkept_of_file(row, source)


def _elements(row: Format, source: RecordingFile) -> Iterator[Any]:
    if row.beside:
        return _paired(row, source)
    keys = row.exchanges.split(".") if row.exchanges and at(source.head, row.exchanges) is not None else ()
    if not keys and source.kind in {"json", "yaml"} and not isinstance(source.head, list):
        return iter([source.json() if source.kind == "json" else source.yaml])
    return source.elements(keys)


def _paired(row: Format, source: RecordingFile) -> Iterator[Any]:
    """The elements of two lists, each with the one beside it."""
    requests, answers = source.elements([row.exchanges]), source.elements([row.beside])
    for request, response in zip_longest(requests, answers, fillvalue=ABSENT):
        if ABSENT in (request, response):
            raise source.error(f"`{row.exchanges}` and `{row.beside}` should be equally long")
        yield {"request": request, "response": response}


def _exchange(row: Format, value: Any, source: RecordingFile) -> RecordedExchange | str:
    """An exchange; or why it is left out."""
    if not isinstance(value, dict):
        raise TypeError(f"an object was expected, not {type(value).__name__}")
    if row.needs and first(value, row.needs) is None:
        return "a protocol other than HTTP"
    if value.get("response", value) is None:
        return "no response"
    sent_headers, headers = _headers(first(value, row.request_headers)), _headers(first(value, row.headers))
    if media_type := first(value, row.media_type):
        headers.setdefault("content-type", media_type)
    sent = _body(row.request_body, Around(source, value, sent_headers))
    answer = _body(row.body, Around(source, value, headers))
    address = _address(row, value)
    if is_pattern(row, value, address=address, whole=address is not None and sent is not None):
        return PATTERN
    if other := instead(row, value):
        return other
    if row.bare and address is None:
        return _bare(row, value, answer, sent)
    if address is None:
        raise MissingPartError(_missing(row, value))
    return recorded(
        method=_method(row, value),
        url=address,
        request_headers=sent_headers,
        request_body=sent,
        any_request=row.stub and sent is None and _method(row, value) in WITH_BODY,
        status=_status(row, value, answer),
        headers=headers,
        answer=answer,
        started=_time(first(value, row.started)) or _time(headers.get("date")),
        took=_seconds(value, row.milliseconds),
        delay=_seconds(value, row.delay),
    )


def _seconds(value: Any, milliseconds: Paths) -> float:
    """A time that is stated; 0 where there is none, or a number that says so."""
    found = first(value, milliseconds)
    if found is None:
        return 0.0
    if not isinstance(found, int | float):
        raise TypeError(f"`{milliseconds[0]}` is {found!r}; expected a number of milliseconds")
    return max(0.0, round(found / 1000, 3))


def _missing(row: Format, value: Any) -> str:
    """Which parts of an address are not there, where the fewest are missing."""
    needed = [_FIELD.split(template)[1::2] for template in row.url]
    missing = [[path for path in paths if literal(at(value, path)) in (None, "")] for paths in needed]
    return " and no ".join(f"`{path}`" for path in min(missing, key=len))


def _bare(row: Format, value: Any, answer: RecordedBody, sent: RecordedBody) -> RecordedExchange | str:
    """An exchange whose address follows from its answer."""
    found = answer_of(answer, sent)
    if found is None:
        return "data of another API"
    return replace(
        found, status=_status(row, value, answer), headers=_headers(first(value, row.headers)) or found.headers
    )


def _broken(exchange: RecordedExchange) -> str:
    """Why an exchange cannot be replayed as it was; empty where it can."""
    succeeded = 200 <= exchange.status < 300  # noqa: PLR2004 - RFC 9110 section 15
    empty = exchange.body is None and exchange.events is None
    if not exchange.status:
        return "status 0, which means no response"
    if exchange.status < 200:  # noqa: PLR2004 - as above
        return "no WebSocket messages"
    if empty and succeeded and exchange.status not in WITHOUT_CONTENT and exchange.method not in {"HEAD", "OPTIONS"}:
        return "no response body"
    if _creates(exchange) and succeeded and exchange.events is not None and not exchange.events:
        return "no stream events"
    if isinstance(exchange.body, str) and "json" in exchange.headers.get("content-type", ""):
        cut_off = exchange.body.lstrip().startswith(("{", "["))
        return "truncated JSON" if cut_off or (_creates(exchange) and succeeded) else ""
    return ""


def _creates(exchange: RecordedExchange) -> bool:
    return exchange.method == "POST" and bool(CREATING.search(exchange.url_path.partition("?")[0]))


def _for_any(exchange: RecordedExchange) -> RecordedExchange:
    """An exchange; for any request, where a response was created and what for was not kept.

    Only a 400 says that there was nothing to keep.
    """
    lost = _creates(exchange) and exchange.request_body is None and exchange.status != BAD_REQUEST
    return replace(exchange, any_request=True) if lost else exchange


def _message(value: Any) -> Mapping[str, Any]:
    """A message of a WebSocket as HAR has it; in a flow it is a list that begins with these four."""
    if isinstance(value, Mapping):
        return value
    opcode, sent, data, time = value[:4]
    return {
        "opcode": opcode,
        "type": "send" if sent else "receive",
        "data": data.decode("utf-8", "replace"),
        "time": time,
    }


def _as_post(handshake: RecordedExchange) -> RecordedExchange:
    """The request that events over a WebSocket would be over HTTP."""
    upstream = HTTP_SCHEME.sub("http", handshake.upstream)
    return replace(handshake, method="POST", status=200, upstream=upstream, body=None, times=())


def recorded(
    *,
    method: str,
    url: str,
    answer: RecordedBody,
    headers: dict[str, str],
    took: float = 0.0,
    delay: float = 0.0,
    **rest: Any,
) -> RecordedExchange:
    """An exchange from what an HTTP recording has; an answer that is an event stream becomes events.

    A `content-type` that was not kept is that of the answer. Of a stream, how long it took does not say when each event
    came; what was delayed came all at once then.
    """
    parsed = urlsplit(url)
    upstream = DEFAULT_PORT.sub(r"\1\2", f"{parsed.scheme}://{parsed.netloc}") if parsed.netloc else ""
    url_path = (parsed.path or "/") + (f"?{parsed.query}" if parsed.query else "")
    exchange = RecordedExchange(method=method, url_path=url_path, upstream=upstream, headers=headers, **rest)
    stream = as_stream(answer, headers.get("content-type", ""))
    if stream is not None:
        headers.update({**STREAM_HEADERS, **headers})
        return replace(
            exchange,
            events=stream.events,
            other_frames=stream.other_frames,
            complete=stream.complete,
            times=(delay,) * len(stream.events) if delay else (),
        )
    if isinstance(answer, dict | list):
        headers.update({**JSON_HEADERS, **headers})
    return replace(exchange, body=answer, times=(took or delay,) if took or delay else ())


def _body(places: Sequence[Body], around: Around) -> RecordedBody:
    """The first body that is there."""
    for place in places:
        value = at(around.exchange, place.path)
        if value is None or value == "":
            continue
        if place.unpack is not None and (not place.when or at(around.exchange, place.when)):
            value = place.unpack(value, around)
        if (body := body_of(value, dict(around.headers))) is not None:
            return body
    return None


def _headers(value: Any) -> dict[str, str]:
    """Headers by lowercase name; of one that stands several times, the values with commas between them.

    They stand as a mapping, as pairs, as objects with a name and a value, or as a list in which names and values
    alternate; a name or a value may be bytes, a list, or what it is compared with.
    """
    found: dict[str, list[str]] = {}
    for name, given in _pairs(value):
        values = given if isinstance(given, list) else [given]
        found.setdefault(str(literal(name)).lower(), []).extend(
            str(text) for text in map(literal, values) if text is not None
        )
    return {name: ", ".join(values) for name, values in found.items() if values}


def _pairs(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        yield from ((one["name"], one["value"]) for one in value)
    elif isinstance(value, list) and value and isinstance(value[0], list):
        yield from ((one[0], one[1]) for one in value)
    elif isinstance(value, list):
        if len(value) % 2:
            raise ValueError(f"a header has no value: {value[-1]!r}")
        yield from zip(value[::2], value[1::2], strict=True)


def _address(row: Format, value: Any) -> str | None:
    """The whole address, or what there is of it; None where a part of it is missing or a pattern."""
    for template in row.url:
        texts, paths = _FIELD.split(template)[::2], _FIELD.split(template)[1::2]
        parts = [literal(at(value, path)) for path in paths]
        if not {None, ""}.intersection(parts):
            address = "".join(f"{text}{part}" for text, part in zip(texts, [*parts, ""], strict=True))
            query = _query(first(value, row.query))
            return f"{address}?{query}" if query else address
    return None


def _query(value: Any) -> str:
    if isinstance(value, dict) and EXACT_KEYS.isdisjoint(value):
        return urlencode({name: literal(one) for name, one in value.items()})
    return str(literal(value) or "")


def _status(row: Format, value: Any, answer: RecordedBody) -> int:
    """The status; a word may stand behind it."""
    found = first(value, row.status)
    if row.bare and not str(found).partition(" ")[0].isdigit():
        found = None  # a response by itself has a status that is a word
    if found is None and (row.stub or row.bare):
        return status_of(answer) if isinstance(answer, dict) else 200
    if found is None:
        raise MissingPartError(f"`{row.status[0]}`")
    number = str(found).partition(" ")[0]
    if not number.isdigit():
        raise ValueError(f"`{row.status[0]}` is {found!r}; expected a number")
    return int(number)


def _method(row: Format, value: Any) -> str:
    found = literal(first(value, row.method))
    if found is None and not row.bare:
        raise MissingPartError(f"`{row.method[0]}`")
    return str(found or "POST").upper()


def _time(value: Any) -> float | None:
    """A time in unix seconds, however it is written; None where it is not readable."""
    if isinstance(value, int | float) or value is None:
        return value
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            time = read(str(value))
        except (ValueError, TypeError):
            continue
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    return None
