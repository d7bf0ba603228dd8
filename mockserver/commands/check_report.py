"""What `mockserver check` has found, for people, for programs, and for the services that show findings beside code."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import mockserver
from mockserver import cassette
from mockserver.authoring.diagnostics import Problem
from mockserver.codec import dumps_indented
from mockserver.commands.counts import counted
from mockserver.errors import CassetteError

SARIF_SCHEMA_URL: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "fixture": ("error", "A fixture file has a mistake."),
    "cassette": ("error", "A cassette cannot be read."),
    "secret": ("error", "A cassette holds a secret."),
    "contract": ("warning", "A recording is not what the API's contract allows."),
    "age": ("warning", "A cassette is older than is allowed."),
    "unused": ("warning", "No test has used a recording."),
    "torn": ("warning", "The last exchange of a cassette was not written to its end."),
}
"""The level and the description of each kind of finding."""


class CheckFinding(NamedTuple):
    """One thing to fix."""

    kind: str
    file: str
    line: int
    """From 1; 0 where it is about the whole file."""
    message: str
    text: str
    """All of it in one line, for people."""


def finding(problem: "Problem | cassette.CassetteProblem | CassetteError") -> CheckFinding:
    """A problem of a fixture file or a cassette, as a finding."""
    match problem:
        case cassette.CassetteProblem():
            return CheckFinding(problem.kind, problem.file, problem.line, problem.message, str(problem))
        case Problem():
            message = f"{problem.path}: {problem.message}" if problem.keys else problem.message
            return CheckFinding("fixture", problem.file, problem.line, message, str(problem))
        case CassetteError():
            return CheckFinding("cassette", problem.file, problem.line, problem.cause, str(problem))


def nothing_in(folder: Path) -> CheckFinding:
    """The finding for a folder without fixture files and cassettes."""
    message = "the folder has nothing to check; expected fixture files (*.yaml, *.yml, *.json) or cassettes (*.yaml)."
    return CheckFinding("fixture", str(folder), 0, message, f"{folder}: {message}")


def as_json(findings: Iterable[CheckFinding]) -> bytes:
    """A JSON list with an object per finding: kind, file, line, message."""
    keys = ("kind", "file", "line", "message")
    return dumps_indented([{key: getattr(one, key) for key in keys} for one in findings])


def as_sarif(findings: Iterable[CheckFinding]) -> bytes:
    """A log in SARIF 2.1.0; files are named from the working directory where they are below it."""
    rules = [
        {"id": kind, "shortDescription": {"text": text}, "defaultConfiguration": {"level": level}}
        for kind, (level, text) in KINDS.items()
    ]
    driver = {"name": "mockserver", "semanticVersion": mockserver.__version__, "rules": rules}
    run = {"tool": {"driver": driver}, "results": [_result(one) for one in findings]}
    return dumps_indented({"$schema": SARIF_SCHEMA_URL, "version": "2.1.0", "runs": [run]})


def _result(one: CheckFinding) -> dict[str, Any]:
    path = Path(one.file)
    below = path.resolve().is_relative_to(Path.cwd())
    uri = quote(path.resolve().relative_to(Path.cwd()).as_posix()) if below else path.resolve().as_uri()
    place: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    place |= {"region": {"startLine": one.line}} if one.line else {}
    return {
        "ruleId": one.kind,
        "level": KINDS[one.kind][0],
        "message": {"text": one.message},
        "locations": [{"physicalLocation": place}],
    }


REPORTS: Final[Mapping[str, Callable[[Sequence[CheckFinding]], bytes]]] = {"json": as_json, "sarif": as_sarif}
"""Formats that programs read."""


def write(findings: Sequence[CheckFinding], report: str) -> int:
    """Print what was found, as text or in a format of `REPORTS`. The exit code: 1 where there is something."""
    if report in REPORTS:
        sys.stdout.buffer.write(REPORTS[report](findings) + b"\n")
    else:
        for one in findings:
            sys.stderr.write(f"{one.text}\n")
        sys.stdout.write(f"{counted(len(findings), 'problem')} found.\n")
    return 1 if findings else 0
