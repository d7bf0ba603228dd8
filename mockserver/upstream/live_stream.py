"""A stream that an upstream is still sending, rendered as far as it has come."""

from collections.abc import Sequence
from typing import Any

from mockserver.cassette.sse import Frame
from mockserver.codec import dumps, dumps_indented, kept, loads
from mockserver.model.answer import LiveRun, RecordedHead
from mockserver.model.plan import Event, Response
from mockserver.model.rendering import Framing


class LiveStream:
    """A response as its upstream streams it. Its run shows each event when it has come, and ends when it is on disk."""

    live = True
    streamed = True
    inserted = ()

    def __init__(self, head: RecordedHead) -> None:
        self.head = head
        self.complete = False
        self.types: list[str] = []
        self.other_frames: list[tuple[int, str]] = []
        self._payloads: list[bytes] = []
        self._run: LiveRun | None = None
        self._ended = False

    @property
    def id(self) -> str:
        """The response's id; empty while no event has shown it."""
        return self.final().get("id") or ""

    def attach(self, run: LiveRun) -> None:
        """Show in `run` what has come, and what comes from now on."""
        self._run = run
        run.show(len(self.types))
        if self._ended:
            run.finish(complete=self.complete)

    async def take(self, _chunk: bytes, frames: Sequence[Frame]) -> None:
        """Add frames that have come."""
        for frame in frames:
            if isinstance(frame, str):
                self.other_frames.append((len(self.types), frame))
            else:
                self.types.append(frame["type"])
                self._payloads.append(kept(dumps(frame)))
        if self._run is not None and frames:
            self._run.show(len(self.types))

    async def end(self, *, complete: bool) -> None:
        """End the stream; `complete` is False where the upstream broke off, or the exchange was lost."""
        self.complete = complete
        self._ended = True
        if self._run is not None:
            self._run.finish(complete=complete)

    def leave(self) -> None:
        """No-op: it is recorded to its end without its client."""

    def final(self) -> Response:
        """The last response that the stream has shown."""
        for payload in reversed(self._payloads):
            shown: Any = loads(payload).get("response")
            if isinstance(shown, dict):
                return shown
        return {}

    def body(self) -> bytes:
        """The last response shown, as a reply body."""
        return dumps_indented(self.final())

    @property
    def size(self) -> int:
        """Bytes of all events."""
        return sum(map(len, self._payloads))

    def events(self) -> Sequence[Event]:
        """The events so far."""
        return [loads(payload) for payload in self._payloads]

    def payloads(self, batch: range) -> Sequence[bytes]:
        """The events with these numbers, each as JSON."""
        return self._payloads[batch.start : batch.stop]

    def framed(self, framing: Framing) -> bytes:
        """All events as they stand on the wire."""
        return framing.framed(self.types, self._payloads)

    def compact(self) -> None:
        """No-op: it is kept as bytes already."""
