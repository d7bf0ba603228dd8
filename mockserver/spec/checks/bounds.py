"""Bounds of numbers, lengths and counts, and the errors of values beyond them."""

from collections.abc import Callable
from typing import Any, Final

from mockserver.spec.checks.invalid import Invalid, number
from mockserver.spec.request_fields import Field

STRING_ROWS: Final = ("empty_string", "string_above_max_length")
ARRAY_ROWS: Final = ("empty_array", "array_above_max_length")
INTEGER_ROWS: Final = ("integer_below_min_value", "integer_above_max_value")
DECIMAL_ROWS: Final = ("decimal_below_min_value", "decimal_above_max_value")


def bounds_check(
    row: Field, rows: tuple[str, str], *, measure: Callable[[Any], float] = lambda value: value
) -> Callable[[Any], Invalid | None] | None:
    """The check of what `measure` says of a value; `rows` are the errors below and above. None without bounds."""
    if row.least is None and row.most is None:
        return None
    least = float("-inf") if row.least is None else row.least
    most = float("inf") if row.most is None else row.most

    def check(value: Any) -> Invalid | None:
        size = measure(value)
        if size < least:
            return Invalid(rows[0], limit=number(least), got=number(size))
        if size > most:
            return Invalid(rows[1], limit=number(most), got=number(size))
        return None

    return check
