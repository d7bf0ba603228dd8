"""Reading a profile file: what YAML gives becomes rows, and every mistake is told with its line.

Each reader takes a value and where it stands, and raises Misread.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path as FilePath
from typing import Any, Final, TypeAlias

from mockserver.errors import SettingsError
from mockserver.web.profiles.transforms import KINDS, OPERATIONS, Conditions, Json, Path, Row, Step

At: TypeAlias = tuple[str | int, ...]
"""Where something stands in a file, from its top."""

Reader: TypeAlias = Callable[[Any, At], Any]


class Misread(Exception):  # noqa: N818 - becomes a SettingsError as soon as the file and the line are known
    """A profile says something that cannot be meant."""

    def __init__(self, text: str, *, at: At) -> None:
        super().__init__(text)
        self.at = at


def read_profile(path: FilePath, readers: Mapping[str, Reader]) -> dict[str, Any]:
    """The sections of a profile file, each read by its reader.

    Raises: SettingsError, which names the file, the line and what was expected.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"Cannot read the profile {path}: {error}.") from error
    if all(not line.strip() or line.startswith("#") for line in text.splitlines()):
        return {}
    return _read_sections(path, text, readers)


def _read_sections(path: FilePath, text: str, readers: Mapping[str, Reader]) -> dict[str, Any]:
    import yaml  # noqa: PLC0415 - late: most servers have no profile

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        sections = read_object(yaml.safe_load(text), ())
        for name in sections:
            if name not in readers:
                raise unknown(name, tuple(readers), (name,))
        return {name: readers[name](value, (name,)) for name, value in sections.items()}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise SettingsError(f"{path}, line {line}: this is no YAML: {getattr(error, 'problem', error)}.") from error
    except Misread as error:
        place = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in error.at).lstrip(".")
        raise SettingsError(f"{path}, line {_line(node, error.at)}: {place or 'the file'}: {error}.") from error


def _line(node: Any, at: At) -> int:
    """The line of what stands at a place: of its key in a mapping, of itself in a list."""
    line: int = node.start_mark.line
    for key in at:
        if isinstance(key, int):
            node = node.value[key]
            line = node.start_mark.line
            continue
        member = next((pair for pair in node.value if pair[0].value == key), None)
        if member is None:  # merged in from elsewhere
            break
        line, node = member[0].start_mark.line, member[1]
    return line + 1


_STEP: Final = re.compile(r"(?P<key>\w+)(?P<many>\[(?:\*|(?P<field>\w+)=(?P<value>[^\]]+))\])?")


def refused(wanted: str, got: Any, at: At) -> Misread:
    """What is raised where something else was expected."""
    return Misread(f"expected {wanted}, but got {got!r}", at=at)


def unknown(name: Any, known: Sequence[str], at: At) -> Misread:
    """What is raised for a name that is not known."""
    near = get_close_matches(str(name), known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return Misread(f"{name!r} is not known.{hint} Allowed: {', '.join(known)}", at=at)


def read_text(value: Any, at: At) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value:
        raise refused("a text", value, at)
    return value


def read_names(value: Any, at: At) -> tuple[str, ...]:
    """A list of names."""
    if not isinstance(value, list):
        raise refused("a list of names", value, at)
    return tuple(read_text(name, (*at, index)) for index, name in enumerate(value))


def read_object(value: Any, at: At) -> Json:
    """A mapping whose keys are texts."""
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise refused("a mapping", value, at)
    return value


def read_texts(value: Any, at: At) -> Mapping[str, str]:
    """A mapping of texts to texts."""
    return {key: read_text(member, (*at, key)) for key, member in read_object(value, at).items()}


def read_path(value: Any, at: At) -> Path:
    """A path."""
    steps = [(part, _STEP.fullmatch(part)) for part in read_text(value, at).split(".")]
    for part, match in steps:
        if match is None:
            raise Misread(f"{part!r} is no step of a path; expected key, key[*] or key[key=value]", at=at)
    return tuple(
        Step(key=match["key"], many=bool(match["many"]), field=match["field"] or "", value=match["value"] or "")
        for _, match in steps
        if match is not None
    )


def read_paths(value: Any, at: At) -> tuple[Path, ...]:
    """A list of paths."""
    return tuple(read_path(path, (*at, index)) for index, path in enumerate(read_names(value, at)))


def read_conditions(value: Any, at: At) -> Conditions:
    """A mapping of paths to what is wanted there."""
    members = read_object(value, at).items()
    for path, wanted in members:
        if isinstance(wanted, dict) and "is" in wanted and wanted["is"] not in KINDS:
            raise unknown(wanted["is"], tuple(KINDS), (*at, path, "is"))
    return Conditions(wanted=tuple((read_path(path, (*at, path)), wanted) for path, wanted in members))


def read_hidden(value: Any, at: At) -> tuple[Conditions, ...]:
    """A list of conditions."""
    if not isinstance(value, list):
        raise refused("a list of conditions", value, at)
    return tuple(read_conditions(one, (*at, index)) for index, one in enumerate(value))


def _read_tables(value: Any, at: At) -> Mapping[str, Json]:
    tables = read_object(value, at)
    for key, table in tables.items():
        if not isinstance(table, dict):
            raise refused("a mapping of old values to new ones", table, (*at, key))
    return tables


def _read_prefixes(value: Any, at: At) -> Mapping[str, Json]:
    prefixes = {}
    for key, row in read_object(value, at).items():
        here = (*at, key)
        for name in read_object(row, here):
            if name not in ("add", "except"):
                raise unknown(name, ("add", "except"), (*here, name))
        prefixes[key] = {
            "add": read_text(row.get("add"), (*here, "add")),
            "except": read_names(row.get("except", []), (*here, "except")),
        }
    return prefixes


_ARGUMENTS: Final[Mapping[str, Reader]] = {
    "rename": read_texts,
    "drop": read_names,
    "keep": read_names,
    "set": read_object,
    "default": read_object,
    "values": _read_tables,
    "prefix": _read_prefixes,
    "strip": read_texts,
    "become": read_object,
    "splice": read_text,
}
_ROW_KEYS: Final = ("at", "where", *_ARGUMENTS)


def read_rows(value: Any, at: At) -> tuple[Row, ...]:
    """A list of rows."""
    if not isinstance(value, list):
        raise refused("a list of rows", value, at)
    return tuple(_read_row(row, (*at, index)) for index, row in enumerate(value))


def _read_row(value: Any, at: At) -> Row:
    operations = []
    for key, argument in read_object(value, at).items():
        if key not in _ROW_KEYS:
            raise unknown(key, _ROW_KEYS, (*at, key))
        if key in OPERATIONS:
            operations.append((OPERATIONS[key], _ARGUMENTS[key](argument, (*at, key))))
    if not operations:
        raise Misread(f"a row does nothing; give it one of {', '.join(OPERATIONS)}", at=at)
    path = read_path(value["at"], (*at, "at")) if "at" in value else ()
    if "splice" in value and not (path and path[-1].many):
        raise Misread("'splice' needs an 'at' that leads to elements of a list, such as output[*]", at=(*at, "splice"))
    where = read_conditions(value["where"], (*at, "where")) if "where" in value else Conditions()
    return Row(path=path, where=where, operations=tuple(operations))
