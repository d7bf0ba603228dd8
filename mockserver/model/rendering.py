"""A response made concrete: the finished object, and its events as payloads. What a run shows, and transports frame.

A payload is the JSON of one event. Renderings know no transport: server-sent events, frames of a socket and whatever
comes next put their own bytes around payloads.
"""

from collections.abc import Callable, Sequence
from itertools import chain, repeat
from typing import NamedTuple, Protocol

from mockserver.model.plan import Event, Response

OtherFrames = Sequence[tuple[int, str]]


class Framing(NamedTuple):
    """What a transport puts around payloads."""

    before: Callable[[str], bytes]
    """What stands before a payload, by the type of its event."""
    after: bytes

    def framed(self, types: Sequence[str], payloads: Sequence[bytes]) -> bytes:
        """All of these payloads on the wire."""
        rows = zip(map(self.before, types), payloads, repeat(self.after), strict=False)
        return b"".join(chain.from_iterable(rows))


class Rendering(Protocol):
    """The views of one response."""

    @property
    def id(self) -> str:
        """The response's id."""
        ...

    @property
    def size(self) -> int:
        """Bytes that it takes when it is compact, approximately."""
        ...

    @property
    def types(self) -> Sequence[str]:
        """The types of all events, in order."""
        ...

    @property
    def other_frames(self) -> OtherFrames:
        """What a recorded stream holds besides events: the number of events before it, and its text."""
        ...

    def final(self) -> Response:
        """The finished response."""
        ...

    def body(self) -> bytes:
        """The finished response as a reply body."""
        ...

    def events(self) -> Sequence[Event]:
        """All events, numbered."""
        ...

    def payloads(self, batch: range) -> Sequence[bytes]:
        """The events with these numbers, each as JSON."""
        ...

    def framed(self, framing: Framing) -> bytes:
        """All events as they stand on the wire."""
        ...

    def compact(self) -> None:
        """Drop what can be made again from bytes."""
        ...
