"""Names with their values in a text: `name=value`, `"name": "value"`, `?name=value`, `<name>value<`, forms.

Only names that have a part which the names of secrets have; `secret_names.py` says which of them are secrets.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mockserver.cassette.patterns import compiled
from mockserver.cassette.secret_names import NamePlace

NAME_PARTS = ("pass", "pwd", "secret", "token", "key", "auth", "cred", "cookie", "sig", "connection")


class Assignment(NamedTuple):
    """A name, and where its value stands."""

    name: str
    place: NamePlace
    start: int
    end: int
    bare: bool
    """Whether the value has no quotes."""

    def end_in(self, text: str) -> int:
        """Where all of the value ends: what is read of one without quotes has a bound."""
        rest = compiled(_REST[self.place]).match(text, self.end) if self.bare else None
        return rest.end() if rest else self.end


FIRST_WORDS = ("api ", "access ", "secret ", "private ", "client ", "auth ", "bearer ")
"""What may stand before the last word of a name, as people write it: `API key: …`."""
LONGEST = 60
"""Letters that a name may have before its part."""
_NAME_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_.-")

# Values are looked ahead at, as names may stand in them as well; those without quotes to a bound.
_ASSIGNED = rf"""(?x)
    (?P<name> (?:(?i:{"|".join(word.strip() for word in FIRST_WORDS)})[ ])?
              [\w.-]{{0,60}}? (?i:{"|".join(NAME_PARTS)}) [\w.-]{{0,40}}+ )
    (?P<close>["'`]?) (?:\*\*)?+ [ \t]{{0,5}} (?P<sign>=>|:=|=|:|>) (?:\*\*)?+
    (?= \s{{0,5}} (?: "(?P<double>(?:[^"\\\n]|\\.)++) | '(?P<single>(?:[^'\\\n]|\\.)++) | `(?P<ticked>[^`\n]++) )
      | [ \t]{{0,5}} (?: (?i:bearer|basic|token|api-?key) [ ]{{1,3}} )?
        (?P<bare> [^\s"'`,;()\[\]{{}}<>&|\\=]{{1,256}}+ ={{0,2}}+ ) (?! [(\[{{] ) )"""
_REST: Mapping[NamePlace, str] = {
    NamePlace.CHANNEL: r"[^\s\"'`<>&#\\]*+",
    NamePlace.QUERY: r"[^\s\"'`<>&#\\]*+",
    NamePlace.FIELD: r"[^\s\"'`\\]*+",
    NamePlace.PROSE: r"[^\s\"'`,;()\[\]{}<>&|\\]*+",
}
"""What goes on with a value without quotes that was read to a bound, or to a letter that others do not have."""
_VARIABLE = r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"
_FORM_PART = (  # RFC 7578
    r'(?i:;[ ]name=)"(?P<name>[^"\n]{1,100}+)"[^\n]{0,200}+\n(?:[\w-]{1,60}+:[^\n]{0,200}+\n){0,5}+'
    r"\r?\n(?P<value>[^\r\n]++)"
)


def assignments(text: str, folded: str, *, address: bool = False) -> Iterator[Assignment]:
    """The names in `text` that may be those of secrets; `folded` is the text in lower case.

    With `address`, `text` is a URL.
    """
    for begin in _beginnings(folded):
        match = compiled(_ASSIGNED).match(text, begin)
        if match is None:
            continue
        start, end = match.span(match.lastgroup or 0)
        place = NamePlace.CHANNEL if address else _place(text, match, end)
        if place in {NamePlace.CHANNEL, NamePlace.QUERY}:
            end = start + len(text[start:end].partition("#")[0])  # what follows is the fragment
        yield Assignment(match["name"], place, start, end, bare=bool(match["bare"]))
    if "form-data" in folded:
        for match in compiled(_FORM_PART).finditer(text):
            yield Assignment(match["name"], NamePlace.FIELD, *match.span("value"), bare=False)


def _beginnings(folded: str) -> Iterator[int]:
    """Where the names begin that have a part of `NAME_PARTS`, in order."""
    places: set[int] = set()
    for part in NAME_PARTS:
        place = folded.find(part)
        while place >= 0:
            places.add(place)
            place = folded.find(part, place + 1)
    last = -1
    for place in sorted(places):
        begin = place
        while begin and begin > place - LONGEST and folded[begin - 1] in _NAME_LETTERS:
            begin -= 1
        if begin == last or (begin and folded[begin - 1] in _NAME_LETTERS):
            continue
        last = begin
        first = ""
        if begin and folded[begin - 1] == " ":
            first = next((word for word in FIRST_WORDS if folded.endswith(word, 0, begin)), "")
        yield begin - len(first)


def _place(text: str, match: re.Match[str], end: int) -> NamePlace:
    """Where a name stands whose value ends at `end`."""
    before, after = text[match.start() - 1 : match.start()], text[end : end + 1]
    if before in {"?", "&"} or (
        match["bare"] and match["sign"] == "=" and (after == "&" or (not before and not after))
    ):
        return NamePlace.QUERY
    quoted = not match["bare"]
    if (quoted and before and before == match["close"]) or (match["sign"] == "=" and _is_variable(match["name"])):
        return NamePlace.FIELD
    return NamePlace.QUOTED if quoted else NamePlace.PROSE


def _is_variable(name: str) -> bool:
    return compiled(_VARIABLE).fullmatch(name) is not None
