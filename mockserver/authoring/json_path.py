"""Paths into JSON: `input[0].content[1].text`, `tools[*].name`, `input[-1]`, `output[type=message].content[*]`.

A step is a key of an object, or says which elements of a list are meant: the one at a position, counted from the end
where it is negative, `[*]` for every one, `[key=value]` for those that have this text under the key.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from operator import is_
from typing import Any, Final, NamedTuple, TypeAlias

from mockserver.authoring.diagnostics import problem


class Elements(NamedTuple):
    """The step for several elements of a list: every one, or those that have a value under a key."""

    key: str = ""
    value: str = ""


PathStep: TypeAlias = str | int | Elements
Path: TypeAlias = tuple[PathStep, ...]

EVERY: Final = Elements()
_STEP = re.compile(
    r"(?:^|(?<=.)\.)(?P<name>[^.\[\]*]+)|\[(?:(?P<every>\*)|(?P<at>-?\d+)|(?P<key>[^\[\]=]+)=(?P<value>[^\]]+))\]"
)


class Absent:
    """Stands where there is no value; JSON's null is a value."""

    def __repr__(self) -> str:
        return "nothing"

    def __bool__(self) -> bool:
        return False


ABSENT: Final = Absent()


class SeveralValues(tuple[Any, ...]):
    """The values at a path with several elements: a matcher is met when one of them meets it."""

    __slots__ = ()


def parse_path(text: str) -> Path:
    """The steps of a path. Raises: ProblemError for text that is not a path."""
    steps: list[PathStep] = []
    position = 0
    while step := _STEP.match(text, position):
        steps.append(_step(step))
        position = step.end()
    if not steps or position < len(text):
        raise problem(
            f"'{text}' is not a valid path; expected keys with [0], [*] or [key=value] after them, "
            "as in input[0].content[*].text."
        )
    return tuple(steps)


def _step(found: re.Match[str]) -> PathStep:
    if found["name"]:
        return found["name"]
    if found["at"]:
        return int(found["at"])
    return EVERY if found["every"] else Elements(found["key"], found["value"])


def selects(step: PathStep, position: int, elements: Sequence[Any]) -> bool:
    """Whether a step goes on into the element at a position of a list."""
    if not isinstance(step, Elements):
        return step in (position, position - len(elements))
    if not step.key:
        return True
    element = elements[position]
    return isinstance(element, Mapping) and element.get(step.key) == step.value


def ends_in_list(path: Path) -> bool:
    """Whether a path leads to elements of a list."""
    return bool(path) and not isinstance(path[-1], str)


def values_at(value: Any, path: Path) -> list[Any]:
    """Every value that a path leads to, in order."""
    found = [value]
    for step in path:
        found = [inner for one in found for inner in _inside(one, step)]
    return found


def _inside(value: Any, step: PathStep) -> Sequence[Any]:
    if isinstance(step, str):
        return (value[step],) if isinstance(value, Mapping) and step in value else ()
    if not isinstance(value, list):
        return ()
    if isinstance(step, int):
        return (value[step],) if -len(value) <= step < len(value) else ()
    return [one for n, one in enumerate(value) if selects(step, n, value)]


def value_at(value: Any, path: Path) -> Any:
    """What stands there: a value, `ABSENT`, or `SeveralValues` where the path has a step for several elements."""
    found = values_at(value, path)
    if any(isinstance(step, Elements) for step in path):
        return SeveralValues(found)
    return found[0] if found else ABSENT


def rewrite(value: Any, path: Path, change: Callable[[Any], Sequence[Any]]) -> Sequence[Any]:
    """What a value is replaced by once everything that the path leads to is changed; the value itself stays as it is.

    `change` gives one value for each that it is given, and for an element of a list several or none. A value in which
    nothing changes is given back itself, not a copy.
    """
    if not path:
        return change(value)
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        if not isinstance(value, dict) or step not in value:
            return [value]
        old = value[step]
        [new] = rewrite(old, rest, change)
        return [value if new is old else {**value, step: new}]
    if not isinstance(value, list):
        return [value]
    parts = [rewrite(one, rest, change) if selects(step, n, value) else [one] for n, one in enumerate(value)]
    new = [one for part in parts for one in part]
    return [value if len(new) == len(value) and all(map(is_, new, value)) else new]
