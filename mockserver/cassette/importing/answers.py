"""Answers that were saved without their requests: streams, lists of events, and JSON bodies.

What such a file does not say follows from what it holds: to which route an answer belongs, and which status it had. It
answers any request to that route.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from mockserver.cassette.body import text_body
from mockserver.cassette.importing.format import Around, LeftOut
from mockserver.cassette.importing.source import RecordingFile
from mockserver.cassette.sse import read_stream
from mockserver.events.life import CREATED, FINAL_EVENTS
from mockserver.model.plan import Event
from mockserver.model.recorded import JSON_TYPE, STREAM_TYPE, RecordedBody, RecordedExchange
from mockserver.spec.contract import contract

JSON_HEADERS: Final[Mapping[str, str]] = {"content-type": JSON_TYPE}
STREAM_HEADERS: Final[Mapping[str, str]] = {"content-type": STREAM_TYPE}
"""What formats that keep no headers leave unsaid."""
CONVERSATIONS: Final = "/v1/conversations"
ENDING_EVENTS: Final = FINAL_EVENTS | {"error"}
FIRST_OR_LAST: Final = FINAL_EVENTS | {CREATED}

ROUTES: Final[Mapping[str, tuple[str, str]]] = {
    "response": ("POST", "/v1/responses"),
    "response.compaction": ("POST", "/v1/responses/compact"),
    "response.input_tokens": ("POST", "/v1/responses/input_tokens"),
    "response.deleted": ("DELETE", "/v1/responses/{id}"),
    "conversation": ("POST", CONVERSATIONS),
    "conversation.deleted": ("DELETE", f"{CONVERSATIONS}/{{id}}"),
    "conversation.item.deleted": ("DELETE", f"{CONVERSATIONS}/*/items/{{id}}"),
    "list": ("GET", "/v1/*/*items"),
}
"""What answers which request, by its `object`: the method, and the address with `*` for what nobody knows."""
ANSWER_ENDINGS: Final = (".json", ".txt")
REQUEST_KEYS: Final = frozenset({"model", "input", "items", "metadata"})
"""One of these is in the body of each request of the API."""
MESSAGE_KEYS: Final = frozenset({"method", "url", "uri", "path", "headers", "body"})
"""What only the whole message of a request has."""
ITEM_ROUTE: Final = ("GET", f"{CONVERSATIONS}/*/items/{{id}}")
ERROR_ROUTE: Final = ROUTES["response"]

ERROR_STATUS: Final[Mapping[str | None, int]] = {  # OBSERVED section 9
    "invalid_api_key": 401,
    "insufficient_quota": 429,
    "rate_limit_exceeded": 429,
    "server_error": 500,
}


class Stream(NamedTuple):
    """A stream, read."""

    events: Sequence[Event]
    other_frames: Sequence[tuple[int, str]] = ()

    @property
    def complete(self) -> bool:
        """Whether it has its last event; of another API nobody knows."""
        types = {event["type"] for event in self.events}
        return not types or not types.isdisjoint(ENDING_EVENTS)


def as_stream(answer: RecordedBody, content_type: str) -> Stream | None:
    """The stream that an answer is: its text, or a list of its events; None for anything else."""
    if isinstance(answer, list) and are_events(answer):
        return Stream(answer)
    text_of_stream = content_type.startswith("text/event-stream") or not content_type
    if isinstance(answer, str) and text_of_stream and (content_type or answer.startswith(("event:", "data:"))):
        return Stream(*read_stream(answer))
    return None


def are_events(values: Sequence[Any]) -> bool:
    """Whether these are events of the API: objects with a type, of which one is known at least."""
    typed = all(isinstance(one, dict) and isinstance(one.get("type"), str) and "object" not in one for one in values)
    return typed and any(one["type"] in contract()["events"] for one in values)


def answer_of(answer: RecordedBody, sent: RecordedBody = None) -> RecordedExchange | None:
    """The exchange of an answer, as far as it is known; None where the answer is not the API's."""
    stream = as_stream(answer, "")
    if stream is not None:
        return streamed(stream, sent)
    route = _route(answer) if isinstance(answer, dict) else None
    if route is None or not isinstance(answer, dict):
        return None
    method, url = route
    return RecordedExchange(
        **(_request(sent) if method == "POST" or "*" in url else {}),
        method=method,
        url_path=url.format(id=answer.get("id", "*")),
        status=status_of(answer),
        headers=JSON_HEADERS,
        body=answer,
    )


def as_answer(value: Any, _around: Around) -> Any:
    """An answer of the API that stands where others keep a whole message; None for anything else."""
    return value if answer_of(value) is not None else None


def as_request(value: Any, _around: Around) -> Any:
    """The body of a request that stands where others keep a whole message; None for anything else."""
    keys = value.keys() if isinstance(value, dict) else frozenset()
    return value if not REQUEST_KEYS.isdisjoint(keys) and MESSAGE_KEYS.isdisjoint(keys) else None


def _route(body: Mapping[str, Any]) -> tuple[str, str] | None:
    """The route whose answer this is."""
    kind, error = body.get("object"), body.get("error")
    if kind == "list":
        data = body.get("data")
        items = isinstance(data, list) and all(isinstance(one, dict) and _is_item(one) for one in data)
        return ROUTES["list"] if items and "has_more" in body else None
    if isinstance(kind, str):
        known = kind == "response.input_tokens" or isinstance(body.get("id"), str)
        return ROUTES.get(kind) if known else None
    if isinstance(error, dict) and isinstance(error.get("message"), str) and not {"type", "code"}.isdisjoint(error):
        return ERROR_ROUTE
    return ITEM_ROUTE if _is_item(body) else None


def _is_item(value: Mapping[str, Any]) -> bool:
    tables = contract()
    kind = value.get("type")
    return isinstance(value.get("id"), str) and (kind in tables["stored_items"] or kind in tables["conversation_items"])


def status_of(body: Mapping[str, Any]) -> int:
    """The status that a body had on the wire."""
    error = body.get("error")
    if not error or "id" in body:
        return 200
    if str(error.get("message")).endswith(("not found.", "not found in conversation.")):
        return 404
    return ERROR_STATUS.get(error.get("code"), 400)


def streamed(stream: Stream, sent: RecordedBody = None) -> RecordedExchange:
    """The exchange of a stream."""
    return RecordedExchange(
        **_request(sent),
        headers=STREAM_HEADERS,
        events=stream.events,
        other_frames=stream.other_frames,
        complete=stream.complete,
    )


def _request(sent: RecordedBody) -> dict[str, Any]:
    return {"any_request": True} if sent is None else {"request_body": sent, "request_headers": JSON_HEADERS}


def read_sse(source: RecordingFile) -> Iterator[RecordedExchange | LeftOut]:
    """The body of an event stream as a client has received it, or of several, one after the other."""
    events, other_frames = read_stream(source.text)
    if not are_events(events):
        raise source.error("a stream of the Responses API was expected, and none of its events is known")
    parts = list(_split(events))
    if len(parts) == 1:
        yield streamed(Stream(events, other_frames))
    else:
        yield from (streamed(Stream(part)) for part in parts)


def _split(events: Sequence[Event]) -> Iterator[list[Event]]:
    """The streams in a row of events: one begins where another has ended, or has broken off."""
    part: list[Event] = []
    for event in events:
        if event["type"] == CREATED and not FIRST_OR_LAST.isdisjoint(one["type"] for one in part):
            yield part
            part = []
        part.append(event)
    yield part


def read_answers(source: RecordingFile) -> Iterator[RecordedExchange | LeftOut]:
    """Answers: one JSON object, or several as lines or as a list; events among them are streams."""
    whole = source.kind == "json" and isinstance(source.head, dict)
    values = [source.json()] if whole else [*source.elements(())]
    if are_events(values):
        yield from (streamed(Stream(part)) for part in _split(values))
        return
    for number, value in enumerate(values, start=1):
        where = str(source.path) if whole else f"{source.path}, answer {number}"
        yield answer_of(value) or LeftOut(where, "data of another API")


def read_trace(source: RecordingFile) -> Iterator[RecordedExchange | LeftOut]:
    """A folder of requests and answers.

    The files are called `[NAME_]request.json` (or `.txt`) and `[NAME_]response.json`, or `.txt` for a stream; or they
    have the same names in two folders `requests` and `responses`.
    """
    for answer in answers_in(source.path):
        yield _traced(RecordingFile(answer))


def answers_in(folder: Path) -> list[Path]:
    """The files of a folder that hold answers, by their names."""
    beside = [path for path in folder.glob("*response.*") if path.suffix in ANSWER_ENDINGS]
    return sorted([*beside, *(path for path in (folder / "responses").glob("*.*") if _request_of(path))])


def is_trace(folder: Path) -> bool:
    """Whether the files of a folder belong together: there is a request, or an answer without a name of its own."""
    return any(path.stem == "response" or _request_of(path) for path in answers_in(folder))


def _traced(answer: RecordingFile) -> RecordedExchange | LeftOut:
    sent = _sent(answer.path)
    if answer.kind == "events":
        return streamed(Stream(*read_stream(answer.text)), sent)
    body = answer.json()
    found = answer_of(body, sent)
    folder = answer.path.parent
    if found is not None and folder.parent.name == "Conversations" and body.get("object") != "response":
        return replace(found, **_conversation_target(body, folder, sent=sent is not None))
    return found or LeftOut(str(answer.path), "data of another API")


def _request_of(answer: Path) -> Path | None:
    """The file with the request of an answer."""
    if answer.parent.name == "responses":
        folder, stem = answer.parents[1] / "requests", answer.stem
    else:
        folder, stem = answer.parent, f"{answer.stem.removesuffix('response')}request"
    return next((path for ending in ANSWER_ENDINGS if (path := folder / f"{stem}{ending}").is_file()), None)


def _sent(answer: Path) -> RecordedBody:
    """The request of an answer."""
    request = _request_of(answer)
    if request is None:
        return None
    file = RecordingFile(request)
    return text_body(file.text) if request.suffix == ".txt" else file.json()


def _conversation_target(body: Mapping[str, Any], folder: Path, *, sent: bool) -> dict[str, Any]:
    """The method and the address of a call about conversations, which the name of its folder shows."""
    deleting = body.get("deleted") or "delete" in folder.name
    about = f"/{body['id']}" if str(body.get("id")).startswith("conv_") else ""
    method = "POST" if sent else "DELETE" if deleting else "GET"
    return {"url_path": CONVERSATIONS + about, "method": method, "any_request": False}
