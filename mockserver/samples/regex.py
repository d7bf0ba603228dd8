"""A regular expression -> a text that it matches.

The expression is parsed by the standard library's own parser and walked. Most texts match by construction; what a walk
cannot promise (anchors inside, lookarounds) is checked afterwards, and another text tried, as for lengths.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from importlib import import_module
from string import ascii_letters, ascii_lowercase, digits, punctuation
from typing import Any, TypeAlias

from mockserver.ids import Draws
from mockserver.samples.backtracking import found_in, is_in

Pay: TypeAlias = Callable[[int], None]
"""Pays for so many steps before they are made."""

_PLAIN = ascii_letters + digits
_PRINTABLE = _PLAIN + punctuation + " "
_DRAWN_TRIES = 16
_STRETCHES = 512
_PATIENCE = 32  # texts in a row that are too long, after which longer ones are not tried
_PARSING = 2  # steps that a character of a pattern costs


def text_matching(
    pattern: str, draws: Draws, *, shortest: int = 0, longest: int | None = None, pay: Pay = lambda _: None
) -> str | None:
    """A text in which `pattern` is found, `shortest` to `longest` characters long; None where none was found.

    Raises:
        re.error, OverflowError: the pattern is not one that Python knows.
    """
    pay(_PARSING * len(pattern))
    tree = _parsed(pattern)
    pay(tree.getwidth()[0])
    certain = _is_certain(tree)
    too_long = 0
    for stretch, peek in _tries(lookahead="(?=" in pattern):
        text = _TextWriter(draws, stretch=stretch, peek=peek, pay=pay).write(tree)
        too_long = 0 if stretch is None or longest is None or len(text) <= longest else too_long + 1
        if too_long > _PATIENCE:
            return None
        fits = shortest <= len(text) and (longest is None or len(text) <= longest)
        if fits and (certain or found_in(text, tree, pay=pay)):
            return text
    return None


def matches(pattern: str, text: str, *, pay: Pay) -> bool:
    """Whether `pattern` is found in a text.

    Raises:
        re.error, OverflowError: the pattern is not one that Python knows.
    """
    pay(_PARSING * len(pattern))
    return found_in(text, _parsed(pattern), pay=pay)


@lru_cache(maxsize=32)
def _parsed(pattern: str) -> Any:
    return import_module("re._parser").parse(pattern)  # private, as nothing public shows what an expression says


def _tries(*, lookahead: bool) -> Iterator[tuple[int | None, bool]]:
    """Drawn repetitions first, then ever longer ones; with a lookahead, also with what it asks for written out."""
    for stretch in (*(None,) * _DRAWN_TRIES, *range(_STRETCHES)):
        yield stretch, False
        if lookahead:
            yield stretch, True


# The expressions inside an operation.
_PARTS: Mapping[str, Callable[[Any], list[Any]]] = {
    "BRANCH": lambda value: value[1],
    "MAX_REPEAT": lambda value: [value[2]],
    "MIN_REPEAT": lambda value: [value[2]],
    "SUBPATTERN": lambda value: [value[3]],
}
_PROMISED = frozenset({"LITERAL", "ANY", *_PARTS})
_EDGES = ("AT_BEGINNING", "AT_BEGINNING_STRING"), ("AT_END", "AT_END_STRING")


def _is_certain(tree: Any) -> bool:
    """Whether all that is written for a tree matches; the anchors at both ends hold for a text that is all of it."""
    nodes = list(tree)
    for edge, names in zip((0, -1), _EDGES, strict=True):
        if nodes and str(nodes[edge][0]) == "AT" and str(nodes[edge][1]) in names:
            del nodes[edge]
    return all(_is_promised(str(op), value) for op, value in nodes)


def _is_promised(op: str, value: Any) -> bool:
    if op == "IN":
        return str(value[0][0]) != "NEGATE"
    parts = _PARTS.get(op, lambda _: [])(value)
    return op in _PROMISED and all(_is_promised(str(inner), what) for part in parts for inner, what in part)


class _TextWriter:
    """Writes a text that a parsed expression matches."""

    def __init__(self, draws: Draws, *, stretch: int | None, peek: bool, pay: Pay) -> None:
        self._draws = draws
        self._stretch = stretch
        self._peek = peek
        self._pay = pay
        self._groups: dict[int, str] = {}

    def write(self, tree: Any, *, times: int = 1) -> str:
        self._pay(times * max(1, len(tree)))
        return "".join(_WRITERS[str(op)](self, value) for _ in range(times) for op, value in tree)

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
        return self.write(tree, times=least + more)

    def group(self, value: Any) -> str:
        number, _, _, tree = value
        text = self.write(tree)
        if number is not None:
            self._groups[number] = text
        return text

    def again(self, number: int) -> str:
        text = self._groups.get(number, "")
        self._pay(len(text))
        return text

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
    for alphabet in (_PLAIN, _PRINTABLE):
        fitting = "".join(c for c in alphabet if is_in(c, members))
        if fitting:
            return fitting
    value = members[-1][1]
    return chr(value[0] if isinstance(value, tuple) else value)


_WRITERS: Mapping[str, Callable[[_TextWriter, Any], str]] = {
    "LITERAL": _TextWriter.literal,
    "NOT_LITERAL": _TextWriter.other,
    "ANY": _TextWriter.any,
    "IN": _TextWriter.one_in,
    "BRANCH": _TextWriter.branch,
    "MAX_REPEAT": _TextWriter.repeat,
    "MIN_REPEAT": _TextWriter.repeat,
    "POSSESSIVE_REPEAT": _TextWriter.repeat,
    "SUBPATTERN": _TextWriter.group,
    "ATOMIC_GROUP": _TextWriter.write,
    "GROUPREF": _TextWriter.again,
    "GROUPREF_EXISTS": _TextWriter.conditional,
    "ASSERT": _TextWriter.ahead,
    "ASSERT_NOT": _TextWriter.nothing,
    "AT": _TextWriter.nothing,
}
