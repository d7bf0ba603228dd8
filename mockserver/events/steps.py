"""The events around the steps of an item, as data: how parts open and close, how a response opens and ends.

The row of an item type (`spec.item_types`) says what lies between `output_item.added` and `output_item.done`. `emit`
plays the rows forwards, `fold` reads them backwards; neither knows an item type by name.

Sources: recorded streams (OBSERVED section 4).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mockserver.spec.event_steps import Parts, Text
from mockserver.spec.item_types import ITEM_TYPES

# How a part looks when it opens, and which of its keys stay empty in its own done event.
PART_OPENED: Mapping[str, Mapping[str, Any]] = {
    "output_text": {"annotations": [], "logprobs": [], "text": ""},
    "refusal": {"refusal": ""},
    "reasoning_text": {"text": ""},
    "summary_text": {"text": ""},
    "output_audio": {"data": "", "transcript": ""},
}
# wire: only the item's done event shows logprobs, seen in TokenLogProbabilitiesStreaming
PART_DONE: Mapping[str, Mapping[str, Any]] = {"output_text": {"logprobs": []}}

# The response as the opening events show it: what is not known yet.
SNAPSHOT: Mapping[str, Any] = {
    "status": "in_progress",
    "completed_at": None,
    "error": None,
    "incomplete_details": None,
    "moderation": None,
    "output": [],
    "service_tier": "auto",
    "usage": None,
}

ITEM_ADDED = "response.output_item.added"
ITEM_DONE = "response.output_item.done"


def texts() -> Iterator[tuple[Text, Parts | None]]:
    """Every text of the item types with the list it is part of."""
    for row in ITEM_TYPES.values():
        for step in row.steps:
            if isinstance(step, Text):
                yield step, None
            elif isinstance(step, Parts):
                for fill in step.fills.values():
                    yield from ((text, step) for text in fill)


def text_keys() -> frozenset[str]:
    """The keys under which items and events hold what a model writes."""
    fields = {(text.field or (parts.field if parts else "")).rpartition(".")[2] for text, parts in texts()}
    return frozenset({"delta", *fields, *(text.key for text, _ in texts())})


def items_done(types: Sequence[str], *, after: int) -> int:
    """How many events have been shown when, after so many of these, no item is in progress."""
    first = next((number for number, kind in enumerate(types) if kind == ITEM_ADDED), len(types))
    in_progress = 0
    for number, kind in enumerate(types):
        if number >= max(after, first) and not in_progress:
            return number
        in_progress += (kind == ITEM_ADDED) - (kind == ITEM_DONE)
    return len(types)
