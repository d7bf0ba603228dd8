"""Random values of a JSON Schema: each of many draws another branch of unions, and other members of objects.

A schema is narrowed by chance to one that leaves fewer choices, and `samples` makes the value of that.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mockserver.codec import Schema
from mockserver.ids import Draws
from mockserver.samples.budget import NoValueError, TooLargeError
from mockserver.samples.values import value_for
from mockserver.spec.contract import REF

DEEPEST: Final = 12
"""Levels below which a value gets what its schema requires, and nothing else."""
MOST_ELEMENTS: Final = 4  # one more than the longest list


def random_values(root: Schema, *, count: int, seed: bytes = b"") -> Iterator[Any]:
    """Values of a schema that holds its own definitions; fewer than `count` where it has none."""
    for number in range(count):
        draws = Draws(b"%b value %d" % (seed, number))
        narrowed = Narrowing(root.get("$defs", {}), draws).schema(root, 0)
        try:
            yield value_for(narrowed, draws)
        except (NoValueError, TooLargeError):
            continue


class Narrowing:
    """Narrows schemas by the choices of one value."""

    def __init__(self, definitions: Mapping[str, Any], draws: Draws) -> None:
        self._definitions = definitions
        self._draws = draws

    def schema(self, given: Any, depth: int) -> Any:
        """A schema whose values are values of the given one."""
        if not isinstance(given, dict):
            return given
        narrowed = {key: value for key, value in given.items() if key not in {"$defs", "$ref", "anyOf"}}
        if "anyOf" in given:
            narrowed["allOf"] = [*given.get("allOf", ()), self._one_of(given["anyOf"], depth)]
        if "$ref" in given:
            target = self._definitions[given["$ref"].removeprefix(REF)]
            narrowed["allOf"] = [*narrowed.get("allOf", ()), target]
        if "allOf" in narrowed:
            narrowed["allOf"] = [self.schema(one, depth) for one in narrowed["allOf"]]
        if "enum" in narrowed:
            narrowed["enum"] = [self._one_of(narrowed["enum"], 0)]
        if isinstance(narrowed.get("type"), list):
            narrowed["type"] = self._one_of(narrowed["type"], depth)
        if "properties" in narrowed:
            narrowed["properties"] = self._members(narrowed, depth)
        if "items" in narrowed:
            self._narrow_list(narrowed, depth)
        return narrowed

    def _one_of(self, options: list[Any], depth: int) -> Any:
        """One of several, in the depth the last, which most often is the smallest."""
        return options[-1] if depth > DEEPEST else options[self._draws.index(len(options))]

    def _members(self, schema: Schema, depth: int) -> Schema:
        required = schema.get("required", ())
        return {
            name: self.schema(one, depth + 1)
            for name, one in schema["properties"].items()
            if name in required or (depth <= DEEPEST and self._draws.index(2))
        }

    def _narrow_list(self, schema: Schema, depth: int) -> None:
        least, most = schema.get("minItems", 0), schema.get("maxItems", MOST_ELEMENTS)
        length = min(most, max(least, 0 if depth > DEEPEST else self._draws.index(MOST_ELEMENTS)))
        schema["prefixItems"] = [self.schema(schema["items"], depth + 1) for _ in range(length)]
        schema["minItems"] = schema["maxItems"] = length
        del schema["items"]
