"""Texts from regular expressions: what a pattern matches, and long texts that it nearly matches."""

import re
from collections.abc import Iterator
from hashlib import sha256
from re import _constants as sre
from re import _parser as parser
from typing import Any

REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
PRINTABLE = [chr(code) for code in range(33, 127)]
CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d",
    sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_WORD: r"\w",
    sre.CATEGORY_NOT_SPACE: r"\S",
}
ENOUGH = 24
"""How often something repeats that may repeat more often than it must."""


def sample(pattern: str, *, enough: int = ENOUGH) -> str:
    """A text in which `pattern` matches; the same one each time, of letters as different as random ones."""
    return "".join(_Sampler(pattern, enough).parts(parser.parse(pattern, re.ASCII)))


class _Sampler:
    def __init__(self, seed: str, enough: int) -> None:
        self._seed = seed
        self._enough = enough
        self._drawn = 0

    def parts(self, parsed: Any) -> Iterator[str]:
        for code, value in parsed:
            if code is sre.LITERAL:
                yield chr(value)
            elif code is sre.ANY:
                yield "."
            elif code in {sre.IN, sre.NOT_LITERAL}:
                yield self._one_of(code, value)
            elif code is sre.BRANCH:
                yield from self.parts(value[1][0])
            elif code in REPEATS:
                least, most, inner = value
                for _ in range(max(least, min(most, self._enough if least > 1 else 1))):
                    yield from self.parts(inner)
            elif code in {sre.SUBPATTERN, sre.ASSERT}:
                yield from self.parts(value[-1])
            elif code is sre.ATOMIC_GROUP:
                yield from self.parts(value)

    def _one_of(self, code: Any, value: Any) -> str:
        members = [(code, value)] if code is not sre.IN else value
        negated = members[0][0] is sre.NEGATE or code is sre.NOT_LITERAL
        named = {letter for member in members for letter in _letters(*member)}
        letters = [one for one in PRINTABLE if (one in named) is not negated] or sorted(named)
        self._drawn += 1
        draw = int.from_bytes(sha256(f"{self._seed} {self._drawn}".encode()).digest()[:4])
        return letters[draw % len(letters)]


def _letters(code: Any, value: Any) -> Iterator[str]:
    if code in {sre.LITERAL, sre.NOT_LITERAL}:
        yield chr(value)
    elif code is sre.RANGE:
        yield from map(chr, range(value[0], value[1] + 1))
    elif code is sre.CATEGORY:
        yield from (one for one in [*PRINTABLE, " "] if re.match(CATEGORIES[value], one, re.ASCII))


def near_misses(pattern: str, length: int) -> Iterator[str]:
    """Texts of about `length` that begin to match again and again, or that match but for what comes last."""
    whole = sample(pattern)
    for cut in sorted({1, 4, len(whole) // 2, len(whole) - 1} & {*range(1, len(whole))}):
        start = whole[:cut]
        yield start * (length // cut)
        yield start + whole[cut - 1] * length + "\0"
        yield (start + "\0") * (length // (cut + 1))
    for filler in ("a", "0", "-", " ", "/", ".", "aA0", "\\n"):
        yield whole[:-1] + filler * (length // len(filler)) + "\0"
