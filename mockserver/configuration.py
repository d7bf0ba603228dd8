"""Settings from where a project keeps them: `[tool.mockserver]` in pyproject.toml, and variables `MOCKSERVER_…`."""

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import Field, fields
from pathlib import Path
from typing import Any, Final

from mockserver.errors import SettingsError
from mockserver.settings import Settings

PREFIX: Final = "MOCKSERVER_"
FILE: Final = "pyproject.toml"
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
    folder above it. `MOCKSERVER_MAX_BYTES=1000` sets `max_bytes`; a list is separated by commas. What is redacted adds
    up: a pattern that a project needs once is not forgotten because somebody states another one.

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
    table = document.get("tool", {}).get("mockserver", {})
    found = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        where = f"{file}: [tool.mockserver] {key}"
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise SettingsError(f"{where} is not a setting.{f' Did you mean {near[0]!r}?' if near else ''}")
        found[name] = _checked(value, type(known[name].default), where)
    return found


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
    variables = {one: PREFIX + one.name.upper() for one in known}
    return {
        one.name: _parsed(os.environ[variable], type(one.default), variable)
        for one, variable in variables.items()
        if variable in os.environ
    }


def _parsed(text: str, kind: type, variable: str) -> Any:
    """The text of a variable, as its field's kind."""
    if kind is tuple:
        return tuple(each.strip() for each in text.split(",") if each.strip())
    try:
        return _BOOLEANS[text.lower()] if kind is bool else kind(text)
    except (KeyError, ValueError):
        raise SettingsError(f"{variable} is {text!r}; expected {_KINDS[kind]}.") from None
