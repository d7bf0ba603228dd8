"""Recordings that no test has used, by the list that the pytest plugin writes."""

from collections.abc import Set as AbstractSet
from pathlib import Path

from mockserver.cassette.check import CassetteProblem
from mockserver.cassette.load import load
from mockserver.errors import CassetteError

ADVICE = "remove it, or run the test that needs it"


def read_used(path: Path) -> AbstractSet[str]:
    """The lines of the list: `FILE:LINE` for a recording, or `FILE` for all of a cassette. Raises: CassetteError."""
    try:
        return frozenset(path.read_text(encoding="utf-8").splitlines())
    except UnicodeDecodeError as error:
        raise CassetteError(f"{path}: not a list of recordings: it is not UTF-8 text") from error
    except OSError as error:
        raise CassetteError(
            f"{path}: cannot be read: {error.strerror}. Run the tests with `pytest --mockserver-used={path}` first"
        ) from error


def unused_recordings(path: Path, used: AbstractSet[str]) -> list[CassetteProblem]:
    """The recordings of a cassette that are not in the list; one problem where it has none of them.

    Raises: CassetteError for a cassette that does not load.
    """
    lines = load(path).lines
    file = path.resolve()
    if f"{file}" in used:
        return []
    left = [line for line in lines if f"{file}:{line}" not in used]
    if left and len(left) == len(lines):
        message = f"no test used this cassette: {ADVICE}"
        return [CassetteProblem(file=str(path), line=1, kind="unused", message=message)]
    message = f"no test used this recording: {ADVICE}"
    return [CassetteProblem(file=str(path), line=line, kind="unused", message=message) for line in left]
