"""Strings that a JSON Schema asks for: by pattern, by format, by what the property is called."""

import re
from collections.abc import Mapping
from functools import cached_property, partial
from typing import Any

from mockserver.ids import Draws
from mockserver.samples.budget import LONGEST_PATTERN, Budget, NoValueError, TooLargeError
from mockserver.samples.kinds import FORMATS, KINDS, kind_of, range_of
from mockserver.samples.regex import text_matching
from mockserver.samples.vocabulary import excerpt, names, phrase

_LONGEST_QUOTE = 200


# What the user names outright is better than anything made up.
_NAMED = frozenset({"city", "country", "name", "first_name", "last_name", "company"})


class UserText:
    """What the user wrote, and what is found in it when it is first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def names(self) -> list[str]:
        """The names in it, in order."""
        return names(self.text)

    @cached_property
    def quote(self) -> str:
        """Its beginning, on one line."""
        return excerpt(self.text, longest=_LONGEST_QUOTE)

    def said(self, hint: str) -> str | None:
        """What the user said of what a hint asks for; None where that is nothing."""
        kind = kind_of(hint)
        if kind == "query":
            return self.quote or None
        return self.names[0] if kind in _NAMED and self.names else None


def string_for(
    schema: Mapping[str, Any], draws: Draws, *, path: str, hint: str, user_text: UserText, budget: Budget
) -> str:
    """A string that fits the schema; `user_text` is what the user wrote.

    Raises:
        NoValueError: no string fits.
        TooLargeError: the string would be too long.
    """
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength")
    budget.spend("characters", max(0, shortest), path=path)
    if "pattern" in schema:
        found = text_for_pattern(schema["pattern"], draws, path=path, budget=budget, shortest=shortest, longest=longest)
    elif schema.get("format") in FORMATS:
        found = FORMATS[schema["format"]](draws)
    else:
        found = _padded(_plausible(hint, draws, user_text=user_text), draws, shortest=shortest, longest=longest)
    if len(found) < shortest or (longest is not None and len(found) > longest):
        raise NoValueError(f"No string fits the schema at {path}: minLength {shortest}, maxLength {longest}.")
    budget.spend("characters", len(found) - max(0, shortest), path=path)
    return found


def text_for_pattern(
    pattern: str, draws: Draws, *, path: str, budget: Budget, shortest: int = 0, longest: int | None = None
) -> str:
    """A text in which a regular expression is found.

    Raises:
        NoValueError: Python does not know the expression, or no text was found.
        TooLargeError: finding one takes too long.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise TooLargeError(path, most=LONGEST_PATTERN, unit="characters of a pattern")
    try:
        found = text_matching(
            pattern, draws, shortest=shortest, longest=longest, pay=partial(budget.spend, "pattern", path=path)
        )
    except (re.error, OverflowError) as error:
        raise NoValueError(f"The pattern {pattern!r} at {path} cannot be read: {error}.") from error
    if found is None:
        raise NoValueError(f"No string was found for the pattern {pattern!r} at {path} within its lengths.")
    return found


def _padded(text: str, draws: Draws, *, shortest: int, longest: int | None) -> str:
    parts, length = [text] if text else [], len(text)
    while length < shortest:
        part = f" {phrase(draws)}" if parts else phrase(draws)
        parts.append(part)
        length += len(part)
    return "".join(parts)[:longest]


def _plausible(hint: str, draws: Draws, *, user_text: UserText) -> str:
    said = user_text.said(hint)
    if said is not None:
        return said
    kind, numbers = kind_of(hint), range_of(hint)
    if numbers and kind == "phrase":
        return str(numbers[draws.index(len(numbers))])
    return KINDS[kind](draws)
