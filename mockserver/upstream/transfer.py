"""Passing requests on to an upstream, and recording what comes back.

Each exchange has a task of its own that reads the upstream to its end, whether or not the client stays. Events of a
response go to the client as they come, and so do the bytes of other replies; the end is passed on when the
exchange is on disk.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Final
from weakref import WeakSet

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from yarl import URL

from mockserver.cassette.body import read_body
from mockserver.cassette.sse import Frame
from mockserver.errors import CassetteError
from mockserver.model.answer import BrokenOffError, HttpReply, RecordedHead, RecordedStream
from mockserver.model.recorded import RecordedExchange
from mockserver.model.request import Asked
from mockserver.replay import Recording
from mockserver.spec.api_errors import api_error
from mockserver.upstream.collector import STREAM, Collector
from mockserver.upstream.live_stream import LiveStream
from mockserver.upstream.session import ExchangeUnderWay, RecordingSession

_log = logging.getLogger("mockserver")

BASE_PATH: Final = "/v1"
"""Of this server; what follows it goes below the upstream's."""
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
BODYLESS: Final = frozenset({204, 304})
"""Statuses whose replies end with their head. Source: RFC 9110 section 6.4.1."""

LOST: Final = (ClientError, TimeoutError, OSError)


class Transfers:
    """The exchanges with upstreams that are under way, and the connections that they share."""

    def __init__(self) -> None:
        self._http: ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._sessions: WeakSet[RecordingSession] = WeakSet()

    async def begin(self, asked: Asked, session: RecordingSession) -> RecordedStream | HttpReply:
        """The upstream's answer, as soon as its headers are there; a 502 where none comes, which is recorded too.

        Raises:
            CassetteError: the cassette is broken, or another process writes it.
            ApiError: the request's target is not a path.
        """
        if self._http is None:
            self._http = ClientSession(connector=TCPConnector(limit=0), cookie_jar=DummyCookieJar())
        self._sessions.add(session)
        transfer = Transfer(asked, session)
        task = asyncio.get_running_loop().create_task(transfer.run(self._http))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            return await asyncio.shield(transfer.answer)
        except asyncio.CancelledError:
            transfer.client_left()
            raise

    async def close(self) -> None:
        """Wait a moment for what is under way, then let it go, and the cassettes with it."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSING_SECONDS)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for session in self._sessions:
            session.close()
        if self._http is not None:
            await self._http.close()


class Transfer:
    """One exchange with an upstream."""

    def __init__(self, asked: Asked, session: RecordingSession) -> None:
        self.answer: asyncio.Future[RecordedStream | HttpReply] = asyncio.get_running_loop().create_future()
        self._asked = asked
        self._session = session
        self._path = upstream_path(session.base_path, asked.head.method, asked.head.target)
        self._started = session.clock.elapsed()
        self._head: RecordedHead | None = None
        self._live: LiveStream | Relay | None = None
        """What the client reads while it comes."""

    def client_left(self) -> None:
        """Go on without the client."""
        if isinstance(self._live, Relay):
            self._live.leave()

    async def run(self, http: ClientSession) -> None:
        """Carry the exchange to its end, and put it on disk."""
        recorded: RecordedExchange | None = None
        complete = False
        try:
            async with self._session.exchange(client=self._asked.head.headers.get("user-agent", "")) as exchange:
                recorded = exchange.recorded = await self._exchange(http, exchange)
            complete = recorded.complete
        except Exception as error:  # noqa: BLE001 - a client must never wait for what does not come
            if not isinstance(error, CassetteError):
                _log.exception("%s was not recorded", self._path)
            elif self._live is not None:
                _log.error("%s was not recorded: %s", self._path, error)
            if self._live is None:
                self._fail(error)
        if self._live is not None:
            await self._live.end(complete=complete)
        elif recorded is not None and not self.answer.done():
            self._give(recorded)

    def _fail(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)
            self.answer.exception()  # the client may have left, and a future warns of errors that nothing reads

    def _give(self, recorded: RecordedExchange) -> None:
        """Answer the client with the exchange that is on disk by now."""
        recording = Recording(name=self._path, exchange=recorded, live_head=self._head)
        response = recording.response if self._asked.head.creates else None
        self.answer.set_result(response or recording.http_reply())

    async def _exchange(self, http: ClientSession, exchange: ExchangeUnderWay) -> RecordedExchange:
        sent = self._sent()
        try:
            async with http.request(
                sent.method,
                URL(sent.upstream + sent.url_path, encoded=True),
                headers=self._headers(),
                data=self._raw or None,
                allow_redirects=False,
                skip_auto_headers=OWN_HEADERS,
                timeout=ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=self._session.timeout),
            ) as response:
                return await self._carry(response, sent, exchange)
        except LOST as error:
            return self._unreachable(error, sent)

    @property
    def _raw(self) -> bytes:
        return self._asked.sent

    def _sent(self) -> RecordedExchange:
        """The request as it will be kept."""
        headers = self._asked.head.headers
        return RecordedExchange(
            method=self._asked.head.method,
            url_path=self._path,
            upstream=self._session.origin,
            request_headers=headers,
            request_body=read_body(self._raw, headers.get("content-type", "")),
            started=float(self._session.clock.now()),
        )

    def _headers(self) -> dict[str, str]:
        headers = {name: value for name, value in self._asked.head.headers.items() if name not in NOT_SENT}
        if self._session.key:
            headers["authorization"] = f"Bearer {self._session.key}"
        return headers | {"accept-encoding": "identity"}

    async def _carry(
        self, response: ClientResponse, sent: RecordedExchange, exchange: ExchangeUnderWay
    ) -> RecordedExchange:
        """Pass an answer on, chunk by chunk."""
        self._begin(response)
        collector = Collector(response.content_type)
        complete = True
        try:
            while chunk := await _chunk(response, within=AFTER_END_SECONDS if collector.ended else None):
                frames = collector.feed(chunk, at=self._elapsed())
                if self._live is not None:
                    await self._live.take(chunk, frames)
                if collector.ended:
                    await exchange.settle()
        except LOST:
            complete = collector.ended
        rest = collector.end(at=self._elapsed())
        if self._live is not None:
            await self._live.take(b"", rest)
        headers: dict[str, str] = {}
        for name, value in response.headers.items():
            headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
        answered = replace(sent, status=response.status, headers=headers, complete=complete)
        return collector.recorded(answered, at=self._elapsed())

    def _begin(self, response: ClientResponse) -> None:
        """Send the head to the client, where it reads the answer while it comes."""
        passed = [(name, value) for name, value in response.headers.items() if name.lower() not in NOT_PASSED]
        head = self._head = RecordedHead(response.status, passed)
        if response.method == "HEAD" or response.status in BODYLESS:
            return  # its end is its head
        if not self._asked.head.creates:
            self._live = relay = Relay()
            self.answer.set_result(HttpReply(head=head, chunks=relay))
        elif response.content_type == STREAM:
            self._live = stream = LiveStream(head)
            self.answer.set_result(stream)

    def _unreachable(self, error: BaseException, sent: RecordedExchange) -> RecordedExchange:
        """The exchange with a 502, for an upstream that gave no answer."""
        cause = str(error) or type(error).__name__
        refusal = api_error("upstream_unreachable", upstream=sent.upstream, error=cause)
        headers = {"content-type": "application/json", **refusal.headers}
        return replace(sent, status=refusal.status, headers=headers, body=refusal.body, times=(self._elapsed(),))

    def _elapsed(self) -> float:
        return round(self._session.clock.elapsed() - self._started, 4)


class Relay:
    """The bytes of an answer on their way to a client; one chunk at most waits for a client that reads slowly."""

    def __init__(self) -> None:
        self._chunks: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=1)
        self._left = False
        self.complete = True
        """False where the answer broke off."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The chunks, as they come."""
        try:
            while (chunk := await self._chunks.get()) is not None:
                yield chunk
        finally:
            self.leave()
        if not self.complete:
            raise BrokenOffError

    async def take(self, chunk: bytes, _frames: Sequence[Frame]) -> None:
        """Pass a chunk on, as soon as there is room for it."""
        if chunk:
            await self._put(chunk)

    async def _put(self, chunk: bytes | None) -> None:
        if not self._left:
            await self._chunks.put(chunk)

    async def end(self, *, complete: bool) -> None:
        """End the body."""
        self.complete = complete
        await self._put(None)

    def leave(self) -> None:
        """Drop what the client has not read: it has gone, and the upstream is read to its end without it."""
        self._left = True
        while not self._chunks.empty():
            self._chunks.get_nowait()


def upstream_path(base_path: str, method: str, target: str) -> str:
    """The path and query that a request's target has upstream: below `base_path`, and always with a slash in front.

    The host is the upstream's whatever the target is: `/v1:9099/x` and `http://elsewhere/x` are paths, since the text
    after the host would else become part of it.

    Raises: ApiError 404 for a target that is not a path.
    """
    path = target.removeprefix(BASE_PATH)
    if path[:1] not in {"/", "?", ""}:
        path = target
    if path[:1] not in {"/", "?", ""}:
        raise api_error("unknown_url", method=method, path=target)
    return base_path + path


async def _chunk(response: ClientResponse, *, within: float | None) -> bytes:
    """What has come since the last chunk; nothing at the end."""
    async with asyncio.timeout(within):
        return await response.content.readany()
