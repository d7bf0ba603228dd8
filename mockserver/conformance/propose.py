"""A profile proposed from a recording: what differs from OpenAI, as YAML, with remarks where it is guessed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from mockserver.authoring.json_path import ABSENT
from mockserver.cassette.load import load
from mockserver.codec import JsonObject
from mockserver.conformance import errors
from mockserver.conformance.differences import Changes, Pair, changes_of, nested
from mockserver.conformance.objects import Objects, first_responses, objects_of
from mockserver.conformance.observed import OK, Observed, observed
from mockserver.conformance.streams import StreamChanges, stream_changes
from mockserver.errors import CassetteError
from mockserver.events.steps import ITEM_ADDED

OPENAI_PREFIX: Final = "resp_"
_PREFIX: Final = re.compile(r"[a-z]+[_-]")
Lines = Iterator[str]


def propose_profile(path: Path) -> str:
    """The text of a profile for the provider that was recorded in a cassette.

    Raises: CassetteError for a file that is none, or in which no response is created.
    """
    cassette = load(path)
    seen = list(observed(cassette.exchanges))
    if not seen:
        raise CassetteError(
            f"{path}: no exchange creates a response, so there is nothing to compare; record some with "
            "`mockserver record --upstream URL --cassette FILE`."
        )
    streamed = sum(bool(one.theirs.events) for one in seen)
    upstream = cassette.header.upstream or "an upstream"
    head = [
        f"# Proposed from {path.name}: {len(seen)} requests to {upstream}, {streamed} of them with a stream.",
        "# What no exchange shows is OpenAI's, and remarks say what is guessed. `mockserver serve --profile FILE`",
        "# speaks like it.",
    ]
    return "\n".join([*head, *_sections(seen)]) + "\n"


def _sections(seen: Sequence[Observed]) -> Lines:
    answered = [one for one in seen if one.ours.status == one.theirs.status == OK]
    response = [Pair(one.ours.body, one.theirs.body, one.request) for one in answered]
    places = {path: changes_of(pairs) for path, pairs in nested(response)}
    shown = objects_of(answered)
    items, parts = _typed_rows(shown.items), _typed_rows(shown.parts)
    yield from _requests(seen)
    if shown.in_events:
        yield from _rows("parts", parts)
        yield from _rows("items", items)
        yield from _rows("response", _place_rows(places, answered))
    else:
        own = [*_typed_rows(shown.items, "output[type={}]"), *_typed_rows(shown.parts, "output[*].content[type={}]")]
        yield from _rows("response", iter([*_place_rows(places, answered), *own]))
    yield from _repeated(places)
    yield from _ids(answered)
    yield from _streams(stream_changes(answered), shown)
    if any(one.websocket for one in seen):
        yield from ("", "websocket: true")
    yield from _errors(seen)


def _typed_rows(pairs: Mapping[str, Sequence[Pair]], place: str = "") -> Lines:
    """Rows for objects by their types: each where the object has it, or at a place."""
    for kind, of_kind in sorted(pairs.items()):
        for path, inner in nested(of_kind):
            at = ".".join(filter(None, (place.format(kind), path)))
            head: JsonObject = ({} if place else {"where": {"type": kind}}) | ({"at": at} if at else {})
            changes = changes_of(inner)
            yield from _row(head, changes)
            for old, new in changes.moved.items():
                yield from _item({**head, "drop": [new], "rename": {old: new}, "set": {old: []}})
                kinds = {element["type"] for pair in inner for element in pair.theirs[new] if "type" in element}
                if len(kinds) == 1 and not place:
                    yield from _item({**head, "at": f"{new}[*]", "set": {"type": kinds.pop()}})


def _place_rows(places: Mapping[str, Changes], answered: Sequence[Observed]) -> Lines:
    begun = changes_of([one for one in map(first_responses, answered) if one is not None])
    for path, changes in places.items():
        later = {} if path else {key: value for key, value in changes.set.items() if begun.set.get(key, value) != value}
        if later:
            first = {key: begun.set[key] for key in later}
            yield from _row({}, changes._replace(set={**changes.set, **first}))
            yield from _item({"where": {"status": "completed"}, "set": later})
        else:
            yield from _row({"at": path} if path else {}, changes)


def _row(head: JsonObject, changes: Changes) -> Lines:
    """A row of a section, and remarks about what it leaves open."""
    operations: JsonObject = {}
    if changes.drop:
        operations["drop"] = list(changes.drop)
    if changes.set:
        operations["set"] = dict(changes.set)
        yield "  # Guessed: shown each time in the recording."
    if operations:
        yield from _item({**head, **operations})
    if changes.unknown:
        yield f"  # Not proposed, as values or presence differ: {', '.join(changes.unknown)}{_of(head)}."


def _of(head: JsonObject) -> str:
    kind = f" of {head['where']['type']}" if "where" in head else ""
    return f" in {head['at']}{kind}" if "at" in head else kind


def _repeated(places: Mapping[str, Changes]) -> Lines:
    echoes: list[Any] = []
    sent: list[str] = []
    for path, changes in places.items():
        for key, default in changes.echo.items():
            place = f"{path}.{key}" if path else key
            echoes.append(place if default is ABSENT else {place: default})
        sent += [f"{path}.{key}" if path else key for key in changes.if_sent]
    if sent:
        yield from ("", f"if_sent: {_flow(sent)}")
    if echoes:
        yield from ("", "# As it was sent; a default is what stood there where the request said nothing.", "echo:")
        yield from (f"  - {_block(echo)}" for echo in echoes)


def _requests(seen: Sequence[Observed]) -> Lines:
    left_out = errors.unchecked(seen)
    if left_out:
        yield from ("", "# Accepted in the recording; OpenAI names one mistake at a time, so there may be more.")
        yield "unchecked:"
        yield from (f"  {kind}: {_flow(places)}" for kind, places in left_out.items())
    refusals = list(errors.refused(seen))
    if refusals:
        yield from ("", "# Refused in the recording, for a key that is guessed from the message.", "refuse:")
    for refusal in refusals:
        if not refusal.param:
            yield f"  # Not proposed, as no key is named: {refusal.status} {_flow(refusal.message)}"
            continue
        value = refusal.request.get(refusal.param)
        wanted = value if isinstance(value, bool) else {"is": "given"}
        row = {"where": {refusal.param: wanted}, "message": refusal.message, "status": refusal.status}
        yield from _item(row)


def _ids(answered: Sequence[Observed]) -> Lines:
    ids = [one.theirs.body.get("id") for one in answered]
    prefixes = {found[0] if (found := _PREFIX.match(text)) else "" for text in ids if isinstance(text, str)}
    if len(prefixes) == 1 and prefixes != {OPENAI_PREFIX}:
        yield from ("", f"ids: {_flow({OPENAI_PREFIX: prefixes.pop()})}")


def _streams(streams: StreamChanges, shown: Objects) -> Lines:
    rows: list[JsonObject] = []
    if streams.keys:
        rows.append({"drop": list(streams.keys)})
    rows += [{"where": {old: {"is": "given"}}, "rename": {old: new}} for old, new in streams.renamed_keys.items()]
    for kind, members in shown.opened.items():
        rows.append({"where": {"type": ITEM_ADDED, "item.type": kind}, "at": "item", "set": members})
    if streams.renamed:
        rows.append({"values": {"type": streams.renamed}})
    yield from _rows("events", (line for row in rows for line in _item(row)))
    if streams.unknown:
        yield f"# Not proposed: events of the types {', '.join(streams.unknown)}, which OpenAI does not have."
    if streams.drop:
        yield from ("", f"drop_events: {_flow(streams.drop)}")
    if streams.last:
        yield from ("", "# Guessed: what it contains.")
        yield f"last_event: {_flow({'type': streams.last, 'response': '$response', 'sequence_number': 0})}"
    if streams.end is not None:
        yield from ("", f"stream_end: {_flow(streams.end)}")


def _errors(seen: Sequence[Observed]) -> Lines:
    rows = [{"where": {"status": status}, "set": changed} for status, changed in errors.error_rows(seen)]
    yield from _rows("error", (line for row in rows for line in _item(row)))
    body = errors.error_body(seen)
    if body is not None:
        yield from ("", "# Guessed from one error: what stands for OpenAI's message, type, param and code.")
        yield f"error_body: {_flow(body)}"


def _rows(section: str, lines: Lines) -> Lines:
    rows = list(lines)
    if rows:
        yield from ("", f"{section}:" if any(not row.startswith("  #") for row in rows) else f"# {section}:")
        yield from rows


def _item(row: JsonObject) -> Lines:
    """A row, one operation a line."""
    for number, (key, value) in enumerate(row.items()):
        yield f"  {'- ' if number == 0 else '  '}{key}: {_flow(value)}"


def _block(value: Any) -> str:
    """A path, or a path with its default, as an element of a list."""
    return _flow(value) if isinstance(value, str) else _flow(value)[1:-1]


def _flow(value: Any) -> str:
    """YAML on one line."""
    import yaml  # noqa: PLC0415 - for this command alone

    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**6)
    return text.removesuffix("\n").removesuffix("\n...")
