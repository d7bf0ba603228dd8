"""Matchers of a request's route. What no request can have is refused, since a rule with it would never answer."""

import re
from fnmatch import fnmatchcase
from typing import Any, Final

from mockserver.authoring.diagnostics import one_of, problem
from mockserver.authoring.takes import takes
from mockserver.script.matchers import Matcher, glob, matcher, name_matcher
from mockserver.spec.operations import API, FRAMES, METHODS, OPERATIONS

_WILDCARD: Final = re.compile(r"[*?\[]")


@takes(lambda: name_matcher)
def method_matcher(wanted: Any) -> Matcher:
    """A matcher of HTTP methods, in upper or lower case."""
    return matcher(wanted, plain=_method)


@takes(lambda: name_matcher)
def path_matcher(wanted: Any) -> Matcher:
    """A matcher of paths, as the API has them: below `/v1`, also where the client leaves that out."""
    return matcher(wanted, plain=_path)


@takes(lambda: name_matcher)
def operation_matcher(wanted: Any) -> Matcher:
    """A matcher of operations, by the name of the SDK's method."""
    return matcher(wanted, plain=_operation)


def _method(wanted: Any) -> Matcher:
    pattern = wanted.upper() if isinstance(wanted, str) else wanted
    return _known(pattern, METHODS, what="method")


def _operation(wanted: Any) -> Matcher:
    return _known(wanted, (*OPERATIONS, *FRAMES), what="operation")


def _known(pattern: Any, names: tuple[str, ...], *, what: str) -> Matcher:
    made = glob(pattern)
    return made if any(fnmatchcase(name, pattern) for name in names) else glob(one_of(pattern, names, what=what))


def _path(wanted: Any) -> Matcher:
    made = glob(wanted)
    start = _WILDCARD.split(wanted)[0]
    if not (f"{start}/".startswith(f"{API}/") or (start != wanted and f"{API}/".startswith(start))):
        rest = wanted.rpartition(f"{API}/")[2].lstrip("/")
        raise problem(f"the path '{wanted}' is not below '{API}/', where every path is. Did you mean '{API}/{rest}'?")
    return made
