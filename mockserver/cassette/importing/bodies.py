"""How formats pack bodies: what stands in a recording, made bytes, text or JSON again."""

import json
from base64 import b64decode
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mockserver.cassette.body import read_body, text_body
from mockserver.cassette.importing.format import Around
from mockserver.cassette.importing.unpacking import unpacked
from mockserver.model.recorded import RecordedBody

EXACT = ("equalTo", "equalToJson", "binaryEqualTo", "exactMatch", "jsonMatch", "value")
"""Keys that hold what a request has to be equal to, in WireMock and Hoverfly; all others are patterns."""
EXACT_KEYS = frozenset(EXACT)
EXACT_MATCHERS = frozenset({"exact", "json", None})
PROXY_BASE64 = "b64:"
SDK_VALUE = "__data__"
TEXT_TYPES = ("text/", "json", "xml", "javascript", "event-stream")


def body_of(value: Any, headers: dict[str, str]) -> RecordedBody:
    """The body that a value is: packed bytes unpacked, JSON text parsed. Raises: ValueError for what is cut off."""
    content_type = headers.get("content-type", "")
    if isinstance(value, bytes):
        return read_body(unpacked(value, headers), content_type)
    if isinstance(value, str):
        return text_body(value, content_type)
    return value if isinstance(value, dict | list) else None


def base64(value: Any, _around: Around) -> bytes:
    """Base64, or a JSON list of base64 chunks, as Polly.js keeps what was packed for sending."""
    chunks = json.loads(value) if value.startswith("[") else [value]
    return b"".join(b64decode(chunk) for chunk in chunks)


def hexadecimal(value: Any, _around: Around) -> bytes:
    """Hexadecimal digits, or a list of them."""
    return b"".join(map(bytes.fromhex, [value] if isinstance(value, str) else value))


def nock_body(value: Any, around: Around) -> Any:
    """What Nock keeps of an answer: digits where it is binary, a list of them where it was packed for sending."""
    chunks = "content-encoding" in around.headers and isinstance(value, list)
    return hexadecimal(value, around) if chunks or around.exchange.get("responseIsBinary") else value


def parsed(value: Any, _around: Around) -> Any:
    """What a tool has parsed, if it is JSON that may be a body."""
    return value if isinstance(value, dict | list) else None


def exact(value: Any, around: Around) -> Any:
    """What a request has to be equal to; None for a pattern."""
    found = literal(value)
    if isinstance(value, list) and value and isinstance(value[0], dict) and "binaryEqualTo" in value[0]:
        return base64(found, around)
    return found


def literal(value: Any) -> Any:
    """The one value that is meant, alone or as what something has to be equal to; None for a pattern."""
    if isinstance(value, list) and len(value) == 1:
        return literal(value[0])
    if isinstance(value, dict):
        held = [value[key] for key in EXACT if key in value and value.get("matcher") in EXACT_MATCHERS]
        return held[0] if held else None
    return (
        value.decode("utf-8", "replace") if isinstance(value, bytes) else value if not isinstance(value, list) else None
    )


def lines(value: Any, around: Around) -> Any:
    """A text as a list of its lines; those with `b64:` are binary, an inner list is an empty part.

    Source: `MultipartUtilities.cs` and `RecordEntry.cs` of Azure's test proxy.
    """
    content_type = around.headers.get("content-type", "")
    if isinstance(value, list) and "json" not in content_type:
        return b"".join(_line(one) for one in value)
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return "".join(value)
    if isinstance(value, str) and content_type and not any(kind in content_type for kind in TEXT_TYPES):
        return _maybe_base64(value)
    return value


def _line(one: Any) -> bytes:
    if not isinstance(one, str):
        return b""
    return b64decode(one.removeprefix(PROXY_BASE64)) if one.startswith(PROXY_BASE64) else one.encode()


def _maybe_base64(text: str) -> str | bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return text


def sdk_values(value: Any, _around: Around) -> Any:
    """Objects of an SDK with their types, as ogx keeps them; a list of them is a stream."""
    if isinstance(value, dict):
        return value.get(SDK_VALUE, value)
    if not isinstance(value, list):
        return value
    chunks = [one.get(SDK_VALUE, one) for one in value if isinstance(one, dict)]
    return event_stream(chunks) if chunks and _is_stream(chunks) else {"object": "list", "data": chunks}


def _is_stream(chunks: Iterable[Any]) -> bool:
    return all("type" in one or str(one.get("object")).endswith(".chunk") for one in chunks)


def event_stream(chunks: Iterable[Any]) -> str:
    """The text of a stream of these."""
    frames = [
        f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" if "type" in one else f"data: {json.dumps(one)}\n\n"
        for one in chunks
    ]
    return "".join(frames) + ("" if frames and frames[0].startswith("event:") else "data: [DONE]\n\n")


def file_beside(folder: str = "") -> Any:
    """Reads a file that is named, in a folder beside the recording."""

    def read(value: Any, around: Around) -> bytes | None:
        base = around.source.path.parent
        for home in (base / folder, base.parent / folder):
            path = home / Path(str(value))
            if path.is_file() and path.resolve().is_relative_to(base.parent.resolve()):
                return path.read_bytes()
        return None

    return read
