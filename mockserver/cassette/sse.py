"""Server-sent events, read as they arrive: from bytes to events.

A frame is an event when its data is an object with a `type` and it says nothing besides. Every other frame (a comment,
`[DONE]`, an `id:`, another API's chunk) is kept as the text it is, so that a recording loses nothing.
"""

import re
from collections.abc import Iterable

from mockserver.cassette.body import read_message
from mockserver.model.plan import Event

Frame = Event | str
_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r")


class SseReader:
    """Cuts a stream of bytes, in chunks of any size, into frames."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[Frame]:
        """The frames that `chunk` completes."""
        *frames, self._rest = _BLANK_LINE.split(self._rest + chunk)
        return [read_frame(frame) for frame in frames if frame.strip()]

    def end(self) -> list[Frame]:
        """What is left when the stream is over; a last frame needs no blank line."""
        rest, self._rest = self._rest, b""
        return [read_frame(rest)] if rest.strip() else []


def read_frame(frame: bytes) -> Frame:
    """The event that a frame is, or its text."""
    text = frame.decode("utf-8", "replace").strip("\r\n")
    names: list[str] = []
    datas: list[str] = []
    for line in re.split(r"\r\n|\n|\r", text):
        field, _, value = line.partition(":")
        if field not in {"event", "data"}:
            return text
        (names if field == "event" else datas).append(value.removeprefix(" "))
    try:
        event = read_message("\n".join(datas))
    except ValueError:
        return text
    named = isinstance(event, dict) and isinstance(event.get("type"), str) and names in ([], [event["type"]])
    return event if named else text


def split_frames(frames: Iterable[Frame]) -> tuple[list[Event], tuple[tuple[int, str], ...]]:
    """The events of `frames`, and its other frames with the number of events before each."""
    events: list[Event] = []
    other_frames: list[tuple[int, str]] = []
    for frame in frames:
        if isinstance(frame, str):
            other_frames.append((len(events), frame))
        else:
            events.append(frame)
    return events, tuple(other_frames)


def read_stream(text: str | bytes) -> tuple[list[Event], tuple[tuple[int, str], ...]]:
    """The events and other frames of a whole stream."""
    reader = SseReader()
    return split_frames([*reader.feed(text.encode() if isinstance(text, str) else text), *reader.end()])
