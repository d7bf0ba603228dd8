"""The upstream's half of one client's WebSocket: opened when it is first needed, and closed when nobody needs it."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, Protocol

from aiohttp import (
    ClientSession,
    ClientWebSocketResponse,
    ClientWSTimeout,
    WSCloseCode,
    WSMsgType,
    WSServerHandshakeError,
)
from yarl import URL

from mockserver.codec import JsonObject, dumps, loads_or_none
from mockserver.model.plan import Event
from mockserver.state.connection import Connection
from mockserver.upstream.proxies import proxy_of
from mockserver.upstream.session import RecordingSession
from mockserver.upstream.transfer import HOP_BY_HOP

HANDSHAKE: Final[Mapping[str, str]] = {
    "upgrade": "websocket",
    "connection": "Upgrade",
    "sec-websocket-version": "13",
    "sec-websocket-key": "bm90IGEgcmVhbCBzb2NrZQ==",
}
"""Asks for a connection once more, to read why there is none."""
NOT_SENT: Final = HOP_BY_HOP | {
    *("host", "content-length", "content-type", "sec-websocket-accept", "sec-websocket-extensions"),
    *("sec-websocket-key", "sec-websocket-protocol", "sec-websocket-version"),
}
CLOSING: Final = ClientWSTimeout(ws_close=2.0)


class RefusedByUpstreamError(Exception):
    """The upstream gives no WebSocket."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.headers = headers
        self.body = body


class PendingExchange(Protocol):
    """A response on its way, as the socket that brings it sees it."""

    def receive(self, event: Event | None, *, size: int) -> None:
        """Take an event of so many bytes; None where the connection has ended."""
        ...

    def is_about(self, response_id: str) -> bool:
        """Whether it is the exchange of this response."""
        ...

    def sent(self, event: JsonObject) -> None:
        """Note what the client says meanwhile."""
        ...


class UpstreamSocket:
    """A connection to an upstream, for one connection of a client. Its lanes are those of the client."""

    def __init__(self, http: ClientSession, connection: Connection, session: RecordingSession) -> None:
        self._max_bytes = session.max_bytes
        self._session = session
        self._http = http
        self._connection = connection
        self._socket: ClientWebSocketResponse | None = None
        self._opening = asyncio.Lock()
        self._reader: asyncio.Task[None] | None = None
        self._exchanges: dict[str | None, PendingExchange] = {}
        """What is under way, by lane."""
        self._released = False
        self.headers: Mapping[str, str] = {}
        """The headers with which the upstream has agreed."""

    async def begin(
        self, exchange: PendingExchange, event: JsonObject, *, url: URL, headers: Mapping[str, str]
    ) -> None:
        """Send the request that begins an exchange.

        Raises: RefusedByUpstreamError, or what keeps the connection from being opened.
        """
        async with self._opening:
            if self._socket is None:
                await self._open(url, headers)
        self._exchanges[event.get("stream_id")] = exchange
        await self._send(event)

    async def _open(self, url: URL, headers: Mapping[str, str]) -> None:
        proxy = proxy_of(url)
        try:
            socket = await self._http.ws_connect(
                url, headers=headers, max_msg_size=self._max_bytes + 1, timeout=CLOSING, proxy=proxy
            )
        except WSServerHandshakeError:
            refused = self._http.get(url, headers={**headers, **HANDSHAKE}, allow_redirects=False, proxy=proxy)
            async with refused as response:
                body = self._session.without_key(await response.content.read(self._max_bytes))
                raise RefusedByUpstreamError(response.status, self._shown(response.headers), body) from None
        agreed = socket._response.headers  # noqa: SLF001 - the library shows them nowhere else
        self.headers = self._shown(agreed)
        self._socket = socket
        self._reader = asyncio.get_running_loop().create_task(self._read(socket))

    def _shown(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        return {name.lower(): value for name, value in self._session.headers_without_key(headers)}

    async def _send(self, event: JsonObject) -> None:
        if self._socket is None:
            raise ConnectionResetError("the connection to the upstream has ended")
        await self._socket.send_str(dumps(event).decode())

    async def pass_on(self, event: JsonObject, response_id: str) -> bool:
        """Send input for a response that is on its way; whether there is such a response."""
        exchange = next((one for one in self._exchanges.values() if one.is_about(response_id)), None)
        if exchange is None:
            return False
        exchange.sent(event)
        await self._send(event)
        return True

    async def _read(self, socket: ClientWebSocketResponse) -> None:
        """Hand every event to the exchange of its lane; what belongs to none is for the client as it is."""
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._receive(self._session.without_key(message.data.encode()))
                elif message.type is WSMsgType.BINARY:
                    self._connection.send(self._session.without_key(message.data), binary=True)
        finally:
            self._socket = None
            if not self._released:
                self._connection.close(_passed_on(socket.close_code))
            too_large = socket.close_code == WSCloseCode.MESSAGE_TOO_BIG  # more may have come than the library gives
            for exchange in tuple(self._exchanges.values()):
                exchange.receive(None, size=self._max_bytes + 1 if too_large else 0)

    def _receive(self, frame: bytes) -> None:
        event: Any = loads_or_none(frame)
        exchange = self._exchanges.get(event.get("stream_id")) if _is_event(event) else None
        if exchange is None:
            self._connection.send(frame, binary=False)
            return
        event.pop("stream_id", None)
        exchange.receive(event, size=len(frame))

    async def ended(self, exchange: PendingExchange) -> None:
        """Note that an exchange is over."""
        self._exchanges = {lane: one for lane, one in self._exchanges.items() if one is not exchange}
        if self._released and not self._exchanges:
            await self.close()

    async def release(self) -> None:
        """Close, as soon as all is recorded that is on its way: the client has gone."""
        self._released = True
        if not self._exchanges:
            await self.close()

    async def close(self) -> None:
        """Close now."""
        self._released = True
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            await asyncio.wait((self._reader,))


def _is_event(frame: Any) -> bool:
    """Whether a frame can be an event; an upstream may send anything."""
    lane = frame.get("stream_id") if isinstance(frame, dict) else None
    return isinstance(frame, dict) and isinstance(frame.get("type"), str) and isinstance(lane, str | None)


def _passed_on(code: int | None) -> int | None:
    """The code with which a client's connection is closed, as its upstream has closed with this; None to drop it."""
    if code in {None, WSCloseCode.ABNORMAL_CLOSURE}:
        return None
    return code or WSCloseCode.OK  # it may have stated none
