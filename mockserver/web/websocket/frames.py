"""Text frames, as on the wire: the JSON of an event, with the `stream_id` of its lane; errors with their status."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from mockserver.codec import JsonObject, dumps, loads, loads_or_none
from mockserver.errors import ApiError
from mockserver.model.answer import HttpReply
from mockserver.model.request import Asked
from mockserver.spec.websocket import ERROR_HEADERS

_SHORT: Final = 126  # bytes of a frame whose length takes one byte
_LONG: Final = 1 << 16  # and of one whose length takes eight


def lane_of(asked: Asked) -> str | None:
    """The lane of a request; None for the default lane."""
    channel = asked.head.channel
    return None if channel is None else channel.lane


def error_frame(error: ApiError, shown: JsonObject, status: int, lane: str | None = None) -> bytes:
    """A request that was refused, by the error object `shown`. Order of the keys: OpenAI's guide, autumn 2026.

    Headers that the error would have over HTTP stand beside it, where Codex reads them, and in it, where openai-python
    does.
    """
    known = {key: shown[key] for key in ("type", "code", "message", "param") if key in shown}
    headers: Mapping[str, Any] = {"headers": error.headers} if error.headers else {}
    return _error_frame(status, lane, {**known, **shown, **headers}, headers)


def passed_on_frame(reply: HttpReply, lane: str | None = None) -> bytes:
    """What was recorded, or is being recorded, and is not a response: an error, as it was."""
    body = loads_or_none(reply.body)
    error = body.get("error") if isinstance(body, dict) else None
    found = {name.lower(): value for name, value in reply.head.headers if name.lower().startswith(ERROR_HEADERS)}
    headers: Mapping[str, Any] = {"headers": found} if found else {}
    if not isinstance(error, dict):
        error = {"message": reply.body.decode("utf-8", "replace")}
    return _error_frame(reply.head.status, lane, {**error, **headers}, headers)


def _error_frame(status: int, lane: str | None, error: Any, more: Mapping[str, Any]) -> bytes:
    lane_key = {} if lane is None else {"stream_id": lane}
    return dumps({"type": "error", "status": status, **lane_key, "error": error, **more})


def close_frame(code: int) -> bytes:
    """A close, whose answer nobody waits for. Source: RFC 6455 section 5.5.1."""
    return b"\x88\x02%b" % code.to_bytes(2)


def half_frame(payload: bytes) -> bytes:
    """The beginning of a text frame that is longer; nothing for no payload. Source: RFC 6455 section 5.2."""
    if not payload:
        return b""
    size = len(payload)
    if size < _SHORT:
        length = bytes([size])
    else:
        length = b"\x7e%b" % size.to_bytes(2) if size < _LONG else b"\x7f%b" % size.to_bytes(8)
    return b"\x81%b%b" % (length, payload[: size // 2])


class ResponseFrames:
    """The events of one response as frames of a lane, and what the connection says between them and after them."""

    def __init__(self, lane: str | None) -> None:
        # Where `stream_id` stands among the keys is not known: our choice is the end.
        self._end = b"" if lane is None else b',"stream_id":%b}' % dumps(lane)
        self.made = 0
        """How many events of the response have been framed."""
        self.over = False
        """Whether its last event has been framed."""
        self._inserted = 0
        """How many events of the connection."""

    def frames(self, payloads: Sequence[bytes]) -> Iterator[bytes]:
        """The next events of the response. Each is framed when it is asked for, as an insertion before it moves it."""
        for payload in payloads:
            self.made += 1
            yield self._framed(self._moved(payload) if self._inserted else payload)

    def _moved(self, payload: bytes) -> bytes:
        event = loads(payload)
        if "sequence_number" in event:  # else it was recorded without
            event["sequence_number"] += self._inserted
        return dumps(event)

    def insert(self, kind: str, event: Mapping[str, Any]) -> bytes:
        """An event of the connection about this response, with the next number of the response."""
        number = self.made + self._inserted
        self._inserted += 1
        return self._framed(dumps({"type": kind, "sequence_number": number, **event}))

    def _framed(self, payload: bytes) -> bytes:
        return payload[:-1] + self._end if self._end else payload
