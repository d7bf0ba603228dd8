"""Passing requests on to an upstream, and recording what comes back.

Each exchange has a task of its own that reads the upstream to its end, whether or not the client stays. A chunk goes to
the client before it is looked at; one chunk at most waits for a client that reads slowly, then the upstream waits too.
The end is passed on when the exchange is on disk.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from multidict import CIMultiDict
from yarl import URL

from mockserver.cassette.body import read_body
from mockserver.errors import ApiError
from mockserver.model.tape import Recorded
from mockserver.spec.answers import answer
from mockserver.state.recording import RecordingSession
from mockserver.web.call import BASE_PATH, BrokenOffError, Call, RawReply
from mockserver.web.collecting import Collector
from mockserver.web.headers import JSON
from mockserver.web.replayed import note

CONNECT_SECONDS: Final = 30.0
AFTER_END_SECONDS: Final = 1.0
"""How long a stream may stay open after its last event."""
CLOSING_SECONDS: Final = 5.0

HOP_BY_HOP: Final = frozenset(  # RFC 9110 section 7.6.1
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade"}
)
NOT_SENT: Final = HOP_BY_HOP | {"host", "content-length", "accept-encoding"}
NOT_PASSED: Final = HOP_BY_HOP | {"content-encoding", "alt-svc", "strict-transport-security"}
"""Besides what holds for one connection: what is decoded here, and what would send clients elsewhere."""
OWN_HEADERS: Final = ("Accept", "Content-Type", "User-Agent")  # which the HTTP library would add

_Lost = (ClientError, TimeoutError, OSError)


class Proxy:
    """Carries exchanges between clients and upstreams."""

    def __init__(self) -> None:
        self._session: ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def pass_on(self, call: Call, session: RecordingSession) -> RawReply:
        """The upstream's answer, as soon as its headers are there.

        Raises:
            ApiError: 502, where there is no answer; that is recorded too.
            CassetteError: the cassette cannot be written.
        """
        await session.begin(client=call.exchange.headers.get("user-agent", ""))
        carriage = _Carriage(call, session)
        task = asyncio.get_running_loop().create_task(carriage.run(self._client()))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(carriage.reply)

    def _client(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession(connector=TCPConnector(limit=0), cookie_jar=DummyCookieJar())
        return self._session

    async def close(self) -> None:
        """Wait a moment for what is under way, then let it go."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSING_SECONDS)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
