"""Server-sent events, framed as on the wire: `event:`, `data:`, a blank line; no ids, no comments, no `[DONE]`."""

from collections.abc import Iterable

from mockserver.codec import compact
from mockserver.model.plan import Event


def frames(events: Iterable[Event]) -> bytes:
    """The bytes of some events."""
    return b"".join([b"event: %b\ndata: %b\n\n" % (event["type"].encode(), compact(event)) for event in events])
