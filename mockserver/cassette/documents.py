"""The YAML documents of a cassette, read key by key; every error names file, line and cause."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar, cast

from mockserver.authoring.yaml_source import read_yaml
from mockserver.cassette.body import read_json
from mockserver.cassette.keys import CassetteKeys
from mockserver.errors import CassetteError

T = TypeVar("T")

_END_LINE = re.compile(rb"\.\.\.(?<![^\n]\.\.\.)[ \t\r]*(?:\n|\Z)")  # the dots first: literals are found fast


class Chunk(NamedTuple):
    """The bytes of one document, and where in its file they stand."""

    file: str
    line: int
    raw: bytes


class Chunks(NamedTuple):
    """A cassette's closed documents, and what stands behind the last end line."""

    closed: list[Chunk]
    torn: Chunk
    end: int
    """How many bytes the closed documents take."""


def chunks_of(raw: bytes, file: str) -> Chunks:
    """The documents of a file, cut at their end lines and not yet parsed."""
    closed: list[Chunk] = []
    start, line = 0, 1
    for end in _END_LINE.finditer(raw):
        chunk = Chunk(file=file, line=line, raw=raw[start : end.start()])
        closed.append(chunk)
        line += chunk.raw.count(b"\n") + 1
        start = end.end()
    return Chunks(closed=closed, torn=Chunk(file=file, line=line, raw=raw[start:]), end=start)


def span_of(raw: bytes, number: int) -> tuple[int, int]:
    """Where a document of a file stands, with its end line; the header is number 0."""
    ends = [0, *(found.end() for found in _END_LINE.finditer(raw))]
    return ends[number], ends[number + 1]


class Fields:
    """The keys of one mapping in a document; each is taken once, and a key that is not taken is an error."""

    def __init__(self, chunk: Chunk, value: Any, keys: CassetteKeys, path: tuple[str, ...] = ()) -> None:
        self._chunk = chunk
        self._keys = keys
        self._path = path
        if not isinstance(value, dict):
            raise self.error(f"a mapping was expected here, not {_kind(value)}")
        self._rest = dict(value)

    def take(self, key: str, default: T) -> T:
        """The value of a key, which must be of the kind that the table has for it."""
        value = self._rest.pop(key, default)
        if value is default:
            return default
        kind = self._keys.kind(key)
        if kind is float and isinstance(value, int):
            value = float(value)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.error(f"`{key}` should be {_NAMES.get(kind, kind.__name__)}, not {_kind(value)}", key)
        return cast("T", value)

    def has(self, key: str) -> bool:
        """Whether the key is there and has not been taken."""
        return key in self._rest

    def inner(self, key: str) -> "Fields":
        """The mapping under a key; empty where the key is missing."""
        return Fields(self._chunk, self._rest.pop(key, {}), self._keys.inner(key), (*self._path, key))

    def strings(self, key: str) -> dict[str, str]:
        """The mapping of strings under a key; empty where the key is missing."""
        if key not in self._rest:
            return {}
        inner = self.inner(key)
        return {name: inner.take(name, "") for name in inner.names()}

    def json(self, key: str) -> Any:
        """The value of the JSON text under a key."""
        text = self.take(key, "null")
        try:
            return read_json(text)
        except json.JSONDecodeError as error:
            raise self.error(f"`{key}` is not valid JSON: {error.msg}", key, below=error.lineno) from error
        except ValueError as error:
            raise self.error(f"`{key}` is not valid JSON: {error}", key) from error

    def numbers(self, key: str, kind: Callable[[str], T]) -> list[T]:
        """The numbers in a text."""
        try:
            return list(map(kind, self.take(key, "").split()))
        except ValueError as error:
            raise self.error(f"`{key}` should be numbers with spaces between them: {error}", key) from error

    def close(self) -> None:
        """Check that every key has been asked for."""
        for key in self._rest:
            raise self.error(f"unknown key `{key}`", key)

    def names(self) -> list[str]:
        """The keys that have not been taken."""
        return list(self._rest)

    def error(self, cause: str, *keys: str, below: int = 0) -> CassetteError:
        """What is wrong at a key, `below` lines under it."""
        line = self._chunk.line + _line_of(self._chunk.raw, (*self._path, *keys)) + below
        return CassetteError(cause, file=self._chunk.file, line=line)


_NAMES: Mapping[type, str] = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


def _kind(value: Any) -> str:
    return "nothing" if value is None else repr(value)[:60]


def parse(chunk: Chunk, keys: CassetteKeys) -> Fields:
    """The keys of a document, of which `keys` is the table.

    Raises:
        CassetteError: it is not a YAML mapping.
    """
    try:
        text = chunk.raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = chunk.line + chunk.raw[: error.start].count(b"\n")
        raise CassetteError(f"not UTF-8: {error.reason}", file=chunk.file, line=line) from error
    source = read_yaml(text, most=len(text))  # a recorded body may be of any size
    if source.problems:
        text = "\n" * (chunk.line - 1) + text  # so that lines are those of the file
        problem = read_yaml(text, most=len(text)).problems[0]
        raise CassetteError(str(problem), file=chunk.file, line=problem.line)
    return Fields(chunk, source.value, keys)


def _line_of(raw: bytes, keys: tuple[str, ...]) -> int:
    """The line of a key, from the start of its document; of the nearest key above where it is missing."""
    text = raw.decode("utf-8")
    return read_yaml(text, most=len(text)).line(keys) - 1
