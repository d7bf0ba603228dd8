"""When the events of a run leave."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from mockserver.ids import Draws
from mockserver.model.plan import Pace, Schedule

_GRAIN = 10_000


def schedule(types: Sequence[str], pace: Pace, *, seed: str) -> Schedule:
    """When events of these types leave.

    The first event waits for `pace.first`; deltas follow one another by `1 / pace.rate`, a fraction of which `jitter`
    adds or takes away, as `seed` has it; all other events leave with the one before them.
    """
    if pace.jitter:
        return _schedule(types, pace, Draws(seed.encode()))
    return _regular(tuple(types), pace)


def recorded_schedule(types: Sequence[str], times: Sequence[float], *, speed: float) -> Schedule:
    """When events leave that came at these times, at `speed` times the speed of then.

    An event without a time leaves with the one before it; without any events there is one time, that of the body.
    """
    if not types:
        return ((times[-1] / speed if times else 0.0, 0),)
    known = (*times, *[times[-1] if times else 0.0] * (len(types) - len(times)))
    return _grouped(time / speed for time in known[: len(types)])


@lru_cache(maxsize=64)
def _regular(types: tuple[str, ...], pace: Pace) -> Schedule:
    """Without jitter all streams of a kind share one."""
    return _schedule(types, pace, Draws(b""))


def _schedule(types: Sequence[str], pace: Pace, draws: Draws) -> Schedule:
    return _grouped(_due_times(types, pace, draws))


def _grouped(due_times: Iterable[float]) -> Schedule:
    """Events that are due together leave together."""
    numbered = enumerate(due_times, start=1)
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


def moments_of(moments: Iterable[tuple[int, float]]) -> Sequence[float]:
    """The moment of each event, from how many had been shown at each moment."""
    spread: list[float] = []
    for count, moment in moments:
        spread += [moment] * (count - len(spread))
    return spread
