"""What a value looks like: nothing but a mark, a word of a language, a password, or the random letters of a key."""

import math
from base64 import b64decode
from collections import Counter
from enum import IntEnum

from mockserver.cassette.patterns import compiled

MARK = "REDACTED"
"""What stands for a secret."""

LONG_RUN = 20
SHORT_RUN = 10
SWITCHES = 0.2  # of ten letters: random ones switch between digits and cases at every second one, words do not
DIGITS = 5
SHORTEST_WORD = 6
SHORTEST_PASSWORD = 8
MIXED_CASE = 3

_MASKED = r"""(?xis)
    \s* | .*redacted.* | sanitized | filtered | hidden | \*+ | x{3,} | \.{2,} | .*…  # others mask like this
    | .*\.{3} | <[^<>]*> | \$\{.*\} | \{.*\} | \$[a-z_]\w* | \$\(.* | %[a-z_]+% | %\(?[a-z_]*\)?s  # filled in later
    | your[-_ ].* | (?:change|replace)[-_ ]?me | (?:none|null|nil|true|false|undefined|string|text|example)"""
_RUN = r"[A-Za-z0-9]{10,}"
_SWITCH = r"[a-z](?=[A-Z0-9])|[A-Z](?=[0-9])|[0-9](?=[A-Za-z])"
_DIGIT = r"[0-9]"
_LETTER = r"[A-Za-z]"
_SYMBOL = r"[^A-Za-z0-9_./:-]"
_CAPITAL_INSIDE = r"[a-z][A-Z]"


class Grade(IntEnum):
    """How much a value looks like a secret, whatever its name; each grade holds those below it."""

    MASKED = 0
    """It says that something was here, or will be."""
    TEXT = 1
    WORD = 2
    """One word, and not a short one."""
    PASSWORD = 3
    """A word that no language has: with digits, symbols, or capitals inside."""
    RANDOM = 4
    """Like the letters of a key."""


def grade(value: str) -> Grade:
    """How much `value` looks like a secret."""
    if masked(value):
        return Grade.MASKED
    if len(value) < SHORTEST_WORD or any(letter.isspace() for letter in value):
        return Grade.TEXT
    if looks_random(value):
        return Grade.RANDOM
    return Grade.PASSWORD if _is_password(value) else Grade.WORD


def masked(value: str) -> bool:
    """Whether `value` only says that something was here, or will be."""
    return compiled(_MASKED).fullmatch(value) is not None


def looks_random(value: str) -> bool:
    """Whether a run of letters and digits switches between them as random ones do."""
    for run in compiled(_RUN).findall(value):
        digits = len(compiled(_DIGIT).findall(run))
        if not digits or digits == len(run):
            continue
        switches = len(compiled(_SWITCH).findall(run))
        if switches >= SWITCHES * len(run) or (len(run) >= LONG_RUN and (switches > 1 or digits >= DIGITS)):
            return True
    return False


def _is_password(value: str) -> bool:
    if len(value) < SHORTEST_PASSWORD or not compiled(_LETTER).search(value):
        return False
    if compiled(_DIGIT).search(value) or compiled(_SYMBOL).search(value):
        return True
    return len(compiled(_CAPITAL_INSIDE).findall(value)) >= MIXED_CASE


def looks_like_password(value: str) -> bool:
    """Whether `value` is no word of a language, and no mark."""
    return grade(value) >= Grade.PASSWORD


def entropy(text: str) -> float:
    """Shannon's entropy of the letters of `text`, in bits for each."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())


def is_user_and_password(encoded: str) -> bool:
    """Whether base64 holds a user and a password, as RFC 7617 has them."""
    try:
        return b":" in b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:
        return False
