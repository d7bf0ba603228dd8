"""A request as replay compares it: keys in no order, and values that change from run to run mapped.

What the recorded server itself gave out (`given`) is replayed as it was, so clients send it back as it was: such ids
stay and distinguish one response from another. All other ids are the client's own; they, times and UUIDs become
placeholders, and their values are kept beside them.
"""

import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from mockserver.authoring.json_path import Path, PathStep, selects
from mockserver.cassette.body import read_message
from mockserver.cassette.folding import shown_in
from mockserver.model.recorded import RecordedBody, RecordedExchange
from mockserver.spec.item_types import ITEM_TYPES

# Prefixes of the API's objects, whose ids count however short clients make them. Source: OBSERVED section 1.
PREFIXES = (
    *sorted({row.prefix for row in ITEM_TYPES.values()}),
    *("resp", "conv", "call", "req", "cntr", "cfile", "vs", "pmpt"),
)
VOLATILE: Mapping[str, str] = {  # one pattern per kind; the first that fits counts
    "uuid": r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[0-9a-f]{32}",  # RFC 9562, and without dashes
    "id": (
        rf"(?:{'|'.join(PREFIXES)})_(?=[\w-]*\d)[\w-]{{8,}}"
        r"|[a-z]{1,12}[_-](?=[A-Za-z0-9]*\d)[A-Za-z0-9]{16,}"  # other makers' ids: toolu_…, chatcmpl-…
    ),
    "time": (
        r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?(?:Z|[+-]\d\d:?\d\d))?)?"  # ISO 8601
        r"|\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?: ?[AaPp][Mm])?"
    ),
}
NAMES = frozenset({"name", "model", "type", "role", "server_label"})
"""Keys whose values are names: a date in the name of a model is not a time."""
PACKED = frozenset({"arguments", "output"})
"""Keys whose texts may be JSON, which clients of some languages write in another order each time."""
_SIGN = r"[A-Za-z]*[\d_-]|[a-f]{32}"  # how all of them start and hardly a word does: most of a text is done with soon


def _forms(kinds: Iterable[str]) -> str:
    groups = "|".join(f"(?P<{kind}>{VOLATILE[kind]})" for kind in kinds)
    return rf"(?<![A-Za-z0-9])(?={_SIGN})(?:{groups})(?![A-Za-z0-9])"


_ANY = re.compile(_forms(VOLATILE))
_ID = _forms(("uuid", "id"))
_BASE_PATH = re.compile(r"(?:/[\w.-]+)*/(?:v\d+|openai)(?=/)")
_BOUNDARY = re.compile(r"\A--([^\r\n]+)\r?\n")
_LONG = 4096  # what has no space for so long is a payload, and none of it is made by the client


class Volatile(NamedTuple):
    """A value that may be another in each run."""

    kind: str
    text: str


@dataclass(frozen=True, kw_only=True)
class CanonicalRequest:
    """A request with placeholders, and the values that stand behind them in the order of the sorted keys."""

    method: str
    path: str
    query: Mapping[str, Any]
    body: Any
    volatile: Sequence[Volatile]

    @cached_property
    def key(self) -> str:
        """Equal for requests that match."""
        return json.dumps([self.method, self.path, self.query, self.body], sort_keys=True)


def canonical_request(
    method: str, url_path: str, body: RecordedBody, *, given: Container[str] = (), ignored: Sequence[Path] = ()
) -> CanonicalRequest:
    """The canonical form of a request; what stands at an `ignored` path of the body does not count."""
    canonicalizer = _Canonicalizer(given)
    parts = urlsplit(url_path)
    base = _BASE_PATH.match(parts.path)
    path = unquote(parts.path[base.end() if base else 0 :])
    query: dict[str, Any] = {}
    for name, value in sorted(parse_qsl(parts.query, keep_blank_values=True)):
        query.setdefault(name, []).append(canonicalizer.text(value))
    return CanonicalRequest(
        method=method.upper(),
        path=canonicalizer.text(path.rstrip("/") or "/"),
        query=query,
        body=canonicalizer.value(_without_boundary(body), ignored),
        volatile=tuple(canonicalizer.found),
    )


class GivenIds:
    """The ids that servers gave out in these exchanges: those that stood in an answer before any request had them.

    They are looked for when the first id is asked about, as most sessions have none in their requests.
    """

    def __init__(self, exchanges: Sequence[RecordedExchange]) -> None:
        self._exchanges = exchanges

    def __contains__(self, one: object) -> bool:
        return one in self._found

    @cached_property
    def _found(self) -> frozenset[str]:
        given: set[str] = set()
        made: set[str] = set()
        for exchange in self._exchanges:
            made.update(one for one in _ids([exchange.url_path, exchange.request_body]) if one not in given)
            answered = [exchange.body, *shown_in(exchange.events or ())]
            given.update(one for one in _ids(answered) if one not in made)
        return frozenset(given)


def _ids(value: Any) -> Iterator[str]:
    text = json.dumps(value, ensure_ascii=False, default=lambda _binary: None)
    return (found[0] for found in re.finditer(_ID, text))


def _without_boundary(body: RecordedBody) -> RecordedBody:
    """A multipart body with one and the same boundary; clients draw another each time."""
    text = body.decode("latin-1") if isinstance(body, bytes) else body
    found = _BOUNDARY.match(text) if isinstance(text, str) else None
    return text.replace(found[1], "boundary") if found and isinstance(text, str) else body


class _Canonicalizer:
    """Puts placeholders into one request, and notes the values that they stand for."""

    def __init__(self, given: Container[str]) -> None:
        self.found: list[Volatile] = []
        self._given = given

    def value(self, value: Any, ignored: Sequence[Path] = ()) -> Any:
        match value:
            case str():
                return self.text(value)
            case bytes():
                return value.decode("latin-1")
            case dict():
                return {key: self._member(key, value[key], inner) for key, inner in _kept(value, ignored)}
            case list():
                return [self.value(value[index], inner) for index, inner in _kept(value, ignored)]
            case float() if value.is_integer():
                return int(value)  # 1.0 and 1 are one number in JSON
        return value

    def _member(self, key: str, value: Any, ignored: Sequence[Path]) -> Any:
        if isinstance(value, str) and key in NAMES:
            return value
        if isinstance(value, str) and key in PACKED and value.startswith(("{", "[")):
            try:
                return self.value(read_message(value), ignored)
            except ValueError:
                return self.text(value)
        return self.value(value, ignored)

    def text(self, text: str) -> str:
        if len(text) > _LONG and " " not in text[:_LONG]:
            return text
        return _ANY.sub(self._placeholder, text)

    def _placeholder(self, found: re.Match[str]) -> str:
        if found[0] in self._given:
            return found[0]
        kind = found.lastgroup or ""
        self.found.append(Volatile(kind, found[0]))
        prefix = re.match(r"[a-z]+[_-]", found[0]) if kind == "id" else None
        return f"<{prefix[0]}…>" if prefix else f"<{kind}>"


def _kept(value: Any, ignored: Sequence[Path]) -> Iterator[tuple[Any, Sequence[Path]]]:
    """The keys of an object or a list that no path ends at, each with what paths say about what is inside."""
    for key in sorted(value) if isinstance(value, dict) else range(len(value)):
        inner = [path[1:] for path in ignored if path and _goes_on(path[0], key, value)]
        if () not in inner:
            yield key, inner


def _goes_on(step: PathStep, key: Any, value: Any) -> bool:
    return step == key if isinstance(value, dict) else selects(step, key, value)
