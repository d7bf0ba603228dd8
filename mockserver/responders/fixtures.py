"""Fixture files: rules in YAML and JSON, with every error at its line."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import TypeAlias

from mockserver.authoring.diagnostics import Keys, Problem, ProblemError
from mockserver.authoring.yaml_source import Located, read_json, read_yaml
from mockserver.errors import ScriptError
from mockserver.model.fault import Chaos
from mockserver.responders.rules import Rule
from mockserver.responders.written import Document, document_of

SomePath: TypeAlias = str | PathLike[str]

READERS = {".yaml": read_yaml, ".yml": read_yaml, ".json": read_json}


@dataclass(slots=True, kw_only=True)
class Fixtures:
    """What all files say together, and what is wrong with them."""

    rules: list[Rule] = field(default_factory=list)
    chaos: Chaos | None = None
    problems: list[Problem] = field(default_factory=list)


def load_fixtures(paths: Iterable[SomePath]) -> Fixtures:
    """The rules of files, and of the files in folders, in order; the chaos of the last file that has one.

    Raises: ScriptError with every problem of every file.
    """
    found = read_fixtures(paths)
    if found.problems:
        count = len(found.problems)
        lines = [f"{count} problem{'s' if count > 1 else ''} in the fixtures:", *map(str, found.problems)]
        raise ScriptError("\n".join(lines))
    return found


def check_fixtures(paths: Iterable[SomePath]) -> list[Problem]:
    """Every problem of every file; none where all are good."""
    return read_fixtures(paths).problems


def read_fixtures(paths: Iterable[SomePath]) -> Fixtures:
    """The rules of the good files, and the problems of the others."""
    found = Fixtures()
    for path in map(Path, paths):
        files = fixture_files(path)
        if not files:
            found.problems.append(_absent(path))
        for file in files:
            _add(found, file)
    return found


def fixture_files(path: Path) -> list[Path]:
    """The file, or the fixture files in the folder and below it, sorted."""
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.suffix in READERS and file.is_file())
    return [path] if path.is_file() else []


def _absent(path: Path) -> Problem:
    looked_for = ", ".join(f"*{suffix}" for suffix in READERS)
    message = f"the folder has no fixture files; expected {looked_for}." if path.is_dir() else "there is no such file."
    return Problem(file=str(path), line=1, message=message)


def _add(found: Fixtures, file: Path) -> None:
    try:
        document, problems = _read(file)
    except (OSError, UnicodeDecodeError) as error:
        found.problems.append(Problem(file=str(file), line=1, message=f"cannot be read: {error}."))
        return
    found.problems += problems
    found.rules += document.rules
    found.chaos = document.chaos or found.chaos


def _read(file: Path) -> tuple[Document, list[Problem]]:
    text = file.read_text(encoding="utf-8-sig")
    located = READERS.get(file.suffix, read_yaml)(text)
    problems = [
        Problem(file=str(file), line=one.line, keys=_keys(one.key), message=one.message) for one in located.flaws
    ]
    if located.value is None:
        empty = Problem(file=str(file), line=1, message="the file is empty; expected a list of rules.")
        return Document(rules=[]), problems or [empty]
    try:
        document = document_of(located.value, place=lambda keys: f"{file}:{located.line(keys)}")
    except ProblemError as error:
        problems += [_problem(file, one, located) for one in error.problems]
        document = Document(rules=[])
    return document, sorted(problems, key=lambda one: one.line)


def _problem(file: Path, found: Problem, located: Located) -> Problem:
    return replace(found, file=str(file), line=located.line(found.keys), keys=_inside_rule(found.keys))


def _keys(key: str) -> Keys:
    return (key,) if key else ()


def _inside_rule(keys: Keys) -> Keys:
    """The keys without those that only say which rule it is."""
    listed = keys[1:] if keys[:1] == ("rules",) else keys
    return listed[1:] if listed and isinstance(listed[0], int) else keys
