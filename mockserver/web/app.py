"""From a socket's request to a handler and back: access, routes, errors, the journal."""

import logging
from collections.abc import Mapping
from functools import lru_cache

from aiohttp import web

from mockserver.engine import Engine
from mockserver.errors import ApiError, ScriptError
from mockserver.settings import OPENAI, Settings
from mockserver.spec.answers import answer
from mockserver.state.journal import Exchange
from mockserver.web.access import Workspaces, bearer_key
from mockserver.web.call import Call, EventStream, JsonReply, Reply
from mockserver.web.control import CONTROL, HEALTH
from mockserver.web.dialect import heard, profile_named, spoken, spoken_error
from mockserver.web.handlers import ROUTES
from mockserver.web.routes import Route, Router
from mockserver.web.writer import write
from mockserver.workspace import Workspace

_log = logging.getLogger("mockserver")


class App:
    """Answers HTTP requests of one server; an aiohttp low-level handler."""

    def __init__(self, *, settings: Settings, engine: Engine, workspaces: Workspaces) -> None:
        self._settings = settings
        self._engine = engine
        self._workspaces = workspaces
        self._router = Router((*ROUTES, HEALTH, *(CONTROL if settings.control_api else ())))

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request; whatever happens, with a body that an SDK can read."""
        exchange = Exchange(
            method=request.method,
            path=request.path,
            query=tuple(request.query.items()) if request.query_string else (),
            headers=_lowercase(request.raw_headers),
        )
        workspace = self._workspaces.of("")
        reply: Reply
        try:
            route, params = self._router.find(request.method, request.rel_url.raw_path)
            if not route.public:
                key = bearer_key(exchange.headers.get("authorization"), good=self._settings.api_keys)
                workspace = self._workspaces.of(key)
            exchange.raw = await self._body(request)
            call = Call(exchange=exchange, params=params, workspace=workspace)
            reply = await self._reply(route, call)
        except ApiError as error:
            reply = _error(error, workspace)
        if exchange.path.startswith(API):
            _journal(workspace, exchange, reply)
        subject = exchange.raw + exchange.path.encode()
        return await write(request, reply, fault=exchange.fault, clock=workspace.clock, subject=subject)

    async def _reply(self, route: Route, call: Call) -> Reply:
        """What the handler replies, or the error that keeps it from replying."""
        try:
            self._engine.disturb(call.workspace, call.exchange)
            if route.dialect and call.workspace.profile != OPENAI:
                return await self._reply_in_dialect(route, call)
            return await route.handler(self._engine, call)
        except ApiError as error:
            return _error(error, call.workspace)
        except ScriptError as error:
            return _error(answer("script_error", headers=NO_RETRY, message=str(error)), call.workspace)
        except Exception as error:  # noqa: BLE001 - the last resort: a client must never see a traceback
            _log.exception("%s %s failed inside the mock server", call.exchange.method, call.exchange.path)
            return _error(answer("internal_error", headers=NO_RETRY, error=repr(error)), call.workspace)

    async def _reply_in_dialect(self, route: Route, call: Call) -> Reply:
        """The same between two translations."""
        profile = profile_named(call.workspace.profile)
        sent = call.exchange.body
        return spoken(await route.handler(self._engine, heard(call, profile)), profile, sent)

    async def _body(self, request: web.BaseRequest) -> bytes:
        if not request.can_read_body:
            return b""
        if request.headers.get("expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        try:
            return await request.read()
        except web.HTTPRequestEntityTooLarge as error:
            raise answer("body_too_large", limit=self._settings.body_limit) from error
        except web.RequestPayloadError as error:
            raise answer("unreadable_body", encoding=request.headers.get("content-encoding", "identity")) from error


API = "/v1/"
NO_RETRY = {"x-should-retry": "false"}


@lru_cache(maxsize=256)
def _lowercase(headers: tuple[tuple[bytes, bytes], ...]) -> Mapping[str, str]:
    """Headers by lowercase name; a client sends the same ones again and again, so they are kept once."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _error(error: ApiError, workspace: Workspace) -> JsonReply:
    if workspace.profile != OPENAI:
        return spoken_error(error, profile_named(workspace.profile))
    return JsonReply(body=error.body, status=error.status, headers=error.headers)


def _journal(workspace: Workspace, exchange: Exchange, reply: Reply) -> None:
    if isinstance(reply, EventStream):
        exchange.status = 200
    else:
        exchange.status = reply.status
        exchange.reply = reply.encoded()
    workspace.journal.add(exchange)
