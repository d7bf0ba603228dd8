"""From a socket's request to a handler and back: access, routes, errors, the journal."""

import asyncio
import logging
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from aiohttp import web

from mockserver.engine import Engine
from mockserver.errors import ApiError, CassetteError, ScriptError
from mockserver.settings import OPENAI, Settings
from mockserver.spec.answers import answer
from mockserver.state.journal import Exchange
from mockserver.web.access import Workspaces, bearer_key
from mockserver.web.call import AnyReply, Call, EventStream, JsonReply, RawReply, Reply
from mockserver.web.control import CONTROL, HEALTH
from mockserver.web.handlers import ROUTES
from mockserver.web.routes import Handler, Route, Router
from mockserver.web.writer import write
from mockserver.workspace import Workspace

if TYPE_CHECKING:
    from mockserver.web.proxy import Proxy

_log = logging.getLogger("mockserver")


class App:
    """Answers HTTP requests of one server; an aiohttp low-level handler."""

    def __init__(self, *, settings: Settings, engine: Engine, workspaces: Workspaces) -> None:
        self._settings = settings
        self._engine = engine
        self._workspaces = workspaces
        self._router = Router((*ROUTES, HEALTH, *(CONTROL if settings.control_api else ())))
        self._proxy: Proxy | None = None

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request; whatever happens, with a body that an SDK can read."""
        raw_path, asks, _ = request.raw_path.partition("?")  # cheaper than the parsed URL, which few requests need
        exchange = Exchange(
            method=request.method,
            path=unquote(raw_path) if "%" in raw_path else raw_path,
            query=tuple(request.query.items()) if asks else (),
            headers=_lowercase(request.raw_headers),
        )
        workspace: Workspace | None = None
        reply: AnyReply
        try:
            route, params = self._find(request, raw_path)
            authorization = exchange.headers.get("authorization")
            key = "" if route.public else bearer_key(authorization, good=self._settings.api_keys)
            workspace = self._workspaces.of(key)
            exchange.raw = await self._body(request)
            call = Call(exchange=exchange, params=params, workspace=workspace, target=request.raw_path)
            reply = await self._reply(route, call)
        except ApiError as error:
            workspace = workspace or self._workspaces.of("")  # nobody's: the caller is unknown
            reply = _error(error, workspace)
        except asyncio.CancelledError:  # the client went away unanswered
            if workspace is not None and exchange.path.startswith(API):
                workspace.journal.add(exchange)
            raise
        if exchange.path.startswith(API) or isinstance(reply, RawReply):
            _journal(workspace, exchange, reply)
        subject = exchange.raw + exchange.path.encode()
        return await write(request, reply, fault=exchange.fault, clock=workspace.clock, subject=subject)

    def _find(self, request: web.BaseRequest, raw_path: str) -> tuple[Route, Mapping[str, str]]:
        """The route of a request. One that no row has may still be in a cassette, or known upstream."""
        try:
            return self._router.find(request.method, raw_path)
        except ApiError as error:
            if "authorization" not in request.headers:
                raise
            return Route(request.method, request.path, _refusing(error)), {}

    async def _reply(self, route: Route, call: Call) -> AnyReply:
        """What the handler replies, or the error that keeps it from replying."""
        try:
            if not call.exchange.path.startswith(CONTROL_PATH):
                self._engine.disturb(call.workspace, call.exchange)
            taped = await self._taped(call) if self._has_tape(call) else None
            return taped or await self._handled(route, call)
        except ApiError as error:
            return _error(error, call.workspace)
        except ScriptError as error:
            return _error(answer("script_error", message=str(error)), call.workspace)
        except CassetteError as error:
            call.exchange.miss = str(error)
            return _error(answer("cassette_error", message=str(error)), call.workspace)
        except Exception as error:  # noqa: BLE001 - the last resort: a client must never see a traceback
            _log.exception("%s %s failed inside the mock server", call.exchange.method, call.exchange.path)
            return _error(answer("internal_error", error=repr(error)), call.workspace)

    @staticmethod
    def _has_tape(call: Call) -> bool:
        """Whether recordings may answer, or an upstream that is recorded."""
        space = call.workspace
        taped = space.replaying is not None or space.recording is not None
        return taped and not call.exchange.path.startswith(CONTROL_PATH)

    async def _taped(self, call: Call) -> AnyReply | None:
        """The answer of a recording, or of an upstream that is recorded; None where neither has one."""
        from mockserver.web.proxy import Proxy  # noqa: PLC0415 - cassettes only where they are used
        from mockserver.web.taped import taped_reply  # noqa: PLC0415 - likewise

        self._proxy = self._proxy or Proxy()
        return await taped_reply(call, self._proxy)

    async def close(self) -> None:
        """Wait a moment for what is being recorded, and let go of the upstreams."""
        if self._proxy is not None:
            await self._proxy.close()

    async def _handled(self, route: Route, call: Call) -> Reply:
        """What the handler replies, between two translations where a provider speaks a dialect."""
        if not route.dialect or call.workspace.profile == OPENAI:
            return await route.handler(self._engine, call)
        from mockserver.web.dialect import heard, profile_named, spoken  # noqa: PLC0415 - OpenAI's own needs none

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
CONTROL_PATH = "/_mock/"


@lru_cache(maxsize=256)
def _lowercase(headers: tuple[tuple[bytes, bytes], ...]) -> Mapping[str, str]:
    """Headers by lowercase name; a client sends the same ones again and again, so they are kept once."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _refusing(error: ApiError) -> Handler:
    async def refuse(_engine: Engine, _call: Call) -> Reply:
        raise error

    return refuse


def _error(error: ApiError, workspace: Workspace) -> JsonReply:
    if workspace.profile != OPENAI:
        from mockserver.web.dialect import profile_named, spoken_error  # noqa: PLC0415 - likewise

        return spoken_error(error, profile_named(workspace.profile))
    return JsonReply(body=error.body, status=error.status, headers=error.headers)


def _journal(workspace: Workspace, exchange: Exchange, reply: AnyReply) -> None:
    if isinstance(reply, EventStream):
        exchange.status = 200
    elif isinstance(reply, RawReply):
        exchange.status = reply.status
    else:
        exchange.status = reply.status
        exchange.reply = reply.encoded()
    workspace.journal.add(exchange)
