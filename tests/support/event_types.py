"""Types of events: those that the tables of the package can make, and those of the shortest answer."""

from mockserver.events.life import CREATED, STATUS_EVENTS
from mockserver.events.steps import ITEM_ADDED, ITEM_DONE, texts
from mockserver.spec.item_types import ITEM_TYPES

TEXT_EVENTS = [
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
]
"""The event types of a response that is a text of one delta."""


def event_types() -> frozenset[str]:
    """Every event type that the tables can make."""
    found = {CREATED, *STATUS_EVENTS, ITEM_ADDED, ITEM_DONE, "error"}
    for text, _ in texts():
        found |= {text.delta, text.done} | ({text.citations} if text.citations else set())
    for step in (step for row in ITEM_TYPES.values() for step in row.steps):
        named = (getattr(step, name, None) for name in ("type", "failed", "added", "done", "delta"))
        found |= {name for name in named if name}
    return frozenset(found)
