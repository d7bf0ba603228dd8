"""What an upstream answers, collected while it passes: the events of a stream with their times, or a body."""

from collections.abc import Sequence
from dataclasses import replace

from mockserver.cassette.body import read_body
from mockserver.cassette.sse import Frame, SseReader, split_frames
from mockserver.errors import CassetteError
from mockserver.events.life import FINAL_EVENTS
from mockserver.model.recorded import RecordedExchange

STREAM = "text/event-stream"


def check_size(size: int, *, limit: int) -> None:
    """Whether a reply of so many bytes may be kept. Raises: CassetteError."""
    if size > limit:
        raise CassetteError(
            f"The upstream's reply has more than {limit:,} bytes. It was broken off, and is not in the cassette; a "
            "larger `max_recorded` lets it pass"
        )


class Collector:
    """Takes chunks of any size, as they come, and `limit` bytes of them at most."""

    def __init__(self, content_type: str, *, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self.ended = False
        """Whether a stream has had its last event."""
        self._content_type = content_type
        self._sse = SseReader() if content_type == STREAM else None
        self._frames: list[Frame] = []
        self._times: list[float] = []
        self._body = bytearray()

    def feed(self, chunk: bytes, *, at: float) -> Sequence[Frame]:
        """A chunk has come `at` so many seconds after the request; the frames of a stream that it completes.

        Raises: CassetteError for more than the limit.
        """
        self._size += len(chunk)
        check_size(self._size, limit=self._limit)
        if self._sse is None:
            self._body += chunk
            return ()
        return self._add(self._sse.feed(chunk), at)

    def _add(self, frames: Sequence[Frame], at: float) -> Sequence[Frame]:
        self._frames += frames
        events = [frame for frame in frames if not isinstance(frame, str)]
        self._times += [at] * len(events)
        self.ended = self.ended or any(event["type"] in FINAL_EVENTS for event in events)
        return frames

    def end(self, *, at: float) -> Sequence[Frame]:
        """The answer has ended; the frames of a stream that were not complete."""
        return () if self._sse is None else self._add(self._sse.end(), at)

    def recorded(self, answered: RecordedExchange, *, at: float) -> RecordedExchange:
        """The exchange with all that has come; it ended `at` so many seconds after the request."""
        if self._sse is None:
            return replace(answered, body=read_body(bytes(self._body), self._content_type), times=(at,))
        events, other_frames = split_frames(self._frames)
        return replace(answered, events=events, other_frames=other_frames, times=tuple(self._times))
