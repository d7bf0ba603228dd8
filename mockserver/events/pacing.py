"""When the events of a run leave."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import TypeAlias

from mockserver.ids import Draws
from mockserver.model.plan import Pace

_GRAIN = 10_000

Schedule: TypeAlias = Sequence[tuple[float, int]]
"""Seconds after the start, each with the number of events that have left by then."""


def schedule(types: Sequence[str], pace: Pace, *, seed: str) -> Schedule:
    """When events of these types leave.

    The first event waits for `pace.first`; deltas follow one another by `1 / pace.rate`, a fraction of which `jitter`
    adds or takes away, as `seed` has it; all other events leave with the one before them.
    """
    if pace.jitter:
        return _schedule(types, pace, Draws(seed.encode()))
    return _regular(tuple(types), pace)


@lru_cache(maxsize=64)
def _regular(types: tuple[str, ...], pace: Pace) -> Schedule:
    """Without jitter all streams of a kind share one."""
    return _schedule(types, pace, Draws(b""))


def _schedule(types: Sequence[str], pace: Pace, draws: Draws) -> Schedule:
    numbered = enumerate(_due_times(types, pace, draws), start=1)
    return [(due, max(end for end, _ in group)) for due, group in groupby(numbered, key=lambda one: one[1])]


def _due_times(types: Sequence[str], pace: Pace, draws: Draws) -> Iterator[float]:
    """The second in which each event may leave, never decreasing."""
    now = pace.first
    gap = 1 / pace.rate if pace.rate else 0.0
    for kind in types:
        if gap and kind.endswith(".delta"):
            now += gap * (1 + pace.jitter * _swing(draws)) if pace.jitter else gap
        yield now


def _swing(draws: Draws) -> float:
    """A choice between -1 and 1."""
    return draws.index(2 * _GRAIN + 1) / _GRAIN - 1
