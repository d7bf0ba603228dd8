"""A run that takes time: paced, gated, polled, or as its events come from an upstream."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence

from mockserver.clock import Clock, FrozenClock
from mockserver.codec import dumps_indented
from mockserver.events.fold import fold
from mockserver.events.life import STATUS_EVENTS
from mockserver.events.pacing import moments_of
from mockserver.events.steps import ITEM_ADDED, ITEM_DONE, items_done
from mockserver.model.client_work import required_input
from mockserver.model.dialect import Dialect
from mockserver.model.plan import Response, Schedule
from mockserver.model.rendering import Rendering
from mockserver.model.request import Delivery
from mockserver.state.awaited_outputs import AwaitedOutputs
from mockserver.state.gate import Gate
from mockserver.state.rendering import ended
from mockserver.state.run import WHOLE, Run

FROZEN = FrozenClock()


class TimedRun(Run):
    """A response on its way: how much of its rendering has been shown.

    A paced or gated run shows its events when they are due: its owner plays it (the request that waits for it, or a
    task for background work), and anyone may `follow` it or take a `snapshot`; a player that stops calls `leave`.
    One that `advances_on_poll` moves on by one status each time it is polled, so that a polling client sees all of
    them without waiting. A live run shows the events of an upstream as they come.

    `on_finished` is called once, when the run ends.
    """

    __slots__ = (
        "_began_at",
        "_changed",
        "_clock",
        "_cursor",
        "_moments",
        "_schedule",
        "_shown",
        "advances_on_poll",
        "done",
        "ended_at",
        "live",
        "on_finished",
        "outputs",
    )

    def __init__(
        self,
        rendering: Rendering,
        delivery: Delivery = WHOLE,
        dialect: Dialect | None = None,
        *,
        schedule: Callable[[Sequence[str]], Schedule] | None = None,
        clock: Clock = FROZEN,
        gate: Gate | None = None,
        live: bool = False,
        complete: bool = True,
        advances_on_poll: bool = False,
        outputs: AwaitedOutputs | None = None,
    ) -> None:
        super().__init__(rendering, delivery, dialect, complete=complete)
        self.live = live
        self.on_finished: Callable[[Run], None] | None = None
        self._schedule = schedule
        self._clock = clock
        self._began_at = clock.elapsed() if schedule is not None else 0.0
        """From when deadlines count: not from the first read, as a client with the head may have moved the clock."""
        self.outputs = outputs
        self._cursor = outputs or (gate.cursor() if gate else None)
        self._moments: list[tuple[int, float]] | None = [] if self._cursor is not None or live else None
        """How many events had been shown, and when, where no schedule says so."""
        self._changed: asyncio.Future[None] | None = None
        self.advances_on_poll = advances_on_poll and schedule is None and self._cursor is None and not live
        self.done = False
        self.ended_at = 0.0
        self._shown: int | None = self._next_status(0) if self.advances_on_poll else 0

    @property
    def shown_count(self) -> int:
        """How many events have been shown."""
        return len(self.types) if self._shown is None else self._shown

    def times(self) -> Sequence[float]:
        """When each event that was shown was due, or came, on the clock's axis."""
        if self._moments is not None or self._schedule is None:
            return moments_of(self._moments or ())
        scheduled = moments_of([(end, self._began_at + due) for due, end in self._schedule(self.types)])
        return scheduled[: self.shown_count]

    def body(self) -> bytes:
        """The response as a reply body, as far as it has come."""
        return super().body() if self.done else dumps_indented(self.shown())

    def snapshot(self) -> Response:
        """The response as far as it has come."""
        if self._shown is None:
            return self.final
        return fold(self.events()[: max(1, self._shown)])

    def read(self) -> AsyncGenerator[range, None]:
        """The numbers of the events as they come, for the client that asked; it plays the run that needs it."""
        return self.follow() if self.done or self.background or self.live else self.play()

    async def play(self) -> AsyncGenerator[range, None]:
        """Show the events as they fall due, on absolute deadlines: batches of their numbers, of those due together.

        The player of a run calls `leave` when it stops, whether or not it has come to the end.
        """
        types = self.types
        position = 0
        for due, end in self._schedule(types) if self._schedule else ((0.0, len(types)),):
            await self._clock.sleep_until(self._began_at + due)
            while position < min(end, len(types)):
                if self._cursor is not None:
                    await self._cursor.wait_for(types[position])
                if self.done:  # it was cancelled meanwhile
                    return
                types = self.types  # it may have got another end meanwhile
                batch = range(position, min(end, len(types)) if self._cursor is None else position + 1)
                position = batch.stop
                self._advance_to(position, of=len(types))
                yield batch
            if self.done:
                return
        if not types and not self.done:
            self._end()

    async def play_out(self) -> None:
        """Play background work to its end."""
        try:
            async for _ in self.play():
                pass
        finally:
            if not self.done:
                self.cancel()
            self.rendering.compact()

    def leave(self) -> None:
        """End the view of a client that has all it asked for, or has gone, or never began to read.

        A run that only this client plays is cancelled: what it has not shown is never shown. Background work and what
        comes from an upstream go on.
        """
        self._view = None
        if self.done:
            self.rendering.compact()
        elif not self.background and not self.live:
            self.cancel()

    def poll(self) -> None:
        """Move on by one status, where the run advances when it is polled."""
        if self.advances_on_poll and self._shown is not None:
            self._advance_to(self._next_status(self._shown), of=len(self.types))
            if self.done:
                self.rendering.compact()

    def _next_status(self, shown: int) -> int:
        """The number of events up to the one that shows the next status, this one included."""
        types = self.types
        return next((n for n in range(shown + 1, len(types)) if types[n - 1] in STATUS_EVENTS), len(types))

    def show(self, count: int) -> None:
        """Show the first `count` events of a live run."""
        self._shown = count
        self._note(count)
        self._wake()

    def finish(self, *, complete: bool = True) -> None:
        """Show all of it now; `complete` is whether the connection stays."""
        self.complete = complete
        if not self.done:
            self._end()

    def interrupt(self, reason: str) -> None:
        """End as soon as the items in progress are done, as incomplete for this reason.

        No-op where no further item would begin, where the client has to answer one of the finished calls, and for a
        live run.
        """
        if self._shown is None or self.live:
            return
        end = items_done(self.types, after=self._shown)
        done = [event["item"] for event in self.events()[:end] if event["type"] == ITEM_DONE]
        if ITEM_ADDED in self.types[end:] and not required_input(done):
            self.rendering = ended(self.rendering, after=end, status="incomplete", reason=reason)

    def cancel(self) -> None:
        """End now: the items that were done stay, the rest never comes."""
        super().cancel()
        if not self.done:
            self._end()

    def _advance_to(self, count: int, *, of: int) -> None:
        self._shown = count
        self._note(count)
        if count < of:
            self._wake()
        else:
            self._end()

    def _note(self, count: int) -> None:
        if self._moments is not None:
            self._moments.append((count, self._clock.elapsed()))

    def _end(self) -> None:
        self._shown = None
        self.done = True
        self.ended_at = self._clock.elapsed()
        self._wake()
        if self.on_finished is not None:
            self.on_finished(self)

    def _wake(self) -> None:
        if self._changed is not None:
            self._changed.set_result(None)
            self._changed = None

    async def _change(self) -> None:
        changed = self._changed = self._changed or asyncio.get_running_loop().create_future()
        await asyncio.shield(changed)

    async def follow(self, *, after: int = -1) -> AsyncGenerator[range, None]:
        """The numbers of the events that have been shown, batch by batch, to the end of the run.

        It begins after `after`; under a profile at the start, as `after` counts what the provider has sent.
        """
        position, others = self.numbers(after=after).start, 0
        while True:
            end = self.shown_count
            other_frames = len(self.other_frames) if self.live else 0
            if position < end or others < other_frames:  # where only other frames came, the batch is empty
                yield range(position, end)
                position, others = end, other_frames
            elif self.done:
                return
            else:
                await self._change()
