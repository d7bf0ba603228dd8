"""What readers say of what they accept: a JSON Schema beside each, of which `json_schema` makes those for editors."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

Written: TypeAlias = Mapping[str, Any] | bool | Callable[..., Any]
"""A JSON Schema in which a reader stands for its own, or a function that gives one for what a reader is bound to."""

T = TypeVar("T", bound=Callable[..., Any])
_MARK: Final = "__takes__"


class Taken(NamedTuple):
    """What a reader accepts."""

    written: Written
    name: str = ""
    """What others refer to it by; without one, it is written out where it is used."""


def takes(written: Written, *, name: str = "") -> Callable[[T], T]:
    """Say what the decorated reader accepts; a reader that leads back to itself needs a name."""

    def mark(reader: T) -> T:
        setattr(reader, _MARK, Taken(written, name))
        return reader

    return mark


def taken(reader: Callable[..., Any]) -> Taken:
    """What a reader accepts. Raises: LookupError for one that does not say."""
    bound = reader if isinstance(reader, partial) else partial(reader)
    found: Taken | None = getattr(bound.func, _MARK, None)
    if found is None:
        raise LookupError(f"{bound.func!r} does not say what it takes: decorate it with `takes`.")
    written = found.written
    if not callable(written):
        return found
    return found._replace(written=written(*bound.args, **bound.keywords))


def by_name(name: str) -> Mapping[str, Any]:
    """The schema of what a reader with this name accepts, which is written out elsewhere."""
    return {"$ref": f"#/definitions/{name}"}


def mapping(keys: Mapping[str, Any], **more: Any) -> Mapping[str, Any]:
    """The schema of a mapping that has these keys, each with its reader, and no others."""
    return {"type": "object", "properties": keys, "additionalProperties": False, **more}


def a_list(entry: Any, *, least: int = 0) -> Mapping[str, Any]:
    """The schema of a list of what a reader accepts, with so many entries at least."""
    return {"type": "array", "items": entry, **({"minItems": least} if least else {})}


def values(reader: Any) -> Mapping[str, Any]:
    """The schema of a mapping with keys of any name, whose values a reader accepts."""
    return {"type": "object", "additionalProperties": reader}


COUNT: Final[Mapping[str, Any]] = {"type": "integer", "minimum": 0}
TEXT: Final[Mapping[str, Any]] = {"type": "string"}
FLAG: Final[Mapping[str, Any]] = {"type": "boolean"}
OBJECT: Final[Mapping[str, Any]] = {"type": "object"}
ANYTHING: Final = True
NOTHING: Final = False
"""What cannot be written in a file, such as a function."""
