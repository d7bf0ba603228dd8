"""How long an event loop keeps its clients waiting: the delay of a timer that should ring at fixed times."""

import asyncio
from collections import deque
from typing import Final

PERIOD_SECONDS: Final = 0.05
"""Between two looks; what keeps the loop for less than this may not be seen."""
WINDOW_SECONDS: Final = 10.0
"""For how long a delay counts."""
SHORTEST_SECONDS: Final = 0.001
"""Delays up to this are those of any timer, and are not kept."""


class LoopLag:
    """The delays of an event loop in the last seconds, from `start` to `stop`. It costs a timer, whoever asks."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._delays: deque[tuple[float, float]] = deque()
        """When the loop was late, and by how much: each delay shorter than those before it."""

    def start(self) -> None:
        """Begin to look at the running loop. Idempotent."""
        if self._timer is None:
            self._loop = asyncio.get_running_loop()
            self._set()

    def stop(self) -> None:
        """Look no more, and forget what was seen. Idempotent."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        self._delays.clear()

    @property
    def milliseconds(self) -> int:
        """The largest delay of the last ten seconds, also of a timer that is late at this moment."""
        if self._loop is None or self._timer is None:
            return 0
        now = self._loop.time()
        self._forget_before(now - WINDOW_SECONDS)
        late = now - self._due
        return round(1000 * max(late, self._delays[0][1] if self._delays else 0.0, 0.0))

    def _set(self) -> None:
        assert self._loop is not None  # noqa: S101 - the timer is set in it
        self._due = self._loop.time() + PERIOD_SECONDS
        self._timer = self._loop.call_at(self._due, self._ring)

    def _ring(self) -> None:
        assert self._loop is not None  # noqa: S101 - it rings in it
        now = self._loop.time()
        late = now - self._due
        if late > SHORTEST_SECONDS:
            while self._delays and self._delays[-1][1] <= late:
                self._delays.pop()
            self._delays.append((now, late))
            self._forget_before(now - WINDOW_SECONDS)
        self._set()

    def _forget_before(self, moment: float) -> None:
        while self._delays and self._delays[0][0] < moment:
            self._delays.popleft()
