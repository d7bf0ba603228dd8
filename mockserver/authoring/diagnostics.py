"""Problems in what people write: all at once, each with the keys that lead to it, and its file and line once known.

No other module describes a value in a sentence or suggests a name.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias, TypeVar

from mockserver.authoring.takes import TEXT, takes
from mockserver.errors import ScriptError

Keys: TypeAlias = tuple[str | int, ...]
Reader: TypeAlias = Callable[[Any], Any]
"""Makes a typed value of a written one. Raises: ProblemError."""

T = TypeVar("T")

TYPE_NAMES: Mapping[type, str] = {
    str: "a string",
    bool: "true or false",
    int: "an integer",
    float: "a number",
    dict: "a mapping",
    list: "a list",
    tuple: "a list",
    type(None): "null",
}
_WORDS: Mapping[Any, str] = {None: "null", True: "true", False: "false"}
_LONGEST_VALUE = 80
_NEAR = 0.5  # how alike a suggested name must be, from 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong: what was expected, and where; keys are counted from the outermost value."""

    message: str
    keys: Keys = ()
    file: str = ""
    line: int = 0
    """From 1; 0 where there is no file."""

    @property
    def path(self) -> str:
        """The keys as one word: `when.input.contain`, `reply[0]`."""
        parts = [f"[{key}]" if isinstance(key, int) else f".{key}" for key in self.keys]
        return "".join(parts).removeprefix(".")

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " if self.file else ""
        return f"{where}{self.path}: {self.message}" if self.keys else where + self.message


class ProblemError(ScriptError):
    """Everything that is wrong with one value; at least one problem."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def problem(message: str, *keys: str | int) -> ProblemError:
    """One problem, ready to raise."""
    return ProblemError([Problem(message=message, keys=keys)])


def collect(entries: Iterable[tuple[str | int, Callable[[], T]]]) -> list[T]:
    """What every entry makes, in order.

    Raises: ProblemError, the problems of all entries, each under its entry's key.
    """
    made: list[T] = []
    found: list[Problem] = []
    for key, make in entries:
        try:
            made.append(make())
        except ProblemError as error:
            found += [replace(one, keys=(key, *one.keys)) for one in error.problems]
        except ScriptError as error:
            found.append(Problem(message=str(error), keys=(key,)))
    if found:
        raise ProblemError(found)
    return made


def read_mapping(given: Mapping[str, Any], readers: Mapping[str, Reader]) -> dict[str, Any]:
    """Every value as the reader of its key reads it.

    Raises: ProblemError, the problems of all values, and of keys that have no reader.
    """
    read = collect((str(key), partial(_read, key, value, readers)) for key, value in given.items())
    return dict(zip(given, read, strict=True))


def _read(key: Any, value: Any, readers: Mapping[str, Reader]) -> Any:
    return readers[one_of(key, readers)](value)


def read_list(given: Sequence[Any], read: Callable[[Any], T]) -> list[T]:
    """Every value as `read` reads it. Raises: ProblemError, the problems of all values."""
    return collect((n, partial(read, one)) for n, one in enumerate(given))


def read_values(given: Mapping[str, Any], read: Callable[[Any], T]) -> dict[str, T]:
    """Every value of a mapping as `read` reads it. Raises: ProblemError, the problems of all values."""
    return dict(zip(given, collect((str(key), partial(read, value)) for key, value in given.items()), strict=True))


def report(problems: Sequence[Problem], where: str) -> str:
    """All problems, a line for each, below the line that counts them: `2 problems in the fixtures:`."""
    count = len(problems)
    return "\n".join([f"{count} problem{'s' * (count != 1)} in {where}:", *map(str, problems)])


@takes(lambda allowed=(), **_: {"enum": sorted(allowed)})
def one_of(name: Any, allowed: Collection[str], *, what: str = "key") -> str:
    """The name, if it is allowed. Raises: ProblemError naming the nearest allowed one and all of them."""
    if isinstance(name, str) and name in allowed:
        return name
    raise problem(
        f"unknown {what} '{_shortened(str(name))}'.{did_you_mean(name, allowed)} Allowed: {', '.join(sorted(allowed))}."
    )


def did_you_mean(name: Any, allowed: Collection[str]) -> str:
    """The sentence that suggests the nearest allowed name, with a space before it; empty where none is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - for problems alone

    near = get_close_matches(_shortened(str(name)), sorted(allowed), n=1, cutoff=_NEAR)  # of a long name it takes long
    return f" Did you mean '{near[0]}'?" if near else ""


def as_mapping(value: Any, what: str) -> Mapping[str, Any]:
    """The value, if it is a mapping. Raises: ProblemError saying that `what` was expected."""
    if isinstance(value, Mapping):
        return value
    raise problem(f"expected {what}, got {describe(value)}.")


def as_list(value: Any, what: str) -> Sequence[Any]:
    """The value, if it is a list. Raises: ProblemError saying that `what` was expected."""
    if not isinstance(value, list | tuple):
        raise problem(f"expected {what}, got {describe(value)}.")
    return value


def non_empty_list(value: Any, what: str) -> Sequence[Any]:
    """The value, if it is a list with something in it. Raises: ProblemError saying that `what` was expected."""
    if not value:
        raise problem(f"expected {what}, got {describe(value)}.")
    return as_list(value, what)


@takes({**TEXT, "minLength": 1})
def as_text(value: Any) -> str:
    """The value, if it is a string with something in it. Raises: ProblemError."""
    if isinstance(value, str) and value:
        return value
    raise problem(f"expected a string, got {describe(value)}.")


def describe(value: Any) -> str:
    """A value with its type, for a sentence about it: `a string 'loud'`."""
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    shown = _shortened(repr(value))
    name = TYPE_NAMES.get(type(value))
    return f"{name} {shown}" if name else shown


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"
