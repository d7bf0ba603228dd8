"""How a request departs from a recorded one: field by field, each text from where it starts to differ."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

from mockserver.authoring.difference import Difference, Verbatim, shown
from mockserver.authoring.json_path import ABSENT
from mockserver.model.recorded import RecordedExchange
from mockserver.replay.canonical import CanonicalRequest

ERRORS = 400
"""From here on a status is that of an error."""
BEFORE = 20  # characters of a text that are shown before the first difference
LONGEST = 100


def request_diff(recorded: CanonicalRequest, request: CanonicalRequest, *, parts: Sequence[str]) -> list[Difference]:
    """Every field in which these parts of `request` are not what was recorded, placeholders as such."""
    found = []
    for part in parts:
        found += _between(getattr(recorded, part), getattr(request, part), "" if part == "body" else part)
    return found


def open_diff(exchange: RecordedExchange, recorded: CanonicalRequest, request: CanonicalRequest) -> list[Difference]:
    """What of a request is not what an answer that was saved alone is for: its route, and whether it asks for a stream.

    An error is for both.
    """
    found = _between(recorded.method, request.method, "method")
    if not fnmatchcase(request.path, recorded.path):
        found += _between(recorded.path, request.path, "path")
    if request.method == "POST" and exchange.status < ERRORS:
        streams = exchange.events is not None
        asks = isinstance(request.body, dict) and request.body.get("stream") is True
        found += _between(streams, asks, "stream")
    return found


def _between(wanted: Any, got: Any, at: str) -> list[Difference]:
    if isinstance(wanted, dict) and isinstance(got, dict):
        keys = dict.fromkeys([*wanted, *got])
        pairs = [(f"{at}.{key}".lstrip("."), wanted.get(key, ABSENT), got.get(key, ABSENT)) for key in keys]
        return [one for path, left, right in pairs for one in _between(left, right, path)]
    if isinstance(wanted, list) and isinstance(got, list):
        return list(_between_lists(wanted, got, at))
    if wanted == got and isinstance(wanted, bool) == isinstance(got, bool):
        return []
    if isinstance(wanted, str) and isinstance(got, str):
        start = max(0, _common(wanted, got) - BEFORE)
        return [Difference(field=at, wanted=_excerpt(wanted, start), got=_excerpt(got, start))]
    return [Difference(field=at or "body", wanted=Verbatim(shown(wanted)), got=Verbatim(shown(got)))]


def _between_lists(wanted: list[Any], got: list[Any], at: str) -> Iterator[Difference]:
    for index in range(max(len(wanted), len(got))):
        left = wanted[index] if index < len(wanted) else ABSENT
        right = got[index] if index < len(got) else ABSENT
        yield from _between(left, right, f"{at}[{index}]")


def _common(one: str, other: str) -> int:
    """How many characters two texts have in common at their start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (left, right) in pairs if left != right), min(len(one), len(other)))


def _excerpt(text: str, start: int) -> Verbatim:
    """A text from `start`, quoted."""
    cut = text[start : start + LONGEST]
    before, after = "…" if start else "", "…" if start + LONGEST < len(text) else ""
    return Verbatim(repr(f"{before}{cut}{after}"))
