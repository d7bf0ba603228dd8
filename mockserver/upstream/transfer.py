"""Passing a request on to an upstream, and recording what comes back: what all transports have in common.

Each exchange has a task of its own that reads the upstream to its end, whether or not the client stays. Events of a
response go to the client as they come, and so do the bytes of other replies; the end is passed on when the
exchange is on disk.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

from aiohttp import ClientError

from mockserver.cassette.sse import Frame
from mockserver.errors import CassetteError
from mockserver.model.answer import HttpReply, RecordedHead, RecordedStream
from mockserver.model.recorded import RecordedBody, RecordedExchange
from mockserver.model.request import Asked
from mockserver.replay import Recording
from mockserver.spec.api_errors import api_error
from mockserver.upstream.session import ExchangeUnderWay, RecordingSession

_log = logging.getLogger("mockserver")

BASE_PATH: Final = "/v1"
"""Of this server; what follows it goes below the upstream's."""
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
LOST: Final = (ClientError, TimeoutError, OSError)
"""What keeps an answer from coming, or from coming whole."""


class Receiver(Protocol):
    """What a client reads while it comes."""

    async def take(self, chunk: bytes, frames: Sequence[Frame]) -> None:
        """Pass on what has come."""
        ...

    async def end(self, *, complete: bool) -> None:
        """Nothing more comes; `complete` says whether the answer was whole, and is on disk."""
        ...

    def leave(self) -> None:
        """The client has gone."""
        ...


class Transfer(ABC):
    """One exchange with an upstream."""

    def __init__(self, asked: Asked, session: RecordingSession) -> None:
        self.answer: asyncio.Future[RecordedStream | HttpReply] = asyncio.get_running_loop().create_future()
        self._asked = asked
        self._session = session
        self._path = upstream_path(session.base_path, asked.head.method, asked.head.target)
        self._started = session.clock.elapsed()
        self._head: RecordedHead | None = None
        self._live: Receiver | None = None
        self._held: Sequence[Frame] = ()
        """What the client gets only when the exchange is on disk."""

    def client_left(self) -> None:
        """Go on without the client."""
        if self._live is not None:
            self._live.leave()

    async def run(self) -> None:
        """Carry the exchange to its end, and put it on disk."""
        recorded: RecordedExchange | None = None
        complete = False
        try:
            async with self._session.exchange(client=self._asked.head.headers.get("user-agent", "")) as exchange:
                recorded = exchange.recorded = await self._exchange(exchange)
            complete = recorded.complete
        except Exception as error:  # noqa: BLE001 - a client must never wait for what does not come
            self._session.losses.add(f"{self._asked.head.method} {self._path} was not recorded: {error}")
            if isinstance(error, CassetteError):
                _log.error("%s was not recorded: %s", self._path, error)
            else:
                _log.exception("%s was not recorded", self._path)
            if self._live is None:
                self._fail(error)
        if self._live is not None:
            await self._live.take(b"", self._held)
            await self._live.end(complete=complete)
        elif recorded is not None and not self.answer.done():
            self._give(recorded)

    @abstractmethod
    async def _exchange(self, exchange: ExchangeUnderWay) -> RecordedExchange:
        """Pass the request on, and the answer as it comes."""

    def _fail(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)
            self.answer.exception()  # the client may have left, and a future warns of errors that nothing reads

    def _give(self, recorded: RecordedExchange) -> None:
        """Answer the client with the exchange that is on disk by now."""
        recording = Recording(name=self._path, exchange=recorded, live_head=self._head)
        response = recording.response if self._asked.head.creates else None
        self.answer.set_result(response or recording.http_reply())

    @property
    def _raw(self) -> bytes:
        return self._asked.sent

    def _sent(self, body: RecordedBody) -> RecordedExchange:
        """The request as it will be kept."""
        return RecordedExchange(
            method=self._asked.head.method,
            url_path=self._path,
            upstream=self._session.origin,
            request_headers=self._asked.head.headers,
            request_body=body,
            started=float(self._session.clock.now()),
            channel=self._asked.head.channel,
        )

    def _headers(self, *, without: frozenset[str]) -> dict[str, str]:
        """The headers of the request, with the upstream's key instead of the caller's."""
        headers = {name: value for name, value in self._asked.head.headers.items() if name not in without}
        if self._session.key:
            headers["authorization"] = f"Bearer {self._session.key}"
        return headers

    def _unreachable(self, error: BaseException, sent: RecordedExchange) -> RecordedExchange:
        """The exchange with a 502, for an upstream that gave no answer."""
        cause = str(error) or type(error).__name__
        refusal = api_error("upstream_unreachable", upstream=sent.upstream, error=cause)
        headers = {"content-type": "application/json", **refusal.headers}
        return replace(sent, status=refusal.status, headers=headers, body=refusal.body, times=(self._elapsed(),))

    def _elapsed(self) -> float:
        return round(self._session.clock.elapsed() - self._started, 4)


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
