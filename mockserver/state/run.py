"""A run: the append-only event log of one response. Everything a client sees of a response is a view of its run."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import groupby

from mockserver.clock import Clock
from mockserver.events.deltas import Padding, Splits
from mockserver.events.emit import emit
from mockserver.events.fold import fold
from mockserver.events.pacing import due_times
from mockserver.ids import Draws
from mockserver.model.plan import Event, Pace, Response


class Run:
    """One response on its way.

    An instant run is finished from the start and makes its events when somebody asks for them. A paced run shows them
    when they are due: whoever owns it plays it (the request that waits for it, or a task for background work), and
    anybody may `follow` it or take a `snapshot`.
    """

    def __init__(
        self,
        final: Response,
        *,
        streamed: bool,
        pace: Pace,
        clock: Clock,
        splits: Splits | None = None,
        obfuscated: bool = True,
    ) -> None:
        self.final = final
        self.streamed = streamed
        self._pace = pace
        self._clock = clock
        self._splits = splits
        self._obfuscated = obfuscated
        self._log: list[Event] | None = None
        self._shown = None if pace.instant else 0
        self._changed: asyncio.Future[None] | None = None

    @property
    def done(self) -> bool:
        """Whether every event has been shown."""
        return self._shown is None

    def events(self) -> list[Event]:
        """All events, shown or not; made once."""
        if self._log is None:
            padding = Padding(self._draws("padding")) if self._obfuscated else None
            queued = bool(self.final["background"])
            self._log = list(emit(self.final, splits=self._splits, padding=padding, queued=queued))
        return self._log

    def _draws(self, purpose: str) -> Draws:
        return Draws(f"{self.final['id']} {purpose}".encode())

    async def play(self) -> AsyncIterator[Sequence[Event]]:
        """Show the events as they fall due, on absolute deadlines; those due together come in one batch."""
        start = self._clock.elapsed()
        due = due_times(self.events(), self._pace, self._draws("pace"))
        position = 0
        for deadline, group in groupby(due):
            await self._clock.sleep_until(start + deadline)
            end = position + sum(1 for _ in group)
            self._show(end)
            yield self.events()[position:end]
            position = end

    def _show(self, count: int) -> None:
        self._shown = count if count < len(self.events()) else None
        if self._changed is not None:
            self._changed.set_result(None)
            self._changed = None

    async def _change(self) -> None:
        if self._changed is None:
            self._changed = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._changed)

    async def follow(self, *, after: int = -1) -> AsyncIterator[Sequence[Event]]:
        """The events after number `after`, in batches of what has been shown, to the end of the run."""
        position = after + 1
        while True:
            end = len(self.events()) if self._shown is None else self._shown
            if position < end:
                yield self.events()[position:end]
                position = end
            if self._shown is None:
                return
            await self._change()

    def snapshot(self) -> Response:
        """The response as far as it has come."""
        if self._shown is None:
            return self.final
        return fold(self.events()[: max(1, self._shown)])
