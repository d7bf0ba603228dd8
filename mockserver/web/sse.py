"""Server-sent events, framed as on the wire: `event:`, `data:`, a blank line; no ids, no comments, no `[DONE]`.

Some providers leave the `event:` line out, as the type stands in the data, too.
"""

from collections.abc import Sequence
from functools import lru_cache

from mockserver.model.rendering import Framing
from mockserver.state.run import Run


@lru_cache(maxsize=256)  # there are some sixty types
def _before(event_type: str) -> bytes:
    return f"event: {event_type}\ndata: ".encode()


def _data_alone(_event_type: str) -> bytes:
    return b"data: "


SSE = Framing(before=_before, after=b"\n\n")
DATA_ALONE = Framing(before=_data_alone, after=b"\n\n")


class SseStream:
    """The events of a run as server-sent events, from after number `after`, whichever way they are asked for."""

    def __init__(self, run: Run, *, after: int = -1) -> None:
        self.run = run
        self.after = after
        self._others = 0
        """How many of the run's other frames have been sent."""
        self._framing = SSE if run.dialect is None or run.dialect.event_lines else DATA_ALONE

    @property
    def numbers(self) -> range:
        """The numbers of all events of the run that have to be looked at."""
        return self.run.numbers(after=self.after)

    def whole(self) -> bytes:
        """All events of a run that is done."""
        run = self.run
        if self.after >= 0 or run.rendering.other_frames:
            return b"".join(self.frames(self.numbers))
        framed = run.framed(self._framing)
        return framed if run.dialect is None else framed + self._end()

    def frames(self, batch: range) -> Sequence[bytes]:
        """The events with these numbers, each framed, and the other frames that a recorded stream has around them."""
        before, after = self._framing
        frames = [b"%b%b%b" % (before(kind), one, after) for kind, one in self.run.sent(batch, after=self.after)]
        if self.run.dialect is not None:
            is_last = self.run.done and batch.stop == len(self.run.types)
            return [*frames, end] if is_last and (end := self._end()) else frames
        if not self.run.other_frames:
            return frames
        joined: list[bytes] = []
        for number, one in zip(batch, frames, strict=True):
            joined += [*self._others_to(number), one]
        return [*joined, *self._others_to(batch.stop)]

    def _end(self) -> bytes:
        """The frame after all events, where a provider has one."""
        end = self.run.stream_end
        return b"" if end is None else f"data: {end}\n\n".encode()

    def _others_to(self, number: int) -> list[bytes]:
        """The other frames before the event with this number that have not been sent."""
        others = self.run.other_frames
        first = self._others
        while self._others < len(others) and others[self._others][0] <= number:
            self._others += 1
        return [f"{text}\n\n".encode() for _, text in others[first : self._others]]
