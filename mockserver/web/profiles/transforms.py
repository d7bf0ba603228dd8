"""The rows of a profile: small changes to JSON, each at a path and under conditions.

A path is `key.key`, with `[*]` for every element of a list or `[key=value]` for those that have the value. In what a
row puts down, `$path` stands for a value of the object that is changed; where there is none, its key is left out.
Nothing that is given is changed in place.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Json: TypeAlias = dict[str, Any]
Change: TypeAlias = Callable[[Json], Sequence[Any]]
"""What stands in an object's place: one value, and in a list several or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One part of a path: a key, and for a list which of its elements."""

    key: str
    many: bool = False
    field: str = ""
    value: str = ""

    def takes(self, element: Any) -> bool:
        """Whether the path goes on into an element of the list."""
        return not self.field or (isinstance(element, dict) and element.get(self.field) == self.value)


Path: TypeAlias = tuple[Step, ...]


def found(value: Any, path: Path) -> Iterator[Any]:
    """Every value that a path leads to."""
    if not path:
        yield value
    elif isinstance(value, dict) and path[0].key in value:
        inner = value[path[0].key]
        elements = [inner] if not path[0].many else inner if isinstance(inner, list) else []
        for element in elements:
            if not path[0].many or path[0].takes(element):
                yield from found(element, path[1:])


def rewritten(value: Any, path: Path, change: Change) -> Sequence[Any]:
    """A value in which every object that the path leads to has been changed."""
    if not path:
        return change(value) if isinstance(value, dict) else [value]
    step, rest = path[0], path[1:]
    if not isinstance(value, dict) or step.key not in value:
        return [value]
    inner = value[step.key]
    if not step.many:
        [new] = rewritten(inner, rest, change)
    elif isinstance(inner, list):
        new = [piece for one in inner for piece in (rewritten(one, rest, change) if step.takes(one) else [one])]
    else:
        return [value]
    return [{**value, step.key: new}]


_ABSENT: Final = object()


def filled(template: Any, value: Json) -> Any:
    """A template with the values of an object in it."""
    if isinstance(template, str) and template.startswith("$"):
        return next(found(value, tuple(Step(key=key) for key in template[1:].split("."))), _ABSENT)
    if isinstance(template, dict):
        members = ((key, filled(member, value)) for key, member in template.items())
        return {key: member for key, member in members if member is not _ABSENT}
    if isinstance(template, list):
        return [member for member in (filled(member, value) for member in template) if member is not _ABSENT]
    return template


def _rename(value: Json, names: Mapping[str, str]) -> Sequence[Any]:
    renamed = {old: new for old, new in names.items() if old in value and value.get(new) is None}
    gone = names.keys() - renamed.keys() | set(renamed.values())
    return [{renamed.get(key, key): member for key, member in value.items() if key not in gone}]


def _drop(value: Json, names: Sequence[str]) -> Sequence[Any]:
    return [{key: member for key, member in value.items() if key not in names}]


def _keep(value: Json, names: Sequence[str]) -> Sequence[Any]:
    return [{key: value[key] for key in names if key in value}]


def _set(value: Json, members: Json) -> Sequence[Any]:
    return [{**value, **filled(members, value)}]


def _default(value: Json, members: Json) -> Sequence[Any]:
    return [{**value, **{key: new for key, new in filled(members, value).items() if value.get(key) is None}}]


def _values(value: Json, tables: Mapping[str, Mapping[Any, Any]]) -> Sequence[Any]:
    known = {key: value[key] for key in tables if isinstance(value.get(key), str | int)}
    return [{**value, **{key: tables[key].get(member, member) for key, member in known.items()}}]


def _prefix(value: Json, prefixes: Mapping[str, Mapping[str, Any]]) -> Sequence[Any]:
    texts = {key: value[key] for key, row in prefixes.items() if value.get(key, "") not in ("", *row["except"])}
    return [{**value, **{key: f"{prefixes[key]['add']}{text}" for key, text in texts.items()}}]


def _strip(value: Json, prefixes: Mapping[str, str]) -> Sequence[Any]:
    texts = {key: value[key] for key in prefixes if isinstance(value.get(key), str)}
    return [{**value, **{key: text.removeprefix(prefixes[key]) for key, text in texts.items()}}]


def _become(value: Json, template: Json) -> Sequence[Any]:
    return [filled(template, value)]


def _splice(value: Json, key: str) -> Sequence[Any]:
    inner = value.get(key)
    return inner if isinstance(inner, list) else [value]


Operation: TypeAlias = Callable[[Json, Any], Sequence[Any]]

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
KINDS: Final[Mapping[str, type]] = {"text": str, "object": dict, "list": list}


def _holds(value: Any, path: Path, wanted: Any) -> bool:
    """`null` holds where there is nothing; `{is: kind}` for any value of a kind; another value where it is found."""
    values = found(value, path)
    if wanted is None:
        return all(one is None for one in values)
    kind = KINDS[wanted["is"]] if isinstance(wanted, dict) and "is" in wanted else None
    return any(isinstance(one, kind) if kind else one == wanted for one in values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What has to be so in the whole object, all of it."""

    wanted: tuple[tuple[Path, Any], ...] = ()

    def hold(self, value: Any) -> bool:
        """Whether they are met."""
        return all(_holds(value, path, wanted) for path, wanted in self.wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: operations, in the order written, on what the path leads to."""

    path: Path = ()
    where: Conditions = Conditions()
    operations: tuple[tuple[Operation, Any], ...] = ()

    def change(self, value: Json) -> Sequence[Any]:
        """What stands in an object's place."""
        changing: list[Any] = [value]
        for operation, argument in self.operations:
            changing = [
                new for one in changing for new in (operation(one, argument) if isinstance(one, dict) else [one])
            ]
        return changing


def changed(value: Any, rows: Sequence[Row]) -> Any:
    """An object after all rows, one after the other."""
    for row in rows:
        if row.where.hold(value):
            [value] = rewritten(value, row.path, row.change)
    return value


def echoed(shown: Any, sent: Any, path: Path) -> Any:
    """What is shown, with the value that what was sent has in the same place, if it has one."""
    if not isinstance(shown, dict) or not isinstance(sent, dict) or path[0].key not in sent:
        return shown
    step, rest = path[0], path[1:]
    theirs = sent[step.key]
    if not rest:
        return {**shown, step.key: theirs}
    ours = shown.get(step.key)
    if isinstance(ours, dict) and not step.many:
        return {**shown, step.key: echoed(ours, theirs, rest)}
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = zip(ours, theirs, strict=True)
        return {**shown, step.key: [echoed(our, their, rest) if step.takes(their) else our for our, their in pairs]}
    return shown
