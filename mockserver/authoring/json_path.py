"""Paths into JSON: `input[0].content[1].text`, `tools[*].name`, `input[-1]`."""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from mockserver.authoring.diagnostics import problem

Path: TypeAlias = tuple[str | int, ...]

EVERY: Final = "*"
_STEP = re.compile(r"(?:^|(?<=.)\.)([^.\[\]*]+)|\[(\*|-?\d+)\]")


class Absent:
    """Stands where there is no value; JSON's null is a value."""

    def __repr__(self) -> str:
        return "nothing"

    def __bool__(self) -> bool:
        return False


ABSENT: Final = Absent()


class Values(tuple[Any, ...]):
    """Several values that stand for one place: a matcher is met when one of them meets it."""

    __slots__ = ()


def parse_path(text: str) -> Path:
    """The steps of a path. Raises: ProblemError for text that is none."""
    steps: list[str | int] = []
    position = 0
    while position < len(text):
        step = _STEP.match(text, position)
        if step is None:
            break
        name, index = step.groups()
        steps.append(name or (index if index == EVERY else int(index)))
        position = step.end()
    if not steps or position < len(text):
        raise problem(f"'{text}' is not a valid path; expected names and [positions], as in input[0].content[1].text.")
    return tuple(steps)


def value_at(value: Any, path: Path) -> Any:
    """What stands there: a value, `ABSENT`, or `Values` where the path has a `[*]`."""
    found = list(_found(value, path))
    if EVERY in path:
        return Values(found)
    return found[0] if found else ABSENT


def _found(value: Any, path: Path) -> list[Any]:
    if not path:
        return [value]
    step, rest = path[0], path[1:]
    if step == EVERY:
        return [one for part in value for one in _found(part, rest)] if isinstance(value, list) else []
    if isinstance(step, int):
        inside = isinstance(value, list) and -len(value) <= step < len(value)
    else:
        inside = isinstance(value, Mapping) and step in value
    return _found(value[step], rest) if inside else []
