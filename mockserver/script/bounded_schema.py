"""JSON Schemas of test authors, none of which may stop the server.

`jsonschema` checks a value in the event loop, as every matcher does. A schema of a few lines can keep it busy for
hours: references that double, patterns that try everything, arrays whose items have to differ. So each keyword pays for
what it does, and patterns are searched for as those of rules are.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from functools import cache, partial
from itertools import product
from typing import Any, Final, TypeAlias

from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import extend, validator_for

from mockserver.authoring.difference import shown
from mockserver.errors import ScriptError
from mockserver.script.regex_search import found_in

Keyword: TypeAlias = Callable[[Any, Any, Any, Any], Iterable[Any] | None]
"""Checks an instance: gets the validator, what the keyword says, the instance and the schema; gives errors."""

MOST_STEPS: Final = 6_000
"""Checks that one value may need, each of one keyword. Our choice: they take about a twentieth of a second."""
_MEMBERS: Final = 4  # members of a keyword that are looked at in the time of a step
_PAIRS: Final = 200  # pairs of items that are compared in it
_FOLLOWING: Final = 8  # steps that following a reference takes

_left: ContextVar[int] = ContextVar("left")


class BoundedSchema:
    """A JSON Schema that a value meets or not. Raises: jsonschema's SchemaError for one that is not valid."""

    def __init__(self, schema: Any) -> None:
        self.schema = schema
        checked_by = validator_for(schema)
        checked_by.check_schema(schema)
        self._validator = _bounded(checked_by)(schema)

    def allows(self, value: Any) -> bool:
        """Whether a value meets the schema. Raises: ScriptError where finding out takes too long."""
        return bool(self._paid(self._validator.is_valid, value))

    def why_not(self, value: Any) -> str:
        """What is wrong with a value; of several things that which says most."""
        try:
            fault = self._paid(lambda: best_match(self._validator.iter_errors(value)))
        except ScriptError as error:
            return str(error)
        return f"{fault.json_path}: {fault.message}" if fault else "nothing"

    def _paid(self, work: Callable[..., Any], *arguments: Any) -> Any:
        token = _left.set(MOST_STEPS)
        try:
            return work(*arguments)
        except (TakesTooLongError, RecursionError):
            raise ScriptError(
                f"The schema {shown(self.schema)} takes too long to check: more than {MOST_STEPS:,} steps. Ask for "
                "less, or look at a smaller part of the request."
            ) from None
        finally:
            _left.reset(token)


class TakesTooLongError(Exception):
    """Raised within a check that needs too many steps."""


def _pay(steps: int) -> None:
    left = _left.get() - steps
    _left.set(left)
    if left < 0:
        raise TakesTooLongError


@cache
def _bounded(checked_by: Any) -> Any:
    """A class of validators like this one, with a bound."""
    known: Mapping[str, Keyword] = {**checked_by.VALIDATORS, "pattern": _pattern}
    make: Any = extend
    return make(checked_by, {name: partial(_paid_for, own, _COSTS.get(name)) for name, own in known.items()})


def _paid_for(  # noqa: PLR0917 - as `jsonschema` calls a keyword
    own: Keyword, cost: "Cost | None", validator: Any, said: Any, instance: Any, schema: Any
) -> Iterable[Any] | None:
    _pay(1 + (len(said) // _MEMBERS if isinstance(said, dict | list) else 0))
    if cost is not None:
        cost(validator, said, instance, schema)
    return own(validator, said, instance, schema)


Cost: TypeAlias = Callable[[Any, Any, Any, Any], None]
"""Pays for a keyword before it is checked; gets what a keyword gets."""


def _pattern(_validator: Any, said: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """As `jsonschema` has it, which would search once more."""
    if isinstance(instance, str) and not found_in(re.compile(said), instance):
        yield ValidationError(f"{instance!r} does not match {said!r}")


def _search_keys(_validator: Any, said: Any, instance: Any, schema: Any) -> None:
    patterns = said if said is schema.get("patternProperties") else ["|".join(schema.get("patternProperties", ()))]
    for pattern, key in product(patterns, instance if isinstance(instance, dict) else ()):
        _pay(1)
        found_in(re.compile(pattern), key)


def _follow(_validator: Any, _said: Any, _instance: Any, _schema: Any) -> None:
    _pay(_FOLLOWING)


def _compare(_validator: Any, _said: Any, instance: Any, _schema: Any) -> None:
    if isinstance(instance, list):
        _pay(len(instance) ** 2 // _PAIRS)


def _check_rest(validator: Any, _said: Any, instance: Any, schema: Any) -> None:
    """What is evaluated is found by going through the rest of the schema, for which nobody pays."""
    rest = {name: value for name, value in schema.items() if not name.startswith("unevaluated")}
    deque(validator.evolve(schema=rest).iter_errors(instance), maxlen=0)


_COSTS: Mapping[str, Cost] = {
    "$ref": _follow,
    "$dynamicRef": _follow,
    "patternProperties": _search_keys,
    "additionalProperties": _search_keys,
    "uniqueItems": _compare,
    "unevaluatedItems": _check_rest,
    "unevaluatedProperties": _check_rest,
}
