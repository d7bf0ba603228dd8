"""Words: made-up sentences, and what two texts have in common.

Tables of our own instead of a library: plain answers must cost microseconds and no import, and the same request gets
the same answer whatever is installed. Names and places come from `vocabulary.json`, which is read when it is needed.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path

import orjson

from mockserver.ids import Draws

ADJECTIVES = ("amber", "bright", "calm", "distant", "early", "gentle", "narrow", "patient", "quiet", "steady", "warm")
NOUNS = (
    "bridge",
    "compass",
    "garden",
    "harbor",
    "lantern",
    "library",
    "meadow",
    "orchard",
    "river",
    "signal",
    "valley",
)
VERBS = ("answers", "borrows", "carries", "follows", "guards", "meets", "outlasts", "recalls", "shelters", "watches")

# Words that say nothing about which tool or property is meant.
_EMPTY_WORDS = """
    a about an and any are as at be by call can could do does find for from function get give have how i in is it
    list make me my need of on or please put run set should tell that the then this to tool use want was we what
    when which who will with would you your
"""
EMPTY_WORDS = frozenset(_EMPTY_WORDS.split())

_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NAME = re.compile(r"(?<=[^.!?\s] )[A-Z][\w-]+(?: [A-Z][\w-]+)*")
_READ = 4000  # characters
_PLURAL = 3  # letters that a word must have before its final s counts as a plural


def sentence(draws: Draws) -> str:
    """One made-up sentence."""
    first, second = phrase(draws), phrase(draws)
    return f"The {first} {VERBS[draws.index(len(VERBS))]} the {second}."


def phrase(draws: Draws) -> str:
    """An adjective and a noun."""
    return f"{ADJECTIVES[draws.index(len(ADJECTIVES))]} {NOUNS[draws.index(len(NOUNS))]}"


def entry(kind: str, draws: Draws) -> str:
    """A name of a kind: `city`, `company`."""
    entries = _tables()[kind]
    return entries[draws.index(len(entries))]


@cache
def _tables() -> Mapping[str, Sequence[str]]:
    """The entries of each kind; the file is made by `tests/samples/make_vocabulary.py`."""
    tables: Mapping[str, Sequence[str]] = orjson.loads(Path(__file__).with_name("vocabulary.json").read_bytes())
    return tables


def stems(text: str) -> frozenset[str]:
    """The words of a text or of an identifier, in lower case and without plural s; words without meaning left out.

    Of a long text only the beginning is read.
    """
    return _stems(text[:_READ])


@lru_cache(maxsize=512)
def _stems(text: str) -> frozenset[str]:
    words = (word.lower() for word in _WORD.findall(_CAMEL.sub(" ", text)))
    return frozenset(
        word[:-1] if word.endswith("s") and len(word) > _PLURAL else word for word in words if word not in EMPTY_WORDS
    )


def mentions(text: str, word: str) -> bool:
    """Whether a text has all the words of another, which has some."""
    return bool(stems(word)) and stems(word) <= stems(text)


def names(text: str) -> list[str]:
    """Capitalised words that do not open a sentence, in order; neighbours belong together."""
    return _NAME.findall(text)


def excerpt(text: str, *, longest: int = 80) -> str:
    """A text on one line, cut with an ellipsis."""
    line = " ".join(text[: longest * 8].split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
