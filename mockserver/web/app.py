"""From a socket's request to a handler and back: access, routes, errors, and the one place that writes replies."""

import logging
from contextlib import aclosing, suppress

from aiohttp import web
from aiohttp.client_exceptions import ClientConnectionResetError

from mockserver.engine import Engine
from mockserver.errors import ApiError
from mockserver.settings import Settings
from mockserver.spec.answers import answer
from mockserver.web.access import Workspaces, bearer_key
from mockserver.web.call import Call, EventStream, JsonReply
from mockserver.web.handlers import ROUTES
from mockserver.web.headers import JSON, SSE, reply_headers
from mockserver.web.routes import Router
from mockserver.web.sse import frames

_log = logging.getLogger("mockserver")


class App:
    """Answers HTTP requests of one server; an aiohttp low-level handler."""

    def __init__(self, *, settings: Settings, engine: Engine, workspaces: Workspaces) -> None:
        self._settings = settings
        self._engine = engine
        self._workspaces = workspaces
        self._router = Router(ROUTES)

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request; whatever happens, with a body that an SDK can read."""
        try:
            reply = await self._answer(request)
        except ApiError as error:
            return _error(error, subject=request.raw_path.encode())
        except Exception:  # noqa: BLE001 - the last resort: a client must never see a traceback
            _log.exception("%s %s failed inside the mock server; please report it", request.method, request.path)
            return _error(answer("server_error"), subject=request.raw_path.encode())
        if isinstance(reply, EventStream):
            return await _stream(request, reply)
        return _json(reply)

    async def _answer(self, request: web.BaseRequest) -> JsonReply | EventStream:
        route, params = self._router.find(request.method, request.path)
        workspace = None
        if not route.public:
            workspace = self._workspaces.of(
                bearer_key(request.headers.get("authorization"), good=self._settings.api_keys)
            )
        call = Call(
            method=request.method,
            path=request.path,
            params=params,
            query=tuple(request.query.items()) if request.query_string else (),
            headers=request.headers,
            raw=await self._body(request),
            workspace=workspace or self._workspaces.of(""),
        )
        return await route.handler(self._engine, call)

    async def _body(self, request: web.BaseRequest) -> bytes:
        if not request.can_read_body:
            return b""
        try:
            return await request.read()
        except web.HTTPRequestEntityTooLarge as error:
            raise answer("body_too_large", limit=self._settings.body_limit) from error


def _error(error: ApiError, *, subject: bytes) -> web.Response:
    reply = JsonReply(body=error.body, status=error.status, headers=error.headers)
    return _json(reply, subject=subject)


def _json(reply: JsonReply, *, subject: bytes = b"") -> web.Response:
    body = reply.encoded()
    headers = reply_headers(
        subject or body,
        content_type=JSON,
        status=reply.status,
        limited=reply.limited,
        more=reply.headers,
    )
    return web.Response(body=body, status=reply.status, headers=headers)


async def _stream(request: web.BaseRequest, reply: EventStream) -> web.StreamResponse:
    headers = reply_headers(reply.run.final["id"].encode(), content_type=SSE)
    if reply.batches is None:
        whole = web.Response(body=frames(reply.events), headers=headers)
        whole.enable_chunked_encoding()
        return whole
    response = web.StreamResponse(headers=headers)
    with suppress(ClientConnectionResetError):  # the client went away: nobody is left to tell
        await response.prepare(request)
        async with aclosing(reply.batches) as batches:
            async for events in batches:
                await response.write(frames(events))
        await response.write_eof()
    return response
