"""The exchanges with upstreams that are under way, and the connections that they share."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final
from weakref import WeakSet

from aiohttp import ClientSession, DummyCookieJar, TCPConnector

from mockserver.codec import JsonObject
from mockserver.model.answer import HttpReply, RecordedStream
from mockserver.model.request import Asked
from mockserver.state.connection import Connection
from mockserver.upstream.http_transfer import HttpTransfer
from mockserver.upstream.session import RecordingSession
from mockserver.upstream.socket_transfer import SocketTransfer
from mockserver.upstream.transfer import Transfer
from mockserver.upstream.upstream_socket import UpstreamSocket

CLOSING_SECONDS: Final = 5.0


class Transfers:
    """The exchanges with upstreams that are under way, and the connections that they share."""

    def __init__(self) -> None:
        self._http: ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._sessions: WeakSet[RecordingSession] = WeakSet()
        self._sockets: dict[Connection, UpstreamSocket] = {}
        """Connections to upstreams, each by the connection of the client that it belongs to."""

    async def begin(
        self, connection: Connection | None, asked: Asked, session: RecordingSession
    ) -> RecordedStream | HttpReply:
        """The upstream's answer, as soon as its headers are there; a 502 where none comes, which is recorded too.

        `connection` is the WebSocket that the request came on: it goes on by one as well.

        Raises:
            CassetteError: the cassette is broken, or another process writes it.
            ApiError: the request's target is not a path.
        """
        if self._http is None:
            self._http = ClientSession(connector=TCPConnector(limit=0), cookie_jar=DummyCookieJar())
        self._sessions.add(session)
        transfer: Transfer
        if connection is None:
            transfer = HttpTransfer(asked, session, self._http)
        else:
            socket = self._sockets.get(connection) or UpstreamSocket(self._http, connection, session)
            self._sockets[connection] = socket
            transfer = SocketTransfer(asked, session, socket)
        self._start(transfer.run())
        try:
            return await asyncio.shield(transfer.answer)
        except asyncio.CancelledError:
            transfer.client_left()
            raise

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def pass_on(self, connection: Connection, event: JsonObject, response_id: str) -> bool:
        """Pass input for a response on; whether an upstream is making that response."""
        socket = self._sockets.get(connection)
        return socket is not None and await socket.pass_on(event, response_id)

    def disconnected(self, connection: Connection) -> None:
        """Let go of what belongs to a connection of a client that has ended."""
        socket = self._sockets.pop(connection, None)
        if socket is not None:
            self._start(socket.release())

    async def close(self) -> None:
        """Wait a moment for what is under way, then let it go, and the cassettes with it."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSING_SECONDS)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for session in self._sessions:
            session.close()
        for socket in tuple(self._sockets.values()):
            await socket.close()
        if self._http is not None:
            await self._http.close()
