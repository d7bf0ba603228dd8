"""How the streams of a provider differ from OpenAI's: events that are missing, named otherwise, or come besides."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any, Final, NamedTuple

from mockserver.conformance.observed import Observed
from mockserver.events.life import FINAL_EVENTS
from mockserver.model.plan import Event

DATA: Final = "data: "
OBJECTS: Final = frozenset({"response", "item", "part"})
"""What events contain that has rows of its own."""


class StreamChanges(NamedTuple):
    """What has to be done to OpenAI's streams."""

    renamed: dict[str, str]
    drop: Sequence[str]
    last: str | None
    """The type of an event after the last one."""
    unknown: Sequence[str]
    """Types of events that are none of OpenAI's, where they stand in between."""
    end: str | None
    """What stands in a `data:` line that is no event."""
    keys: Sequence[str]
    """Keys that no event has."""
    renamed_keys: dict[str, str]
    """Keys of events that stand under another name there."""


def stream_changes(seen: Iterable[Observed]) -> StreamChanges:
    """What streams of the same items have in common."""
    streamed = [one for one in seen if one.theirs.events and one.ours.events]
    renamed: dict[str, str] = {}
    dropped: set[str] = set()
    inserted: list[str] = []
    last: str | None = None
    for one in streamed:
        ours, theirs = types_of(one.ours.events), types_of(one.theirs.events)
        if theirs and len(theirs) > 1 and theirs[-1] not in FINAL_EVENTS and theirs[-2] in FINAL_EVENTS:
            last = theirs.pop()
        if not have_same_items(one):
            continue
        for tag, i, j, k, m in SequenceMatcher(a=ours, b=theirs, autojunk=False).get_opcodes():
            if tag == "replace" and j - i == m - k:
                renamed |= dict(zip(ours[i:j], theirs[k:m], strict=True))
            elif tag != "equal":
                dropped |= set(ours[i:j])
                inserted += theirs[k:m]
    sent = {kind for one in streamed for kind in types_of(one.theirs.events)}
    ends = {text.removeprefix(DATA) for one in streamed for text in one.other_frames if text.startswith(DATA)}
    renamed = {old: new for old, new in renamed.items() if old not in sent}
    renamed_keys = _renamed_keys(streamed, renamed)
    return StreamChanges(
        renamed=renamed,
        drop=sorted(dropped - sent - renamed.keys()),
        last=last,
        unknown=sorted(set(inserted) - {kind for one in streamed for kind in types_of(one.ours.events)}),
        end=next(iter(ends)) if len(ends) == 1 else None,
        keys=[key for key in _missing_keys(streamed) if key not in renamed_keys],
        renamed_keys=renamed_keys,
    )


def types_of(events: Sequence[Event]) -> list[str]:
    """The types of events in order, those that repeat once."""
    return [kind for kind, _ in groupby(event["type"] for event in events)]


def have_same_items(one: Observed) -> bool:
    """Whether both answers have as many items in the same order."""
    ours, theirs = (kinds_of(answer.body) for answer in (one.ours, one.theirs))
    return len(ours) == len(theirs) and all(theirs[n].endswith(kind) for n, kind in enumerate(ours))


def kinds_of(response: Any) -> list[str]:
    """The types of a response's items, in order."""
    output = response.get("output") if isinstance(response, dict) else None
    return [str(item.get("type")) for item in output or () if isinstance(item, dict)]


def _renamed_keys(streamed: Sequence[Observed], renamed: Mapping[str, str]) -> dict[str, str]:
    """Keys of the events that have another name: the one that they lost, if they won one."""
    keys: dict[str, str] = {}
    for one in streamed:
        theirs = {event["type"]: event for event in one.theirs.events}
        for event in one.ours.events:
            other = theirs.get(renamed.get(event["type"], ""), event)
            lost, won = event.keys() - other.keys() - {"obfuscation"}, other.keys() - event.keys()
            if len(lost) == len(won) == 1:
                keys[lost.pop()] = won.pop()
    return keys


def _missing_keys(streamed: Sequence[Observed]) -> Sequence[str]:
    """The keys that OpenAI's events have, and none of the provider's, where both have events of a type."""
    theirs = {event["type"] for one in streamed for event in one.theirs.events}
    ours = {key for one in streamed for event in one.ours.events if event["type"] in theirs for key in event}
    shown = {key for one in streamed for event in one.theirs.events for key in event}
    return sorted(ours - shown - OBJECTS)
