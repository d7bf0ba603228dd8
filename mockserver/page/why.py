"""Why a request was answered as it was: the rules or recordings that come nearest, field by field."""

from collections.abc import Iterator, Sequence
from typing import Any

from mockserver.authoring.difference import Difference, shown
from mockserver.codec import JsonObject, dumps
from mockserver.errors import MockServerError
from mockserver.page.feed import Found
from mockserver.replay import Replay
from mockserver.script import Rule
from mockserver.verification import request_of

MOST_FIELDS = 40
NOT_IN_BODY = frozenset({"method", "path", "query"})
"""Fields of a request that `ignore` cannot name."""


def nearest(found: Found) -> list[JsonObject]:
    """The three nearest rules, then the three nearest recordings, of those that there are now."""
    space = found.space
    rules = _rules(found) if space.responders and not space.script.empty else ()
    recordings = () if space.replay is None else _recordings(space.replay, found)
    return [*rules, *recordings]


def _rules(found: Found) -> Iterator[JsonObject]:
    request = request_of(found.space, found.exchange)
    try:
        near = found.space.script.nearest(request)
    except MockServerError as error:  # a predicate of the test's author raises
        yield {"kind": "rule", "name": str(error), "fields": [], "met": False, "used_up": False, "ignore": None}
        return
    for rule, differences in near:
        exhausted = [one for one in differences if one.field == "times"]
        yield {
            "kind": "rule",
            "name": str(rule),
            "answered": found.exchange.rule == rule.title,
            "fields": [*_conditions(rule, differences)],
            "met": not differences,
            "used_up": bool(exhausted),
            "ignore": None,
        }


def _conditions(rule: Rule, differences: Sequence[Difference]) -> Iterator[JsonObject]:
    """Each condition of a rule, those that the request does not meet first."""
    yield from (_field(one) for one in differences)
    missed = {one.field.partition(".")[0].partition("[")[0] for one in differences}
    for key, wanted in (rule.when or {}).items():
        if key not in missed:
            yield {"field": key, "met": True, "wanted": _text(wanted), "got": ""}


def _recordings(replay: Replay, found: Found) -> Iterator[JsonObject]:
    for near in replay.nearest(found.exchange.asked):
        name = near.title.partition(": ")[0]
        fields = [one.field for one in near.differences]
        ignorable = bool(fields) and not any(
            field.partition("[")[0].partition(".")[0] in NOT_IN_BODY for field in fields
        )
        yield {
            "kind": "recording",
            "name": near.title,
            "answered": found.exchange.rule == name,
            "fields": [_field(one) for one in near.differences[:MOST_FIELDS]],
            "met": not near.differences,
            "used_up": not near.differences and found.exchange.miss is not None,
            "ignore": [*dict.fromkeys(fields)] if ignorable and "body" not in fields else None,
            "recorded": near.recorded.body,
            "request": near.request.body,
        }


def _field(difference: Difference) -> JsonObject:
    return {"field": difference.field, "met": False, "wanted": _text(difference.wanted), "got": shown(difference.got)}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return str(value)
    try:
        return dumps(value).decode("utf-8", "replace")
    except TypeError:  # a matcher, a pattern or a function
        return str(value)
