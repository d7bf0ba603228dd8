"""How objects of a provider differ from OpenAI's, seen in pairs of them: keys and values, as operations of profiles."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from mockserver.authoring.json_path import ABSENT
from mockserver.codec import JsonObject

WHOLE: Final = frozenset({"output", "content", "metadata"})
"""Keys whose values are not compared key by key: items and parts have rows of their own, metadata is the user's."""
VOLATILE: Final = frozenset(
    {"id", "call_id", "item_id", "created_at", "completed_at", "text", "delta", "arguments", "name", "output"}
    | {"encrypted_content", "summary", "content", "query", "sequence_number", "obfuscation", "status", "error"}
    | {"input_tokens", "output_tokens", "total_tokens", "cached_tokens", "reasoning_tokens", "incomplete_details"}
    | {"refusal", "result", "code", "input", "instructions", "previous_response_id", "annotations", "usage"}
)
"""Keys whose values differ from one answer to the next, so that a difference says nothing of the provider."""


class Pair(NamedTuple):
    """The same object, here and there."""

    ours: JsonObject
    theirs: JsonObject
    asked: Any = ABSENT
    """What the request has in its place."""


class Guess(NamedTuple):
    """A value that a provider showed each time, and may not always show."""

    key: str
    value: Any


class Changes(NamedTuple):
    """What has to be done to OpenAI's object so that it looks like the provider's."""

    drop: Sequence[str] = ()
    moved: Mapping[str, str] = {}
    """Lists that stand under another key, whose own is empty."""
    set: Mapping[str, Any] = {}
    """New keys, and keys with another value; a text with `$` stands for the value of that key."""
    echo: Mapping[str, Any] = {}
    """Keys that repeat the request, each with what stands there where it says nothing; `ABSENT`: what OpenAI has."""
    if_sent: Sequence[str] = ()
    """Keys that are there only if the request has them."""
    unknown: Sequence[str] = ()
    """Keys whose values follow from nothing that is known."""


def nested(pairs: Sequence[Pair], path: str = "") -> Iterator[tuple[str, Sequence[Pair]]]:
    """The pairs, and those of the objects in them, each with their path; lists by the types of their elements."""
    yield path, pairs
    inner: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        for key in pair.ours.keys() & pair.theirs.keys() - WHOLE:
            place = f"{path}.{key}" if path else key
            asked = pair.asked.get(key, ABSENT) if isinstance(pair.asked, dict) else ABSENT
            for at, one in _members(pair.ours[key], pair.theirs[key], asked):
                inner[place + at].append(one)
    for place in sorted(inner):
        yield from nested(inner[place], place)


def _members(ours: Any, theirs: Any, asked: Any) -> Iterator[tuple[str, Pair]]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        if ours.get("type") == theirs.get("type"):
            yield "", Pair(ours, theirs, asked)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        sent = asked if isinstance(asked, list) and len(asked) == len(ours) else [ABSENT] * len(ours)
        for own, their, one in zip(ours, theirs, sent, strict=True):
            if isinstance(own, dict) and isinstance(their, dict) and own.get("type") == their.get("type", ABSENT):
                yield f"[type={own['type']}]", Pair(own, their, one)


def changes_of(pairs: Sequence[Pair]) -> Changes:
    """What the pairs have in common."""
    ours = {key for pair in pairs for key in pair.ours}
    theirs = {key: None for pair in pairs for key in pair.theirs}
    drop = sorted(ours - theirs.keys())
    moved = _moved(pairs)
    set_, echo, unknown = dict[str, Any](), dict[str, Any](), list[str]()
    for key in theirs:
        if key not in ours:
            value = _constant(pairs, key)
            if value is ABSENT:
                unknown.append(key)
            else:
                set_[key] = value
        elif key in moved or key in moved.values():
            continue
        elif not _is_walked(pairs, key) and (key not in VOLATILE or _is_empty(pairs, key)):
            repeated = _repeated(pairs, key)
            if repeated is not None:
                echo[key] = repeated.value
            elif (changed := _changed(pairs, key)) is not None:
                set_[key] = changed.value
    kept = [key for key in theirs if key in ours and any(key in pair.ours and key not in pair.theirs for pair in pairs)]
    if_sent = [key for key in kept if all((key in pair.theirs) == _is_asked(pair, key) for pair in pairs)]
    return Changes(drop, moved, set_, echo, if_sent, [*unknown, *(key for key in kept if key not in if_sent)])


def _moved(pairs: Sequence[Pair]) -> Mapping[str, str]:
    """Lists that OpenAI has under one key, and the provider under another one that is empty there."""
    moved: dict[str, str] = {}
    for ours, theirs, _ in pairs:
        left = [key for key, value in ours.items() if isinstance(value, list) and value and theirs.get(key) == []]
        came = [key for key, value in theirs.items() if isinstance(value, list) and value and ours.get(key) == []]
        if len(left) == len(came) == 1:
            moved[left[0]] = came[0]
    return moved


def _constant(pairs: Sequence[Pair], key: str) -> Any:
    """What a new key has in all pairs: the same value, or that of another key. `ABSENT` where it is neither."""
    if any(key not in pair.theirs for pair in pairs):
        return ABSENT
    values = [pair.theirs[key] for pair in pairs]
    names = [name for name in pairs[0].theirs if name != key and name in pairs[0].ours]
    if isinstance(values[0], str | int) and not isinstance(values[0], bool) and values[0] not in (0, ""):
        same = (name for name in names if all(pair.theirs.get(name, ABSENT) == pair.theirs[key] for pair in pairs))
        name = next(same, None)
        if name is not None:
            return f"${name}"
    return values[0] if all(value == values[0] for value in values) else ABSENT


def _is_walked(pairs: Sequence[Pair], key: str) -> bool:
    """Whether the differences of a key are those of the objects in it."""
    shown = [(own, their) for own, their, _ in _shown(pairs, key) if own != their]
    return key not in WHOLE and bool(shown) and all(next(_members(*both, ABSENT), None) for both in shown)


def _is_empty(pairs: Sequence[Pair], key: str) -> bool:
    """Whether the provider never says anything there, where OpenAI does each time."""
    shown = [(pair.ours[key], pair.theirs[key]) for pair in pairs if key in pair.ours and key in pair.theirs]
    return bool(shown) and all(their in (None, [], {}) and own not in (None, [], {}) for own, their in shown)


def _is_asked(pair: Pair, key: str) -> bool:
    return isinstance(pair.asked, dict) and pair.asked.get(key) is not None


def _shown(pairs: Sequence[Pair], key: str) -> Iterator[tuple[Any, Any, Any]]:
    """What stands under a key: here, there, and in the request."""
    for pair in pairs:
        if key in pair.ours and key in pair.theirs:
            asked = pair.asked.get(key, ABSENT) if isinstance(pair.asked, dict) else ABSENT
            yield pair.ours[key], pair.theirs[key], asked


def _repeated(pairs: Sequence[Pair], key: str) -> Guess | None:
    """The default of a key that repeats the request where OpenAI does not; None for any other key."""
    shown = list(_shown(pairs, key))
    asked = [(own, their) for own, their, sent in shown if sent is not ABSENT and their == sent]
    if len(asked) != sum(sent is not ABSENT for _, _, sent in shown):
        return None
    others = [(own, their) for own, their, sent in shown if sent is ABSENT]
    alike = all(own == their for own, their in others)
    if all(own == their for own, their in asked) and (alike or not asked):
        return None
    if alike:
        return Guess(key, ABSENT)
    defaults = [their for _, their in others]
    return Guess(key, defaults[0]) if all(one == defaults[0] for one in defaults) else None


def _changed(pairs: Sequence[Pair], key: str) -> Guess | None:
    """The value that a key always has there, where OpenAI has another one."""
    shown = [(own, their) for own, their, _ in _shown(pairs, key)]
    values = [their for _, their in shown]
    if not values or all(own == their for own, their in shown) or any(value != values[0] for value in values):
        return None
    if isinstance(values[0], dict | list) and values[0]:
        return None
    return Guess(key, values[0])
