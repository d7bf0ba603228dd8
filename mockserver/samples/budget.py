"""How much one default answer may ask for. Whatever makes values pays before it makes them.

A request is answered in one go, so a schema that asks for a billion values would keep everybody else waiting. What
takes longer than a moment is not made in the event loop, where the others wait, but from its beginning in a thread.
"""

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

from mockserver.errors import ScriptError


class Limit(NamedTuple):
    """The most of one thing, and how an error names it."""

    most: int
    in_loop: int
    """How many are made in an event loop; together they take about a fiftieth of a second."""
    unit: str


# All are our choice: far beyond what tests ask for, and used up within a fraction of a second.
LIMITS: Mapping[str, Limit] = {
    "values": Limit(10_000, 500, "values"),
    "characters": Limit(200_000, 50_000, "characters"),
    "schema": Limit(200_000, 5_000, "steps through the schema"),
    "pattern": Limit(120_000, 5_000, "steps through patterns"),
}
DEEPEST = 100  # levels of values in values; requests have as many
LONGEST_PATTERN = 5_000  # characters


class NoValueError(ScriptError):
    """Nothing fits a schema; another branch of it may still be tried."""


class TooLargeError(ScriptError):
    """A schema asks for more than a default answer may hold; no other branch is tried."""

    def __init__(self, path: str, *, most: int, unit: str) -> None:
        super().__init__(
            f"The schema at {path} asks for too much: a default answer is limited to {most:,} {unit}."
            " Ask for less, or script the reply."
        )


class TakesLongError(Exception):
    """Raised in an event loop for an answer that is to be made in a thread: it is no error of anybody."""


class Budget:
    """What is left for one answer."""

    __slots__ = ("_in_loop", "_left")

    def __init__(self) -> None:
        self._left = {name: limit.most for name, limit in LIMITS.items()}
        self._in_loop = _is_in_loop()

    def spend(self, name: str, count: int, *, path: str) -> None:
        """Pay for `count` things of a row of `LIMITS`.

        Raises:
            TooLargeError: it is more than is left.
            TakesLongError: it is more than is made in an event loop, where this budget began.
        """
        limit = LIMITS[name]
        if count > self._left[name]:
            raise TooLargeError(path, most=limit.most, unit=limit.unit)
        self._left[name] -= count
        if self._in_loop and limit.most - self._left[name] > limit.in_loop:
            raise TakesLongError


def _is_in_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
