"""YAML and JSON as people write them, with the line of every key and value.

What a file says is JSON, also where it is written as YAML: only `true` and `false` are booleans (`no` and `on` are
text), and a date is text. What makes a file say something else than its author reads in it is a problem: a key given
twice, anchors and merge keys, tags, tabs.

A text is read in one pass over the parser's events. No alias is followed and no tag is obeyed, and reading ends where a
text gets larger or deeper than what people write: a hostile file costs no more than a wrong one.
"""

import hashlib
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from mockserver.authoring.diagnostics import Keys, Problem, ProblemError
from mockserver.codec import MAX_DEPTH

if TYPE_CHECKING:
    import yaml

MAX_BYTES: Final = 16 * 1024 * 1024
MAX_VALUES: Final = 200_000

# How plain text is understood: the JSON schema of YAML 1.2. Source: https://yaml.org/spec/1.2.2/#102-json-schema
_WORDS: Final[Mapping[str, Any]] = {"true": True, "false": False, "null": None, "~": None, "": None}
_INTEGER = re.compile("-?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_NUMBER_STARTS: Final = frozenset("-.0123456789")
_MERGE: Final = "<<"
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|.)")


class Location(NamedTuple):
    """Where a value stands, and the values in it."""

    line: int
    members: dict[str | int, "Location"]


@dataclass(slots=True, kw_only=True)
class YamlSource:
    """What a text says, and where; `value` is None where it says nothing or cannot be read."""

    file: str = ""
    value: Any = None
    location: Location = field(default_factory=lambda: Location(1, {}))
    problems: list[Problem] = field(default_factory=list)
    digest: bytes = b""
    """Equal for files of equal content."""

    def line(self, keys: Keys) -> int:
        """The line of the innermost of these keys that the text has, from 1."""
        location = self.location
        for key in keys:
            inner = location.members.get(key)
            if inner is None:
                break
            location = inner
        return location.line

    def located(self, error: ProblemError) -> list[Problem]:
        """What was found wrong in the value, with file and line, after what is wrong in the text itself.

        Where the text has a problem, those of the value are left out: they follow from it.
        """
        unsure = {problem.keys for problem in self.problems}
        found = [
            replace(one, file=self.file, line=self.line(one.keys))
            for one in error.problems
            if not any(one.keys[:end] in unsure for end in range(len(one.keys) + 1))
        ]
        return [*self.problems, *found]

    def refuse(self, message: str, *, keys: Keys = (), line: int = 1) -> None:
        """Note a problem."""
        self.problems.append(Problem(message=message, keys=keys, file=self.file, line=line))


def load(path: Path) -> YamlSource:
    """A YAML or JSON file; one that cannot be read is a problem of the source, as everything is that is wrong in it."""
    source = YamlSource(file=str(path))
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        source.digest = hashlib.sha256(raw).digest()
        text = raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        source.refuse(f"cannot be read: {error}.")
        return source
    read = _read_json if path.suffix == ".json" else _read_yaml
    return _read(text, source, read)


def read_yaml(text: str, *, file: str = "", most: int = MAX_BYTES) -> YamlSource:
    """YAML text of `most` characters; `file` is what problems call it."""
    return _read(text, YamlSource(file=file), _read_yaml, most=most)


def _read(
    text: str, source: YamlSource, read: Callable[[str, YamlSource], None], *, most: int = MAX_BYTES
) -> YamlSource:
    if len(text) > most:
        source.refuse(f"larger than {most >> 20} MiB; split it.")
    elif any(line.strip() and not line.startswith("#") for line in text.splitlines()):
        read(text, source)
    return source


def _read_json(text: str, source: YamlSource) -> None:
    """Once a text is known to be JSON, it is read as the YAML that it is."""
    import json  # noqa: PLC0415 - its errors have lines

    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        source.refuse(f"invalid JSON: {error.msg}.", line=error.lineno)
    except RecursionError:
        source.refuse(_TOO_DEEP)
    except ValueError:
        source.refuse(f"invalid JSON: {_TOO_LARGE}")
    else:
        _read_yaml(_ESCAPE.sub(_unescaped, text.replace("\t", " ")), source)


def _unescaped(escape: re.Match[str]) -> str:
    """Escapes that JSON has and YAML lacks: surrogate pairs and the escaped slash."""
    import json  # noqa: PLC0415 - as above

    found = escape[0]
    return "/" if found == "\\/" else json.loads(f'"{found}"') if len(found) > len("\\u0000") else found


def _read_yaml(text: str, source: YamlSource) -> None:
    import yaml  # noqa: PLC0415 - heavy

    try:
        source.value, source.location = _Reader(text, source).document()
    except ProblemError as error:
        source.problems += error.problems
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        source.refuse(f"invalid YAML: {_why(error)}.", line=mark.line + 1 if mark else 1)
    except yaml.YAMLError as error:
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        source.refuse(f"invalid YAML: {str(error).splitlines()[0]}.", line=line)


def _why(error: "yaml.MarkedYAMLError") -> str:
    if "cannot start any token" in (error.problem or ""):
        return f"{error.problem}; indent with spaces, no tabs, and quote text that starts with a special character"
    return ", ".join(part for part in (error.problem, error.context) if part)


_TOO_DEEP: Final = f"nested deeper than {MAX_DEPTH} levels; write it flatter."
_TOO_MANY: Final = f"more than {MAX_VALUES:,} values; split it."
_TOO_LARGE: Final = "a number that is too large; quote it to make it text."

Read: TypeAlias = tuple[Any, Location]


class _Reader:
    """Makes values of the parser's events, as they come, and notes the line of each."""

    def __init__(self, text: str, source: YamlSource) -> None:
        import yaml  # noqa: PLC0415 - heavy

        self._yaml = yaml
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
        self._source = source
        self._count = 0

    def document(self) -> Read:
        """The one document of the text."""
        read: Read = (None, Location(1, {}))
        started = False
        for event in self._events:
            if not isinstance(event, self._yaml.DocumentStartEvent):
                continue
            if started:
                self._refuse(event, (), "a second document begins; expected one.")
                break
            started = True
            read = self._value(next(self._events), ())
        return read

    def _value(self, event: Any, keys: Keys, line: int | None = None) -> Read:
        """What an event begins; `line` is where its key stands, if it has one."""
        yaml = self._yaml
        self._count += 1
        if self._count > MAX_VALUES or len(keys) > MAX_DEPTH:
            raise self._too_much(event)
        self._check_plain(event, keys)
        location = Location(line or event.start_mark.line + 1, {})
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(location, keys), location
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(location, keys), location
        if isinstance(event, yaml.AliasEvent):
            return None, location
        return (self._plain(event, keys) if event.implicit[0] else event.value), location

    def _too_much(self, event: Any) -> ProblemError:
        """Why reading ends here; without keys, which would fill pages."""
        message = _TOO_MANY if self._count > MAX_VALUES else _TOO_DEEP
        return ProblemError([Problem(message=message, file=self._source.file, line=event.start_mark.line + 1)])

    def _check_plain(self, event: Any, keys: Keys) -> None:
        """Note what makes a value more than it seems."""
        if event.anchor:
            message = f"anchors and aliases are not allowed, got '{event.anchor}'; write the value out."
            self._refuse(event, keys, message)
        if tag := getattr(event, "tag", None):
            self._refuse(event, keys, f"tags are not allowed, got '{tag}'; write plain values.")

    def _sequence(self, location: Location, keys: Keys) -> list[Any]:
        made: list[Any] = []
        while not isinstance(event := next(self._events), self._yaml.SequenceEndEvent):
            value, inner = self._value(event, (*keys, len(made)))
            location.members[len(made)] = inner
            made.append(value)
        return made

    def _mapping(self, location: Location, keys: Keys) -> dict[str, Any]:
        made: dict[str, Any] = {}
        while not isinstance(event := next(self._events), self._yaml.MappingEndEvent):
            key = self._key(event, keys)
            value, inner = self._value(next(self._events), (*keys, key or ""), event.start_mark.line + 1)
            if key in made:
                first = location.members[key].line
                self._refuse(event, (*keys, key), f"given twice, first in line {first}; keep one.")
            elif key is not None:
                location.members[key], made[key] = inner, value
        return made

    def _key(self, event: Any, keys: Keys) -> str | None:
        """A key; None for one that is refused."""
        if not isinstance(event, self._yaml.ScalarEvent):
            self._refuse(event, keys, "a key is a list, a mapping or an alias; expected text.")
            self._value(event, (*keys, ""))
            return None
        key = str(event.value)
        self._check_plain(event, (*keys, key))
        if key == _MERGE:
            self._refuse(event, (*keys, key), "merge keys are not allowed; write the keys out.")
            return None
        return key

    def _plain(self, event: Any, keys: Keys) -> Any:
        """What text without quotes says."""
        text = event.value
        if text in _WORDS:
            return _WORDS[text]
        if text[0] not in _NUMBER_STARTS:
            return text
        try:
            if _INTEGER.fullmatch(text):
                return int(text)
            number = float(text) if _FLOAT.fullmatch(text) else None
        except ValueError:  # Python reads no integers of more than 4,300 digits
            number = math.inf
        if number is not None and math.isinf(number):
            self._refuse(event, keys, _TOO_LARGE)
        return text if number is None else number

    def _refuse(self, event: Any, keys: Keys, message: str) -> None:
        self._source.refuse(message, keys=keys, line=event.start_mark.line + 1)
