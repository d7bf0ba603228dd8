"""A run: the append-only event log of one response. Everything a client sees of a response is a view of its run."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from mockserver.clock import Clock, FrozenClock
from mockserver.codec import pretty
from mockserver.events.fold import fold
from mockserver.events.pacing import schedule
from mockserver.events.steps import ITEM_DONE, TERMINAL
from mockserver.model.plan import Event, Pace, Response
from mockserver.state.gate import Gate
from mockserver.state.telling import Telling, Told

QUEUED = 2  # events that background work shows at once: created, queued
WORKING = 3  # and in_progress

INSTANT = Pace()
FROZEN = FrozenClock()


class Delivery(NamedTuple):
    """How a response reaches its client."""

    streamed: bool = False
    """Whether its request asked for events."""
    background: bool = False
    """Whether it is made while its client goes on."""


WHOLE = Delivery()


class Run:
    """One response on its way: how much of its telling has been shown.

    An instant run is finished from the start. A paced or gated run shows its events when they are due: whoever owns it
    plays it (the request that waits for it, or a task for background work), and anybody may `follow` it or take a
    `snapshot`. A staged run (instant background work that nobody streams) moves on by one status each time it is
    polled, so that a polling client sees all of them without waiting.
    """

    __slots__ = (
        "_changed",
        "_clock",
        "_pace",
        "_passage",
        "_shown",
        "_telling",
        "background",
        "done",
        "id",
        "on_end",
        "staged",
        "streamed",
    )

    def __init__(
        self,
        telling: Telling,
        delivery: Delivery = WHOLE,
        pace: Pace = INSTANT,
        clock: Clock = FROZEN,
        gate: Gate | None = None,
    ) -> None:
        self.id = telling.id
        self.streamed, self.background = delivery
        at_once = pace.instant and gate is None
        self.staged = at_once and self.background and not self.streamed
        self.on_end: Callable[[], None] | None = None
        self._telling = telling
        self._pace = pace
        self._clock = clock
        self._passage = gate.passage() if gate else None
        self._shown: int | None = QUEUED if self.staged else None if at_once else 0
        self.done = self._shown is None
        """Whether every event has been shown."""
        self._changed: asyncio.Future[None] | None = None

    @property
    def final(self) -> Response:
        """The finished response, whether or not it has been shown."""
        return self._telling.final()

    @property
    def size(self) -> int:
        """Bytes that a run that is done takes at rest; 0 before."""
        return self._telling.size if self.done else 0

    def body(self) -> bytes:
        """The response as a reply body, as far as it has come."""
        return self._telling.body() if self.done else pretty(self.snapshot())

    def frames(self) -> bytes:
        """All events of a run that is done, as they stand on the wire."""
        return self._telling.frames()

    def events(self) -> Sequence[Event]:
        """All events, shown or not."""
        return self._telling.events()

    @property
    def length(self) -> int:
        """How many events there are, shown or not."""
        return self._telling.length

    def pieces(self, part: range) -> Sequence[bytes]:
        """The events with these numbers, each as it stands on the wire."""
        return self._telling.pieces(part)

    def snapshot(self) -> Response:
        """The response as far as it has come."""
        if self._shown is None:
            return self.final
        return fold(self.events()[: max(1, self._shown)])

    def rest(self) -> None:
        """Give up what can be made again; for a run that is done and kept for later."""
        self._telling.rest()

    async def play(self) -> AsyncGenerator[range, None]:
        """Show the events as they fall due, on absolute deadlines: their numbers, of those due together in one part."""
        types = self._telling.types
        length = len(types)
        start = self._clock.elapsed()
        position = 0
        try:
            for due, end in schedule(types, self._pace, seed=f"{self.id} pace"):
                await self._clock.sleep_until(start + due)
                while position < end:
                    if self._passage is not None:
                        await self._passage.wait_for(types[position])
                    if self.done:  # somebody has ended it meanwhile
                        return
                    part = range(position, end if self._passage is None else position + 1)
                    position = part.stop
                    self._show(position, of=length)
                    yield part
        finally:
            if not self.done:  # whoever played it went away
                self.cancel()
            self.rest()

    def poll(self) -> None:
        """Somebody asks how far it is: a staged run moves on by one status."""
        if self.staged and self._shown is not None:
            self._show(WORKING if self._shown < WORKING else self.length, of=self.length)

    def cancel(self) -> None:
        """End now: the items that were done stay, the rest never comes."""
        self._end_after(self.length if self._shown is None else self._shown, status="cancelled")
        self._show(self.length, of=self.length)

    def fail(self, *, after: int, error: Mapping[str, Any], event: Mapping[str, Any] | None = None) -> None:
        """Fail after `after` events with this `error` of the response; `event` is told in an `error` event first."""
        self._end_after(after, status="failed", error=error, event=event)

    def _end_after(
        self,
        count: int,
        *,
        status: str,
        error: Mapping[str, Any] | None = None,
        event: Mapping[str, Any] | None = None,
    ) -> None:
        """Tell another end after `count` events (one at least: a response cannot end before it is created)."""
        events = self.events()
        kept = events[: max(1, min(count, len(events) - 1))]
        done = [told["item"] for told in kept if told["type"] == ITEM_DONE]
        changes = {"status": status, "output": done} | ({"error": dict(error)} if error else {})
        final = {**fold(kept), **changes}
        endings: list[Event] = [{"type": "error", "error": dict(event)}] if event else []
        endings.append({"type": TERMINAL[status], "response": final})
        for number, ending in enumerate(endings, start=len(kept)):
            ending["sequence_number"] = number
        self._telling = Told(final, log=[*kept, *endings])

    def _show(self, count: int, *, of: int) -> None:
        self._shown = count if count < of else None
        self.done = self._shown is None
        if self._changed is not None:
            self._changed.set_result(None)
            self._changed = None
        if self.done and self.on_end is not None:
            self.on_end()

    async def _change(self) -> None:
        if self._changed is None:
            self._changed = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._changed)

    async def follow(self, *, after: int = -1) -> AsyncGenerator[range, None]:
        """The numbers after `after` of the events that have been shown, part by part, to the end of the run."""
        position = after + 1
        while True:
            end = self.length if self._shown is None else self._shown
            if position < end:
                yield range(position, end)
                position = end
            elif self.done:
                return
            else:
                await self._change()
