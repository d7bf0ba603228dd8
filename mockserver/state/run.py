"""A run: the append-only event log of one response. Everything a client sees of a response is a view of its run."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, Self

from mockserver.clock import Clock, FrozenClock
from mockserver.codec import pretty
from mockserver.events.deltas import Padding, Splits
from mockserver.events.emit import emit
from mockserver.events.fold import fold
from mockserver.events.pacing import due_times
from mockserver.events.steps import ITEM_DONE, TERMINAL
from mockserver.ids import Draws
from mockserver.model.finish import billed
from mockserver.model.plan import Event, Pace, Response
from mockserver.state.gate import Gate

QUEUED = 2  # events that background work shows at once: created, queued
WORKING = 3  # and in_progress

INSTANT = Pace()


class Run:
    """One response on its way.

    An instant run is finished from the start and makes its events when somebody asks for them. A paced run shows them
    when they are due: whoever owns it plays it (the request that waits for it, or a task for background work), and
    anybody may `follow` it or take a `snapshot`. A staged run (instant background work that nobody streams) moves on
    by one status each time it is polled, so that a polling client sees all of them without waiting.
    """

    def __init__(
        self,
        final: Response,
        *,
        pace: Pace = INSTANT,
        clock: Clock | None = None,
        splits: Splits | None = None,
        obfuscated: bool = False,
        staged: bool = False,
        gate: Gate | None = None,
    ) -> None:
        self.final = final
        self.on_end: Callable[[Run], None] | None = None
        self._pace = pace
        self._clock = clock or FrozenClock()
        self._splits = splits
        self._obfuscated = obfuscated
        self._log: list[Event] | None = None
        self._body = b""
        self._passage = gate.passage() if gate else None
        self.staged = staged and gate is None
        self._shown: int | None = QUEUED if self.staged else None if pace.instant and gate is None else 0
        self._changed: asyncio.Future[None] | None = None

    @classmethod
    def finished(cls, final: Response) -> Self:
        """The run of a response that ended earlier, told again."""
        return cls(final)

    @property
    def done(self) -> bool:
        """Whether every event has been shown."""
        return self._shown is None

    @property
    def repeatable(self) -> bool:
        """Whether the events follow from the response alone."""
        return self._splits is None and self.final["status"] in {"completed", "incomplete"}

    def body(self) -> bytes:
        """The finished response as a reply body; encoded once, the very bytes are kept."""
        if not self._body:
            self._body = pretty(billed(self.final))
        return self._body

    def events(self) -> list[Event]:
        """All events, shown or not; made once."""
        if self._log is None:
            padding = Padding(self._draws("padding")) if self._obfuscated else None
            queued = bool(self.final.get("background"))
            self._log = list(emit(self.final, splits=self._splits, padding=padding, queued=queued))
        return self._log

    def _draws(self, purpose: str) -> Draws:
        return Draws(f"{self.final['id']} {purpose}".encode())

    async def play(self) -> AsyncGenerator[Sequence[Event], None]:
        """Show the events as they fall due, on absolute deadlines; those due together come in one batch."""
        position = 0
        try:
            async for end in self._due():
                self._show(end)
                yield self.events()[position:end]
                position = end
        finally:
            if not self.done:  # whoever played it went away
                self.cancel()

    async def _due(self) -> AsyncGenerator[int, None]:
        """How many events are due, each time that more are."""
        start = self._clock.elapsed()
        due = due_times(self.events(), self._pace, self._draws("pace"))
        end = 0
        for deadline, group in groupby(due):
            await self._clock.sleep_until(start + deadline)
            count = sum(1 for _ in group)
            if self._passage is None:
                end += count
                yield end
                continue
            for event in self.events()[end : end + count]:
                await self._passage.wait_for(event)
                end += 1
                yield end

    def poll(self) -> None:
        """Somebody asks how far it is: a staged run moves on by one status."""
        if self.staged and self._shown is not None:
            self._show(WORKING if self._shown < WORKING else len(self.events()))

    def cancel(self) -> None:
        """End now: the items that were done stay, the rest never comes."""
        self._end_after(len(self.events()[: self._shown]), status="cancelled")
        self._show(len(self.events()))

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
        """Rewrite the log to end after `count` events (one at least: a response cannot end before it is created)."""
        kept = self.events()[: max(1, min(count, len(self.events()) - 1))]
        done = [told["item"] for told in kept if told["type"] == ITEM_DONE]
        changes = {"status": status, "output": done} | ({"error": dict(error)} if error else {})
        self.final = {**fold(kept), **changes}
        endings: list[Event] = [{"type": "error", "error": dict(event)}] if event else []
        endings.append({"type": TERMINAL[status], "response": self.final})
        for number, ending in enumerate(endings, start=len(kept)):
            ending["sequence_number"] = number
        self._log = [*kept, *endings]
        self._body = b""

    def _show(self, count: int) -> None:
        self._shown = count if count < len(self.events()) else None
        if self._changed is not None:
            self._changed.set_result(None)
            self._changed = None
        if self._shown is None and self.on_end is not None:
            self.on_end(self)

    async def _change(self) -> None:
        if self._changed is None:
            self._changed = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._changed)

    async def follow(self, *, after: int = -1) -> AsyncGenerator[Sequence[Event], None]:
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
