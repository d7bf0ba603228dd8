"""Passing a request on over a WebSocket, and recording the events that come back."""

import asyncio
from dataclasses import replace

from yarl import URL

from mockserver.cassette.body import read_body
from mockserver.cassette.socket_exchange import SocketExchange
from mockserver.codec import JsonObject, loads
from mockserver.model.answer import RecordedHead
from mockserver.model.plan import Event
from mockserver.model.recorded import RecordedExchange
from mockserver.model.request import Asked
from mockserver.spec.websocket import CREATE
from mockserver.upstream.collector import check_size
from mockserver.upstream.live_stream import LiveStream
from mockserver.upstream.session import ExchangeUnderWay, RecordingSession
from mockserver.upstream.transfer import LOST, Transfer
from mockserver.upstream.upstream_socket import NOT_SENT, RefusedByUpstreamError, UpstreamSocket


class SocketTransfer(Transfer):
    """An exchange over a WebSocket.

    Its last event goes to the client when the exchange is on disk: nothing else says that a response has ended.
    """

    def __init__(self, asked: Asked, session: RecordingSession, socket: UpstreamSocket) -> None:
        super().__init__(asked, session)
        self._socket = socket
        self._received: asyncio.Queue[Event | None] = asyncio.Queue()
        self._so_far = SocketExchange()
        self._size = 0

    async def run(self) -> None:
        """Carry the exchange to its end, and put it on disk."""
        try:
            await super().run()
        finally:
            await self._socket.ended(self)

    # What the socket says

    def receive(self, event: Event | None, *, size: int) -> None:
        """Take an event of so many bytes; None where the connection has ended."""
        self._size += size
        self._received.put_nowait(event)

    def is_about(self, response_id: str) -> bool:
        """Whether it is the exchange of this response."""
        return self._so_far.is_about(response_id)

    def sent(self, event: JsonObject) -> None:
        """Note what the client says meanwhile."""
        self._so_far.insert(event)

    # The exchange

    async def _exchange(self, exchange: ExchangeUnderWay) -> RecordedExchange:
        head, session = self._asked.head, self._session
        body = loads(self._raw)
        warm_up = {"generate": False} if head.warms_up else {}
        sent = self._sent({**body, **warm_up})
        lane = {} if head.channel is None or head.channel.lane is None else {"stream_id": head.channel.lane}
        given = {key: value for key, value in body.items() if key != "stream"}
        try:
            async with asyncio.timeout(session.timeout):
                await self._socket.begin(
                    self,
                    {"type": CREATE, **lane, **given, **warm_up},
                    url=URL(session.origin + self._path, encoded=True),
                    headers=self._headers(without=NOT_SENT),
                )
        except RefusedByUpstreamError as refused:
            answer = read_body(refused.body, refused.headers.get("content-type", ""))
            return replace(sent, status=refused.status, headers=refused.headers, body=answer, times=(self._elapsed(),))
        except LOST as error:
            return self._unreachable(error, sent)
        return await self._collect(replace(sent, headers=self._socket.headers), exchange)

    async def _collect(self, sent: RecordedExchange, exchange: ExchangeUnderWay) -> RecordedExchange:
        """Pass the events on as they come."""
        so_far = self._so_far
        while not so_far.complete:
            event = await self._next()
            check_size(self._size, limit=self._session.max_bytes)
            if event is None:
                break
            so_far.add(event, at=self._elapsed())
            if not so_far.refused:
                await self._show(event, last=so_far.complete)
        await exchange.settle()
        if not so_far.events:
            return self._unreachable(ConnectionResetError("the connection was closed"), sent)
        return so_far.recorded(sent)

    async def _next(self) -> Event | None:
        """The next event; None where none comes."""
        try:
            async with asyncio.timeout(self._session.timeout):
                return await self._received.get()
        except TimeoutError:
            return None

    async def _show(self, event: Event, *, last: bool) -> None:
        if self._live is None:
            self._live = stream = LiveStream(RecordedHead(200))
            self.answer.set_result(stream)
        if last:
            self._held = (event,)
        else:
            await self._live.take(b"", (event,))
