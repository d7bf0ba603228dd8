"""What a measurement is asked for, and what it gives."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Self, TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is measured."""

    rounds: int
    """Rounds of a comparison; in each, both servers are measured, one after the other."""
    seconds: float
    """How long a server is kept busy in a round."""
    starts: int
    """Processes that are started of each kind."""
    calls: int
    """Calls of the SDK in a round, and tests in a session."""
    streams: int
    """Percent of the open streams that a row names."""
    requests: int
    """Percent of the stored requests that a row names."""


FULL = Effort(rounds=25, seconds=0.25, starts=15, calls=30, streams=100, requests=100)
QUICK = Effort(rounds=2, seconds=0.1, starts=2, calls=5, streams=10, requests=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One measurement of one server, in seconds, bytes or replies a second."""

    value: float
    cpu: float = math.nan
    """The same by the server's CPU time, which a busy machine disturbs less: replies for each CPU second, or CPU
    seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The samples of a row: of this server, and of bare aiohttp in the same rounds, where it can do the same."""

    ours: Sequence[Sample]
    bare: Sequence[Sample] = ()

    @classmethod
    def alternating(cls, rounds: int, *, ours: Callable[[], Sample], bare: Callable[[], Sample]) -> Self:
        """Both measured in turn."""
        return cls(**in_turn(rounds, ours=ours, bare=bare))

    @property
    def ratio(self) -> float:
        """The median over rounds of this server's value to the other's; not a number without the other."""
        return _ratio([one.value for one in self.ours], [one.value for one in self.bare])

    @property
    def cpu_ratio(self) -> float:
        """The same by CPU time."""
        return _ratio([one.cpu for one in self.ours], [one.cpu for one in self.bare])


def in_turn(rounds: int, **measures: Callable[[], T]) -> dict[str, list[T]]:
    """What each measures in so many rounds, now one first and now the other: what else the machine does befalls all."""
    measured: dict[str, list[T]] = {name: [] for name in measures}
    for number in range(rounds):
        for name in list(measures)[:: 1 if number % 2 else -1]:
            measured[name].append(measures[name]())
    return measured


def _ratio(ours: Iterable[float], bare: Iterable[float]) -> float:
    found = [quotient(*pair) for pair in zip(ours, bare, strict=False)]
    return median(found) if found else math.nan


def quotient(one: float, other: float) -> float:
    """One by the other; not a number where the other is 0, as CPU times are that are shorter than the system counts."""
    return one / other if other else math.nan


Measure: TypeAlias = Callable[[Effort], Figures]
