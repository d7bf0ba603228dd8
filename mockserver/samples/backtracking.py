"""Whether a text matches a parsed regular expression, by a search that pays for its steps.

The standard library's own search cannot be stopped, and takes hours over some expressions of a few characters.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

Then: TypeAlias = Callable[[int], bool]
"""What has to match behind a position."""

_STEP = 2  # what an operation costs; a further character of a repetition costs one

_CATEGORIES: Mapping[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": str.isdigit,
    "CATEGORY_NOT_DIGIT": lambda c: not c.isdigit(),
    "CATEGORY_WORD": lambda c: c.isalnum() or c == "_",
    "CATEGORY_NOT_WORD": lambda c: not (c.isalnum() or c == "_"),
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_NOT_SPACE": lambda c: not c.isspace(),
}
_MEMBERS: Mapping[str, Callable[[str, Any], bool]] = {
    "LITERAL": lambda character, value: ord(character) == value,
    "RANGE": lambda character, value: value[0] <= ord(character) <= value[1],
    "CATEGORY": lambda character, value: _CATEGORIES[str(value)](character),
    "NEGATE": lambda _, __: False,
}


def is_in(character: str, members: Any) -> bool:
    """Whether a set of an expression has a character."""
    negated = str(members[0][0]) == "NEGATE"
    return any(_MEMBERS[str(op)](character, value) for op, value in members) is not negated


# Operations that match one character.
_SINGLE: Mapping[str, Callable[[str, Any], bool]] = {
    "LITERAL": _MEMBERS["LITERAL"],
    "NOT_LITERAL": lambda character, value: ord(character) != value,
    "ANY": lambda character, _: character != "\n",
    "IN": is_in,
}
_ANCHORS: Mapping[str, Callable[[str, int], bool]] = {
    "AT_BEGINNING": lambda _, position: position == 0,
    "AT_BEGINNING_STRING": lambda _, position: position == 0,
    "AT_END": lambda text, position: position == len(text) or (position == len(text) - 1 and text[-1] == "\n"),
    "AT_END_STRING": lambda text, position: position == len(text),
    "AT_BOUNDARY": lambda text, position: _is_word(text, position - 1) is not _is_word(text, position),
    "AT_NON_BOUNDARY": lambda text, position: _is_word(text, position - 1) is _is_word(text, position),
}


def _is_word(text: str, position: int) -> bool:
    return 0 <= position < len(text) and _CATEGORIES["CATEGORY_WORD"](text[position])


def found_in(text: str, tree: Any, *, pay: Callable[[int], None]) -> bool:
    """Whether a parsed expression matches anywhere in a text; false also where that would need too deep a stack."""
    search = _Search(text, pay, fold=bool(tree.state.flags & re.IGNORECASE))
    try:
        return any(search.sequence(tree, 0, start, lambda _: True) for start in range(len(text) + 1))
    except RecursionError:
        return False


class _Search:
    """One search; each operation gets its position and what has to match behind it."""

    def __init__(self, text: str, pay: Callable[[int], None], *, fold: bool) -> None:
        self._text = text
        self._pay = pay
        self._fold = fold
        self._groups: dict[int, range] = {}

    def sequence(self, nodes: Any, index: int, position: int, then: Then) -> bool:
        while index < len(nodes):
            self._pay(_STEP)
            (op, value), index = nodes[index], index + 1
            name = str(op)
            if name not in _SINGLE:
                rest = partial(self.sequence, nodes, index, then=then)
                return _MATCHERS[name](self, value, position, rest)
            if not self._fits(name, value, position):
                return False
            position += 1
        return then(position)

    def _fits(self, name: str, value: Any, position: int) -> bool:
        if position >= len(self._text):
            return False
        character = self._text[position]
        if not self._fold:
            return _SINGLE[name](character, value)
        cases = [case for case in (character, character.swapcase()) if len(case) == 1]
        negated = name == "NOT_LITERAL" or (name == "IN" and str(value[0][0]) == "NEGATE")
        return (all if negated else any)(_SINGLE[name](case, value) for case in cases)

    def branch(self, value: Any, position: int, then: Then) -> bool:
        return any(self.sequence(option, 0, position, then) for option in value[1])

    def repeat(self, value: Any, position: int, then: Then) -> bool:
        least, most, tree = value
        if len(tree) != 1 or str(tree[0][0]) not in _SINGLE:
            return self._rounds(value, 0, position, then)
        (op, what), end = tree[0], position
        while end - position < most and self._fits(str(op), what, end):
            self._pay(1)
            end += 1
        return any(then(stop) for stop in range(end, position + least - 1, -1))

    def _rounds(self, value: Any, done: int, position: int, then: Then) -> bool:
        least, most, tree = value

        def again(end: int) -> bool:
            return (end > position or done < least) and self._rounds(value, done + 1, end, then)

        return (done < most and self.sequence(tree, 0, position, again)) or (done >= least and then(position))

    def group(self, value: Any, position: int, then: Then) -> bool:
        number, _, _, tree = value

        def close(end: int) -> bool:
            before = self._groups.get(number)
            self._groups[number] = range(position, end)
            if then(end):
                return True
            del self._groups[number]
            if before is not None:
                self._groups[number] = before
            return False

        return self.sequence(tree, 0, position, close)

    def reference(self, number: int, position: int, then: Then) -> bool:
        if number not in self._groups:
            return False
        group = self._groups[number]
        self._pay(len(group))
        text = self._text[group.start : group.stop]
        return self._text.startswith(text, position) and then(position + len(text))

    def conditional(self, value: Any, position: int, then: Then) -> bool:
        number, yes, no = value
        return self.sequence(yes if number in self._groups else no or (), 0, position, then)

    def ahead(self, value: Any, position: int, then: Then) -> bool:
        return self._looks(value, position) and then(position)

    def not_ahead(self, value: Any, position: int, then: Then) -> bool:
        return not self._looks(value, position) and then(position)

    def _looks(self, value: Any, position: int) -> bool:
        direction, tree = value
        if direction > 0:
            return self.sequence(tree, 0, position, lambda _: True)
        return any(self.sequence(tree, 0, start, position.__eq__) for start in range(position, -1, -1))

    def atomic(self, tree: Any, position: int, then: Then) -> bool:
        return self._once(partial(self.sequence, tree, 0, position), then)

    def possessive(self, value: Any, position: int, then: Then) -> bool:
        return self._once(partial(self.repeat, value, position), then)

    def _once(self, search: Callable[[Then], bool], then: Then) -> bool:
        """Whether the first way to match something will do; no other one is tried."""
        ends: list[int] = []

        def keep(end: int) -> bool:
            ends.append(end)
            return True

        return search(keep) and then(ends[0])

    def anchor(self, value: Any, position: int, then: Then) -> bool:
        return _ANCHORS[str(value)](self._text, position) and then(position)


_MATCHERS: Mapping[str, Callable[[_Search, Any, int, Then], bool]] = {
    "BRANCH": _Search.branch,
    "MAX_REPEAT": _Search.repeat,
    "MIN_REPEAT": _Search.repeat,
    "POSSESSIVE_REPEAT": _Search.possessive,
    "SUBPATTERN": _Search.group,
    "ATOMIC_GROUP": _Search.atomic,
    "GROUPREF": _Search.reference,
    "GROUPREF_EXISTS": _Search.conditional,
    "ASSERT": _Search.ahead,
    "ASSERT_NOT": _Search.not_ahead,
    "AT": _Search.anchor,
}
