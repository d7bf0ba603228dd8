"""Passing a request on over a WebSocket, and recording the events that come back."""

import asyncio
from dataclasses import replace
from typing import Any

from yarl import URL

from mockserver.cassette.body import read_body
from mockserver.codec import JsonObject, loads
from mockserver.events.life import CREATED, FINAL_EVENTS
from mockserver.model.answer import RecordedHead
from mockserver.model.plan import Event
from mockserver.model.recorded import RecordedExchange
from mockserver.model.request import Asked
from mockserver.spec.websocket import ANSWERED, CREATE
from mockserver.upstream.live_stream import LiveStream
from mockserver.upstream.session import ExchangeUnderWay, RecordingSession
from mockserver.upstream.transfer import LOST, Transfer
from mockserver.upstream.upstream_socket import NOT_SENT, RefusedByUpstreamError, UpstreamSocket


class SocketTransfer(Transfer):
    """An exchange over a WebSocket: a response, with the successors that take up what is said meanwhile.

    Its last event goes to the client when the exchange is on disk: nothing else says that a response has ended.
    """

    def __init__(self, asked: Asked, session: RecordingSession, socket: UpstreamSocket) -> None:
        super().__init__(asked, session)
        self._socket = socket
        self._received: asyncio.Queue[Event | None] = asyncio.Queue()
        self._events: list[Event] = []
        self._times: list[float] = []
        self._ids: set[str] = set()
        """Of the responses that have been created."""
        self._inserted: list[tuple[int, Event]] = []
        """What the client has said meanwhile, each after so many events."""
        self._outstanding = 0
        """How many of them may still lead to an event."""
        self._over = False
        """Whether the newest response has ended."""

    async def run(self) -> None:
        """Carry the exchange to its end, and put it on disk."""
        try:
            await super().run()
        finally:
            await self._socket.ended(self)

    # What the socket says

    def receive(self, event: Event | None) -> None:
        """Take an event; None where the connection has ended."""
        self._received.put_nowait(event)

    def is_about(self, response_id: str) -> bool:
        """Whether it is the exchange of this response."""
        return response_id in self._ids

    def sent(self, event: JsonObject) -> None:
        """Note what the client says meanwhile."""
        self._inserted.append((len(self._events), event))
        self._outstanding += 1

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
        complete = False
        while not complete:
            event = await self._next()
            if event is None:
                break
            if not self._events and _refuses(event):
                return self._refusal(event, sent)
            self._events.append(event)
            self._times.append(self._elapsed())
            complete = self._ends_with(event)
            await self._show(event, last=complete)
        await exchange.settle()
        if not self._events:
            return self._unreachable(ConnectionResetError("the connection was closed"), sent)
        times, steers = tuple(self._times), tuple(self._inserted)
        return replace(sent, events=self._events, times=times, steers=steers, complete=complete)

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

    def _ends_with(self, event: Event) -> bool:
        """Whether nothing comes after an event: a response has ended, and no input is about to be taken up."""
        kind = event["type"]
        if kind == CREATED:  # it takes up all input but what has just been sent, which came too late
            self._ids.add(event["response"]["id"])
            self._outstanding = sum(before == len(self._events) - 1 for before, _ in self._inserted)
            self._over = False
        elif kind in ANSWERED:
            self._outstanding -= 1
        elif kind in FINAL_EVENTS:
            self._over = True
        return _refuses(event) or (self._over and self._outstanding <= 0)

    def _refusal(self, event: Event, sent: RecordedExchange) -> RecordedExchange:
        """The exchange of a request that was refused, as it would be over HTTP."""
        error: Any = event.get("error")
        inside = error.get("headers") if isinstance(error, dict) else None
        given = event.get("headers") or inside or {}
        headers = {**sent.headers, **{str(name).lower(): str(value) for name, value in given.items()}}
        status = event.get("status") or event.get("status_code") or 400
        return replace(sent, status=status, headers=headers, body={"error": error}, times=(self._elapsed(),))


def _refuses(event: Event) -> bool:
    """Whether an event is the error of a request, and not one in the stream of a response."""
    return event["type"] == "error" and "sequence_number" not in event
