"""What is wrong with a rule as its author wrote it: every fault at once, each with the keys that lead to it."""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias, TypeVar

from mockserver.errors import ScriptError

Keys: TypeAlias = tuple[str | int, ...]
T = TypeVar("T")

_TYPE_NAMES: Mapping[type, str] = {
    str: "a string",
    bool: "true or false",
    int: "an integer",
    float: "a number",
    dict: "a mapping",
    list: "a list",
    tuple: "a list",
    type(None): "null",
}
_LONGEST_VALUE = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """One fault: where it is, seen from the outermost value, and what was expected there."""

    keys: Keys
    message: str

    @property
    def path(self) -> str:
        """The keys as one word: `when.input.contain`, `reply[0]`."""
        parts = [f"[{key}]" if isinstance(key, int) else f".{key}" for key in self.keys]
        return "".join(parts).removeprefix(".")

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.keys else self.message


class MisfitError(ScriptError):
    """Everything that is wrong with one value; at least one fault."""

    def __init__(self, found: Sequence[Misfit]) -> None:
        super().__init__("\n".join(str(misfit) for misfit in found))
        self.found = tuple(found)


def misfit(message: str, *keys: str | int) -> MisfitError:
    """One fault, ready to raise."""
    return MisfitError([Misfit(keys=keys, message=message)])


def each(entries: Iterable[tuple[str | int, Callable[[], T]]]) -> list[T]:
    """What every entry makes, in order.

    Raises: MisfitError, all faults of all entries, each under its entry's key.
    """
    made: list[T] = []
    found: list[Misfit] = []
    for key, make in entries:
        try:
            made.append(make())
        except MisfitError as faults:
            found += [replace(fault, keys=(key, *fault.keys)) for fault in faults.found]
        except ScriptError as fault:
            found.append(Misfit(keys=(key,), message=str(fault)))
    if found:
        raise MisfitError(found)
    return made


def keyed(given: Mapping[str, Any], readers: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """Every value as the reader of its key reads it.

    Raises: MisfitError, the faults of all values, and of keys that have no reader.
    """
    read = each((str(key), partial(_read, key, value, readers)) for key, value in given.items())
    return dict(zip(given, read, strict=True))


def _read(key: Any, value: Any, readers: Mapping[str, Callable[[Any], Any]]) -> Any:
    return readers[known(key, readers)](value)


def known(name: Any, allowed: Iterable[str], *, what: str = "key") -> str:
    """The name, if it is allowed. Raises: MisfitError naming the nearest allowed one and all of them."""
    names = sorted(allowed)
    if isinstance(name, str) and name in names:
        return name
    near = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    raise misfit(f"unknown {what} '{name}'.{hint} Allowed: {', '.join(names)}.")


def listed(value: Any) -> list[Any]:
    """The value as a list: itself, or the one thing it is."""
    return list(value) if isinstance(value, list | tuple) else [value]


def mapping(value: Any, what: str) -> Mapping[str, Any]:
    """The value, if it is a mapping. Raises: MisfitError saying that `what` was expected."""
    if isinstance(value, Mapping):
        return value
    raise misfit(f"expected {what}, got {spelt(value)}.")


def spelt(value: Any) -> str:
    """A value with its type, for a sentence about it: `a string 'loud'`."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    shown = repr(value)
    shown = shown if len(shown) <= _LONGEST_VALUE else f"{shown[: _LONGEST_VALUE - 1]}…"
    name = _TYPE_NAMES.get(type(value))
    return f"{name} {shown}" if name else shown
