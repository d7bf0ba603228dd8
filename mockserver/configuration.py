"""Settings from where a project keeps them: `[tool.mockserver]` in pyproject.toml, and variables `MOCKSERVER_…`."""

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import Field, fields
from pathlib import Path
from typing import Any, Final

from mockserver.errors import SettingsError
from mockserver.settings import Settings, check_setting

PREFIX: Final = "MOCKSERVER_"
FILE: Final = "pyproject.toml"
PATHS: Final = ("fixtures", "replay", "cassette", "certfile", "keyfile", "profile")
"""Settings that name files: those of a pyproject.toml are found from its folder."""
_NEAR: Final = 0.85
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}
_KINDS: Final = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    tuple: "a list of texts",
}


def load_settings(folder: str | Path | None = None, **stated: Any) -> Settings:
    """Settings as a project configures them: those that are stated win, then variables, then pyproject.toml.

    `[tool.mockserver]` is read from the pyproject.toml in `folder` (the working directory by default) or the nearest
    folder above it; paths in it start there. `MOCKSERVER_MAX_BYTES=1000` sets `max_bytes`; commas separate a list. What
    is redacted adds up: a pattern that a project needs once is not forgotten because somebody states another one.

    Raises: SettingsError that names the file or the variable, and what was expected.
    """
    return Settings(**configured(folder, **stated))


def configured(folder: str | Path | None = None, **stated: Any) -> dict[str, Any]:
    """The fields of `Settings` that a project configures, or that are stated. Raises: SettingsError."""
    here = Path(folder or Path.cwd()).resolve()
    file = next((path for path in (each / FILE for each in (here, *here.parents)) if path.is_file()), None)
    known = {one.name: one for one in fields(Settings)}
    found: dict[str, Any] = {}
    for fields_there in (_in_file(file, known) if file else {}, _in_variables(known.values()), stated):
        for name, value in fields_there.items():
            adds = name in known and known[name].metadata["adds"]
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), *value))) if adds else value
    return found


def _in_file(file: Path, known: Mapping[str, "Field[Any]"]) -> dict[str, Any]:
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file} cannot be read: {error}.") from error
    tools = document.get("tool", {})
    table = tools.get("mockserver", {}) if isinstance(tools, dict) else tools
    if not isinstance(table, dict):
        raise SettingsError(f"{file}: [tool.mockserver] is {table!r}; expected a table of settings.")
    found = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        where = f"{file}: [tool.mockserver] {key}"
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise SettingsError(f"{where} is not a setting.{f' Did you mean {near[0]!r}?' if near else ''}")
        found[name] = _resolved(name, _checked(value, type(known[name].default), where), file.parent)
        _check(name, found[name], where)
    return found


def _resolved(name: str, value: Any, folder: Path) -> Any:
    """A value of a file, with its paths from the folder of the file; a profile may be a name."""
    if name not in PATHS or not value:
        return value
    if isinstance(value, tuple):
        return tuple(str(folder / each) for each in value)
    return value if name == "profile" and not (folder / value).is_file() else str(folder / value)


def _check(name: str, value: Any, where: str) -> None:
    try:
        check_setting(name, value)
    except SettingsError as error:
        raise SettingsError(f"{where}: {error}") from None


def _checked(value: Any, kind: type, where: str) -> Any:
    """A value of TOML, where it is of its field's kind."""
    if kind is tuple and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise SettingsError(f"{where} is {value!r}; expected {_KINDS[kind]}.")
    return value


def _in_variables(known: Iterable["Field[Any]"]) -> dict[str, Any]:
    variables = {one.name.upper(): one for one in known}
    found = {}
    for variable in sorted(each for each in os.environ if each.startswith(PREFIX)):
        name = variable.removeprefix(PREFIX)
        if one := variables.get(name):
            found[one.name] = _parsed(os.environ[variable], type(one.default), variable)
            _check(one.name, found[one.name], variable)
        elif near := difflib.get_close_matches(name, variables, 1, _NEAR):
            raise SettingsError(f"{variable} is not a setting. Did you mean '{PREFIX}{near[0]}'?")
    return found


def _parsed(text: str, kind: type, variable: str) -> Any:
    """The text of a variable, as its field's kind."""
    if kind is tuple:
        return tuple(each.strip() for each in text.split(",") if each.strip())
    try:
        return _BOOLEANS[text.lower()] if kind is bool else kind(text)
    except (KeyError, ValueError):
        raise SettingsError(f"{variable} is {text!r}; expected {_KINDS[kind]}.") from None
