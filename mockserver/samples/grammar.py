"""A context-free grammar -> a sentence of it.

A grammar that has a terminal for all that a caller wants to say gets just that. Else, where there is a choice, the
branch that the user names is taken, or the first one; what is optional is left out. Once a definition leads back to
itself, the branches that end soonest are taken, so every sentence ends.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from math import inf
from typing import Any, NamedTuple, TypeAlias

from mockserver.ids import Draws
from mockserver.samples.budget import DEEPEST, LONGEST_PATTERN, Budget, NoValueError, TooLargeError
from mockserver.samples.regex import Pay, matches
from mockserver.samples.strings import text_for_pattern
from mockserver.samples.vocabulary import mentions

PATH = "format.definition"  # how errors name the place


class LiteralText(NamedTuple):
    """These characters."""

    text: str


class Pattern(NamedTuple):
    """A text that all of a regular expression matches."""

    pattern: str
    flags: str = ""

    @property
    def whole(self) -> str:
        """The expression for texts of which nothing is left over."""
        return rf"{f'(?{self.flags})' if self.flags else ''}\A(?:{self.pattern})\Z"


class Name(NamedTuple):
    """What a definition allows."""

    name: str


class Sequence(NamedTuple):
    """All parts, in order."""

    parts: "tuple[Node, ...]"


class OneOf(NamedTuple):
    """One of the branches."""

    branches: "tuple[Node, ...]"


class Repeat(NamedTuple):
    """A part, at least so many times. How often at most does not matter: no sentence has more than it must."""

    part: "Node"
    least: int


Node: TypeAlias = LiteralText | Pattern | Name | Sequence | OneOf | Repeat


class Grammar(NamedTuple):
    """Definitions by name; those without lowercase letters are terminals, inside which nothing is ignored."""

    definitions: Mapping[str, Node]
    ignored: tuple[Node, ...] = ()
    """What may stand between terminals."""
    start: str = "start"


def sentence_of(grammar: Grammar, draws: Draws, *, wanted: str, text: str, budget: Budget) -> str:
    """`wanted` where the grammar has a terminal for it, else a made-up sentence; `text` is what the user wrote.

    Raises:
        NoValueError: no sentence was found.
        TooLargeError: the sentence would be too long, or takes too many steps to find.
    """
    if _has_terminal_for(wanted, grammar):
        return wanted
    try:
        writer = _Writer(grammar, draws, text=text, budget=budget)
        return writer.sentence() or writer.sentence(optional=1)
    except RecursionError:
        raise TooLargeError(PATH, most=DEEPEST, unit="levels") from None


def _has_terminal_for(text: str, grammar: Grammar) -> bool:
    """Whether one literal may be a whole sentence, and allows the text; false also where that takes too long to see."""
    pay = partial(Budget().spend, "pattern", path=PATH)
    try:
        return any(_allows(literal, text, pay) for literal in _whole_sentences(grammar, pay))
    except (RecursionError, TooLargeError):
        return False


# The parts of a node each of which may be all of it.
_WHOLES: Mapping[type, Callable[[Any], tuple[Node, ...]]] = {
    Sequence: lambda node: node.parts if len(node.parts) == 1 else (),
    OneOf: lambda node: node.branches,
    Repeat: lambda node: (node.part,),
}


def _whole_sentences(grammar: Grammar, pay: Pay) -> Iterator[Node]:
    """The nodes that may be whole sentences, definitions looked up."""
    undone: list[Node] = [Name(grammar.start)]
    definitions = dict(grammar.definitions)
    while undone:
        pay(1)
        node = undone.pop()
        yield node
        undone += _WHOLES.get(type(node), lambda _: ())(node)
        if isinstance(node, Name) and node.name in definitions:
            undone.append(definitions.pop(node.name))


def _allows(node: Node, text: str, pay: Pay) -> bool:
    if isinstance(node, Pattern) and len(node.pattern) <= LONGEST_PATTERN:
        try:
            return matches(node.whole, text, pay=pay)
        except (re.error, OverflowError):
            return False
    return node == LiteralText(text)


# How many definitions inside each other the shortest sentence of a node has; `known` has those of names.
_HEIGHTS: Mapping[type, Callable[[Any, Mapping[str, float], Pay], float]] = {
    LiteralText: lambda _, __, ___: 0,
    Pattern: lambda _, __, ___: 0,
    Name: lambda node, known, _: known.get(node.name, inf),
    Sequence: lambda node, known, pay: max((_height(part, known, pay) for part in node.parts), default=0),
    OneOf: lambda node, known, pay: min(_height(branch, known, pay) for branch in node.branches),
    Repeat: lambda node, known, pay: _height(node.part, known, pay) if node.least else 0,
}


def _height(node: Node, known: Mapping[str, float], pay: Pay) -> float:
    pay(1)
    return _HEIGHTS[type(node)](node, known, pay)


def _heights(definitions: Mapping[str, Node], pay: Pay) -> Mapping[str, float]:
    """The height of each definition; without end for one that has no sentence."""
    found = dict.fromkeys(definitions, inf)
    names, changed = list(definitions), True
    while changed:
        changed = False
        names.reverse()  # terminals stand last as a rule, and are known first then
        for name in names:
            height = 1 + _height(definitions[name], found, pay)
            changed |= height < found[name]
            found[name] = height
    return found


class _Writer:
    """Writes sentences of a grammar."""

    def __init__(self, grammar: Grammar, draws: Draws, *, text: str, budget: Budget) -> None:
        self._grammar = grammar
        self._draws = draws
        self._text = text
        self._budget = budget
        self._pay = partial(budget.spend, "pattern", path=PATH)
        self._heights = _heights(grammar.definitions, self._pay)
        self._entered: set[str] = set()
        self._ending = False
        self._optional = 0
        self._gap = next(filter(str.isspace, [self._write(node, "") for node in grammar.ignored]), "")

    def sentence(self, *, optional: int = 0) -> str:
        """A sentence in which what may be left out stands `optional` times, with space between terminals if ignored."""
        self._optional = optional
        return self._write(Name(self._grammar.start), self._gap)

    def _write(self, node: Node, gap: str) -> str:
        self._pay(1)
        return _WRITERS[type(node)](self, node, gap)

    def literal(self, node: LiteralText, _: str) -> str:
        self._budget.spend("characters", len(node.text), path=PATH)
        return node.text

    def pattern(self, node: Pattern, _: str) -> str:
        found = text_for_pattern(node.whole, self._draws, path=PATH, budget=self._budget)
        self._budget.spend("characters", len(found), path=PATH)
        return found

    def name(self, node: Name, gap: str) -> str:
        if self._heights.get(node.name, inf) == inf:
            raise NoValueError(
                f"The grammar at {PATH} has no sentence for {node.name!r}, which is undefined or endless."
            )
        ending, again = self._ending, node.name in self._entered
        self._ending = ending or again
        self._entered.add(node.name)
        inside = "" if node.name == node.name.upper() else gap
        written = self._write(self._grammar.definitions[node.name], inside)
        self._ending = ending
        if not again:
            self._entered.remove(node.name)
        return written

    def sequence(self, node: Sequence, gap: str) -> str:
        return gap.join(filter(None, [self._write(part, gap) for part in node.parts]))

    def choice(self, node: OneOf, gap: str) -> str:
        heights = [_height(branch, self._heights, self._pay) for branch in node.branches]
        if self._ending:
            return self._write(node.branches[heights.index(min(heights))], gap)
        ends = [branch for branch, height in zip(node.branches, heights, strict=True) if height < inf]
        named = [branch for branch in ends if mentions(self._text, self._fixed(branch))]
        return self._write((named or ends or node.branches)[0], gap)

    def _fixed(self, node: Node | None) -> str:
        """The text of a node that allows no other; empty for the rest."""
        for _ in range(len(self._grammar.definitions) + 1):
            self._pay(1)
            if isinstance(node, Name):
                node = self._grammar.definitions.get(node.name)
            elif isinstance(node, Sequence) and len(node.parts) == 1:
                (node,) = node.parts
        return node.text if isinstance(node, LiteralText) else ""

    def repeat(self, node: Repeat, gap: str) -> str:
        times = node.least if self._ending else max(node.least, self._optional)
        self._pay(times)
        return gap.join(filter(None, [self._write(node.part, gap) for _ in range(times)]))


_WRITERS: Mapping[type, Callable[[_Writer, Any, str], str]] = {
    LiteralText: _Writer.literal,
    Pattern: _Writer.pattern,
    Name: _Writer.name,
    Sequence: _Writer.sequence,
    OneOf: _Writer.choice,
    Repeat: _Writer.repeat,
}
