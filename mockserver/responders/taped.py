"""A recorded answer as bytes: all at once, or piece by piece with the second in which each came."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from mockserver.codec import pretty
from mockserver.events.sse import Log, frames
from mockserver.model.plan import Event, Response
from mockserver.model.tape import Body, Recorded

Piece = tuple[float, Event | None, bytes]


@dataclass(frozen=True, kw_only=True, eq=False)
class Recording:
    """A recorded exchange, and where it stands; it equals only itself."""

    name: str
    """File and line."""
    exchange: Recorded

    @cached_property
    def whole(self) -> bytes:
        """The body of the answer; made once, however often it is replayed."""
        return b"".join(piece for _, _, piece in pieces(self.exchange))

    @cached_property
    def tape(self) -> "Tape | None":
        """The stream of a response; None where it is none."""
        events = self.exchange.events or ()
        final = next((event["response"] for event in reversed(events) if "response" in event), None)
        return Tape(self, final) if isinstance(final, dict) and "id" in final else None


class Tape(Log):
    """The stream of a recording, told like a run's own; all runs of it share what has been made."""

    def __init__(self, recording: Recording, final: Response) -> None:
        self.id: str = final["id"]
        self.size = 0  # nothing of it belongs to one run
        self._recording = recording
        self._final = final

    def final(self) -> Response:
        """The last response that the stream shows."""
        return self._final

    def body(self) -> bytes:
        """The same as a reply body."""
        return pretty(self._final)

    def events(self) -> Sequence[Event]:
        """All events as recorded."""
        return self._recording.exchange.events or ()

    def frames(self) -> bytes:
        """All of the stream's bytes."""
        return self._recording.whole

    def rest(self) -> None:
        """The recording stays as it is."""


def pieces(recorded: Recorded) -> Iterator[Piece]:
    """The pieces of an answer, each with the second in which it came; what is no event comes with the event before."""
    if recorded.events is None:
        yield (recorded.times[-1] if recorded.times else 0.0), None, body_bytes(recorded.body)
        return
    asides = list(recorded.asides)
    due = 0.0
    for place in range(len(recorded.events) + 1):
        while asides and asides[0][0] == place:
            yield due, None, f"{asides.pop(0)[1]}\n\n".encode()
        if place < len(recorded.events):
            event = recorded.events[place]
            due = recorded.times[place] if place < len(recorded.times) else due
            yield due, event, frames([event])


def body_bytes(body: Body) -> bytes:
    """A whole body as it stands on the wire."""
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else pretty(body)
