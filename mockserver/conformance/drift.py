"""How far a service has moved away from what was recorded of it: the form of its answers, never their words.

What differs is said once for each exchange, where it shows first: where the status differs, the rest is not compared;
where the items differ, their events are not. A key of an item is one difference, in however many events it stands.
"""

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any, Final, NamedTuple

from mockserver.cassette.headers import KEPT_HEADER_STARTS, KEPT_HEADERS
from mockserver.codec import JsonObject
from mockserver.conformance.differences import VOLATILE, Pair, nested
from mockserver.conformance.objects import zipped
from mockserver.conformance.resending import answer_in, is_unfinished
from mockserver.conformance.streams import OBJECTS, kinds_of, types_of
from mockserver.model.plan import Event
from mockserver.model.recorded import RecordedExchange

OF_REQUESTS: Final = frozenset(
    {"accept", "idempotency-key", "openai-beta", "user-agent", "x-client-request-id", "x-stainless-"}
)
"""Headers that a cassette keeps and that clients send."""
MATTER: Final = tuple(name for name in (*KEPT_HEADERS, *KEPT_HEADER_STARTS) if name not in OF_REQUESTS)
"""How the names of headers begin that clients read."""
COMPARED_VALUES: Final = frozenset({"content-type", "openai-version", "x-should-retry"})
"""Headers whose value says how to read an answer; of others it matters only that they are there."""
NAMES: Final = frozenset({"object", "type", "code", "param"})
"""Keys whose text programs compare."""
REPEATED: Final = ("response.tools", "response.tool_choice", "response.text.format")
"""What a response repeats of its request: a `name` in there is the request's, so only the service can change it."""
CALLED: Final = "name"
ERROR: Final = "error"
HTTP_ERRORS: Final = 400


class Drifted(NamedTuple):
    """One way in which an answer differs from the recorded one."""

    what: str
    """`status`, `header`, `new key`, `missing key`, `renamed key`, `type`, `value`, `items`, `events` or `order`."""
    where: str
    recorded: str
    now: str


def drift_of(recorded: RecordedExchange, now: RecordedExchange) -> list[Drifted]:
    """All that differs in the form of two answers to the same request; ids and words are not compared."""
    if recorded.status != now.status:
        return [Drifted("status", "", str(recorded.status), str(now.status))]
    if is_unfinished(recorded) or is_unfinished(now):  # how far it is when it is polled is a matter of speed
        return list(_headers(recorded.headers, now.headers))
    return list(dict.fromkeys([*_headers(recorded.headers, now.headers), *_bodies(recorded, now)]))


def _headers(recorded: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Drifted]:
    """Headers that matter and are gone, or say otherwise how to read the answer; a new one troubles no client."""
    for name, value in sorted(recorded.items()):
        if not name.startswith(MATTER):
            continue
        if name not in now:
            yield Drifted("header", name, "present", "none")
        elif name in COMPARED_VALUES and now[name] != value:
            yield Drifted("header", name, value, now[name])


def _bodies(recorded: RecordedExchange, now: RecordedExchange) -> Iterator[Drifted]:
    if (recorded.events is None) != (now.events is None):
        forms = ["a stream" if one.events is not None else "no stream" for one in (recorded, now)]
        yield Drifted("type", "body", *forms)
        return
    old, new = answer_in(recorded), answer_in(now)
    if not isinstance(old, dict) or not isinstance(new, dict):
        if recorded.events is None:
            yield from _types("body", old, new)
    elif recorded.status >= HTTP_ERRORS:
        yield from _objects("", old, new)
    else:
        yield from _objects("response" if "output" in old else "body", old, new)
        if kinds_of(old) != kinds_of(new):
            yield Drifted("items", "response.output", ", ".join(kinds_of(old)), ", ".join(kinds_of(new)))
            return
        for item, other, _ in zipped(old.get("output"), new.get("output")):
            yield from _item(item, other)
            yield from _called(item, other, _offered(recorded, old), _offered(now, new))
    yield from _streams(recorded.events or (), now.events or ())


def _item(old: Any, new: Any) -> Iterator[Drifted]:
    yield from _objects(f"item[{old.get('type')}]", old, new)
    for part, other in zip(_listed(old.get("content")), _listed(new.get("content")), strict=False):
        yield from _objects(f"part[{part.get('type')}]", part, other)


def _called(
    old: JsonObject, new: JsonObject, offered: Container[str], offered_now: Container[str]
) -> Iterator[Drifted]:
    """The name of a called tool that the request does not have, where it had the recorded one.

    Which of its tools is called, the model decides; how their names are written, the service does.
    """
    was, now = old.get(CALLED), new.get(CALLED)
    if isinstance(was, str) and isinstance(now, str) and was in offered and now not in offered_now:
        yield Drifted("value", f"item[{old.get('type')}].{CALLED}", was, now)


def _offered(exchange: RecordedExchange, answer: JsonObject) -> Container[str]:
    """The names of the tools that the model could call: those of the request, and those that were found."""
    sent = exchange.request_body if isinstance(exchange.request_body, dict) else {}
    holders = [sent, answer, *_listed(sent.get("input")), *_listed(answer.get("output"))]
    return {name for holder in holders for name in _names(holder.get("tools"))}


def _names(tools: Any) -> Iterator[str]:
    for tool in _listed(tools):
        if isinstance(tool.get(CALLED), str):
            yield tool[CALLED]
        yield from _names(tool.get("tools"))


def _listed(value: Any) -> Sequence[Any]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else ()


def _streams(old: Sequence[Event], new: Sequence[Event]) -> Iterator[Drifted]:
    """What differs in the sequence of events, and in each of them: of those in a row the first stands for all."""
    types, others = types_of(old), types_of(new)
    firsts, other_firsts = ([next(row) for _, row in groupby(each, key=lambda one: one["type"])] for each in (old, new))
    if types != others and Counter(types) == Counter(others):
        at = next(index for index, kind in enumerate(types) if kind != others[index])
        yield Drifted("order", _after(types, at), types[at], others[at])
        return
    for tag, i, j, k, m in SequenceMatcher(a=types, b=others, autojunk=False).get_opcodes():
        if tag != "equal":
            yield Drifted("events", _after(types, i), ", ".join(types[i:j]) or "none", ", ".join(others[k:m]) or "none")
            continue
        for event, other in zip(firsts[i:j], other_firsts[k:m], strict=True):
            yield from _event(event, other)


def _after(types: Sequence[str], index: int) -> str:
    return f"after {types[index - 1]}" if index else "at the start"


def _event(old: Event, new: Event) -> Iterator[Drifted]:
    own = [{key: value for key, value in event.items() if key not in OBJECTS} for event in (old, new)]
    yield from _objects(old["type"], *own)
    for key in sorted(OBJECTS & old.keys() & new.keys()):
        inner, other = old[key], new[key]
        if not isinstance(inner, dict) or not isinstance(other, dict):
            yield from _types(f"{old['type']}.{key}", inner, other)
        elif key == "item":
            yield from _item(inner, other)
        else:
            name = f"{key}[{inner.get('type')}]" if "type" in inner else key
            yield from _objects(name, inner, other)


def _objects(where: str, old: JsonObject, new: JsonObject) -> Iterator[Drifted]:
    """What differs in two objects and in the objects in them."""
    for path, pairs in nested([Pair(old, new)], where):
        for ours, theirs, _ in pairs:
            yield from _keys(path, ours, theirs)
            for key in sorted(ours.keys() & theirs.keys()):
                yield from _types(f"{path}.{key}".lstrip("."), ours[key], theirs[key], key)


def _keys(where: str, old: JsonObject, new: JsonObject) -> Iterator[Drifted]:
    """New and missing keys; one of each is a key with another name."""
    lost = [key for key in old if key not in new]
    won = [key for key in new if key not in old]
    if len(lost) == len(won) == 1:
        yield Drifted("renamed key", where, lost[0], won[0])
        return
    yield from (Drifted("missing key", where, key, "none") for key in lost)
    yield from (Drifted("new key", where, "none", key) for key in won)


def _types(where: str, old: Any, new: Any, key: str = "") -> Iterator[Drifted]:
    """Another type of a value, or another name; whether there is any value often follows from the words."""
    was, now = _type(old), _type(new)
    if was != now:
        if "null" not in (was, now) or key not in VOLATILE:
            yield Drifted("type", where, was, now)
    elif (key in NAMES or (key == CALLED and where.startswith(REPEATED))) and isinstance(old, str) and old != new:
        yield Drifted("value", where, old, new)


_TYPES: Final[Mapping[type, str]] = {
    bool: "boolean",
    int: "number",
    float: "number",
    str: "text",
    dict: "object",
    list: "list",
    type(None): "null",
    bytes: "bytes",
}


def _type(value: Any) -> str:
    return _TYPES[type(value)]
