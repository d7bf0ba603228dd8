"""Recordings of whole HTTP exchanges: VCR.py, HAR, and the session files of Azure's test proxy."""

import re
import zlib
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

from mockserver.cassette.body import read_body, text_body
from mockserver.cassette.socket_recordings import MESSAGES, socket_exchanges
from mockserver.cassette.source import RecordingFile, recorded
from mockserver.model.recorded import RecordedBody, RecordedExchange

HTTP_SCHEME = re.compile(r"^ws")
"""What stands for `http` in the address of a WebSocket."""
GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


def read_vcr(source: RecordingFile) -> list[RecordedExchange]:
    """VCR.py, with bodies as strings, as bytes, or parsed as pydantic-ai keeps them."""
    document = source.yaml()
    return [_vcr(source, number, exchange) for number, exchange in _numbered(source, document, "interactions")]


def _vcr(source: RecordingFile, number: int, exchange: Any) -> RecordedExchange:
    with _Blaming(source, "interaction", number):
        request, response = exchange["request"], exchange["response"]
        sent_headers, headers = _headers(request["headers"]), _headers(response["headers"])
        return recorded(
            method=request["method"],
            url=request["uri"],
            request_headers=sent_headers,
            request_body=_vcr_body(request, request.get("body"), sent_headers),
            status=response["status"]["code"],
            headers=headers,
            answer=_vcr_body(response, (response.get("body") or {}).get("string"), headers),
        )


def _vcr_body(message: Mapping[str, Any], body: str | bytes | None, headers: Mapping[str, str]) -> RecordedBody:
    if isinstance(parsed := message.get("parsed_body"), dict | list):
        return parsed
    content_type = headers.get("content-type", "")
    if isinstance(body, bytes):
        packed = headers.get("content-encoding") in {"gzip", "deflate"}
        return read_body(zlib.decompress(body, GZIP_OR_ZLIB) if packed else body, content_type)
    return text_body(body or "", content_type)


def read_har(source: RecordingFile) -> list[RecordedExchange]:
    """HAR 1.2, as browsers and proxies save it; what passed over a WebSocket as the exchanges that it was."""
    log = source.json().get("log")
    exchanges: list[RecordedExchange] = []
    connections = count(1)
    for number, entry in _numbered(source, log, "entries"):
        with _Blaming(source, "entry", number):
            exchange = _har(entry)
            if entry.get(MESSAGES):
                exchanges += socket_exchanges(_as_post(exchange), entry[MESSAGES], connection=next(connections))
            else:
                exchanges.append(exchange)
    return exchanges


def _as_post(handshake: RecordedExchange) -> RecordedExchange:
    """The request that events over a WebSocket would be over HTTP."""
    upstream = HTTP_SCHEME.sub("http", handshake.upstream)
    return replace(handshake, method="POST", status=200, upstream=upstream, body=None, times=())


def _har(entry: Any) -> RecordedExchange:
    request, response = entry["request"], entry["response"]
    sent_headers, headers = _har_headers(request), _har_headers(response)
    content = response["content"]
    sent, got = (request.get("postData") or {}).get("text", ""), content.get("text", "")
    content_type = headers.setdefault("content-type", content.get("mimeType", ""))
    packed = content.get("encoding") == "base64"
    return recorded(
        method=request["method"],
        url=request["url"],
        request_headers=sent_headers,
        request_body=text_body(sent, sent_headers.get("content-type", "")),
        status=response["status"],
        headers=headers,
        answer=read_body(b64decode(got), content_type) if packed else text_body(got, content_type),
        started=datetime.fromisoformat(entry["startedDateTime"]).timestamp(),
        times=(round(entry["time"] / 1000, 3),) if entry.get("time") else (),
    )


def _har_headers(message: Mapping[str, Any]) -> dict[str, str]:
    return {header["name"].lower(): header["value"] for header in message["headers"]}


def read_test_proxy(source: RecordingFile) -> list[RecordedExchange]:
    """A session of Azure's test proxy; its streams and forms are lists of lines."""
    session = source.json()
    return [_test_proxy(source, number, entry) for number, entry in _numbered(source, session, "Entries")]


def _test_proxy(source: RecordingFile, number: int, entry: Any) -> RecordedExchange:
    with _Blaming(source, "entry", number):
        sent_headers, headers = _headers(entry["RequestHeaders"]), _headers(entry["ResponseHeaders"])
        return recorded(
            method=entry["RequestMethod"],
            url=entry["RequestUri"],
            request_headers=sent_headers,
            request_body=_test_proxy_body(entry["RequestBody"], sent_headers),
            status=entry["StatusCode"],
            headers=headers,
            answer=_test_proxy_body(entry["ResponseBody"], headers),
        )


def _test_proxy_body(body: Any, headers: Mapping[str, str]) -> RecordedBody:
    if isinstance(body, list) and "json" not in headers.get("content-type", ""):
        return "".join(body)
    if isinstance(body, str):
        return text_body(body, headers.get("content-type", ""))
    parsed: RecordedBody = body
    return parsed


def _headers(headers: Mapping[str, Any]) -> dict[str, str]:
    """Headers by lowercase name; of one that stands several times, the values with commas between them."""
    return {
        name.lower(): value if isinstance(value, str) else ", ".join(str(one) for one in value)
        for name, value in headers.items()
    }


def _numbered(source: RecordingFile, holder: Any, key: str) -> Iterable[tuple[int, Any]]:
    exchanges = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(exchanges, list):
        raise source.error(f"a list `{key}` was expected, with an exchange per element")
    return enumerate(exchanges, start=1)


class _Blaming:
    """Turns a missing key or a wrong type in one exchange into an error that says which exchange."""

    def __init__(self, source: RecordingFile, noun: str, number: int) -> None:
        self._source = source
        self._which = f"{noun} {number}"

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _at: object) -> None:
        if isinstance(error, KeyError):
            raise self._source.error(f"{self._which} has no {error}") from error
        if isinstance(error, TypeError | AttributeError | ValueError | zlib.error):
            raise self._source.error(f"{self._which} is not as it should be: {error}") from error
