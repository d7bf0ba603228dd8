"""aiohttp's server and its requests: errors in OpenAI's shape for what is no request, limits for slow clients."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import http_exceptions, web
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import StreamReader

from mockserver.codec import dumps_indented
from mockserver.spec.api_errors import api_error

LINGERING: Final = 10.0
"""For how many seconds at most the rest of a body is read that nobody needs."""
_TOO_MANY: Final = "too many headers"
ANY_OTHER: Final = http_exceptions.HttpProcessingError
PARSER_ERRORS: Final[Mapping[type[Exception], str]] = {
    ANY_OTHER: "malformed_http",
    http_exceptions.LineTooLong: "head_too_large",
    http_exceptions.BadHttpMethod: "unknown_method",
    http_exceptions.ContentEncodingError: "encoding_not_installed",
}
"""The errors for what aiohttp's parser raises."""


class Request(web.BaseRequest):
    """A request whose head can be asked as the parser left it: aiohttp's own properties make a copy of each part."""

    head: RawRequestMessage

    async def read_within(self, limit: int, patience: float) -> bytes:
        """The body.

        Raises: ApiError for one that is longer than `limit` bytes, cannot be unpacked, or does not go on for
        `patience` seconds (0: for ever).
        """
        content = self.content
        try:
            body = content.read_nowait() if content.is_eof() else await self._read_rest(content, limit, patience)
        except TimeoutError as error:
            raise api_error("client_too_slow", seconds=f"{patience:g}") from error
        except web.RequestPayloadError as error:
            raise api_error("unreadable_body", encoding=self.headers.get("content-encoding", "identity")) from error
        if len(body) > limit:
            if "content-encoding" in self.headers:
                self.protocol.close()  # after the reply; what still comes would be unpacked only to be thrown away
            raise api_error("body_too_large", limit=limit)
        return body

    async def _read_rest(self, content: StreamReader, limit: int, patience: float) -> bytes:
        """The body as it comes, or the beginning of one that is too long."""
        if self.headers.get("expect", "").lower() == "100-continue":
            await self.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = bytearray()
        while len(body) <= limit:
            async with asyncio.timeout(patience or None):
                chunk = await content.readany()
            if not chunk:
                break
            body += chunk
            await asyncio.sleep(0)  # what is there already, or can be unpacked, is read without a wait
        return bytes(body)


def request_of(message: RawRequestMessage, payload: StreamReader, protocol: Any, writer: Any, task: Any) -> Request:
    """A request, as aiohttp's server asks for one."""
    request = Request(message, payload, protocol, writer, task, asyncio.get_running_loop())
    request.head = message
    return request


class HttpServer(web.Server):
    """Makes a connection for each client. `patience` is in seconds, 0 for no limit."""

    def __init__(self, handler: Any, *, patience: float) -> None:
        super().__init__(handler, request_factory=request_of, handler_cancellation=True)
        self._patience = patience

    def __call__(self) -> "ClientConnection":
        """A new connection; asked by the event loop."""
        patience, loop = self._patience, asyncio.get_running_loop()
        options: dict[str, Any] = {}
        if patience:
            options = {"keepalive_timeout": patience, "lingering_time": min(patience, LINGERING)}
        return ClientConnection(self, patience=patience, loop=loop, access_log=None, **options)


class ClientConnection(web.RequestHandler):
    """The connection of a client, closed when it has not read what it was sent for as long as `patience` says."""

    __slots__ = ("_patience", "_stalled")

    def __init__(self, manager: web.Server, *, patience: float, **options: Any) -> None:
        super().__init__(manager, **options)
        self._patience = patience
        self._stalled: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """Give the client a time in which to read: what it has not read yet is as much as is held for it."""
        super().pause_writing()
        if self._patience:
            self._stalled = asyncio.get_running_loop().call_later(self._patience, self._give_up)

    def resume_writing(self) -> None:
        """The client has read."""
        super().resume_writing()
        self._trust()

    def connection_lost(self, exc: BaseException | None) -> None:
        """The client has gone."""
        super().connection_lost(exc)
        self._trust()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The reply to what is no request. It repeats nothing of it, which may hold a key, and is not logged."""
        if not isinstance(exc, http_exceptions.HttpProcessingError):
            return super().handle_error(request, status, exc, message)
        too_many = _TOO_MANY in exc.message.lower()
        kind = http_exceptions.LineTooLong if too_many else type(exc)
        name = PARSER_ERRORS.get(kind, PARSER_ERRORS[ANY_OTHER])
        error = api_error(name)
        reply = web.Response(status=error.status, body=dumps_indented(error.body), content_type="application/json")
        reply.force_close()
        return reply

    def log_exception(self, *args: Any, **options: Any) -> None:
        """Log an exception, but for one that says that a client's body is broken: the client gets an error."""
        if not isinstance(options.get("exc_info"), web.RequestPayloadError):
            super().log_exception(*args, **options)

    def _give_up(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def _trust(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
