"""Passing an HTTP request on, and recording what comes back."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from yarl import URL

from mockserver.cassette.body import read_body
from mockserver.cassette.sse import Frame
from mockserver.model.answer import BODYLESS, BrokenOffError, HttpReply, RecordedHead
from mockserver.model.recorded import RecordedExchange
from mockserver.model.request import Asked
from mockserver.upstream.collector import STREAM, Collector
from mockserver.upstream.live_stream import LiveStream
from mockserver.upstream.proxies import proxy_of
from mockserver.upstream.session import ExchangeUnderWay, RecordingSession
from mockserver.upstream.transfer import HOP_BY_HOP, LOST, Transfer

CONNECT_SECONDS: Final = 30.0
AFTER_END_SECONDS: Final = 1.0
"""How long a stream may stay open after its last event."""

NOT_SENT: Final = HOP_BY_HOP | {"host", "expect", "content-encoding", "content-length", "accept-encoding"}
NOT_PASSED: Final = HOP_BY_HOP | {"content-encoding", "content-length", "alt-svc", "strict-transport-security"}
"""Besides what holds for one connection: what is decoded here, what would let a client see the end before the exchange
is on disk, and what would send it elsewhere."""
OWN_HEADERS: Final = ("Accept", "Content-Type", "User-Agent")  # which the HTTP library would add
ABOUT_RESPONSES: Final = frozenset({"responses.retrieve", "responses.cancel", "responses.delete"})
"""Operations whose replies say what has become of a response; they are short, and given as a whole."""


class HttpTransfer(Transfer):
    """An exchange over HTTP."""

    def __init__(self, asked: Asked, session: RecordingSession, http: ClientSession) -> None:
        super().__init__(asked, session)
        self._http = http

    async def _exchange(self, exchange: ExchangeUnderWay) -> RecordedExchange:
        sent = self._sent(read_body(self._raw, self._asked.head.headers.get("content-type", "")))
        url = URL(sent.upstream + sent.url_path, encoded=True)
        try:
            async with self._http.request(
                sent.method,
                url,
                headers=self._headers(without=NOT_SENT) | {"accept-encoding": "identity"},
                data=self._raw or None,
                allow_redirects=False,
                skip_auto_headers=OWN_HEADERS,
                timeout=ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=self._session.timeout),
                proxy=proxy_of(url),
            ) as response:
                if response.status == HTTPStatus.SWITCHING_PROTOCOLS:
                    response.close()  # what follows has neither a protocol nor an end
                    raise ClientError("it answered 101 Switching Protocols, which this request did not ask for")
                return await self._carry(response, sent, exchange)
        except LOST as error:
            return self._unreachable(error, sent)

    async def _carry(
        self, response: ClientResponse, sent: RecordedExchange, exchange: ExchangeUnderWay
    ) -> RecordedExchange:
        """Pass an answer on, chunk by chunk."""
        self._begin(response)
        collector = Collector(response.content_type, limit=self._session.max_bytes)
        complete = True
        try:
            while chunk := await _chunk(response, within=AFTER_END_SECONDS if collector.ended else None):
                chunk = self._session.without_key(chunk)
                frames = collector.feed(chunk, at=self._elapsed())
                if self._live is not None:
                    await self._live.take(chunk, frames)
                await asyncio.sleep(0)  # what can be unpacked is read without a wait
                if collector.ended:
                    await exchange.settle()
        except LOST:
            complete = collector.ended
        rest = collector.end(at=self._elapsed())
        if self._live is not None:
            await self._live.take(b"", rest)
        headers: dict[str, str] = {}
        for name, value in self._session.headers_without_key(response.headers):
            headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
        answered = replace(sent, status=response.status, headers=headers, complete=complete)
        return collector.recorded(answered, at=self._elapsed())

    def _begin(self, response: ClientResponse) -> None:
        """Send the head to the client, where it reads the answer while it comes."""
        passed = [
            (name, value)
            for name, value in self._session.headers_without_key(response.headers)
            if name.lower() not in NOT_PASSED
        ]
        head = self._head = RecordedHead(response.status, passed)
        if response.method == "HEAD" or response.status in BODYLESS:
            return  # its end is its head
        whole = self._asked.head.operation in ABOUT_RESPONSES and response.content_type != STREAM
        if not (self._asked.head.creates or whole):
            self._live = relay = Relay()
            self.answer.set_result(HttpReply(head=head, chunks=relay))
        elif response.content_type == STREAM:
            self._live = stream = LiveStream(head)
            self.answer.set_result(stream)


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


async def _chunk(response: ClientResponse, *, within: float | None) -> bytes:
    """What has come since the last chunk; nothing at the end."""
    async with asyncio.timeout(within):
        return await response.content.readany()
