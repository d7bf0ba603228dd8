"""Renderings of what this server makes itself: events that `emit` makes, or a log of them kept as bytes."""

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.codec import dumps, dumps_each, dumps_indented, kept, loads
from mockserver.errors import ScriptError
from mockserver.events.deltas import Padding, Splits
from mockserver.events.emit import emit
from mockserver.events.fold import fold
from mockserver.events.life import LIFE
from mockserver.events.steps import ITEM_DONE
from mockserver.ids import Draws
from mockserver.model.finish import billed
from mockserver.model.plan import ChangeEvents, Event, Response
from mockserver.model.rendering import Framing, OtherFrames, Rendering
from mockserver.model.tokens import usage_of
from mockserver.spec.multi_agent import AGENT


class EmittedRendering:
    """A finished response whose events `emit` makes. It is encoded once: as its body, or for its last event."""

    __slots__ = (
        "_body",
        "_emitted",
        "_final",
        "_json",
        "_padding",
        "_splits",
        "_streamed",
        "_types",
        "id",
        "other_frames",
    )

    def __init__(
        self, final: Response, *, streamed: bool = False, splits: Splits | None = None, padding: bytes | None = None
    ) -> None:
        self.id: str = final["id"]
        self.other_frames: OtherFrames = ()
        self._final: Response | None = final
        self._streamed = streamed
        """Whether its events are going to be asked for, and not its body."""
        self._splits = splits
        self._padding = padding
        """Seed of the obfuscation; None: there is none."""
        self._emitted: Sequence[Event] | None = None
        self._types: Sequence[str] = ()
        self._json = b""
        """The finished response as it stands in its last event."""
        self._body = b""

    @property
    def size(self) -> int:
        """Bytes of what is kept."""
        return len(self._encoded() if self._streamed else self.body())

    def _encoded(self) -> bytes:
        if not self._json:
            self._json = kept(dumps(self.final()))
        return self._json

    def final(self) -> Response:
        """The finished response."""
        final = self._final  # may be dropped meanwhile: tests read from threads of their own
        if final is None:
            final = loads(self._json or self._body)
            final.pop("billing", None)
        return final

    def body(self) -> bytes:
        """The finished response as a reply body, kept where its client asked for no other form."""
        if self._streamed:
            return dumps_indented(billed(self.final()))
        if not self._body:
            self._body = dumps_indented(billed(self._final or self.final()))
        return self._body

    def events(self) -> Sequence[Event]:
        """All events, numbered."""
        if self._emitted is not None:
            return self._emitted
        final = self.final()
        padding = None if self._padding is None else Padding(Draws(self._padding))
        emitted = list(emit(final, splits=self._splits, padding=padding, queued=bool(final.get("background"))))
        if self._final is not None:  # not compact
            self._emitted = emitted
        return emitted

    @property
    def types(self) -> Sequence[str]:
        """The types of all events, in order."""
        if not self._types:
            self._types = [event["type"] for event in self.events()]
        return self._types

    def payloads(self, batch: range) -> Sequence[bytes]:
        """The events with these numbers, each as JSON."""
        events = self.events()
        last = len(events) - 1
        if not self._json or last not in batch:
            return dumps_each(events[batch.start : batch.stop])
        final = events[last]
        by = b'"agent":%b,' % dumps(final[AGENT]) if AGENT in final else b""
        frame = b'{"type":"%b",%b"response":%b,"sequence_number":%d}'
        return [
            *dumps_each(events[batch.start : last]),
            frame % (final["type"].encode(), by, self._json, final["sequence_number"]),
        ]

    def framed(self, framing: Framing) -> bytes:
        """All events as they stand on the wire."""
        types = self.types
        return framing.framed(types, self.payloads(range(len(types))))

    def compact(self) -> None:
        """Keep bytes instead of objects."""
        if not (self._json or self._body):
            self._encoded()
        self._final = self._emitted = None
        self._types = ()


class LoggedRendering:
    """A response with exactly these events, kept as bytes; without any, it has a body alone."""

    __slots__ = ("_body", "_payloads", "id", "other_frames", "types")

    def __init__(
        self,
        body: bytes,
        *,
        response_id: str,
        types: Sequence[str],
        payloads: Sequence[bytes],
        other_frames: OtherFrames = (),
    ) -> None:
        self.id = response_id
        self.types = types
        self.other_frames = other_frames
        self._body = body
        self._payloads = payloads

    @property
    def size(self) -> int:
        """Bytes of the body and of all events."""
        return len(self._body) + sum(map(len, self._payloads))

    def final(self) -> Response:
        """The finished response."""
        final: Response = loads(self._body)
        final.pop("billing", None)
        return final

    def body(self) -> bytes:
        """The finished response as a reply body."""
        return self._body

    def events(self) -> Sequence[Event]:
        """All events, as they were logged."""
        return [loads(payload) for payload in self._payloads]

    def payloads(self, batch: range) -> Sequence[bytes]:
        """The events with these numbers, each as JSON."""
        return self._payloads[batch.start : batch.stop]

    def framed(self, framing: Framing) -> bytes:
        """All events as they stand on the wire."""
        return framing.framed(self.types, self._payloads)

    def compact(self) -> None:
        """No-op: it is kept as bytes already."""


def rearranged(rendering: Rendering, change: ChangeEvents) -> LoggedRendering:
    """The response with the events that `change` makes of its own; those that state no number are numbered in order.

    Raises: ScriptError where they are no events.
    """
    own = [{key: value for key, value in event.items() if key != "sequence_number"} for event in rendering.events()]
    try:
        made = list(change(loads(dumps(own))))
    except Exception as error:
        raise ScriptError(f"The function that changes the events raised {error!r}.") from error
    for event in made:
        if not (isinstance(event, dict) and isinstance(event.get("type"), str)):
            raise ScriptError(f"expected events, each a mapping with a 'type', got {event!r}.")
    events = [{"sequence_number": number, **event} for number, event in enumerate(made)]
    return LoggedRendering(
        rendering.body(),
        response_id=rendering.id,
        types=[event["type"] for event in events],
        payloads=list(map(kept, dumps_each([_in_order(event) for event in events]))),
    )


def _in_order(event: Event) -> Event:
    """An event as the wire has it: its type first, then its other keys in the order of the alphabet."""
    return {"type": event["type"], **{key: event[key] for key in sorted(event) if key != "type"}}


def ended(
    rendering: Rendering,
    *,
    after: int,
    status: str,
    error: Mapping[str, Any] | None = None,
    event: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> LoggedRendering:
    """The response with another end, after `after` events (one at least: none ends before it is created).

    It has this `status`, this `error`, and the items that were done; `event` goes into an `error` event first. Where it
    is incomplete for this `reason`, it says what it has used.
    """
    end = max(1, min(after, len(rendering.types) - 1))
    shown = [loads(payload) for payload in rendering.payloads(range(end))]  # a template makes no others
    done = [event["item"] for event in shown if event["type"] == ITEM_DONE]
    so_far = fold(shown) if shown else rendering.final()  # a recording may have a body that is no stream's end
    final = {**so_far, "status": status, "output": done} | ({"error": dict(error)} if error else {})
    if reason is not None:
        final["incomplete_details"] = {"reason": reason}
        final["usage"] = usage_of(done, prompt_tokens=(rendering.final().get("usage") or {}).get("input_tokens", 0))
    by = {AGENT: shown[0][AGENT]} if shown and AGENT in shown[0] else {}
    endings: list[Event] = [{"type": "error", **by, "error": dict(event)}] if event else []
    endings.append({"type": LIFE[status].event, **by, "response": final})
    for number, ending in enumerate(endings, start=len(shown)):
        ending["sequence_number"] = number
    events = [*shown, *endings]
    return LoggedRendering(
        dumps_indented(billed(final)),
        response_id=rendering.id,
        types=[one["type"] for one in events],
        payloads=list(map(kept, dumps_each(events))),
    )
