"""How a request is answered on a socket: by the frames of its run, or by one that says what keeps it from running."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from mockserver.engine import Answered, Engine
from mockserver.model.answer import DEFAULT
from mockserver.model.request import Asked
from mockserver.space import Space
from mockserver.state.connection import Connection
from mockserver.state.journal import read_json
from mockserver.state.run import Run
from mockserver.web.refusals import RefusedError, refusal_of
from mockserver.web.websocket.frames import RunFrames, error_frame, lane_of, passed_on_frame

Send = Callable[[bytes], Awaitable[None]]


class BrokenOffError(Exception):
    """The connection ends here without a close, as that of the recording did."""


class Answering:
    """Answers the requests of one connection, and writes them into the journal."""

    def __init__(self, engine: Engine, space: Space, connection: Connection, send: Send) -> None:
        self._engine = engine
        self._space = space
        self._connection = connection
        self._send = send

    async def answer(self, asked: Asked, *, began: float) -> None:
        """Send all frames of the answer to a request that came at `began`.

        Raises: BrokenOffError where a recorded answer was not complete.
        """
        try:
            answered = await self._engine.create(self._space, asked, self._connection)
        except asyncio.CancelledError:  # the client went away unanswered
            self._note(asked, 0, Answered(DEFAULT), began=began)
            raise
        except Exception as error:  # noqa: BLE001 - the last resort: a client must never see a traceback
            await self.refuse(asked, error, began=began)
            return
        if answered.error is not None:
            await self.refuse(asked, RefusedError(answered.error, answered.outcome), began=began)
        elif answered.http is not None:
            self._evict(asked)
            self._note(asked, answered.http.head.status, answered, answered.http.body, began=began)
            await self._send(passed_on_frame(answered.http, lane_of(asked)))
        elif answered.run is not None:
            self._note(asked, 200, answered, began=began)
            await self._show(answered.run, asked)

    async def refuse(self, asked: Asked, error: Exception, *, began: float) -> None:
        """Answer a request with an error; what it wanted to continue on its lane cannot be continued any more."""
        refused = refusal_of(error, what="A frame")
        self._evict(asked)
        answered = Answered(refused.outcome)
        frame = error_frame(refused.error, lane_of(asked))
        self._note(asked, refused.error.status, answered, frame, began=began)
        await self._send(frame)

    def _evict(self, asked: Asked) -> None:
        body = read_json(asked.raw)
        named = body.get("previous_response_id") if isinstance(body, dict) else None
        if isinstance(named, str):
            self._connection.evict(lane_of(asked), named)

    def _note(self, asked: Asked, status: int, answered: Answered, reply: bytes = b"", *, began: float) -> None:
        space = self._space
        at = space.clock.elapsed()
        space.journal.add(
            asked, status, answered.outcome, answered.run, reply, answered.joined, began, at, answered.history
        )

    async def _show(self, run: Run, asked: Asked) -> None:
        frames = RunFrames(run, lane_of(asked))
        try:
            async with aclosing(run.read()) as batches:
                async for batch in batches:
                    for frame in frames.frames(batch):
                        await self._send(frame)
        finally:
            run.leave()
        if not run.complete:
            raise BrokenOffError
