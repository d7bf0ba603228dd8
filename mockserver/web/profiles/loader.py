"""Reading a profile: what its file says becomes rows, a reader for each key, every problem with its line."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path as FilePath
from typing import Any, Final

from mockserver.authoring import yaml_source
from mockserver.authoring.diagnostics import (
    ProblemError,
    Reader,
    as_list,
    as_mapping,
    as_text,
    collect,
    did_you_mean,
    one_of,
    problem,
    read_list,
    read_mapping,
    read_values,
    report,
)
from mockserver.authoring.json_path import Path, PathStep, ends_in_list, parse_path
from mockserver.authoring.json_schema import json_schema
from mockserver.authoring.takes import FLAG, OBJECT, TEXT, a_list, mapping, takes, values
from mockserver.errors import SettingsError
from mockserver.spec.checks.unchecked import BY_DOCUMENT, EVERYWHERE, Element, PlaceStep, Unchecked, UncheckedRule
from mockserver.spec.checks.unchecked import KINDS as KINDS_OF_CHECKS
from mockserver.spec.operations import API
from mockserver.web.handlers import ROUTES
from mockserver.web.profiles.openapi import OpenApiDocument
from mockserver.web.profiles.profile import Profile
from mockserver.web.profiles.refusal import Refusal
from mockserver.web.profiles.transforms import KINDS, OPERATIONS, Conditions, Echo, Kind, ObjectTemplate, Row

_FOLDER: Final = FilePath(__file__).parent
_SUFFIXES: Final = (".yaml", ".yml")
ENDPOINTS: Final = sorted(f"{route.method} {route.path.removeprefix(API)}" for route in ROUTES)
BAD_REQUEST: Final = 400
INVALID_REQUEST: Final = "invalid_request_error"
ERROR_STATUSES: Final = range(400, 600)
EVERY: Final = "*"
"""Stands for all places."""
NOT: Final = "!"
"""Begins a place where a check is made all the same."""

PROFILE_NAMES: Final = tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))
"""The built-in profiles."""


def load_profile(name_or_path: str) -> Profile:
    """The built-in profile of this name, or the one in a user's file.

    Raises: SettingsError for a name that is neither, and for a file that says something impossible.
    """
    if name_or_path in PROFILE_NAMES:
        return _load(_FOLDER / f"{name_or_path}.yaml")
    path = FilePath(name_or_path)
    if path.is_file() or path.suffix in _SUFFIXES:
        return _load(path)
    hint = did_you_mean(name_or_path, PROFILE_NAMES)
    names = ", ".join(PROFILE_NAMES)
    raise SettingsError(f"There is no profile '{name_or_path}'.{hint} Expected {names}, or the path of a YAML file.")


def profile_schema() -> dict[str, Any]:
    """The JSON Schema of a profile."""
    return json_schema(read_sections, title="Profile of mockserver")


def _load(path: FilePath) -> Profile:
    source = yaml_source.load(path)
    written = {} if source.value is None else source.value
    try:
        sections = read_sections(written)
        problems = source.problems
    except ProblemError as error:
        problems = source.located(error)
    if problems:
        raise SettingsError(report(problems, "the profile"))
    file = sections.pop("openapi", None)
    if file is not None:
        sections = {"unchecked": BY_DOCUMENT, "document": OpenApiDocument(path.parent / file), **sections}
    return Profile(name=path.stem, digest=source.digest, **sections)


@takes(lambda: mapping(PROFILE))
def read_sections(written: Any) -> dict[str, Any]:
    """What a profile says, section by section. Raises: ProblemError."""
    return read_mapping(as_mapping(written, "a mapping of sections"), PROFILE)


@takes(FLAG)
def _flag(written: Any) -> bool:
    if not isinstance(written, bool):
        raise problem("expected true or false.")
    return written


@takes(a_list(as_text))
def _names(written: Any) -> tuple[str, ...]:
    return tuple(read_list(as_list(written, "a list of names"), as_text))


@takes(values(as_text))
def _texts(written: Any) -> Mapping[str, str]:
    return read_values(as_mapping(written, "a mapping of texts"), as_text)


def _prefix_of_ids(written: Any) -> str:
    return written if written == "" else as_text(written)


@takes(values(TEXT))
def _ids(written: Any) -> Mapping[str, str]:
    """How ids begin; the provider's may begin with nothing."""
    return read_values(as_mapping(written, "a mapping of prefixes"), _prefix_of_ids)


@takes(TEXT)
def _path(written: Any) -> Path:
    return parse_path(as_text(written))


@takes(a_list(TEXT))
def _paths(written: Any) -> tuple[Path, ...]:
    return tuple(read_list(as_list(written, "a list of paths"), _path))


@takes({"anyOf": [TEXT, {**OBJECT, "minProperties": 1, "maxProperties": 1}]})
def _echo(written: Any) -> Echo:
    """A path, or a path with what stands there where the request says nothing."""
    if not isinstance(written, Mapping):
        return Echo(_path(written))
    if len(written) != 1:
        raise problem(f"expected a path, or one path with its default, got {len(written)} keys.")
    [(path, default)] = written.items()
    return Echo(_path(path), default)


@takes(a_list(_echo))
def _echoes(written: Any) -> tuple[Echo, ...]:
    return tuple(read_list(as_list(written, "a list of paths"), _echo))


@takes({"anyOf": [TEXT, a_list(TEXT)]})
def _places(written: Any) -> tuple[UncheckedRule, ...]:
    """Where a kind of check is left out: paths, `*` for everywhere, and with `!` where it is made all the same."""
    listed = [written] if isinstance(written, str) else as_list(written, "a list of paths")
    return tuple(read_list(listed, _place))


@takes(mapping(dict.fromkeys(KINDS_OF_CHECKS, _places)))
def _unchecked(written: Any) -> Unchecked:
    places = as_mapping(written, "a mapping of kinds of checks")
    return Unchecked(read_mapping(places, dict.fromkeys(KINDS_OF_CHECKS, _places)))


def _place(written: Any) -> UncheckedRule:
    text = as_text(written)
    path = text.removeprefix(NOT)
    place = EVERYWHERE if path == EVERY else tuple(map(_step, parse_path(path)))
    return UncheckedRule(place, checked=text.startswith(NOT))


def _step(step: PathStep) -> PlaceStep:
    """A step of a path where it says a place: any element of a list, or those of a type."""
    if isinstance(step, str):
        return step
    if isinstance(step, int) or step.key not in {"", "type"}:
        raise problem("is about some elements of a list only; expected [*] or [type=…].")
    return Element(step.value or None)


@takes(OBJECT)
def _conditions(written: Any) -> Conditions:
    members = as_mapping(written, "a mapping of paths to what is wanted there").items()
    return Conditions(wanted=tuple(collect((path, partial(_condition, path, wanted)) for path, wanted in members)))


def _condition(path: str, wanted: Any) -> tuple[Path, Any]:
    """A path and what is wanted there."""
    return parse_path(path), read_mapping(wanted, {"is": _kind})["is"] if _is_kind(wanted) else wanted


def _is_kind(wanted: Any) -> bool:
    return isinstance(wanted, Mapping) and "is" in wanted


def _kind(written: Any) -> Kind:
    return KINDS[one_of(written, KINDS, what="kind")]


@takes(a_list(OBJECT))
def _hidden(written: Any) -> tuple[Conditions, ...]:
    return tuple(read_list(as_list(written, "a list of conditions"), _conditions))


@takes({"type": "integer", "minimum": ERROR_STATUSES[0], "maximum": ERROR_STATUSES[-1]})
def _status(written: Any) -> int:
    if not isinstance(written, int) or written not in ERROR_STATUSES:
        raise problem(f"expected an HTTP status from {ERROR_STATUSES[0]} to {ERROR_STATUSES[-1]}, got {written!r}.")
    return written


@takes(lambda: mapping(REFUSAL, required=["where", "message"]))
def _refusal(written: Any) -> Refusal:
    said = read_mapping(as_mapping(written, "a refusal: a mapping"), REFUSAL)
    missing = [key for key in ("where", "message") if key not in said]
    if missing:
        raise problem(f"lacks '{missing[0]}'.")
    where, status = said.pop("where"), said.pop("status", BAD_REQUEST)
    return Refusal(where=where, status=status, error=ObjectTemplate.read({"type": INVALID_REQUEST, **said}))


@takes(a_list(_refusal))
def _refusals(written: Any) -> tuple[Refusal, ...]:
    return tuple(read_list(as_list(written, "a list of refusals"), _refusal))


@takes({"enum": ENDPOINTS})
def _endpoint(written: Any) -> str:
    return one_of(written, ENDPOINTS, what="endpoint")


@takes(a_list(_endpoint))
def _endpoints(written: Any) -> tuple[str, ...]:
    return tuple(read_list(as_list(written, "a list of endpoints"), _endpoint))


@takes(OBJECT)
def _template(written: Any) -> ObjectTemplate:
    return ObjectTemplate.read(as_mapping(written, "a mapping"))


@takes(values(OBJECT))
def _tables(written: Any) -> Mapping[str, Mapping[str, Any]]:
    read = partial(as_mapping, what="a mapping of old values to new ones")
    return read_values(as_mapping(written, "a mapping of keys"), read)


@takes(mapping({"add": as_text, "except": _names}, required=["add"]))
def _prefix(written: Any) -> Mapping[str, Any]:
    given = as_mapping(written, "a mapping of 'add' and 'except'")
    if "add" not in given:
        raise problem("lacks 'add'.")
    return {"except": (), **read_mapping(given, {"add": as_text, "except": _names})}


@takes(values(_prefix))
def _prefixes(written: Any) -> Mapping[str, Mapping[str, Any]]:
    return read_values(as_mapping(written, "a mapping of keys"), _prefix)


@takes(lambda: mapping(ROW, anyOf=[{"required": [key]} for key in OPERATIONS]), name="row")
def _row(written: Any) -> Row:
    said = read_mapping(as_mapping(written, "a row: a mapping"), ROW)
    operations = tuple((OPERATIONS[key], argument) for key, argument in said.items() if key in OPERATIONS)
    if not operations:
        raise problem(f"a row does nothing; give it one of {', '.join(OPERATIONS)}.")
    path = said.get("at", ())
    if "splice" in said and not ends_in_list(path):
        raise problem("'splice' needs an 'at' that leads to elements of a list, such as output[*].", "splice")
    return Row(path=path, where=said.get("where", Conditions()), operations=operations)


@takes(a_list(_row))
def _rows(written: Any) -> tuple[Row, ...]:
    return tuple(read_list(as_list(written, "a list of rows"), _row))


ROW: Final[Mapping[str, Reader]] = {
    "at": _path,
    "where": _conditions,
    "rename": _texts,
    "drop": _names,
    "keep": _names,
    "set": _template,
    "default": _template,
    "values": _tables,
    "prefix": _prefixes,
    "strip": _texts,
    "become": _template,
    "splice": as_text,
}
REFUSAL: Final[Mapping[str, Reader]] = {
    "where": _conditions,
    "message": as_text,
    "type": as_text,
    "param": as_text,
    "code": as_text,
    "status": _status,
}
PROFILE: Final[Mapping[str, Reader]] = {
    "request": _rows,
    "response": _rows,
    "items": _rows,
    "parts": _rows,
    "hide": _hidden,
    "echo": _echoes,
    "if_sent": _paths,
    "openapi": as_text,
    "unchecked": _unchecked,
    "refuse": _refusals,
    "endpoints": _endpoints,
    "ids": _ids,
    "events": _rows,
    "keep_events": _names,
    "drop_events": _names,
    "last_event": _template,
    "stream_end": as_text,
    "event_lines": _flag,
    "websocket": _flag,
    "error": _rows,
    "error_body": _template,
}
