"""Finding secrets in a text: by how they look, by the name next to them, and in the texts that are encoded in it.

The patterns are our own (`secret_shapes.py`) and those that `tests/cassette/make_secret_rules.py` makes from the rule
file of gitleaks. They are read when the first text is looked into, and compiled when a text has one of their hints.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from mockserver.cassette.assignments import assignments
from mockserver.cassette.encodings import decoded, is_payload, payloads
from mockserver.cassette.patterns import compiled
from mockserver.cassette.secret_names import KIND as NAMED
from mockserver.cassette.secret_names import is_secret
from mockserver.cassette.secret_shapes import LONG_RUN, OWN_PATTERNS, SecretPattern, own_pattern
from mockserver.cassette.secret_values import MARK, entropy, masked

RULES = Path(__file__).with_name("secret_rules.json")
SHORTEST_WORD = 20
"""Letters and digits that a secret has at least where it has nothing else, neither a name nor a dash."""
SHORT = 64
REMEMBERED = 4096
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
DEEPEST = 3
"""How many encodings one in another are read."""


class Span(NamedTuple):
    """A secret found in a text, and what replaces it."""

    kind: str
    start: int
    end: int
    shown_from: int
    """Where what stands before the secret and shows its kind begins: `sk-proj-` of a key."""
    replacement: str = MARK


class SecretPatterns:
    """What is looked for: the usual patterns, and some of the user's own. May be asked from any thread."""

    def __init__(self, own: Sequence[SecretPattern] = ()) -> None:
        self._own = tuple(own)
        self._clean: set[str] = set()
        """Short texts without secrets: all exchanges have the same keys, types and models."""

    def spans(self, text: str, *, address: bool = False) -> list[Span]:
        """The secrets in `text`, in order and apart; where two overlap, one replacement covers both.

        With `address`, `text` is a URL of which every parameter with the name of a secret is one.
        """
        if text in self._clean and not address:
            return []
        spans: list[Span] = []
        for span in sorted(self._found(text, address=address), key=lambda span: (span.start, -span.end)):
            if spans and span.start < spans[-1].end:
                spans[-1] = _joined(spans[-1], span, address=address)
            else:
                spans.append(span)
        if not spans and len(text) <= SHORT and not address:
            self._remember(text)
        return spans

    def redacted(self, text: str) -> tuple[str, int]:
        """`text` without its secrets, and how many it had."""
        spans = self.spans(text)
        return "".join(recut([text], spans)), len(spans)

    def _remember(self, text: str) -> None:
        if len(self._clean) >= REMEMBERED:
            self._clean.clear()
        self._clean.add(text)

    def _found(self, text: str, *, address: bool = False, depth: int = 0) -> Iterator[Span]:
        yield from _shaped(text, self._own)
        if len(text) < SHORTEST_WORD and text.isalnum():
            return
        if is_payload(text):
            yield from self._in_payloads(text)
            return
        folded = _folded(text)
        yield from _hinted(text, folded)
        end = 0
        for one in assignments(text, folded, address=address):
            if one.start >= end and is_secret(one.name, text[one.start : one.end], one.place):
                end = one.end_in(text)
                yield Span(NAMED, one.start, end, one.start)
        if depth < DEEPEST:
            for view in decoded(text):
                for span in self._found(view.text, address=address, depth=depth + 1):
                    start, end, shown_from = map(view.origin, (span.start, span.end, span.shown_from))
                    yield Span(span.kind, start, end, shown_from, span.replacement)
            yield from self._in_payloads(text)

    def _in_payloads(self, text: str) -> Iterator[Span]:
        for payload in payloads(text):
            if inner := self.spans(payload.content):
                clean = payload.encode("".join(recut([payload.content], inner)))
                yield Span(inner[0].kind, payload.start, payload.end, payload.start, clean)


def _joined(first: Span, second: Span, *, address: bool) -> Span:
    """Two spans that overlap as one; a value with a name stays recognizable by how it begins, if it is all that."""
    if first.kind == NAMED and first.end == second.end and second.shown_from <= first.start and not address:
        return second
    return first._replace(end=max(first.end, second.end))


SECRET_PATTERNS = SecretPatterns()


def secret_patterns(own: Sequence[str]) -> SecretPatterns:
    """The usual patterns and some of the user's own: regular expressions, `email` or `phone`. Raises: SettingsError."""
    return SecretPatterns([own_pattern(pattern) for pattern in own])


@cache
def generated_patterns() -> Sequence[SecretPattern]:
    """The patterns of gitleaks' rules."""
    return [SecretPattern(**rule) for rule in json.loads(RULES.read_bytes())["rules"]]


@cache
def _by_hint(*, short: bool) -> Sequence[tuple[str, Sequence[SecretPattern]]]:
    rows: dict[str, list[SecretPattern]] = {}
    for row in (*OWN_PATTERNS, *generated_patterns()):
        for hint in row.hints if row.short is short else ():
            rows.setdefault(hint, []).append(row)
    return tuple(rows.items())


def _folded(text: str) -> str:
    """`text` in lower case, letter by letter."""
    folded = text.lower()
    return folded if len(folded) == len(text) else text.translate(_LOWER)


def _hinted(text: str, folded: str) -> Iterator[Span]:
    for short in (True, False) if compiled(LONG_RUN).search(text) else (True,):
        for hint, rows in _by_hint(short=short):
            if hint in folded:
                yield from _shaped(text, rows)


def _shaped(text: str, rows: Iterable[SecretPattern]) -> Iterator[Span]:
    for row in rows:
        for match in compiled(row.pattern, only_ascii=not row.own).finditer(text):
            group = 0 if row.own else match.lastindex or 0
            secret = match[group]
            if not masked(secret) and _is_such(row, secret):
                yield Span(row.kind, match.start(group), match.end(group), match.start())


def _is_such(row: SecretPattern, secret: str) -> bool:
    """Whether what looks like a secret is as random as its kind is."""
    if row.digit and not any(letter.isdigit() for letter in secret):
        return False
    return (not row.entropy or entropy(secret) >= row.entropy) and (row.check is None or row.check(secret))


def recut(chunks: Sequence[str], spans: Sequence[Span]) -> list[str]:
    """`chunks` of one text with its `spans` replaced; a replacement stands whole in the chunk where its span starts.

    How a text is cut does not change what becomes of it: joined, the chunks are always the same.
    """
    cut: list[str] = []
    start = 0
    for chunk in chunks:
        cut.append(_replaced(chunk, start, spans))
        start += len(chunk)
    return cut


def _replaced(chunk: str, start: int, spans: Sequence[Span]) -> str:
    """The part of a text that begins at `start`."""
    end = start + len(chunk)
    replaced: list[str] = []
    position = start
    for span in spans:
        if span.end <= start or span.start >= end:
            continue
        replaced.append(chunk[position - start : max(span.start, start) - start])
        if span.start >= start:
            replaced.append(span.replacement)
        position = min(span.end, end)
    return "".join(replaced) + chunk[position - start :]
