"""Numbers that a JSON Schema asks for, worked out in fractions so that bounds and steps hold exactly.

They are whole wherever that fits: programs often take a `number` for a count. A name may ask for more, as a month does.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import ceil, floor
from typing import Any

from mockserver.ids import Draws
from mockserver.samples.budget import NoValueError

_ROOM = 99  # how far from its bound a number may be
_FINE = (Fraction(1, 100), Fraction(1, 10**4), Fraction(1, 10**8), Fraction(1, 10**16))
_TRIES = 100
_LIMITS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf")


def number_for(schema: Mapping[str, Any], draws: Draws, *, whole: bool, path: str, usual: range | None = None) -> float:
    """A number within the schema's bounds and on its `multipleOf`; an integer where it can be, or has to be `whole`.

    `usual` are its bounds where the schema has neither bounds nor a `multipleOf`.

    Raises:
        NoValueError: no number fits.
    """
    if usual and schema.keys().isdisjoint(_LIMITS):
        return usual[draws.index(len(usual))]
    multiple = schema.get("multipleOf")
    for step in _steps(multiple, whole=whole):
        first, last = _span(schema, step)
        for tried in range(min(_TRIES, last - first + 1)):
            found = (first + (tried + draws.index(last - first + 1)) % (last - first + 1)) * step
            number = int(found) if found.denominator == 1 else float(found)
            if multiple is None or _divides(multiple, number):
                return number
    raise NoValueError(f"No number fits the schema at {path}: {_bounds(schema)}.")


def _steps(multiple: float | None, *, whole: bool) -> Iterator[Fraction]:
    """The grids to look for a number on: whole numbers, then the one prescribed, or ever finer ones."""
    step = _exact(multiple or 1)
    yield Fraction(step.numerator)
    if not whole:
        yield from _FINE if multiple is None else (step,)


def _span(schema: Mapping[str, Any], step: Fraction) -> tuple[int, int]:
    """The first and the last usable multiple of a step; the last is below the first where there is none."""
    low = [_index(schema, "minimum", step, up=True), _index(schema, "exclusiveMinimum", step, up=True)]
    high = [_index(schema, "maximum", step, up=False), _index(schema, "exclusiveMaximum", step, up=False)]
    first = max((n for n in low if n is not None), default=None)
    last = min((n for n in high if n is not None), default=None)
    room = max(1, floor(_ROOM / step))
    if first is None:
        first = 1 if last is None or last >= 1 else last - room
    return first, first + room if last is None else min(last, first + room)


def _index(schema: Mapping[str, Any], bound: str, step: Fraction, *, up: bool) -> int | None:
    if bound not in schema:
        return None
    exact = _exact(schema[bound]) / step
    nearest = ceil(exact) if up else floor(exact)
    beyond = bound.startswith("exclusive") and nearest == exact
    return nearest + (1 if up else -1) * beyond


def _exact(number: float) -> Fraction:
    """The number as it is written: a tenth is 1/10."""
    return Fraction(number if isinstance(number, int) else str(number))


def _divides(multiple: float, number: float) -> bool:
    """Whether a validator that divides floating point numbers sees a multiple."""
    try:
        return isinstance(multiple, int) or (number / multiple).is_integer()
    except OverflowError:
        return False


def _bounds(schema: Mapping[str, Any]) -> str:
    return ", ".join(f"{word} {schema[word]}" for word in _LIMITS if word in schema)
