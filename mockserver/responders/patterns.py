"""A regular expression -> a text that it matches.

The expression is parsed by the standard library's own parser and walked; what a walk cannot promise (anchors inside,
lookarounds, lengths) is checked afterwards, and another text tried.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from importlib import import_module
from string import ascii_letters, ascii_lowercase, digits, punctuation
from typing import Any

from mockserver.ids import Draws

_PLAIN = ascii_letters + digits
_PRINTABLE = _PLAIN + punctuation + " "
_CATEGORIES: Mapping[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": str.isdigit,
    "CATEGORY_NOT_DIGIT": lambda c: not c.isdigit(),
    "CATEGORY_WORD": lambda c: c.isalnum() or c == "_",
    "CATEGORY_NOT_WORD": lambda c: not (c.isalnum() or c == "_"),
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_NOT_SPACE": lambda c: not c.isspace(),
}
_DRAWN_TRIES = 16
_STRETCHES = 512


def matching(pattern: str, draws: Draws, *, shortest: int = 0, longest: int | None = None) -> str | None:
    """A text in which `pattern` is found, `shortest` to `longest` characters long; None where none was found.

    Raises:
        re.error: the pattern is not one that Python knows.
    """
    tree = import_module("re._parser").parse(pattern)
    wanted = re.compile(pattern)
    for stretch, peek in _tries(lookahead="(?=" in pattern):
        text = _Walk(draws, stretch=stretch, peek=peek).write(tree)
        if shortest <= len(text) and (longest is None or len(text) <= longest) and wanted.search(text):
            return text
    return None


def _tries(*, lookahead: bool) -> Iterator[tuple[int | None, bool]]:
    """Drawn repetitions first, then ever longer ones; with a lookahead, also with what it asks for written out."""
    for stretch in (*(None,) * _DRAWN_TRIES, *range(_STRETCHES)):
        yield stretch, False
        if lookahead:
            yield stretch, True


class _Walk:
    """One walk through a parsed expression."""

    def __init__(self, draws: Draws, *, stretch: int | None, peek: bool) -> None:
        self._draws = draws
        self._stretch = stretch
        self._peek = peek
        self._groups: dict[int, str] = {}

    def write(self, tree: Any) -> str:
        return "".join(_WRITERS[str(op)](self, value) for op, value in tree)

    def one_of(self, characters: str) -> str:
        return characters[self._draws.index(len(characters))]

    def literal(self, value: int) -> str:
        return chr(value)

    def other(self, value: int) -> str:
        return self.one_of(ascii_lowercase.replace(chr(value), ""))

    def any(self, _: Any) -> str:
        return self.one_of(_PLAIN)

    def one_in(self, members: Any) -> str:
        return self.one_of(_alphabet(tuple(members)))

    def branch(self, value: Any) -> str:
        options = value[1]
        return self.write(options[self._draws.index(len(options))])

    def repeat(self, value: Any) -> str:
        least, most, tree = value
        spare = int(most) - least
        more = self._draws.index(min(spare, 4) + 1) if self._stretch is None else min(spare, self._stretch)
        return "".join(self.write(tree) for _ in range(least + more))

    def group(self, value: Any) -> str:
        number, _, _, tree = value
        text = self.write(tree)
        if number is not None:
            self._groups[number] = text
        return text

    def again(self, number: int) -> str:
        return self._groups.get(number, "")

    def conditional(self, value: Any) -> str:
        number, yes, no = value
        return self.write(yes if number in self._groups else no or ())

    def ahead(self, value: Any) -> str:
        return self.write(value[1]) if self._peek else ""

    def nothing(self, _: Any) -> str:
        return ""


@lru_cache(maxsize=1024)
def _alphabet(members: tuple[tuple[Any, Any], ...]) -> str:
    """The characters of a set: letters and digits where it has some, else what is printable, else its last member."""
    negated = str(members[0][0]) == "NEGATE"
    for alphabet in (_PLAIN, _PRINTABLE):
        fitting = "".join(c for c in alphabet if _is_in(c, members) is not negated)
        if fitting:
            return fitting
    value = members[-1][1]
    return chr(value[0] if isinstance(value, tuple) else value)


_MEMBERS: Mapping[str, Callable[[str, Any], bool]] = {
    "LITERAL": lambda character, value: ord(character) == value,
    "RANGE": lambda character, value: value[0] <= ord(character) <= value[1],
    "CATEGORY": lambda character, value: _CATEGORIES[str(value)](character),
    "NEGATE": lambda _, __: False,
}


def _is_in(character: str, members: tuple[tuple[Any, Any], ...]) -> bool:
    return any(_MEMBERS[str(op)](character, value) for op, value in members)


_WRITERS: Mapping[str, Callable[[_Walk, Any], str]] = {
    "LITERAL": _Walk.literal,
    "NOT_LITERAL": _Walk.other,
    "ANY": _Walk.any,
    "IN": _Walk.one_in,
    "BRANCH": _Walk.branch,
    "MAX_REPEAT": _Walk.repeat,
    "MIN_REPEAT": _Walk.repeat,
    "POSSESSIVE_REPEAT": _Walk.repeat,
    "SUBPATTERN": _Walk.group,
    "ATOMIC_GROUP": _Walk.write,
    "GROUPREF": _Walk.again,
    "GROUPREF_EXISTS": _Walk.conditional,
    "ASSERT": _Walk.ahead,
    "ASSERT_NOT": _Walk.nothing,
    "AT": _Walk.nothing,
}
