"""Events, folded back into the response that they show: the rows of `spec.item_types` read backwards."""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any

from mockserver.events.life import CREATED, STATUS_EVENTS
from mockserver.events.steps import ITEM_ADDED, ITEM_DONE, texts
from mockserver.model.item_text import value_at
from mockserver.model.plan import Event, Response
from mockserver.spec.event_steps import Outputs, Parts, Text
from mockserver.spec.item_types import ITEM_TYPES


class Fold:
    """A response that grows with the events applied to it. Events of unknown types change nothing."""

    def __init__(self) -> None:
        self._envelope: Response = {}
        self._items: dict[int, Any] = {}

    def apply(self, event: Event) -> None:
        """Take one more event."""
        kind = event["type"]
        if kind in STATUS_EVENTS or kind == CREATED:
            self._envelope = event["response"]
        elif kind in (ITEM_ADDED, ITEM_DONE):
            self._items[event["output_index"]] = deepcopy(event["item"])
        elif kind in _UPDATES:
            item = self._items.get(event.get("output_index", 0))
            if item is not None:
                _UPDATES[kind](item, event)

    @property
    def response(self) -> Response:
        """The response so far; its own `output`, where the last lifecycle event had one, wins."""
        return {**self._envelope, "output": self._envelope.get("output") or self.items}

    @property
    def items(self) -> list[Any]:
        """The output items so far, in order."""
        return [self._items[index] for index in sorted(self._items)]


def fold(events: Iterable[Event]) -> Response:
    """The response that `events` show, however far they go; the terminal event's fields win."""
    folding = Fold()
    for event in events:
        folding.apply(event)
    return folding.response


ItemUpdate = Callable[[Any, Event], None]


def _text_updates(step: Text, parts: Parts | None) -> Mapping[str, ItemUpdate]:
    def grow(item: Any, event: Event) -> None:
        _put(item, event, lambda before: (before or "") + event["delta"])
        part = _part(item, event)
        if step.logprobs and event.get("logprobs"):
            part.setdefault("logprobs", []).extend(event["logprobs"])

    def settle(item: Any, event: Event) -> None:
        _put(item, event, lambda _: event[step.key])

    def annotate(item: Any, event: Event) -> None:
        _part(item, event).setdefault("annotations", []).append(event["annotation"])

    def _part(item: Any, event: Event) -> Any:
        return value_at(item, parts.field)[event.get(parts.position, 0)] if parts else item

    def _put(item: Any, event: Event, change: Callable[[Any], Any]) -> None:
        if parts and not step.field:
            elements = value_at(item, parts.field)
            elements[event[parts.position]] = change(elements[event[parts.position]])
            return
        path, _, key = step.field.rpartition(".")
        holder = value_at(_part(item, event), path)
        holder[key] = change(holder.get(key))

    updates: dict[str, ItemUpdate] = {step.delta: grow, step.done: settle}
    return updates | ({step.citations: annotate} if step.citations else {})


def _parts_updates(step: Parts) -> Mapping[str, ItemUpdate]:
    def replace_from(item: Any, event: Event) -> None:
        holder = value_at(item, step.field.rpartition(".")[0])
        elements = holder.setdefault(step.field.rpartition(".")[2], [])
        elements[event[step.position] :] = [deepcopy(event[step.key])]

    return {kind: replace_from for kind in (step.added, step.done) if kind}


def _outputs_updates(step: Outputs) -> Mapping[str, ItemUpdate]:
    def replace_from(item: Any, event: Event) -> None:
        item.setdefault(step.field, [])[event[step.position] :] = deepcopy(event["output"])

    return {step.done: replace_from}


def _updates() -> Mapping[str, ItemUpdate]:
    found: dict[str, ItemUpdate] = {}
    for step in (step for row in ITEM_TYPES.values() for step in row.steps):
        if isinstance(step, Parts):
            found |= _parts_updates(step)
        elif isinstance(step, Outputs):
            found |= _outputs_updates(step)
    for text, parts in texts():
        found |= _text_updates(text, parts)
    return found


_UPDATES = _updates()
