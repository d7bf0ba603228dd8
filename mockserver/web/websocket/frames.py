"""Text frames, as on the wire: the JSON of an event, with the `stream_id` of its lane; errors with their status."""

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.codec import dumps
from mockserver.errors import ApiError
from mockserver.model.answer import HttpReply
from mockserver.model.request import Asked
from mockserver.state.journal import read_json
from mockserver.state.run import Run


def lane_of(asked: Asked) -> str | None:
    """The lane of a request; None for the default lane."""
    channel = asked.head.channel
    return None if channel is None else channel.lane


def error_frame(error: ApiError, lane: str | None = None) -> bytes:
    """A request that was refused. Order of the keys: OpenAI's guide to WebSocket mode, autumn 2026.

    Headers that the error would have over HTTP stand beside it, where Codex reads them, and in it, where openai-python
    does.
    """
    inside: dict[str, Any] = {key: error.error[key] for key in ("type", "code", "message", "param")}
    headers: Mapping[str, Any] = {"headers": error.headers} if error.headers else {}
    return _error_frame(error.status, lane, {**inside, **headers}, headers)


def passed_on_frame(reply: HttpReply, lane: str | None = None) -> bytes:
    """What was recorded, or is being recorded, and is not a response: an error, as it was."""
    body = read_json(reply.body)
    error = body.get("error") if isinstance(body, dict) else None
    return _error_frame(reply.head.status, lane, error or {"message": reply.body.decode("utf-8", "replace")}, {})


def _error_frame(status: int, lane: str | None, error: Any, more: Mapping[str, Any]) -> bytes:
    lane_key = {} if lane is None else {"stream_id": lane}
    return dumps({"type": "error", "status": status, **lane_key, "error": error, **more})


class RunFrames:
    """The events of a run as frames of a lane."""

    def __init__(self, run: Run, lane: str | None) -> None:
        self.run = run
        # Where `stream_id` stands among the keys is not known: our choice is the end.
        self._end = b"" if lane is None else b',"stream_id":%b}' % dumps(lane)

    def frames(self, batch: range) -> Sequence[bytes]:
        """The events with these numbers."""
        payloads = self.run.payloads(batch)
        return [payload[:-1] + self._end for payload in payloads] if self._end else payloads
