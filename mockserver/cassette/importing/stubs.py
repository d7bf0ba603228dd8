"""Stubs, which say what to answer: which of them are no recorded exchange, and what of the others is not kept."""

from collections.abc import Iterator
from typing import Any, Final

from mockserver.cassette.importing.bodies import EXACT_KEYS, literal
from mockserver.cassette.importing.format import Format, LeftOut
from mockserver.cassette.importing.places import at, first
from mockserver.cassette.importing.source import RecordingFile
from mockserver.model.recorded import RecordedExchange

ANY_METHOD: Final = (None, "ANY")
PATTERN: Final = "a pattern instead of a request"
TEMPLATE: Final = "a template instead of a response"


def is_pattern(row: Format, value: Any, *, address: str | None, whole: bool) -> bool:
    """Whether a stub is for requests that fit something, not for one that was recorded.

    `whole` says whether it has an address and a body to be equal to.
    """
    if row.patterns and literal(first(value, row.method)) in ANY_METHOD:
        return True
    query = first(value, row.query)
    named = isinstance(query, dict) and EXACT_KEYS.isdisjoint(query)
    if named and any(not isinstance(one, dict | list) or literal(one) is None for one in query.values()):
        return True
    if whole:
        return False
    found = [at(value, path) for path in row.patterns]
    return any(one is not None and literal(one) is None for one in found) or (
        address is None and any(one is not None for one in found)
    )


def instead(row: Format, value: Any) -> str:
    """What stands in the place of an answer; empty where there is one."""
    return next((what for path, what in row.instead.items() if at(value, path)), "")


def is_template(row: Format, value: Any, exchange: RecordedExchange) -> bool:
    """Whether an answer is filled in anew for each request."""
    return bool(row.templates and first(value, row.templates)) and _has_sign(row, value, exchange)


def unkept(row: Format, value: Any, exchange: RecordedExchange, where: str) -> Iterator[LeftOut]:
    """What of a stub is not in the exchange that it becomes."""
    for path in row.unkept:
        if at(value, path):
            yield _option(where, path)
    if row.template and _has_sign(row, value, exchange):
        yield LeftOut(where, f"`{row.template}` as a template", part=True)


def unkept_of_file(row: Format, source: RecordingFile) -> Iterator[LeftOut]:
    """What stands beside the exchanges of a file and is not in a cassette."""
    for path in row.unkept_of_file:
        if at(source.head, path):
            yield _option(str(source.path), path)


def _option(where: str, path: str) -> LeftOut:
    return LeftOut(where, f"`{path.rpartition('.')[2]}`", part=True)


def _has_sign(row: Format, value: Any, exchange: RecordedExchange) -> bool:
    """Whether there is a template: in the answer, or in what is written of it (its headers, the name of its file)."""
    return any(row.template in str(one) for one in (at(value, "response"), exchange.body, exchange.events))
