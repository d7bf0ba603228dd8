"""Server-sent events, framed as on the wire: `event:`, `data:`, a blank line; no ids, no comments, no `[DONE]`."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

import orjson

from mockserver.codec import compact
from mockserver.model.plan import Event


def frame(event: Event) -> bytes:
    """The bytes of one event."""
    return b"event: %b\ndata: %b\n\n" % (event["type"].encode(), compact(event))


def frames(events: Iterable[Event]) -> bytes:
    """The bytes of some events."""
    return b"".join(map(frame, events))


def events_of(framed: bytes) -> list[Event]:
    """The events of bytes that `frames` has made."""
    return [orjson.loads(line[6:]) for line in framed.split(b"\n") if line.startswith(b"data: ")]


class Log(ABC):
    """Whoever has events, and what follows from them."""

    __slots__ = ()

    @abstractmethod
    def events(self) -> Sequence[Event]:
        """All events, in order."""

    @property
    def types(self) -> Sequence[str]:
        """The types of all events, in order."""
        return [event["type"] for event in self.events()]

    @property
    def length(self) -> int:
        """How many events there are."""
        return len(self.events())

    def pieces(self, part: range) -> Sequence[bytes]:
        """The events with these numbers, each as it stands on the wire."""
        return [frame(event) for event in self.events()[part.start : part.stop]]
