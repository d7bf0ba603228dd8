"""Recorded answers: a response as it was recorded, event by event or as a body; all else is an HTTP reply."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mockserver.codec import dumps_each, dumps_indented, kept
from mockserver.events.emit import emit
from mockserver.model.answer import HttpReply, LiveRun, RecordedHead
from mockserver.model.plan import Event, Response
from mockserver.model.recorded import JSON_TYPE, STREAM_TYPE, RecordedBody, RecordedExchange
from mockserver.model.rendering import Framing
from mockserver.spec.websocket import ERROR_HEADERS

NOT_REPLAYED = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection", "date"})
"""Of recordings that keep all headers: what is said anew, since it is about one connection or one moment."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Recording:
    """A recorded exchange, and where it stands; it equals only itself."""

    name: str
    """File and line."""
    exchange: RecordedExchange
    live_head: RecordedHead | None = None
    """The head as the upstream has just sent it, where it is there."""

    @cached_property
    def head(self) -> RecordedHead:
        """Status and headers as they are replayed."""
        if self.live_head is not None:
            return self.live_head
        if self.exchange.channel is not None:
            return _http_head(self.exchange)
        kept = [(name, value) for name, value in self.exchange.headers.items() if name not in NOT_REPLAYED]
        return RecordedHead(self.exchange.status, kept)

    @cached_property
    def response(self) -> "RecordedResponse | None":
        """The stream, or the response object that was answered; None for anything else."""
        body = self.exchange.body
        is_response = isinstance(body, dict) and body.get("object") == "response" and isinstance(body.get("id"), str)
        return RecordedResponse(self) if self.exchange.events is not None or is_response else None

    def http_reply(self, *, speed: float = 0.0) -> HttpReply:
        """The answer where it is not a response, at `speed` times the speed of then; 0 is at once."""
        times = self.exchange.times
        return HttpReply(
            head=self.head,
            body=body_bytes(self.exchange.body),
            said=self.exchange.body if isinstance(self.exchange.body, dict) else None,
            due=times[-1] / speed if speed and times else 0.0,
            complete=self.exchange.complete,
        )


def _http_head(exchange: RecordedExchange) -> RecordedHead:
    """The head that an exchange over a WebSocket would have over HTTP: headers of a handshake are about the socket."""
    if exchange.events is not None:
        return RecordedHead(exchange.status, [("content-type", STREAM_TYPE)])
    about_error = [(name, value) for name, value in exchange.headers.items() if name.startswith(ERROR_HEADERS)]
    return RecordedHead(exchange.status, [("content-type", JSON_TYPE), *about_error])


class RecordedResponse:
    """A recorded response, rendered like any other; all its runs share what has been made of it."""

    def __init__(self, recording: Recording) -> None:
        exchange = recording.exchange
        self.head = recording.head
        self.complete = exchange.complete
        self.times = exchange.times
        self.streamed = exchange.events is not None
        self.other_frames = exchange.other_frames
        self.inserted = exchange.steers
        self._exchange = exchange
        self._framed: dict[Framing, bytes] = {}
        self.id: str = self._final().get("id") or ""
        """Empty for the stream of something else."""

    live = False

    def attach(self, run: LiveRun) -> None:
        """No-op: all events are there already."""

    def final(self) -> Response:
        """The last response that it shows; a copy, since the recording is replayed again."""
        return deepcopy(self._final())

    def _final(self) -> Response:
        if isinstance(self._exchange.body, dict):
            return self._exchange.body
        shown = (event["response"] for event in reversed(self._exchange.events or ()) if "response" in event)
        final: Any = next(shown, None)
        return final if isinstance(final, dict) else {}

    def body(self) -> bytes:
        """The last response shown, as a reply body."""
        return dumps_indented(self._final())

    def events(self) -> Sequence[Event]:
        """Copies of all events as recorded; of a response recorded as a body, those that its stream would have had."""
        return deepcopy(self._events())

    def _events(self) -> Sequence[Event]:
        if self._exchange.events is not None:
            return self._exchange.events
        try:
            final = self._final()
            return list(emit(final, queued=bool(final.get("background"))))
        except (LookupError, TypeError, AttributeError):  # another server's response may have any shape
            return ()

    @cached_property
    def types(self) -> Sequence[str]:
        """The types of all events, in order."""
        return tuple(event["type"] for event in self._events())

    @cached_property
    def _payloads(self) -> Sequence[bytes]:
        return list(map(kept, dumps_each(self._events())))

    @cached_property
    def size(self) -> int:
        """Bytes of what its client gets."""
        return sum(map(len, self._payloads)) if self._exchange.events is not None else len(self.body())

    def payloads(self, batch: range) -> Sequence[bytes]:
        """The events with these numbers, each as JSON."""
        return self._payloads[batch.start : batch.stop]

    def framed(self, framing: Framing) -> bytes:
        """All events as they stand on the wire."""
        framed = self._framed.get(framing)
        if framed is None:
            framed = self._framed[framing] = framing.framed(self.types, self._payloads)
        return framed

    def compact(self) -> None:
        """No-op: the recording stays as it is."""


def recorded_body(response: Response) -> RecordedResponse:
    """A response as if this body of it had been recorded."""
    return RecordedResponse(Recording(name="", exchange=RecordedExchange(body=response)))


def body_bytes(body: RecordedBody) -> bytes:
    """A whole body as it stands on the wire."""
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else dumps_indented(body)
