"""How a request is answered on a socket: by the frames of its run, or by one that says what keeps it from running."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from mockserver.codec import JsonObject, dumps, loads_or_none
from mockserver.engine import Engine
from mockserver.errors import ApiError
from mockserver.model.answer import UNSCRIPTED
from mockserver.model.fault import Fault
from mockserver.model.request import Asked
from mockserver.responders import Answered
from mockserver.space import Space
from mockserver.state.connection import Connection
from mockserver.state.run import Run
from mockserver.web.refusals import refusal_of
from mockserver.web.transport_faults import Closed, Frames, broken, spread
from mockserver.web.websocket.frames import ResponseFrames, error_frame, lane_of, passed_on_frame
from mockserver.web.websocket.steering import Steering, Target

GARBAGE = b"not an event{"
"""A text frame that is not JSON: one that is not text would not reach the client's program."""
Send = Callable[[bytes], Awaitable[None]]
ShowError = Callable[[ApiError], tuple[JsonObject, int]]
"""Gives the error object that a provider has for an error, and its status."""


class Answering:
    """Answers the requests of one connection, and writes them into the journal."""

    def __init__(
        self, engine: Engine, space: Space, connection: Connection, send: Send, show_error: ShowError | None
    ) -> None:
        self._engine = engine
        self._space = space
        self._connection = connection
        self._send = send
        self._show_error = show_error
        self.steering = Steering()
        """The responses of the connection, as far as they take input."""

    async def answer(self, asked: Asked, *, began: float, parent: Target | None = None) -> None:
        """Send all frames of the answer to a request that came at `began`, and of the successors of the response.

        `parent` is the response whose input the request takes up.

        Raises: Closed where a fault closes the connection, or where a recorded answer was not complete.
        """
        successor: JsonObject | None = None
        while True:
            answered, error = await self._create(asked, began=began)
            if answered.run is None:
                if successor is None:
                    self._evict(asked)
                    await self._send(error)
                for frame in parent.give_back(_reason(error)) if parent is not None else ():
                    await self._send(frame)
                return
            if parent is not None:
                parent.steers = []
            parent, successor = await self._show(answered.run, asked, answered)
            if successor is None:
                return
            asked = Asked(asked.head, dumps(successor), dialect=asked.dialect)
            began = self._space.clock.elapsed()

    async def _create(self, asked: Asked, *, began: float) -> tuple[Answered, bytes]:
        """What becomes of a request, written into the journal; the frame that says so, where there is no run."""
        try:
            answered = await self._engine.create(self._space, asked, self._connection)
        except asyncio.CancelledError:  # the client went away unanswered
            self.note(asked, 0, Answered(UNSCRIPTED), began=began)
            raise
        except Exception as error:  # noqa: BLE001 - the last resort: a client must never see a traceback
            refused = refusal_of(error, what="response.create")
            answered = Answered(refused.outcome, error=refused.error)
        status, frame = 200, b""
        if answered.error is not None:
            status, frame = self.error_frame(answered.error, lane_of(asked))
        elif answered.http is not None:
            status, frame = answered.http.head.status, passed_on_frame(answered.http, lane_of(asked))
        self.note(asked, status, answered, frame, began=began)
        return answered, frame

    async def refuse(self, asked: Asked, error: Exception, *, began: float) -> None:
        """Answer a request with an error before it is looked at."""
        refused = refusal_of(error, what="A frame")
        status, frame = self.error_frame(refused.error, lane_of(asked))
        self._evict(asked)
        self.note(asked, status, Answered(refused.outcome), frame, began=began)
        await self._send(frame)

    def error_frame(self, error: ApiError, lane: str | None = None) -> tuple[int, bytes]:
        """The status of an error as its client sees it, and the frame."""
        shown, status = (error.error, error.status) if self._show_error is None else self._show_error(error)
        return status, error_frame(error, shown, status, lane)

    def _evict(self, asked: Asked) -> None:
        """Forget what a refused request wanted to continue, if that is the last response of its lane."""
        body = loads_or_none(asked.raw)
        named = body.get("previous_response_id") if isinstance(body, dict) else None
        if isinstance(named, str):
            self._connection.evict(lane_of(asked), named)

    def note(self, asked: Asked, status: int, answered: Answered, reply: bytes = b"", *, began: float) -> None:
        """Write an exchange into the journal."""
        outcome, run, joined = answered.outcome, answered.run, answered.joined
        at = self._space.clock.elapsed()
        self._space.journal.add(asked, status, outcome, run, reply, joined, began, at, answered.history)

    async def _show(self, run: Run, asked: Asked, answered: Answered) -> tuple[Target, JsonObject | None]:
        """Send the events of a run, and what is said of its input; the response, and the request of its successor."""
        frames = ResponseFrames(lane_of(asked))
        target = self.steering.begin(run, asked, frames, recorded=answered.recorded)
        try:
            await self._send_events(run, frames, answered.outcome.fault)
            after, successor = self.steering.end(target)
        finally:
            run.leave()
        if not run.complete:
            raise Closed
        for frame in after:
            await self._send(frame)
        return target, successor

    async def _send_events(self, run: Run, frames: ResponseFrames, fault: Fault | None) -> None:
        """Send the events of a run, as a fault says; a wrong `content-length` is nothing on a socket."""
        async with aclosing(_events(run, frames)) as events:
            sent: Frames = events
            if fault is not None and fault.slow_body is not None:
                sent = spread(events, fault.slow_body, self._space.clock)
            async for frame in broken(sent, fault.ending if fault is not None else None, garbage=GARBAGE):
                await self._send(frame)


async def _events(run: Run, frames: ResponseFrames) -> AsyncGenerator[bytes, None]:
    async with aclosing(run.read()) as batches:
        async for batch in batches:
            payloads = run.payloads(batch)
            for number, frame in enumerate(frames.frames(payloads), start=1):
                frames.over = number == len(payloads) and batch.stop == len(run.types)
                yield frame


def _reason(error: bytes) -> str:
    """The message of an error frame."""
    return str(loads_or_none(error)["error"].get("message"))
