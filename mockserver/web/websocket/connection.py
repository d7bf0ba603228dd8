"""One socket, from its opening to its close: events of the client are read and find their lane."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final, NamedTuple, Protocol

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web
from aiohttp.client_exceptions import ClientConnectionResetError

from mockserver.codec import JsonObject, dumps
from mockserver.engine import Engine
from mockserver.errors import ApiError
from mockserver.model.answer import Outcome
from mockserver.model.request import Asked, Channel, RequestHead
from mockserver.responders import Answered
from mockserver.space import Space
from mockserver.spec.api_errors import api_error
from mockserver.spec.multi_agent import INJECT, has_beta
from mockserver.spec.steering import STEER
from mockserver.spec.websocket import (
    BETA_EVENTS,
    CLIENT_EVENTS,
    CREATE,
    INVALID_INJECTION,
    LIFETIME_SECONDS,
    MAX_MESSAGE,
)
from mockserver.web.transport_faults import Closed
from mockserver.web.websocket.answering import Answering, ShowError
from mockserver.web.websocket.client_events import JSON, lane_in, read_create, read_event, text_in
from mockserver.web.websocket.frames import close_frame, half_frame, lane_of
from mockserver.web.websocket.injection import check_injection, inject
from mockserver.web.websocket.lanes import Lanes

DATA: Final = (WSMsgType.TEXT, WSMsgType.BINARY)
PASSED_ON: Final = Outcome("the upstream")
REPLAYED: Final = Outcome("a recording")


class Take(Protocol):
    """Takes input for a response."""

    def __call__(self, *, refused: ApiError | None) -> tuple[bytes, ApiError | None]:
        """Take it, or say why not: a frame, and the error. `refused` is why a script wants none to be taken."""
        ...


class ClientEvent(NamedTuple):
    """An event of the client."""

    event: JsonObject
    raw: bytes
    """The frame."""
    came_at: float


class SocketConnection:
    """One connection. What it does ends with it: nothing of it is left when `serve` returns."""

    def __init__(
        self,
        engine: Engine,
        space: Space,
        head: RequestHead,
        *,
        socket: web.WebSocketResponse,
        adapt: Callable[[Asked], Asked] | None,
        show_error: ShowError | None,
        drop: Callable[[bytes], None],
        used: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._space = space
        self._head = head
        """The head of the handshake."""
        self._socket = socket
        self._adapt = adapt
        """Takes a request as if its client spoke OpenAI's dialect; None where it does."""
        self._drop = drop
        """Closes the connection after what has been written and these bytes, without a close frame."""
        self._used = used
        """Called for each message, so that the workspace counts as used."""
        self._connection = connection = space.connect()
        connection.send, connection.close = self._send_later, self._close_later
        self._background: set[asyncio.Task[object]] = set()
        """What an upstream has said to the whole connection, on its way."""
        self._heads: dict[tuple[str | None, bool], RequestHead] = {}
        self._answering = Answering(engine, space, connection, self._send, show_error)
        self._lanes = Lanes(self._answer)
        self._known = BETA_EVENTS if has_beta(head.headers, head.query) else CLIENT_EVENTS
        """The types of events that the client may send."""
        self._ended = False
        """Whether its upstream has closed its half."""
        self._expires = space.clock.elapsed() + LIFETIME_SECONDS
        """When it has lived as long as a connection may."""
        self._closing = False
        """Whether that is why it is being closed."""
        self._refused = False
        """Whether the client has been informed of that."""

    async def serve(self) -> None:
        """Read and answer, until either side closes."""
        aging = asyncio.get_running_loop().create_task(self._age())
        try:
            async for message in self._socket:
                if message.type in DATA:  # else it is too large, or no valid frame, and the socket is closed already
                    self._used()
                    await self._receive(message)
                elif message.type is WSMsgType.PING:
                    await self._socket.pong(message.data)
                await asyncio.sleep(0)  # frames that are there already are read without a wait
        except ClientConnectionResetError:  # the client has gone, while it was answered
            pass
        except asyncio.CancelledError:  # the server stops, and waits for nobody
            self._drop(close_frame(WSCloseCode.GOING_AWAY))
            raise
        finally:
            if not self._closing:
                aging.cancel()
            self._engine.disconnected(self._connection)
            tasks = (*self._lanes.cancel(), *self._background, aging)
            # They end even if this task is cancelled once more, while it waits for them.
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _age(self) -> None:
        """Close when the connection is too old, as soon as nothing is under way.

        Our choice, since it is not known who closes: the client is informed once and then closed with a code on which
        clients connect again.
        """
        await self._space.clock.sleep_until(self._expires)
        self._closing = True
        await self._lanes.idle()
        with suppress(ClientConnectionResetError):
            if not self._refused:
                _, frame = self._answering.error_frame(_too_old())
                await self._send(frame)
            await self._socket.close(code=WSCloseCode.GOING_AWAY)

    async def _send(self, frame: bytes, kind: WSMsgType = WSMsgType.TEXT) -> None:
        """Send a frame. Raises: ClientConnectionResetError where the client has gone."""
        await self._socket.send_frame(frame, kind)

    def _send_later(self, frame: bytes, *, binary: bool) -> None:
        self._start(self._send(frame, WSMsgType.BINARY if binary else WSMsgType.TEXT))

    def _close_later(self, code: int | None) -> None:
        """Close when all has been sent that is under way; what has not begun never does."""
        self._ended = True
        self._start(self._close_when_idle(code))

    async def _close_when_idle(self, code: int | None) -> None:
        await self._lanes.idle()
        if code is None:
            self._drop(b"")
        else:
            await self._socket.close(code=code)

    def _start(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _receive(self, message: WSMessage) -> None:
        """Do what an event asks for, or say what is wrong with the frame."""
        came_at = self._space.clock.elapsed()
        raw = message.data.encode() if message.type is WSMsgType.TEXT else message.data
        if len(raw) >= MAX_MESSAGE:
            await self._socket.close(code=WSCloseCode.MESSAGE_TOO_BIG)
            return
        try:
            if message.type is WSMsgType.BINARY:
                raw = b""
                raise api_error("binary_frame")
            event = read_event(raw, known=self._known)
            if event is not None:
                await _RECEIVERS[event["type"]](self, ClientEvent(event, raw, came_at))
        except ApiError as error:
            await self._answering.refuse(self._asked(raw, None), error, began=came_at)

    async def _queue(self, received: ClientEvent) -> None:
        """Let a request wait for its turn."""
        lane = lane_in(received.event)
        try:
            self._lanes.enter(lane)
        except ApiError as error:
            await self._answering.refuse(self._asked(received.raw, lane), error, began=received.came_at)
        else:
            self._lanes.add(lane, received)

    async def _answer(self, lane: str | None, received: ClientEvent) -> None:
        """Answer a request whose turn it is."""
        if self._ended:
            return
        try:
            if self._space.clock.elapsed() >= self._expires:  # whether or not it has been noticed
                self._refused = True
                raise _too_old()
            create = read_create(received.event)
        except ApiError as error:
            await self._answering.refuse(self._asked(received.raw, lane), error, began=received.came_at)
            return
        asked = self._asked(dumps(create.body), lane, warms_up=create.warms_up)
        parent, asked = self._answering.steering.continued(asked)
        try:
            await self._answering.answer(asked, began=received.came_at, parent=parent)
        except Closed as closed:
            if self._ended:  # it is closed as the upstream has closed
                return
            if closed.code is None:
                self._drop(half_frame(closed.half_of))
            else:
                await self._socket.close(code=closed.code)

    async def _steer(self, received: ClientEvent) -> None:
        """Take a user's message for a response that is being made."""
        steer_id = f"steer_{self._space.seeds.draws(received.raw).hex(32)}"
        take = partial(self._answering.steering.receive, received.event, steer_id=steer_id)
        await self._insert(received, STEER, text_in(received.event, "previous_response_id"), take)

    async def _inject(self, received: ClientEvent) -> None:
        """Take outputs of tools for a response that is being made; an event that does not fit closes the connection."""
        try:
            response_id = check_injection(received.event)
        except ApiError as error:
            await self._answering.refuse(self._asked(received.raw, None), error, began=received.came_at)
            await self._socket.close(code=INVALID_INJECTION)
            return
        take = partial(inject, received.event, self._answering.steering.target(response_id))
        await self._insert(received, INJECT, response_id, take)

    async def _insert(self, received: ClientEvent, operation: str, response_id: str, take: Take) -> None:
        """Take input for a response that is being made; a script may refuse it, or an upstream decide."""
        target = self._answering.steering.target(response_id)
        lane = None if target is None else lane_of(target.asked)
        asked = Asked(self._head_of(lane, operation=operation), received.raw)
        if await self._engine.pass_on(self._connection, received.event, response_id):
            self._answering.note(asked, 200, Answered(PASSED_ON), began=received.came_at)
            return
        if target is not None and target.count_recorded():
            self._answering.note(asked, 200, Answered(REPLAYED), began=received.came_at)
            return
        scripted = await self._engine.answer_other(self._space, asked, lambda: True)
        frame, error = take(refused=scripted.error)
        status = 200 if error is None else error.status
        self._answering.note(asked, status, Answered(scripted.outcome), frame, began=received.came_at)
        await self._send(frame)

    def _asked(self, raw: bytes, lane: str | None, *, warms_up: bool = False) -> Asked:
        """A request on a lane; one that came before on it is the same object."""
        head = self._heads.get((lane, warms_up))
        if head is None:
            head = self._heads[lane, warms_up] = self._head_of(lane, warms_up=warms_up)
        known = self._space.repeats.requests.get((head, raw))
        if known is not None or self._adapt is None:
            return known or Asked(head, raw)
        return self._adapt(Asked(head, raw))

    def _head_of(self, lane: str | None, *, warms_up: bool = False, operation: str = "responses.create") -> RequestHead:
        """The head that all requests of a lane have: that of the same request over HTTP."""
        return RequestHead(
            "POST",
            self._head.path,
            target=self._head.target,
            query=self._head.query,
            headers={**self._head.headers, "content-type": JSON},
            creates=operation == "responses.create",
            operation=operation,
            channel=Channel(self._connection.number, lane),
            warms_up=warms_up,
        )


def _too_old() -> ApiError:
    return api_error("websocket_connection_limit_reached")


_RECEIVERS: Final[Mapping[str, Callable[[SocketConnection, ClientEvent], Awaitable[None]]]] = {
    CREATE: SocketConnection._queue,  # noqa: SLF001 - its own
    STEER: SocketConnection._steer,  # noqa: SLF001
    INJECT: SocketConnection._inject,  # noqa: SLF001
}
