"""The items and parts of two answers to the same request, in pairs: those of responses, and those of events."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mockserver.codec import JsonObject
from mockserver.conformance.differences import Changes, Pair, changes_of
from mockserver.conformance.observed import Observed
from mockserver.conformance.streams import have_same_items
from mockserver.events.steps import ITEM_ADDED, ITEM_DONE
from mockserver.model.plan import Event

Pairs = Mapping[str, Sequence[Pair]]


class Objects(NamedTuple):
    """Items and parts by OpenAI's types."""

    items: Pairs
    parts: Pairs
    in_events: bool
    """Whether events show them as responses do."""
    opened: Mapping[str, JsonObject]
    """By type, what an item has when it is added, where that is not what it has in the end."""


def objects_of(answered: Iterable[Observed]) -> Objects:
    """The items and parts of answers that have the same items."""
    alike = list(filter(have_same_items, answered))
    items = [pair for one in alike for pair in zipped(one.ours.body["output"], one.theirs.body["output"])]
    parts = [pair for item in items for pair in zipped(item.ours.get("content"), item.theirs.get("content"))]
    changes = {kind: changes_of(pairs) for kind, pairs in _by_type(items).items()}
    done = _by_type(_in_events(alike, ITEM_DONE, "item"))
    in_events = not done or any(map(_differ, map(changes_of, done.values()))) or not any(map(_differ, changes.values()))
    if not in_events:
        return Objects(_by_type(items), _by_type(parts), in_events=False, opened={})
    added = _by_type(_in_events(alike, ITEM_ADDED, "item"))
    opened = {kind: _opened(changes[kind], pairs) for kind, pairs in added.items() if kind in changes}
    parts += _in_events(alike, None, "part")
    opened = {kind: members for kind, members in opened.items() if members}
    return Objects(_by_type(items), _by_type(parts), in_events=True, opened=opened)


def first_responses(one: Observed) -> Pair | None:
    """The responses with which two streams begin."""
    ours, theirs = (answer.events[0].get("response") if answer.events else None for answer in (one.ours, one.theirs))
    return Pair(ours, theirs, one.request) if isinstance(ours, dict) and isinstance(theirs, dict) else None


def _differ(changes: Changes) -> bool:
    return bool(changes.drop or changes.set or changes.moved)


def _opened(changes: Changes, pairs: Sequence[Pair]) -> JsonObject:
    """Of what is set in items, what is another value in items that are added."""
    theirs = {key: value for pair in pairs for key, value in pair.theirs.items() if key in changes.set}
    return {key: value for key, value in theirs.items() if value != changes.set[key]}


def _by_type(pairs: Iterable[Pair]) -> dict[str, list[Pair]]:
    found: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        found[str(pair.ours.get("type"))].append(pair)
    return found


def zipped(ours: Any, theirs: Any) -> Iterator[Pair]:
    """The elements of two lists of the same length."""
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        both = zip(ours, theirs, strict=True)
        yield from (Pair(*pair) for pair in both if all(isinstance(one, dict) for one in pair))


def _in_events(alike: Sequence[Observed], kind: str | None, key: str) -> Iterator[Pair]:
    """What events have under a key: those of a type, or all of them, whatever they are called."""
    for one in alike:
        yield from zipped(*(_members(answer.events, kind, key) for answer in (one.ours, one.theirs)))


def _members(events: Sequence[Event], kind: str | None, key: str) -> list[Any]:
    return [event[key] for event in events if key in event and kind in (None, event["type"])]
