"""The rows of a profile: small changes to JSON, each at a path and under conditions.

The objects that are given are never changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

from mockserver.authoring.diagnostics import read_list, read_values
from mockserver.authoring.json_path import (
    ABSENT,
    Path,
    PathStep,
    parse_path,
    rewrite,
    selects,
    value_at,
    values_at,
)
from mockserver.codec import JsonObject, dumps

_REFERENCE: Final = "$"


class _Reference(NamedTuple):
    """Stands in a template for what a path leads to."""

    path: Path


class ObjectTemplate(NamedTuple):
    """An object to put down, in which `$path` stands for a value of the object that is changed."""

    parts: Mapping[str, Any]
    constant: bool = False
    """Whether no part of it depends on the object that is changed."""

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> "ObjectTemplate":
        """The template that a profile writes. Raises: ProblemError for a `$` without a path."""
        parts = _parts(written)
        return cls(parts, constant=not _refers(parts))

    def fill(self, value: Any) -> JsonObject:
        """The object for a value; a key whose `$path` leads nowhere is left out."""
        made: JsonObject = dict(self.parts) if self.constant else _filled(self.parts, value)
        return made


def _parts(written: Any) -> Any:
    if isinstance(written, str) and written.startswith(_REFERENCE):
        return _Reference(parse_path(written.removeprefix(_REFERENCE)))
    if isinstance(written, Mapping):
        return read_values(written, _parts)
    return read_list(written, _parts) if isinstance(written, list) else written


def _refers(part: Any) -> bool:
    if isinstance(part, _Reference):
        return True
    inner = part.values() if isinstance(part, Mapping) else part if isinstance(part, list) else ()
    return any(map(_refers, inner))


def _filled(part: Any, value: Any) -> Any:
    if isinstance(part, _Reference):
        return value_at(value, part.path)
    if isinstance(part, Mapping):
        members = ((key, _filled(member, value)) for key, member in part.items())
        return {key: member for key, member in members if member is not ABSENT}
    if isinstance(part, list):
        return [member for member in (_filled(member, value) for member in part) if member is not ABSENT]
    return part


def _with(value: JsonObject, members: Mapping[str, Any]) -> Sequence[Any]:
    """The object with these members; itself where there are none."""
    return [{**value, **members} if members else value]


def _rename(value: JsonObject, names: Mapping[str, str]) -> Sequence[Any]:
    if names.keys().isdisjoint(value):
        return [value]
    renamed = {old: new for old, new in names.items() if old in value and value.get(new) is None}
    gone = names.keys() - renamed.keys() | set(renamed.values())
    return [{renamed.get(key, key): member for key, member in value.items() if key not in gone}]


def _drop(value: JsonObject, names: Sequence[str]) -> Sequence[Any]:
    return [{key: member for key, member in value.items() if key not in names}]


def _keep(value: JsonObject, names: Sequence[str]) -> Sequence[Any]:
    return [{key: value[key] for key in names if key in value}]


def _set(value: JsonObject, members: ObjectTemplate) -> Sequence[Any]:
    return _with(value, members.fill(value))


def _default(value: JsonObject, members: ObjectTemplate) -> Sequence[Any]:
    return _with(value, {key: new for key, new in members.fill(value).items() if value.get(key) is None})


def _values(value: JsonObject, tables: Mapping[str, Mapping[str, Any]]) -> Sequence[Any]:
    known = {key: value[key] for key in tables if isinstance(value.get(key), str | int)}
    return _with(value, {key: tables[key].get(_as_key(member), member) for key, member in known.items()})


def _as_key(value: Any) -> str:
    """A value as the key of a table spells it: 400 as `400`, true as `true`."""
    return value if isinstance(value, str) else dumps(value).decode()


def _prefix(value: JsonObject, prefixes: Mapping[str, Mapping[str, Any]]) -> Sequence[Any]:
    texts = {key: value[key] for key, row in prefixes.items() if value.get(key, "") not in ("", *row["except"])}
    return _with(value, {key: f"{prefixes[key]['add']}{text}" for key, text in texts.items()})


def _strip(value: JsonObject, prefixes: Mapping[str, str]) -> Sequence[Any]:
    texts = {key: value[key] for key in prefixes if isinstance(value.get(key), str)}
    found = {key: text for key, text in texts.items() if text.startswith(prefixes[key])}
    return _with(value, {key: text.removeprefix(prefixes[key]) for key, text in found.items()})


def _become(value: JsonObject, template: ObjectTemplate) -> Sequence[Any]:
    return [template.fill(value)]


def _splice(value: JsonObject, key: str) -> Sequence[Any]:
    inner = value.get(key)
    return inner if isinstance(inner, list) else [value]


Operation: TypeAlias = Callable[[JsonObject, Any], Sequence[Any]]

OPERATIONS: Final[Mapping[str, Operation]] = {
    "rename": _rename,
    "drop": _drop,
    "keep": _keep,
    "set": _set,
    "default": _default,
    "values": _values,
    "prefix": _prefix,
    "strip": _strip,
    "become": _become,
    "splice": _splice,
}


class Kind(NamedTuple):
    """Stands in a condition for any value of these types."""

    types: tuple[type, ...]


KINDS: Final[Mapping[str, Kind]] = {
    "text": Kind((str,)),
    "object": Kind((dict,)),
    "list": Kind((list,)),
    "given": Kind((str, int, float, dict, list)),
}
"""The kinds of values by name; `given` is whatever is not null."""


def _holds(value: JsonObject, path: Path, wanted: Any) -> bool:
    """None holds where there is nothing; a kind for any value of it; another value where it is found."""
    values = values_at(value, path) if path[0] in value else ()
    if wanted is None:
        return all(one is None for one in values)
    return any(isinstance(one, wanted.types) if isinstance(wanted, Kind) else one == wanted for one in values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What has to be so in the whole object, all of it."""

    wanted: tuple[tuple[Path, Any], ...] = ()

    def hold(self, value: JsonObject) -> bool:
        """Whether they are met."""
        return not self.wanted or all(_holds(value, path, wanted) for path, wanted in self.wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: operations, in the order written, on what the path leads to."""

    path: Path = ()
    where: Conditions = Conditions()
    operations: tuple[tuple[Operation, Any], ...] = ()

    def reaches(self, value: JsonObject) -> bool:
        """Whether the path may lead somewhere: its first step shows that most rows are not about this object."""
        path = self.path
        return not path or (path[0] in value and (len(path) == 1 or isinstance(value[path[0]], dict | list)))

    def change(self, value: Any) -> Sequence[Any]:
        """What an object is replaced by; other values stay."""
        if not isinstance(value, dict):
            return (value,)
        changing: list[Any] = [value]
        for operation, argument in self.operations:
            changing = [
                new for one in changing for new in (operation(one, argument) if isinstance(one, dict) else [one])
            ]
        return changing


def changed(value: Any, rows: Sequence[Row]) -> Any:
    """An object after all rows, one after the other; itself where none of them is about it. Other values stay."""
    if not isinstance(value, dict):
        return value
    for row in rows:
        if row.reaches(value) and row.where.hold(value):
            [value] = rewrite(value, row.path, row.change)
    return value


class Echo(NamedTuple):
    """A value of the request that a response repeats as it was sent, and what stands there where none was sent."""

    path: Path
    default: Any = ABSENT

    def repeat(self, shown: Any, sent: Any) -> Any:
        """A response with what the request says."""
        return _repeated(shown, sent, self.path, self.default)


def _repeated(shown: Any, sent: Any, path: Path, default: Any) -> Any:
    """`shown` with the value that `sent` has at the path, or the default; as it is where neither says one."""
    if not path:
        return shown if sent is ABSENT else sent
    step, rest = path[0], path[1:]
    if isinstance(shown, dict):
        inner = sent.get(step, ABSENT) if isinstance(sent, dict) else ABSENT
        if not rest and inner is ABSENT:
            inner = default
        there = step in shown or (not rest and inner is not ABSENT)
        return {**shown, step: _repeated(shown.get(step), inner, rest, default)} if there else shown
    return _each_pair(shown, sent, step, lambda own, their: _repeated(own, their, rest, default))


def only_if_sent(shown: Any, sent: Any, path: Path) -> Any:
    """`shown` without the value at the path, unless `sent` has one there that is not null."""
    step, rest = path[0], path[1:]
    if isinstance(shown, dict):
        inner = sent.get(step) if isinstance(sent, dict) else None
        if rest:
            return {**shown, step: only_if_sent(shown[step], inner, rest)} if step in shown else shown
        return shown if inner is not None else {key: value for key, value in shown.items() if key != step}
    return _each_pair(shown, sent, step, lambda own, their: only_if_sent(own, their, rest))


def _each_pair(shown: Any, sent: Any, step: PathStep, change: Callable[[Any, Any], Any]) -> Any:
    """The elements of a list that a step leads to, each changed by what was sent in its place."""
    if not isinstance(shown, list):
        return shown
    there = sent if isinstance(sent, list) and len(sent) == len(shown) else [ABSENT] * len(shown)
    pairs = enumerate(zip(shown, there, strict=True))
    return [change(own, their) if selects(step, n, shown) else own for n, (own, their) in pairs]
