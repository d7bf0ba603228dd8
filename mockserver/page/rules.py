"""The rules of a workspace, with what they have answered, and which of them cannot be reached."""

from collections.abc import Iterator
from itertools import islice

from mockserver.cassette.yaml_text import yaml_text
from mockserver.codec import JsonObject
from mockserver.errors import MockServerError
from mockserver.model.request import CreateRequest
from mockserver.script import Rule
from mockserver.space import Space
from mockserver.spec.api_errors import api_error
from mockserver.verification import request_of

LOOKED_AT = 200
"""Newest requests that are compared with the rules that answered nothing."""


def rule_usage(space: Space) -> list[JsonObject]:
    """Each rule in the order in which it is asked: its conditions, its uses, the rule that stands before it."""
    placed = space.script.placed
    rules = [rule for _, rule in placed]
    idle = [rule for rule in rules if not rule.used and rule.may_create]
    lasting = {str(rule) for rule in rules if rule.limit is None}
    came = [one for one in _requests(space) if one[1] in lasting] if idle else []
    return [
        {
            "rule": str(rule),
            "number": rule.number,
            "place": place,
            "written": rule.written is not None,
            "when": {key: str(value) for key, value in (rule.when or {}).items()},
            "used": rule.used,
            "times": rule.limit,
            "shadowed": _shadow(rule, came) if rule in idle else None,
        }
        for place, rule in placed
    ]


def rule_text(space: Space, number: int) -> JsonObject:
    """A rule as YAML, for somebody who changes it. Raises: ApiError 404 for a number that no written rule has."""
    rule = next((rule for rule in space.script.rules if rule.number == number), None) if space.responders else None
    if rule is None or rule.written is None:
        raise api_error("unknown_rule", number=number)
    return {"rule": str(rule), "number": number, "yaml": yaml_text([rule.written], inline_from=3)}


def _requests(space: Space) -> Iterator[tuple[CreateRequest, str]]:
    """The newest requests that a rule answered, each with the name of that rule."""
    answered = (exchange for exchange in reversed([*space.journal]) if exchange.creates and exchange.rule)
    for exchange in islice(answered, LOOKED_AT):
        yield request_of(space, exchange), exchange.rule or ""


def _shadow(rule: Rule, came: list[tuple[CreateRequest, str]]) -> JsonObject | None:
    """How many requests the rule matches that another one has answered, and that one's name; None without any."""
    try:
        taken = [by for request, by in came if rule.matches_conditions(request)]
    except MockServerError:  # a predicate of the test's author raises
        return None
    return {"by": taken[0], "requests": len(taken)} if taken else None
