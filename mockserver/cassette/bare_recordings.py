"""Recordings of answers alone, and folders of requests with their answers: no headers, no addresses.

What such files do not say is taken from what they hold: an answer that is not a conversation belongs to `POST
/v1/responses`, and an error has the status that its code has on the wire.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mockserver.cassette.body import text_body
from mockserver.cassette.source import JSON_HEADERS, STREAM_HEADERS, RecordingFile
from mockserver.cassette.sse import read_stream
from mockserver.model.recorded import RecordedBody, RecordedExchange

CONVERSATIONS = "/v1/conversations"

ERROR_STATUS: Mapping[str | None, int] = {  # OBSERVED section 9
    "invalid_api_key": 401,
    "insufficient_quota": 429,
    "rate_limit_exceeded": 429,
    "server_error": 500,
}


def read_event_lines(source: RecordingFile) -> list[RecordedExchange]:
    """One event's JSON a line."""
    lines = enumerate(source.text.splitlines(), start=1)
    events = [source.json_of(text, line) for line, text in lines if text.strip()]
    for number, event in enumerate(events, start=1):
        if not isinstance(event, dict) or not isinstance(event.get("type"), str):
            raise source.error(f"event {number} should be an object with a `type`")
    return [RecordedExchange(events=events, headers=STREAM_HEADERS)]


def read_sse(source: RecordingFile) -> list[RecordedExchange]:
    """The body of an event stream as a client has received it."""
    return [_streamed(source.text)]


def read_reply(source: RecordingFile) -> list[RecordedExchange]:
    """The JSON of one answer."""
    body = source.json()
    if not isinstance(body, dict):
        raise source.error("an object was expected: a response, a conversation or an error", 1)
    return [_replied(body)]


def read_trace(source: RecordingFile) -> list[RecordedExchange]:
    """A folder of `[NAME_]request.json` (or `.txt`) and `[NAME_]response.json`, or `.txt` for a stream."""
    answers = sorted(source.path.glob("*response.*"))
    return [_traced(RecordingFile(answer)) for answer in answers]


def _traced(answer: RecordingFile) -> RecordedExchange:
    stem = answer.path.name.rpartition("response.")[0]
    request = next(iter(sorted(answer.path.parent.glob(f"{stem}request.*"))), None)
    sent = _sent(RecordingFile(request)) if request else None
    if answer.path.suffix != ".json":
        return _streamed(answer.text, sent)
    return _replied(answer.json(), sent, folder=answer.path.parent)


def _sent(request: RecordingFile) -> RecordedBody:
    return text_body(request.text) if request.path.suffix == ".txt" else request.json()


def _streamed(text: str, sent: RecordedBody = None) -> RecordedExchange:
    events, other_frames = read_stream(text)
    return RecordedExchange(**_request(sent), events=events, other_frames=other_frames, headers=STREAM_HEADERS)


def _replied(body: dict[str, Any], sent: RecordedBody = None, *, folder: Path | None = None) -> RecordedExchange:
    about_conversations = folder is not None and folder.parent.name == "Conversations"
    target: dict[str, Any] = {}
    if about_conversations and body.get("object") != "response":
        deleting = body.get("deleted") or (folder is not None and "delete" in folder.name)
        target = {"url_path": CONVERSATIONS, "method": "POST" if sent else "DELETE" if deleting else "GET"}
        if str(body.get("id")).startswith("conv_"):
            target["url_path"] += f"/{body['id']}"
    return RecordedExchange(**_request(sent), **target, status=_status(body), headers=JSON_HEADERS, body=body)


def _request(sent: RecordedBody) -> dict[str, Any]:
    return {} if sent is None else {"request_body": sent, "request_headers": JSON_HEADERS}


def _status(body: dict[str, Any]) -> int:
    error = body.get("error")
    if not error or "id" in body:
        return 200
    if str(error.get("message")).endswith(("not found.", "not found in conversation.")):
        return 404
    return ERROR_STATUS.get(error.get("code"), 400)
