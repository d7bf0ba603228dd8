"""What an exporter makes of exchanges: the text of a file, and what the format has no place for."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from mockserver.model.recorded import RecordedExchange

UNKNOWN_UPSTREAM = "https://api.openai.com"
"""Stands where a recording does not say who answered and a format has to."""


class Exported(NamedTuple):
    """The files that exchanges became, and what is not in them."""

    texts: Sequence[str]
    """The text of each file; most formats have one for all exchanges."""
    left_out: Sequence[str] = ()
    """A line for each thing that is not in there, with the numbers of its exchanges."""


class Omissions:
    """Notes what a format has no place for, with the exchanges that had it."""

    def __init__(self) -> None:
        self._numbers: defaultdict[str, list[int]] = defaultdict(list)

    def note(self, what: str, number: int) -> None:
        """Note something of the exchange with this number, from 1."""
        self._numbers[what].append(number)

    def lines(self) -> list[str]:
        """A line for each thing, in the order in which they were first noted."""
        return [f"{what}: {_exchanges(numbers)}" for what, numbers in self._numbers.items()]


def _exchanges(numbers: Sequence[int]) -> str:
    unique = list(dict.fromkeys(numbers))
    return f"exchange{'s' if len(unique) > 1 else ''} {', '.join(map(str, unique))}"


def url_of(exchange: RecordedExchange) -> str:
    """The whole address of a request."""
    return (exchange.upstream or UNKNOWN_UPSTREAM) + exchange.url_path
