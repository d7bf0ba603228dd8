"""Server-sent events, framed as on the wire: `event:`, `data:`, a blank line; no ids, no comments, no `[DONE]`."""

from collections.abc import Iterable

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
