"""A finished response as events.

`emit` is the only function that makes events. It plays the rows of `spec.item_types` and numbers what comes out. Keys
stand as on the wire: `type` first, then alphabetically (since 2026-01-15).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from mockserver.events.deltas import Deltas, Splits, TextSlot, cut
from mockserver.events.life import BEGINNING, CREATED, FINAL_EVENT, LIFE
from mockserver.events.steps import ITEM_ADDED, ITEM_DONE, PART_DONE, PART_OPENED, SNAPSHOT
from mockserver.model.item_text import value_at
from mockserver.model.plan import Event, Item, Response
from mockserver.spec.event_steps import Images, Outputs, Parts, Signal, Step, Text
from mockserver.spec.item_types import ITEM_TYPES, UNKNOWN
from mockserver.spec.multi_agent import AGENT, ROOT

Pad = Callable[[Sequence[str]], Sequence[str]]
EventKeys = Mapping[str, Any]


def emit(
    final: Response,
    *,
    splits: Splits | None = None,
    padding: Pad | None = None,
    queued: bool = False,
) -> Iterator[Event]:
    """The events of `final` in order, numbered from 0.

    `splits` repeats known cuts of texts; `padding` makes the obfuscation of a text's deltas (None: none is sent);
    `queued` emits it as background work.
    """
    for number, event in enumerate(_events(final, splits or Splits(), padding, queued=queued)):
        event["sequence_number"] = number
        yield event


def opening(final: Response, status: str) -> Response:
    """The response as it looks before anything is known."""
    unknown = {key: value for key, value in SNAPSHOT.items() if key in final}
    return {**final, **unknown, "status": status}


def _events(final: Response, splits: Splits, padding: Pad | None, *, queued: bool) -> Iterator[Event]:
    first, *_ = beginning = BEGINNING[queued]
    by = _agent_keys(final)
    yield _event(CREATED, by, response=opening(final, first))
    for status in beginning:
        yield _event(LIFE[status].event, by, response=opening(final, status))
    for index, item in enumerate(final["output"]):
        yield from _item(item, index, splits, padding)
    if final["status"] == "failed" and final.get("error"):
        yield _event("error", by, error=_error_of(final["error"]))
    yield _event(FINAL_EVENT[final["status"]], by, response=final)


def _agent_keys(final: Response) -> EventKeys:
    """What the events of a response say of its agent: it is the root's, where its items name theirs."""
    return {AGENT: {"agent_name": ROOT}} if any(AGENT in item for item in final.get("output") or ()) else _NO_AGENT


_NO_AGENT: EventKeys = {}


def _error_of(error: Mapping[str, Any]) -> dict[str, Any]:
    """A response's error as the `error` event has it. wire: nested, seen in openai-error.1 (the types say flat)."""
    code = error.get("code")
    return {"type": error.get("type", code), "code": code, "message": error.get("message"), "param": error.get("param")}


def _event(kind: str, keys: EventKeys | None = None, **more: Any) -> Event:
    """An event in wire order, with room for its number."""
    every = {**(keys or {}), **more, "sequence_number": 0}
    return {"type": kind} | {key: every[key] for key in sorted(every)}


def _item(item: Item, index: int, splits: Splits, padding: Pad | None) -> Iterator[Event]:
    row = ITEM_TYPES.get(item["type"], UNKNOWN)
    here = {"output_index": index, AGENT: item[AGENT]} if AGENT in item else {"output_index": index}
    yield _event(ITEM_ADDED, here, item=_opened(item, row.opened, row.missing))
    keys = {"item_id": item.get("id"), **here}
    for step in row.steps:
        yield from _PLAYERS[type(step)](step, item, keys, splits, padding)
    yield _event(ITEM_DONE, here, item=item)


def _opened(item: Item, values: EventKeys, missing: Sequence[str]) -> Item:
    """The item as it is added: paths of `values` replaced where the item has a value there."""
    opened = {key: value for key, value in item.items() if key not in missing}
    for path, value in values.items():
        _replace(opened, path, value)
    return opened


def _replace(holder: dict[str, Any], path: str, value: Any) -> None:
    key, _, rest = path.partition(".")
    if holder.get(key) is None:
        return
    if not rest:
        holder[key] = value
    elif isinstance(holder[key], dict):
        holder[key] = dict(holder[key])
        _replace(holder[key], rest, value)


def _signal(step: Signal, item: Item, keys: EventKeys, _splits: Splits, _padding: Pad | None) -> Iterator[Event]:
    failed = step.failed and (item.get("error") or item.get("status") == "failed")
    yield _event(step.failed if failed and step.failed else step.type, keys)


def _text(step: Text, holder: Any, keys: EventKeys, splits: Splits, padding: Pad | None) -> Iterator[Event]:
    """The deltas of one text, the annotations between them, and its done event."""
    text = value_at(holder, step.field)
    if not isinstance(text, str):
        return
    cuts = splits.deltas.get(_slot(step, keys)) or Deltas(texts=cut(text, step))
    probabilities = _logprobs(step, holder, cuts)
    citations = _citations(step, holder, cuts)
    paddings = padding(cuts.texts) if padding and step.padded else None
    shape = _event(step.delta, keys, delta="", **_LOGPROBS[step.logprobs], **_OBFUSCATION[paddings is not None])
    for position, delta in enumerate(cuts.texts):
        event = shape.copy()
        event["delta"] = delta
        if probabilities:
            event["logprobs"] = probabilities[position]
        if paddings:
            event["obfuscation"] = paddings[position]
        yield event
        for number in citations.get(position + 1, ()):
            annotation = holder["annotations"][number]
            yield _event(step.citations or "", keys, annotation=annotation, annotation_index=number)
    done = _event(step.done, keys, **{step.key: text}, **_LOGPROBS[step.logprobs])
    if probabilities:
        done["logprobs"] = [entry for entries in probabilities for entry in entries]
    yield done


_LOGPROBS: tuple[EventKeys, EventKeys] = ({}, {"logprobs": []})
_OBFUSCATION: tuple[EventKeys, EventKeys] = ({}, {"obfuscation": ""})


_OF_ITEM = frozenset({"item_id", "output_index", AGENT})
"""Keys that all events of an item have."""


def _slot(step: Text, keys: EventKeys) -> TextSlot:
    """Where a text stands among the known cuts; its part's index is the one key besides those of the item."""
    part = next((value for key, value in keys.items() if key not in _OF_ITEM), 0)
    return keys["output_index"], step.delta, part


def _logprobs(step: Text, holder: Any, cuts: Deltas) -> Sequence[list[Any]]:
    """The logprobs of each delta: as recorded, or the part's own entries, assigned by their tokens."""
    if cuts.logprobs or not step.logprobs or not holder.get("logprobs"):
        return cuts.logprobs
    dealt: list[list[Any]] = []
    entries = iter(holder["logprobs"])
    for delta in cuts.texts:
        taken: list[Any] = []
        length = 0
        while length < len(delta) and (entry := next(entries, None)):
            taken.append(entry)
            length += len(entry["token"])
        dealt.append(taken)
    return dealt


def _citations(step: Text, holder: Any, cuts: Deltas) -> Mapping[int, list[int]]:
    """Annotation numbers by how many deltas stand before them."""
    by_delta: dict[int, list[int]] = {}
    annotations = holder.get("annotations") or () if step.citations else ()
    for number, annotation in enumerate(annotations):
        if number < len(cuts.cited_after):
            after = cuts.cited_after[number]
        else:
            after = _deltas_to(annotation.get("end_index", annotation.get("index", 0)), cuts.texts)
        by_delta.setdefault(after, []).append(number)
    return by_delta


def _deltas_to(position: int, cuts: Sequence[str]) -> int:
    """How many deltas it takes to say the first `position` characters; at least one."""
    length = 0
    for count, delta in enumerate(cuts, start=1):
        length += len(delta)
        if length >= position:
            return count
    return max(1, len(cuts))


def _parts(step: Parts, item: Item, keys: EventKeys, splits: Splits, padding: Pad | None) -> Iterator[Event]:
    named = keys if step.names_item else {key: value for key, value in keys.items() if key != "item_id"}
    for index, part in enumerate(value_at(item, step.field) or ()):
        kind = part.get("type", "") if isinstance(part, dict) else ""
        here = {**named, step.position: index}
        opened = {**part, **PART_OPENED.get(kind, {})} if kind else ""
        yield _event(step.added, here, **{step.key: opened})
        for text in step.fills.get(kind, ()):
            yield from _text(text, part, here, splits, padding)
        if step.done:
            closed = {key: PART_DONE.get(kind, {}).get(key, value) for key, value in part.items()}
            yield _event(step.done, here, **{step.key: closed})


def _outputs(step: Outputs, item: Item, keys: EventKeys, _splits: Splits, _padding: Pad | None) -> Iterator[Event]:
    for index, output in enumerate(item.get(step.field) or ()):
        here = {**keys, step.position: index}
        for stream in step.streams:
            if output.get(stream):
                yield _event(step.delta, here, delta={stream: output[stream]})
        yield _event(step.done, here, output=[output])


def _images(step: Images, item: Item, keys: EventKeys, splits: Splits, _padding: Pad | None) -> Iterator[Event]:
    copied = {key: item[key] for key in step.copied if key in item}
    for index, image in enumerate(splits.images.get(keys["output_index"], ())):
        yield _event(step.type, {**keys, **copied}, partial_image_b64=image, partial_image_index=index)


_PLAYERS: Mapping[type[Step], Callable[..., Iterator[Event]]] = {
    Signal: _signal,
    Text: _text,
    Parts: _parts,
    Outputs: _outputs,
    Images: _images,
}
