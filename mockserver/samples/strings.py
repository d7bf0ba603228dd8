"""Strings that a JSON Schema asks for: by pattern, by format, by what the property is called."""

import re
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache, partial
from threading import get_ident
from typing import Any

from mockserver.ids import Draws
from mockserver.samples.budget import LONGEST_PATTERN, Budget, NoValueError, TooLargeError
from mockserver.samples.regex import text_matching
from mockserver.samples.vocabulary import NOUNS, excerpt, names, phrase, sentence, stems

_LONGEST_QUOTE = 200


def _day(draws: Draws) -> str:
    return f"2026-{draws.index(12) + 1:02}-{draws.index(28) + 1:02}"


def _time(draws: Draws) -> str:
    return f"{draws.index(24):02}:{draws.index(60):02}:00Z"


def _host(draws: Draws) -> str:
    return f"{phrase(draws).replace(' ', '-')}.example.com"


def _email(draws: Draws) -> str:
    return f"{phrase(draws).replace(' ', '.')}@example.com"


def _uri(draws: Draws) -> str:
    return f"https://{_host(draws)}/{NOUNS[draws.index(len(NOUNS))]}"


def _uuid(draws: Draws) -> str:
    return f"{draws.hex(8)}-{draws.hex(4)}-4{draws.hex(3)}-8{draws.hex(3)}-{draws.hex(12)}"


# The names are JSON Schema's; addresses come from the ranges kept for documentation (RFC 2606, 5737, 3849).
FORMATS: Mapping[str, Callable[[Draws], str]] = {
    "date-time": lambda draws: f"{_day(draws)}T{_time(draws)}",
    "date": _day,
    "time": _time,
    "duration": lambda draws: f"P{draws.index(9) + 1}DT{draws.index(23) + 1}H",
    "email": _email,
    "idn-email": _email,
    "hostname": _host,
    "idn-hostname": _host,
    "ipv4": lambda draws: f"192.0.2.{draws.index(254) + 1}",
    "ipv6": lambda draws: f"2001:db8::{draws.index(65535) + 1:x}",
    "uuid": _uuid,
    "uri": _uri,
    "url": _uri,
    "iri": _uri,
    "uri-reference": _uri,
    "iri-reference": _uri,
    "uri-template": _uri,
    "json-pointer": lambda draws: f"/{NOUNS[draws.index(len(NOUNS))]}",
    "relative-json-pointer": lambda draws: f"{draws.index(3)}/{NOUNS[draws.index(len(NOUNS))]}",
    "regex": lambda draws: f"^{NOUNS[draws.index(len(NOUNS))]}$",
}

_OURS: Mapping[str, Callable[[Draws], str]] = {
    "sentence": sentence,
    "phrase": phrase,
    "url": _uri,
    "date": _day,
    "time": _time,
    "id": lambda draws: draws.hex(8),
}

# Words of a property's name or description -> what to write: a row of `_OURS` or a method of Faker. The first row wins.
HINTS: Mapping[str, str] = {
    "email": "email",
    "phone": "phone_number",
    "url": "url",
    "uri": "url",
    "link": "url",
    "website": "url",
    "file name": "file_name",
    "filename": "file_name",
    "path": "file_path",
    "user name": "user_name",
    "username": "user_name",
    "first name": "first_name",
    "last name": "last_name",
    "surname": "last_name",
    "company": "company",
    "organization": "company",
    "country": "country",
    "city": "city",
    "town": "city",
    "location": "city",
    "place": "city",
    "destination": "city",
    "origin": "city",
    "address": "street_address",
    "street": "street_address",
    "zip": "postcode",
    "postal": "postcode",
    "postcode": "postcode",
    "currency": "currency_code",
    "language": "language_name",
    "color": "color_name",
    "colour": "color_name",
    "job": "job",
    "occupation": "job",
    "name": "name",
    "author": "name",
    "person": "name",
    "customer": "name",
    "date": "date",
    "day": "date",
    "time": "time",
    "id": "id",
    "query": "query",
    "question": "query",
    "search": "query",
    "prompt": "query",
    "request": "query",
    "task": "query",
    "topic": "query",
    "message": "sentence",
    "text": "sentence",
    "content": "sentence",
    "description": "sentence",
    "summary": "sentence",
    "explanation": "sentence",
    "reason": "sentence",
    "answer": "sentence",
    "title": "phrase",
}

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
        found = _matching(schema["pattern"], draws, shortest=shortest, longest=longest, path=path, budget=budget)
    elif schema.get("format") in FORMATS:
        found = FORMATS[schema["format"]](draws)
    else:
        found = _padded(_plausible(hint, draws, user_text=user_text), draws, shortest=shortest, longest=longest)
    if len(found) < shortest or (longest is not None and len(found) > longest):
        raise NoValueError(f"No string fits the schema at {path}: minLength {shortest}, maxLength {longest}.")
    budget.spend("characters", len(found) - max(0, shortest), path=path)
    return found


def _matching(pattern: str, draws: Draws, *, shortest: int, longest: int | None, path: str, budget: Budget) -> str:
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
    kind = _kind(hint)
    if kind == "query":
        return user_text.quote or sentence(draws)
    if kind in _NAMED and user_text.names:
        return user_text.names[0]
    if kind in _OURS:
        return _OURS[kind](draws)
    return _faked(kind, draws)


@lru_cache(maxsize=1024)
def _kind(hint: str) -> str:
    """What a hint asks for; its first line is the property's name and counts before the description."""
    for line in hint.split("\n", 1):
        words = stems(line)
        for row, kind in HINTS.items():
            if words.issuperset(row.split()):
                return kind
    return "phrase"


def _faked(kind: str, draws: Draws) -> str:
    faker = _faker(get_ident())
    faker.seed_instance(draws.index(1 << 32))
    return str(getattr(faker, kind)())


@lru_cache(maxsize=64)
def _faker(thread: int) -> Any:  # noqa: ARG001 - a generator is seeded before each use, so threads must not share one
    from faker import Faker  # noqa: PLC0415 - importing it takes a fifth of a second

    return Faker("en_US")
