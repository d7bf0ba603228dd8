"""What an upstream answers, collected while it passes: the events of a stream with their times, or a body."""

from dataclasses import replace

from mockserver.cassette.body import read_body
from mockserver.cassette.sse import Frame, SseReader, taped
from mockserver.events.steps import TERMINAL
from mockserver.model.tape import Recorded

STREAM = "text/event-stream"
LAST = frozenset(TERMINAL.values())


class Collector:
    """Takes chunks of any size, as they come."""

    def __init__(self, content_type: str) -> None:
        self.ended = False
        """Whether a stream has had its last event."""
        self._content_type = content_type
        self._sse = SseReader() if content_type == STREAM else None
        self._frames: list[Frame] = []
        self._times: list[float] = []
        self._body = bytearray()

    def feed(self, chunk: bytes, *, at: float) -> None:
        """A chunk has come `at` so many seconds after the request."""
        if self._sse is None:
            self._body += chunk
        else:
            self._add(self._sse.feed(chunk), at)

    def _add(self, frames: list[Frame], at: float) -> None:
        self._frames += frames
        events = [frame for frame in frames if not isinstance(frame, str)]
        self._times += [at] * len(events)
        self.ended = self.ended or any(event["type"] in LAST for event in events)

    def told(self, answered: Recorded, *, at: float) -> Recorded:
        """The exchange with all that has come; it ended `at` so many seconds after the request."""
        if self._sse is None:
            return replace(answered, body=read_body(bytes(self._body), self._content_type), times=(at,))
        self._add(self._sse.end(), at)
        events, asides = taped(self._frames)
        return replace(answered, events=events, asides=asides, times=tuple(self._times))
