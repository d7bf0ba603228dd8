"""Fixture files: rules in YAML and JSON, with every error at its line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from os import PathLike
from pathlib import Path
from typing import TypeAlias

from mockserver.authoring import yaml_source
from mockserver.authoring.diagnostics import Problem, ProblemError, report
from mockserver.authoring.yaml_source import YamlSource
from mockserver.errors import ScriptError
from mockserver.model.fault import Chaos
from mockserver.model.prompt import Prompt
from mockserver.script.rule_schema import FixtureDocument, read_document
from mockserver.script.rules import Rule

SomePath: TypeAlias = str | PathLike[str]

SUFFIXES = (".yaml", ".yml", ".json")
MOST_TEXT = 1 << 20
"""Characters of a text that comes over HTTP."""


@dataclass(slots=True, kw_only=True)
class Fixtures:
    """What all files say together, and what is wrong with them."""

    rules: list[Rule] = field(default_factory=list)
    chaos: Chaos | None = None
    prompts: list[Prompt] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    digests: list[tuple[str, bytes]] = field(default_factory=list)
    """Each file, and what is equal where its content is."""


def load_fixtures(paths: Iterable[SomePath]) -> Fixtures:
    """The rules of files, and of the files in folders, in order; the chaos of the last file that has one.

    Raises: ScriptError with every problem of every file.
    """
    found = read_fixtures(paths)
    if found.problems:
        raise ScriptError(report(found.problems, "the fixtures"))
    return found


def read_text(text: str, *, file: str) -> Fixtures:
    """The rules of YAML or JSON text, and what is wrong with it; `file` is what messages call it."""
    found = Fixtures()
    _add(found, yaml_source.read_yaml(text, file=file, most=MOST_TEXT))
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
            _add(found, yaml_source.load(file))
    return found


def fixture_files(path: Path) -> list[Path]:
    """The file, or the fixture files in the folder and below it, sorted."""
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
    return [path] if path.is_file() else []


def _absent(path: Path) -> Problem:
    looked_for = ", ".join(f"*{suffix}" for suffix in SUFFIXES)
    message = f"the folder has no fixture files; expected {looked_for}." if path.is_dir() else "there is no such file."
    return Problem(file=str(path), line=1, message=message)


def _add(found: Fixtures, source: YamlSource) -> None:
    found.digests.append((source.file, source.digest))
    document, problems = _read(source)
    found.problems += sorted(map(_inside_rule, problems), key=attrgetter("line"))
    found.rules += document.rules
    found.chaos = document.chaos or found.chaos
    found.prompts += document.prompts


def _read(source: YamlSource) -> tuple[FixtureDocument, Sequence[Problem]]:
    nothing = FixtureDocument(rules=[])
    if source.value is None:
        if not source.problems:
            source.refuse("the file is empty; expected a list of rules.")
        return nothing, source.problems
    try:
        document = read_document(source.value, location=lambda keys: f"{source.file}:{source.line(keys)}")
    except ProblemError as error:
        return nothing, source.located(error)
    return document, source.problems


def _inside_rule(problem: Problem) -> Problem:
    """The problem without the keys that only say which rule it is about: the line does."""
    match problem.keys:
        case (int(), *inside) | ("rules", int(), *inside):
            return replace(problem, keys=tuple(inside))
    return problem
