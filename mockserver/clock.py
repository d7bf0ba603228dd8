"""Time: what the clock on the wall says, and waiting.

`now` stamps objects; `sleep_until` paces streams. Only this module asks the system for either.
"""

import asyncio
import heapq
import sys
import threading
import time
from email.utils import formatdate
from functools import lru_cache, partial
from typing import Protocol

FROZEN_AT = 1_767_225_600  # 2026-01-01T00:00:00Z


monotonic = time.monotonic if sys.platform == "win32" else partial(time.clock_gettime, time.CLOCK_MONOTONIC)
"""The monotonic clock, in seconds; on POSIX also while a library such as freezegun holds `time.monotonic` still.

It is asked six times for each request, so it is no function of Python's own.
"""


def http_date() -> bytes:
    """The time now, as the `date` header has it."""
    return _http_date(int(time.time()))


@lru_cache(maxsize=1)
def _http_date(unix_seconds: int) -> bytes:
    return formatdate(unix_seconds, usegmt=True).encode()


class Clock(Protocol):
    """What the engine asks of a clock. Stamps are unix seconds, waiting counts seconds on an axis of its own."""

    @property
    def epoch(self) -> int:
        """The time that ids carry: fixed where stamps follow the order of arrival, else the time now."""
        ...

    def now(self) -> int:
        """The time for the next object's `created_at`."""
        ...

    def elapsed(self) -> float:
        """Seconds on the waiting axis."""
        ...

    async def sleep_until(self, deadline: float) -> None:
        """Return when `elapsed()` reaches `deadline`; at once if it has."""
        ...


def wall_time(moment: float) -> float:
    """Unix seconds at a moment of the monotonic clock."""
    return time.time() - monotonic() + moment


def local_time() -> str:
    """The time of day where the server runs: `14:03:59`."""
    return time.strftime("%H:%M:%S")


class RealClock:
    """The system's clock, and real waiting."""

    @property
    def epoch(self) -> int:
        """The time now."""
        return int(time.time())

    def now(self) -> int:
        """The time now."""
        return int(time.time())

    def elapsed(self) -> float:
        """The monotonic clock."""
        return monotonic()

    async def sleep_until(self, deadline: float) -> None:
        """Wait in real seconds."""
        delay = deadline - monotonic()
        if delay <= 0:
            return
        loop = asyncio.get_running_loop()
        woken = loop.create_future()
        timer = loop.call_later(delay, _wake, woken)
        try:
            await woken
        except asyncio.CancelledError:  # asyncio.sleep would cancel its timer each time, even one that is over
            timer.cancel()
            raise


class FrozenClock(RealClock):
    """Stamps that start at a fixed time and step one second per object; waiting is real."""

    def __init__(self, start: int = FROZEN_AT) -> None:
        self._start = start
        self._next = start

    @property
    def epoch(self) -> int:
        """The fixed start, so that ids do not depend on the order of arrival."""
        return self._start

    def now(self) -> int:
        """One second later each time it is asked."""
        stamp = self._next
        self._next += 1
        return stamp


class ManualClock(FrozenClock):
    """A frozen clock whose waiting ends only when the test calls `advance`."""

    def __init__(self, start: int = FROZEN_AT) -> None:
        super().__init__(start)
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = 0
        self._lock = threading.Lock()

    def elapsed(self) -> float:
        """Seconds advanced so far."""
        return self._elapsed

    async def sleep_until(self, deadline: float) -> None:
        """Wait until the test has advanced that far."""
        with self._lock:
            if deadline <= self._elapsed:
                return
            woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._order += 1
            heapq.heappush(self._sleepers, (deadline, self._order, woken))
        await woken

    def advance(self, seconds: float) -> None:
        """Move time on and wake what waited for it; may be called from any thread."""
        with self._lock:
            self._elapsed += seconds
            while self._sleepers and self._sleepers[0][0] <= self._elapsed:
                woken = heapq.heappop(self._sleepers)[2]
                if not woken.done():  # a waiter that gave up may have taken its loop with it
                    woken.get_loop().call_soon_threadsafe(_wake, woken)


def _wake(woken: "asyncio.Future[None]") -> None:
    if not woken.done():
        woken.set_result(None)
