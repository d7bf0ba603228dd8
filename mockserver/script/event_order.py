"""Streams whose events are not those of the real API, for tests of strict clients: mixed, missing, doubled, renamed.

A change takes the events that a stream would have, without their numbers, and returns those that it has.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from typing import Any, Final

from mockserver.authoring.diagnostics import Reader, as_text, describe, non_empty_list, problem, read_list, read_mapping
from mockserver.authoring.takes import FLAG, OBJECT, TEXT, a_list, mapping, takes
from mockserver.model.plan import ChangeEvents, Event


def interleaved(events: Sequence[Event]) -> list[Event]:
    """The events of all items in turns, one of each item at a time, as parallel calls might come."""
    before, items, after = _split(events)
    turns = zip_longest(*items.values())
    return [*before, *(event for turn in turns for event in turn if event is not None), *after]


def without(*types: str) -> ChangeEvents:
    """All events but those of these types."""
    return lambda events: [event for event in events if event["type"] not in types]


def doubled(*types: str) -> ChangeEvents:
    """The events of these types twice."""
    return lambda events: [event for event in events for _ in range(2 if event["type"] in types else 1)]


def changing_ids(events: Sequence[Event]) -> list[Event]:
    """Another `item_id`, and another `id` of the item, in each event."""
    return [_renamed(event, f"_{number}") for number, event in enumerate(events)]


def _renamed(event: Event, suffix: str) -> Event:
    changed = dict(event)
    if "item_id" in event:
        changed["item_id"] = event["item_id"] + suffix
    if isinstance(item := event.get("item"), dict) and item.get("id"):
        changed["item"] = {**item, "id": item["id"] + suffix}
    return changed


def _split(events: Sequence[Event]) -> tuple[list[Event], dict[int, list[Event]], list[Event]]:
    """The events before all items, those of each item, and those after."""
    before: list[Event] = []
    items: dict[int, list[Event]] = {}
    after: list[Event] = []
    for event in events:
        if "output_index" in event:
            items.setdefault(event["output_index"], []).append(event)
        else:
            (after if items else before).append(event)
    return before, items, after


def exactly(stated: Sequence[Mapping[str, Any]]) -> ChangeEvents:
    """These events; one that has a response in the real API, and states none, has that of the real event."""

    def change(events: Sequence[Event]) -> list[Event]:
        responses = {event["type"]: event["response"] for event in events if "response" in event}
        return [_completed(event, responses) for event in stated]

    return change


def _completed(event: Mapping[str, Any], responses: Mapping[str, Any]) -> Event:
    given = responses.get(event["type"])
    return dict(event) if given is None or "response" in event else {**event, "response": given}


@takes({**OBJECT, "required": ["type"], "properties": {"type": TEXT}})
def _read_event(written: Any) -> Mapping[str, Any]:
    if not isinstance(written, Mapping) or not isinstance(written.get("type"), str):
        raise problem(f"expected an event: a mapping with a 'type', got {describe(written)}.")
    return written


@takes(lambda: {"anyOf": [a_list(_read_event, least=1), mapping(_CHANGES)]})
def read_events(written: Any) -> ChangeEvents:
    """A change: a list of events, a function of the events, or a mapping of what to do with them.

    Raises: ProblemError.
    """
    if callable(written):
        function: ChangeEvents = written
        return function
    if isinstance(written, Mapping):
        made = read_mapping(written, _CHANGES).values()
        return partial(_one_after_the_other, [change for change in made if change is not None])
    return exactly(read_list(non_empty_list(written, "a list of events"), _read_event))


def _one_after_the_other(changes: Sequence[ChangeEvents], events: Sequence[Event]) -> Sequence[Event]:
    for change in changes:
        events = change(events)
    return events


def _of_types(make: Callable[..., ChangeEvents]) -> Reader:
    @takes({"anyOf": [TEXT, a_list(TEXT)]})
    def read(written: Any) -> ChangeEvents:
        return make(*read_list([written] if isinstance(written, str) else written, as_text))

    return read


def _switch(change: ChangeEvents) -> Reader:
    @takes(FLAG)
    def read(written: Any) -> ChangeEvents | None:
        if not isinstance(written, bool):
            raise problem(f"expected true or false, got {describe(written)}.")
        return change if written else None

    return read


_CHANGES: Final[Mapping[str, Reader]] = {
    "without": _of_types(without),
    "doubled": _of_types(doubled),
    "interleaved": _switch(interleaved),
    "changing_ids": _switch(changing_ids),
}
