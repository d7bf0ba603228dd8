"""The journal: every request that came and what became of it, newest last."""

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from mockserver.codec import dumps, loads_or_none
from mockserver.model.answer import UNSCRIPTED, Outcome
from mockserver.model.plan import Item
from mockserver.model.request import Asked
from mockserver.state.exchange import OVERHEAD, Exchange
from mockserver.state.run import Run

Watcher = Callable[[Exchange], None]
"""Is called with exchanges."""


class Journal:
    """The exchanges of one workspace. Beyond `max_count` or `max_bytes` the oldest go; the newest stays."""

    def __init__(self, *, max_count: int, max_bytes: int) -> None:
        self._max_count = max_count
        self._max_bytes = max_bytes
        self._exchanges: deque[Exchange] = deque()
        self._sizes: deque[int] = deque()
        self._bytes = 0
        self._numbers = itertools.count(1)
        self._arrived: threading.Condition | None = None
        """Somebody waits for an exchange."""
        self._open: dict[Run, Exchange] = {}
        """The runs that had not ended when their exchanges were written down."""
        self.watcher: Watcher | None = None
        """Called with every exchange, once, when its answer has ended."""

    def add(  # noqa: PLR0917 - as `Exchange` has them; once for each request, where names cost
        self,
        asked: Asked,
        status: int,
        outcome: Outcome = UNSCRIPTED,
        run: Run | None = None,
        reply: bytes = b"",
        joined: int = 0,
        began_at: float = 0.0,
        answered_at: float = 0.0,
        history: Sequence[Item] = (),
    ) -> Exchange:
        """Write an exchange down; it gets the next number, and never changes."""
        number = next(self._numbers)
        exchange = Exchange(number, asked, status, outcome, run, reply, joined, began_at, answered_at, history)
        size = OVERHEAD + len(asked.raw) + len(reply)
        if run is not None and run.done:
            size += run.rendering.size
        elif run is not None:
            self._open[run] = exchange
        self._exchanges.append(exchange)
        self._sizes.append(size)
        self._bytes += size
        if len(self._sizes) > self._max_count or self._bytes > self._max_bytes:
            self._keep_within_bounds()
        if self._arrived is not None:
            with self._arrived:
                self._arrived.notify_all()
        if self.watcher is not None and (run is None or run.done):
            self.watcher(exchange)
        return exchange

    def wait_until(self, holds: Callable[[], bool], *, timeout: float) -> bool:
        """Wait until something holds, which is asked again for each exchange, for `timeout` seconds at most."""
        if self._arrived is None:
            self._arrived = threading.Condition()
        with self._arrived:
            return self._arrived.wait_for(holds, timeout)

    def settle(self, run: Run) -> None:
        """Count the bytes of a run that has ended."""
        exchange = self._open.pop(run, None)
        if exchange is None:
            return
        position = exchange.number - self._exchanges[0].number if self._exchanges else -1
        if position >= 0:
            self._sizes[position] += run.rendering.size
            self._bytes += run.rendering.size
            self._keep_within_bounds()
        if self.watcher is not None:
            self.watcher(exchange)

    def has_shown(self, members: Mapping[str, Any]) -> bool:
        """Whether an object with these members stands in a body that was answered, or in the response of a stream."""
        sought = [dumps(value) for value in members.values()]
        bodies = (one.reply if one.run is None else one.run.rendering.body() for one in reversed(self._exchanges))
        return any(all(text in body for text in sought) and _holds(loads_or_none(body), members) for body in bodies)

    def _keep_within_bounds(self) -> None:
        while len(self._sizes) > self._max_count or (self._bytes > self._max_bytes and len(self._sizes) > 1):
            self._exchanges.popleft()
            self._bytes -= self._sizes.popleft()

    @property
    def first(self) -> int:
        """The number of the oldest exchange that is kept; 0 without any."""
        return self._exchanges[0].number if self._exchanges else 0

    def since(self, number: int) -> Sequence[Exchange]:
        """The exchanges after this number, oldest first; none are looked at but these."""
        newer = itertools.takewhile(lambda exchange: exchange.number > number, reversed(self._exchanges.copy()))
        return [*newer][::-1]

    def find(self, number: int) -> Exchange | None:
        """The exchange of this number; None for one that is no longer kept, or has not come."""
        position = number - self.first
        return self._exchanges[position] if 0 <= position < len(self._exchanges) else None

    def __iter__(self) -> Iterator[Exchange]:
        """All exchanges, newest last; more may be added meanwhile."""
        return iter(self._exchanges.copy())

    def __len__(self) -> int:
        """How many exchanges there are."""
        return len(self._exchanges)


def _holds(value: Any, members: Mapping[str, Any]) -> bool:
    """Whether an object with these members is in a value."""
    if isinstance(value, dict):
        return members.items() <= value.items() or any(_holds(inner, members) for inner in value.values())
    return isinstance(value, list) and any(_holds(inner, members) for inner in value)
