"""When each event of a run is due."""

from collections.abc import Iterable, Iterator

from mockserver.ids import Draws
from mockserver.model.plan import Event, Pace

_GRAIN = 10_000


def due_times(events: Iterable[Event], pace: Pace, draws: Draws) -> Iterator[float]:
    """Seconds after the start at which each event may leave, never decreasing.

    The first event waits for `pace.first`; deltas follow one another by `1 / pace.rate`, a fraction of which `jitter`
    adds or takes away; all other events leave with the one before them.
    """
    now = pace.first
    gap = 1 / pace.rate if pace.rate else 0.0
    for event in events:
        if gap and event["type"].endswith(".delta"):
            now += gap * (1 + pace.jitter * _swing(draws)) if pace.jitter else gap
        yield now


def _swing(draws: Draws) -> float:
    """A choice between -1 and 1."""
    return draws.index(2 * _GRAIN + 1) / _GRAIN - 1
