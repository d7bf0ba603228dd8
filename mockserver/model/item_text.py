"""What an item says: the values at the paths that its row names, and the text in them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mockserver.model.plan import Item
from mockserver.spec.item_types import ITEM_TYPES, UNKNOWN

# The keys of a part that hold text: of a message's parts, of an entry of a shell's output, of a code interpreter's.
_PART_TEXTS = ("text", "refusal", "transcript", "stdout", "stderr", "logs")


_WRITTEN = {name: tuple(path.split(".") for path in row.text) for name, row in ITEM_TYPES.items()}
_ALL = {name: tuple(path.split(".") for path in row.text + row.returned) for name, row in ITEM_TYPES.items()}
_ANYWHERE = tuple(path.split(".") for path in UNKNOWN.text)


def value_at(holder: Any, path: str) -> Any:
    """The value at a dotted path, or None where it ends early; the holder itself for an empty path."""
    return _value(holder, path.split(".") if path else ())


def _value(holder: Any, keys: Sequence[str]) -> Any:
    for key in keys:
        holder = holder.get(key) if isinstance(holder, dict) else None
    return holder


def values_in(item: Mapping[str, Any]) -> Iterator[Any]:
    """What an item says, and what a tool gave back within it, the most informative first; empty values are left out.

    A type that has no row is searched for every key in which another type says something.
    """
    for keys in _ALL.get(item.get("type", "message"), _ANYWHERE):
        value = _value(item, keys)
        if value not in (None, "", [], {}):
            yield value


def texts(value: Any) -> Iterator[str]:
    """The texts in a value, empty ones too: the string itself, the strings of a list, those of its parts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from (part,) if isinstance(part, str) else _part_texts(part)


def _part_texts(part: Any) -> Sequence[str]:
    found = [part.get(key) for key in _PART_TEXTS] if isinstance(part, dict) else ()
    return [text for text in found if isinstance(text, str)]


def text_in(value: Any) -> str:
    """All text in a value, joined by line ends; a picture or an object has none."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):  # as most messages have it
        text = value[0].get("text")
        if isinstance(text, str):
            return text
    return "\n".join(filter(None, texts(value)))


def item_text(item: Item, *, returned: bool = True) -> str:
    """All text that an item says, joined by line ends; with `returned`, also what a tool gave back within it."""
    paths = (_ALL if returned else _WRITTEN).get(item["type"], _ANYWHERE)
    if len(paths) == 1:
        return text_in(_value(item, paths[0]))
    found = [text_in(_value(item, keys)) for keys in paths]
    return "\n".join(filter(None, found))
