"""An exchange over a WebSocket as it grows: a response, with the successors that take up what is said meanwhile."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mockserver.codec import JsonObject
from mockserver.events.life import CREATED, FINAL_EVENTS
from mockserver.model.plan import Event
from mockserver.model.recorded import RecordedBody, RecordedExchange
from mockserver.spec.websocket import ANSWERED, ENVELOPE


def http_body(create: JsonObject) -> RecordedBody:
    """The body that a `response.create` would have over HTTP, as a cassette keeps it."""
    warm_up = {"generate": False} if create.get("generate") is False else {}
    return {**{key: value for key, value in create.items() if key not in ENVELOPE}, "stream": True, **warm_up}


class SocketExchange:
    """The events of one exchange, and what its client has sent for it; events have no `stream_id` any more."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.complete = False
        """Whether nothing more belongs to it."""
        self.refused = False
        """Whether its only event is an error that takes the place of a response."""
        self._times: list[float] = []
        self._ids: set[str] = set()
        """Of the responses that have been created."""
        self._inserted: list[tuple[int, Event]] = []
        """What the client has sent meanwhile, each after so many events."""
        self._outstanding = 0
        """How much of that may still lead to an event."""
        self._over = False
        """Whether the newest response has ended."""

    def is_about(self, response_id: str) -> bool:
        """Whether it is the exchange of this response."""
        return response_id in self._ids

    def insert(self, event: JsonObject) -> None:
        """Note what the client sends meanwhile."""
        self._inserted.append((len(self.events), event))
        self._outstanding += 1

    def add(self, event: Event, *, at: float) -> None:
        """Take one more event, which came `at` so many seconds after the request."""
        self.refused = not self.events and _refuses(event)
        self.events.append(event)
        self._times.append(at)
        self.complete = self._ends_with(event)

    def _ends_with(self, event: Event) -> bool:
        """Whether nothing comes after an event: a response has ended, and no input is about to be taken up."""
        kind = event["type"]
        if kind == CREATED:  # it takes up all input but what has just been sent, which came too late
            self._ids.add(event["response"]["id"])
            self._outstanding = sum(before == len(self.events) - 1 for before, _ in self._inserted)
            self._over = False
        elif kind in ANSWERED:
            self._outstanding -= 1
        elif kind in FINAL_EVENTS:
            self._over = True
        return _refuses(event) or (self._over and self._outstanding <= 0)

    def recorded(self, sent: RecordedExchange) -> RecordedExchange:
        """The exchange that began with what was `sent`; where that was refused, as it would be over HTTP."""
        times = tuple(self._times)
        if not self.refused:
            inserted = tuple(self._inserted)
            return replace(sent, events=self.events, times=times, steers=inserted, complete=self.complete)
        (event,) = self.events
        error: Any = event.get("error")
        inside = error.get("headers") if isinstance(error, dict) else None
        given: Mapping[str, Any] = event.get("headers") or inside or {}
        headers = {**sent.headers, **{str(name).lower(): str(value) for name, value in given.items()}}
        status = event.get("status") or event.get("status_code") or 400
        return replace(sent, status=status, headers=headers, body={"error": error}, times=times)


def _refuses(event: Event) -> bool:
    """Whether an event is the error of a request, and not one in the stream of a response."""
    return event["type"] == "error" and "sequence_number" not in event
