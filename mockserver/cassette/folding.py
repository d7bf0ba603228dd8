"""A recorded stream, folded: the finished response, and how its texts were cut.

A stream is folded only where unfolding gives every recorded event again, its keys in their order, so nothing is lost
but the letters of the padding. A few events that differ from what `emit` makes are kept as they are (servers encrypt
reasoning anew for each event, for one); where more than a quarter differ, the stream is better kept event by event.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any, NamedTuple, overload

from mockserver.events.deltas import Deltas, Padding, Splits, TextSlot, splits_of
from mockserver.events.emit import emit
from mockserver.events.life import CREATED, FINAL_EVENT, LIFE, STATUS_EVENTS
from mockserver.events.steps import texts
from mockserver.ids import Draws, fingerprint
from mockserver.model.item_text import value_at
from mockserver.model.plan import Event, Response

MOST_OTHERS = 0.25


class FoldedStream(NamedTuple):
    """All that it takes to make the events of a stream again."""

    final: Response
    cuts: Mapping[TextSlot, Sequence[int]] = {}
    """Lengths of the deltas of each text."""
    cited: Mapping[TextSlot, Sequence[int]] = {}
    """Per annotation, the number of deltas before it, where that does not follow from the annotation."""
    images: Mapping[int, Sequence[str]] = {}
    padded: bool = False
    queued: bool = False
    first: int = 0
    """Number of the first event; resumed streams start later."""
    keys: Mapping[str, Sequence[str]] = {}
    """The order of an event's keys, by its type, where `emit` has another: recordings have two."""
    others: Mapping[int, Event] = {}
    """Events that differ from what `emit` makes, by their index in the stream."""


def fold_stream(events: Sequence[Event]) -> FoldedStream | None:
    """The folded form of `events`, or None where it would not give them back."""
    try:
        candidates = list(_candidates(events))
        best = min(candidates, key=lambda stream: len(stream.others), default=None)
    except (LookupError, TypeError, AttributeError, ValueError):
        return None  # another server's stream may have any shape, also ones that the rows of item types cannot express
    return best if best and len(best.others) <= MOST_OTHERS * len(events) else None


def unfold(stream: FoldedStream) -> list[Event]:
    """The events of a folded stream; padding is made anew, the same each time."""
    padding = Padding(Draws(fingerprint(str(stream.final.get("id")).encode()))) if stream.padded else None
    emitted = emit(stream.final, splits=_splits(stream), padding=padding, queued=stream.queued)
    events = [_ordered(event, stream.keys.get(event["type"], ())) for event in emitted][stream.first :]
    for index, event in stream.others.items():
        events[index] = event
    return events


def _ordered(event: Event, keys: Sequence[str]) -> Event:
    """The event with these of its keys first."""
    return {key: event[key] for key in keys if key in event} | event if keys else event


class Unfolding(Sequence[Event]):  # noqa: PLW1641 - events have no hash either
    """The events of a folded stream, made when the first of them is asked for.

    What is likely to keep them from being made is found at once; `failed` gives the error for all else.

    Raises:
        LookupError, TypeError: the response is not finished, or lacks a text that was cut.
    """

    def __init__(self, stream: FoldedStream, *, failed: Callable[[Exception], Exception]) -> None:
        self.stream = stream
        self._failed = failed
        _ = FINAL_EVENT[stream.final["status"]], [item["type"] for item in stream.final["output"]]
        _ = [_text_at(stream.final, slot) for slot in stream.cuts]

    @cached_property
    def _events(self) -> list[Event]:
        try:
            return unfold(self.stream)
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            raise self._failed(error) from error

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        return self._events[index]

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._events == list(other)


def shown_in(events: Sequence[Event]) -> list[Any]:
    """The items and the last response of a stream, whose other events repeat them; a folded one stays folded."""
    if isinstance(events, Unfolding):
        return [events.stream.final, *(event["item"] for event in events.stream.others.values() if "item" in event)]
    final = next((event["response"] for event in reversed(events) if "response" in event), None)
    return [final, *(event["item"] for event in events if "item" in event)]


def _candidates(events: Sequence[Event]) -> Iterator[FoldedStream]:
    if not events or events[-1]["type"] not in {CREATED, *STATUS_EVENTS}:
        return
    splits = splits_of(events)
    plain = FoldedStream(
        final=events[-1]["response"],
        cuts={slot: [len(text) for text in deltas.texts] for slot, deltas in splits.deltas.items()},
        images=splits.images,
        padded=any("obfuscation" in event for event in events),
        queued=any(event["type"] == LIFE["queued"].event for event in events),
        first=events[0].get("sequence_number", 0),
    )
    cited = {slot: deltas.cited_after for slot, deltas in splits.deltas.items() if deltas.cited_after}
    recorded = [_exactly(event) for event in events]
    for stream in (plain, plain._replace(cited=cited))[: 1 + bool(cited)]:
        ordered = stream._replace(keys=_orders(events, unfold(stream)))
        unfolded = [_exactly(event) for event in unfold(ordered)]
        if len(unfolded) == len(recorded):
            differing = (index for index, text in enumerate(recorded) if text != unfolded[index])
            yield ordered._replace(others={index: events[index] for index in differing})


def _orders(events: Sequence[Event], unfolded: Sequence[Event]) -> dict[str, Sequence[str]]:
    """The order of keys of the first event of each type, where the unfolded stream has another."""
    recorded, unfolded_keys = ({event["type"]: list(event) for event in reversed(each)} for each in (events, unfolded))
    return {kind: keys for kind, keys in sorted(recorded.items()) if keys != unfolded_keys.get(kind, keys)}


def _exactly(event: Event) -> str:
    """All that must be equal: 1 is not 1.0, keys have an order, padding has to be there whatever its letters."""
    return json.dumps({**event, "obfuscation": ""} if "obfuscation" in event else event)


def _splits(stream: FoldedStream) -> Splits:
    deltas = {
        slot: Deltas(texts=_cut_text(_text_at(stream.final, slot), lengths), cited_after=stream.cited.get(slot, ()))
        for slot, lengths in stream.cuts.items()
    }
    return Splits(deltas=deltas, images=stream.images)


def _cut_text(text: str, lengths: Sequence[int]) -> list[str]:
    """`text`, cut; what is left of an edited text goes to the last delta."""
    ends = list(accumulate(lengths, initial=0))
    ends[-1] = max(ends[-1], len(text))
    return [text[start:end] for start, end in pairwise(ends)]


def _text_at(final: Response, slot: TextSlot) -> str:
    index, delta, part = slot
    text, parts = _TEXTS[delta]
    holder = final["output"][index]
    if parts:
        holder = value_at(holder, parts.field)[part]
    found = value_at(holder, text.field)
    if not isinstance(found, str):
        raise TypeError(f"no text at {slot}")
    return found


_TEXTS = {text.delta: (text, parts) for text, parts in texts()}
