"""What stands in an exchange at the paths that the row of its format has."""

from functools import cache, partial
from typing import Any

from mockserver.authoring.json_path import ABSENT, Path, parse_path, value_at
from mockserver.cassette.importing.format import Paths


def first(value: Any, paths: Paths) -> Any:
    """What the first path that leads to something leads to; None where none does."""
    return next((found for found in map(partial(at, value), paths) if found is not None), None)


def at(value: Any, path: str) -> Any:
    """What stands at a path; None where there is nothing."""
    found = value_at(value, _parsed(path)) if path else value
    return None if found is ABSENT else found


@cache
def _parsed(path: str) -> Path:
    return parse_path(path)
