"""Passing requests on to an upstream, and recording what comes back.

Each exchange has a task of its own that reads the upstream to its end, whether or not the client stays. A chunk goes to
the client before it is looked at; one chunk at most waits for a client that reads slowly, then the upstream waits too.
The end is passed on when the exchange is on disk.
"""

import asyncio
import logging
from dataclasses import replace
from typing import Final, Self
from weakref import WeakSet

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from multidict import CIMultiDict
from yarl import URL

from mockserver.cassette.body import read_body
from mockserver.codec import pretty
from mockserver.errors import CassetteError
from mockserver.model.tape import Recorded
from mockserver.responders.taped import Recording
from mockserver.spec.api_errors import api_error
from mockserver.state.recording import RecordingSession
from mockserver.web.call import BrokenOffError, Call, RawReply
from mockserver.web.collecting import Collector
from mockserver.web.headers import BODYLESS, JSON, Head
from mockserver.web.replayed import note

_log = logging.getLogger("mockserver")

BASE_PATH: Final = "/v1"
"""Of ours; what follows it goes below the upstream's."""
CONNECT_SECONDS: Final = 30.0
AFTER_END_SECONDS: Final = 1.0
"""How long a stream may stay open after its last event."""
CLOSING_SECONDS: Final = 5.0

HOP_BY_HOP: Final = frozenset(  # RFC 9110 section 7.6.1
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
NOT_SENT: Final = HOP_BY_HOP | {"host", "expect", "content-encoding", "content-length", "accept-encoding"}
NOT_PASSED: Final = HOP_BY_HOP | {"content-encoding", "content-length", "alt-svc", "strict-transport-security"}
"""Besides what holds for one connection: what is decoded here, what would let a client see the end before the exchange
is on disk, and what would send it elsewhere."""
OWN_HEADERS: Final = ("Accept", "Content-Type", "User-Agent")  # which the HTTP library would add

LOST: Final = (ClientError, TimeoutError, OSError)


class Proxy:
    """Carries exchanges between clients and upstreams."""

    def __init__(self) -> None:
        self._session: ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._recordings: WeakSet[RecordingSession] = WeakSet()

    async def pass_on(self, call: Call, session: RecordingSession) -> RawReply:
        """The upstream's answer, as soon as its headers are there; a 502 where none comes, which is recorded too.

        Raises:
            CassetteError: the cassette is broken, or another process writes it.
        """
        self._recordings.add(session)
        await session.begin(client=call.exchange.headers.get("user-agent", ""))
        carriage = _Carriage(call, session)
        task = asyncio.get_running_loop().create_task(carriage.run(self._client()))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            return await asyncio.shield(carriage.reply)
        except asyncio.CancelledError:
            await carriage.aclose()
            raise

    def _client(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession(connector=TCPConnector(limit=0), cookie_jar=DummyCookieJar())
        return self._session

    async def close(self) -> None:
        """Wait a moment for what is under way, then let it go, and the cassettes with it."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSING_SECONDS)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for recording in self._recordings:
            recording.close()
        if self._session is not None:
            await self._session.close()


class _Carriage:
    """One exchange under way. Its client reads it piece by piece, and leaves by `aclose`."""

    def __init__(self, call: Call, session: RecordingSession) -> None:
        self.reply: asyncio.Future[RawReply] = asyncio.get_running_loop().create_future()
        self._call = call
        self._session = session
        self._path = session.base_path + call.target.removeprefix(BASE_PATH)
        self._started = session.clock.elapsed()
        self._pieces: asyncio.Queue[bytes | Exception] = asyncio.Queue(maxsize=1)
        self._left = False
        self._settling = False
        self._bodyless: RawReply | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        piece = await self._pieces.get()
        if isinstance(piece, Exception):
            raise piece
        return piece

    async def aclose(self) -> None:
        """The client has gone; the recording goes on without it."""
        self._left = True
        while not self._pieces.empty():
            self._pieces.get_nowait()

    async def run(self, http: ClientSession) -> None:
        """Carry the exchange to its end, and put it on disk."""
        recorded: Recorded | None = None
        try:
            recorded = await self._exchange(http)
            note(self._call.exchange, Recording(name=self._path, exchange=recorded))
        except Exception as error:  # noqa: BLE001 - the last resort: a client must never wait for what does not come
            _log.exception("%s was not recorded", self._path)
            if not self.reply.done():
                self.reply.set_exception(error)
        finally:
            await self._end(recorded)
        await self._pass(StopAsyncIteration() if recorded and recorded.complete else BrokenOffError())

    async def _end(self, recorded: Recorded | None) -> None:
        await self._settle()
        try:
            await self._session.end(recorded)
        except CassetteError as error:
            self._call.exchange.miss = str(error)
        if self._bodyless is not None:
            self.reply.set_result(self._bodyless)

    async def _settle(self) -> None:
        if not self._settling:
            self._settling = True
            await self._session.settle()

    async def _exchange(self, http: ClientSession) -> Recorded:
        sent = self._sent()
        try:
            async with http.request(
                sent.method,
                URL(sent.upstream + sent.url_path, encoded=True),
                headers=self._headers(),
                data=self._call.raw or None,
                allow_redirects=False,
                skip_auto_headers=OWN_HEADERS,
                timeout=ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=self._session.timeout),
            ) as response:
                return await self._carry(response, sent)
        except LOST as error:
            return await self._refuse(error, sent)

    def _sent(self) -> Recorded:
        """The request as it will be kept."""
        headers = self._call.exchange.headers
        return Recorded(
            method=self._call.exchange.method,
            url_path=self._path,
            upstream=self._session.origin,
            request_headers=headers,
            request_body=read_body(self._call.raw, headers.get("content-type", "")),
            started=float(self._session.clock.now()),
        )

    def _headers(self) -> dict[str, str]:
        headers = {name: value for name, value in self._call.exchange.headers.items() if name not in NOT_SENT}
        if self._session.key:
            headers["authorization"] = f"Bearer {self._session.key}"
        return headers | {"accept-encoding": "identity"}

    async def _carry(self, response: ClientResponse, sent: Recorded) -> Recorded:
        """Pass an answer on, chunk by chunk."""
        passed = CIMultiDict(
            (name, value) for name, value in response.headers.items() if name.lower() not in NOT_PASSED
        )
        reply = RawReply(head=Head(response.status, passed), pieces=self)
        if response.method == "HEAD" or response.status in BODYLESS:
            self._bodyless = reply  # its end is its headers
        else:
            self.reply.set_result(reply)
        collector = Collector(response.content_type)
        complete = True
        try:
            while chunk := await _chunk(response, within=AFTER_END_SECONDS if collector.ended else None):
                at = self._elapsed()
                await self._pass(chunk)
                collector.feed(chunk, at=at)
                if collector.ended:
                    await self._settle()
        except LOST:
            complete = collector.ended
        headers: dict[str, str] = {}
        for name, value in response.headers.items():
            headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
        answered = replace(sent, status=response.status, headers=headers, complete=complete)
        return collector.told(answered, at=self._elapsed())

    async def _refuse(self, error: BaseException, sent: Recorded) -> Recorded:
        """Say that the upstream gave no answer."""
        cause = str(error) or type(error).__name__
        refusal = api_error("upstream_unreachable", upstream=sent.upstream, error=cause)
        headers = {"content-type": JSON, **refusal.headers}
        self.reply.set_result(RawReply(head=Head(refusal.status, CIMultiDict(headers)), pieces=self))
        await self._pass(pretty(refusal.body))
        return replace(sent, status=refusal.status, headers=headers, body=refusal.body, times=(self._elapsed(),))

    async def _pass(self, piece: bytes | Exception) -> None:
        if not self._left:
            await self._pieces.put(piece)

    def _elapsed(self) -> float:
        return round(self._session.clock.elapsed() - self._started, 4)


async def _chunk(response: ClientResponse, *, within: float | None) -> bytes:
    """What has come since the last chunk; nothing at the end."""
    async with asyncio.timeout(within):
        return await response.content.readany()
