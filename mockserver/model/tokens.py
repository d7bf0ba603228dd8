"""Cutting text the way a tokenizer would, near enough for plausible deltas and counts.

A token is a word with its leading space, up to three digits, a run of punctuation, a run of line ends, or one
CJK character or emoji. A cut never falls inside a grapheme cluster. `"".join(split(text)) == text` always.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_TOKEN = re.compile(
    r" ?[A-Za-z]+(?:'[a-z]{1,2}\b|)| ?\d{1,3}| ?[!-/:-@\[-`{-~]{1,4}|\n+|[^\S\n]+(?=\S)|\s+|.", re.DOTALL
)

_SHORT = 1024  # characters of a text whose count is remembered

_JOINER = "\u200d"
_MODIFIERS = range(0x1F3FB, 0x1F400)  # skin tones
_TAGS = range(0xE0020, 0xE0080)  # flags of regions
_REGIONAL = range(0x1F1E6, 0x1F200)  # two of these make a flag
_HANGUL_TAIL = range(0x1160, 0x1200)  # jamo that continue a syllable


def split(text: str) -> list[str]:
    """The tokens of `text`, in order."""
    if text.isascii():
        return _TOKEN.findall(text)
    return list(_words(clusters(text)))


def count(text: str) -> int:
    """How many tokens `text` has."""
    if len(text) <= _SHORT:
        return _remembered_count(text)
    # One by one: a list of all would take ten times the memory of the text, and keep other threads from running.
    return sum(1 for _ in (_TOKEN.finditer(text) if text.isascii() else _words(clusters(text))))


@lru_cache(maxsize=1024)  # a conversation sends its history again with every turn
def _remembered_count(text: str) -> int:
    return len(split(text))


def clusters(text: str) -> Iterator[str]:
    """The grapheme clusters of `text`: what a reader sees as one character."""
    start = 0
    for position in range(1, len(text)):
        if not _continues(text, position, start):
            yield text[start:position]
            start = position
    if text:
        yield text[start:]


def _continues(text: str, position: int, start: int) -> bool:
    here, before = text[position], text[position - 1]
    code = ord(here)
    if code < 0x300:  # noqa: PLR2004 - below it only line ends join
        return before == "\r" and here == "\n"
    if _JOINER in {here, before} or code in _MODIFIERS or code in _TAGS or code in _HANGUL_TAIL:
        return True
    if code in _REGIONAL:
        return ord(before) in _REGIONAL and (position - start) % 2 == 1
    return unicodedata.category(here) in {"Mn", "Mc", "Me"}


def _words(graphemes: Iterator[str]) -> Iterator[str]:
    """Graphemes joined into words; a leading space stays with the word that follows."""
    word = ""
    for grapheme in graphemes:
        if _is_letter(grapheme) and (not word or word == " " or _is_letter(word[-1])):
            word += grapheme
            continue
        if word == " " and not grapheme.isspace():
            word += grapheme
            continue
        if word:
            yield word
        word = grapheme
    if word:
        yield word


def _is_letter(grapheme: str) -> bool:
    """Whether a grapheme joins its neighbours into words: letters of scripts that put spaces between words."""
    return unicodedata.category(grapheme[0]) in {"Lu", "Ll", "Lt", "Mn", "Mc"} or (
        grapheme[0].isalpha() and ord(grapheme[0]) < 0x0E00  # noqa: PLR2004 - Thai and all later scripts write without spaces
    )
