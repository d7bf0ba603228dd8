"""From a socket's request to a handler and back: access, routes, errors, the journal."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from urllib.parse import parse_qsl, unquote

from aiohttp import web
from aiohttp.client_exceptions import ClientConnectionResetError

from mockserver.engine import Engine
from mockserver.errors import ApiError, CassetteError, ScriptError
from mockserver.settings import OPENAI, Settings
from mockserver.spec.answers import answer
from mockserver.state.journal import Exchange
from mockserver.web.access import Workspaces, bearer_key
from mockserver.web.call import AnyReply, Call, JsonReply, RawReply, Reply, json_reply
from mockserver.web.control import CONTROL, HEALTH
from mockserver.web.handlers import ROUTES
from mockserver.web.profiles import Profiles
from mockserver.web.request import Request
from mockserver.web.routes import Handler, Route, Router
from mockserver.web.sending import CLOSING
from mockserver.web.writer import write
from mockserver.workspace import Workspace

if TYPE_CHECKING:
    from mockserver.state.recording import RecordingSession
    from mockserver.web.proxy import Proxy

RawHeaders: TypeAlias = tuple[tuple[bytes, bytes], ...]

_log = logging.getLogger("mockserver")

API = "/v1/"
HTTP_OK = 200
CONTROL_PATH = "/_mock/"
REMEMBERED = 256
NOBODY = ""
"""The key of the workspace for requests whose caller is unknown."""


class Arrival(NamedTuple):
    """What follows from a request's head: who asks, and where it goes."""

    path: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    """By lowercase name."""
    api: bool
    """Whether it is for OpenAI's API."""
    control: bool
    """Whether it is for the control API."""
    route: Route
    params: Mapping[str, str] = {}
    key: str = NOBODY
    refused: bool = False
    """Whether the route can say no more than why not, whatever the body is."""


class App:
    """Answers HTTP requests of one server; an aiohttp low-level handler."""

    def __init__(self, *, settings: Settings, engine: Engine, workspaces: Workspaces, profiles: Profiles) -> None:
        self._settings = settings
        self._profiles = profiles
        self._engine = engine
        self._workspaces = workspaces
        self._router = Router((*ROUTES, HEALTH, *(CONTROL if settings.control_api else ())))
        self._arrival = lru_cache(maxsize=REMEMBERED)(self._read_head)  # clients send the same heads again and again
        self._proxy: Proxy | None = None

    async def __call__(self, request: Request) -> web.StreamResponse:
        """Answer one request; whatever happens, with a body that an SDK can read."""
        head = request.head
        arrival = self._arrival(head.method, head.path, head.raw_headers)
        workspace = self._workspaces.of(arrival.key)
        exchange = Exchange(head.method, arrival.path, arrival.query, arrival.headers)
        call = Call(exchange, arrival.params, workspace, head.path)
        try:
            reply = await self._reply(request, arrival, call)
        except asyncio.CancelledError:  # the client went away unanswered
            if arrival.api:
                workspace.journal.add(exchange)
            raise
        exchange.status = reply.status
        if isinstance(reply, JsonReply) and (exchange.run is None or reply.status != HTTP_OK):  # else the run tells it
            exchange.reply = reply.body
        if arrival.api or isinstance(reply, RawReply):
            workspace.journal.add(exchange)
        try:
            return await write(request, reply, exchange, workspace.clock)
        except ClientConnectionResetError:  # nobody is left to tell
            return CLOSING

    def _read_head(self, method: str, target: str, raw_headers: RawHeaders) -> Arrival:
        raw_path, _, asked = target.partition("?")
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw_headers}
        path = unquote(raw_path)
        arrival = partial(
            Arrival,
            path=path,
            query=tuple(parse_qsl(asked, keep_blank_values=True)),
            headers=headers,
            api=path.startswith(API),
            control=path.startswith(CONTROL_PATH),
        )
        try:
            route, params = self._find(method, raw_path, known="authorization" in headers)
            key = NOBODY if route.public else bearer_key(headers.get("authorization"), good=self._settings.api_keys)
        except ApiError as error:
            return arrival(route=Route(method, path, _refusing(error)), refused=True)
        return arrival(route=route, params=params, key=key)

    def _find(self, method: str, path: str, *, known: bool) -> tuple[Route, Mapping[str, str]]:
        """The route of a request. One that no row has may still be in a cassette, or known upstream."""
        try:
            return self._router.find(method, path)
        except ApiError as error:
            if not known:
                raise
            return Route(method, path, _refusing(error)), {}

    async def _reply(self, request: Request, arrival: Arrival, call: Call) -> AnyReply:
        """What the handler replies, or the error that keeps it from replying."""
        space = call.workspace
        try:
            if not arrival.refused:
                call.exchange.raw = await request.read_within(self._settings.body_limit)
            if arrival.refused or arrival.control:
                return await arrival.route.handler(self._engine, call)
            if (chaos := space.script.chaos) is not None:
                self._engine.disturb(space, call.exchange, chaos)
            taped = await self._taped(call) if space.replaying or space.recording else None
            handler = arrival.route.handler if space.profile == OPENAI else self._translating(arrival.route.handler)
            return taped or await handler(self._engine, call)
        except ApiError as error:
            return self._error(error, space)
        except ScriptError as error:
            return self._error(answer("script_error", message=str(error)), space)
        except CassetteError as error:
            call.exchange.miss = str(error)
            return self._error(answer("cassette_error", message=str(error)), space)
        except Exception as error:  # noqa: BLE001 - the last resort: a client must never see a traceback
            _log.exception("%s %s failed inside the mock server", call.exchange.method, call.exchange.path)
            return self._error(answer("internal_error", error=repr(error)), space)

    async def _taped(self, call: Call) -> AnyReply | None:
        """The answer of a recording, or of an upstream that is recorded; None where neither has one."""
        from mockserver.web.taped import taped_reply  # noqa: PLC0415 - cassettes only where they are used

        return await taped_reply(call, self._pass_on)

    async def _pass_on(self, call: Call, session: "RecordingSession") -> RawReply:
        """The answer of an upstream."""
        from mockserver.web.proxy import Proxy  # noqa: PLC0415 - only where there is one

        self._proxy = self._proxy or Proxy()
        return await self._proxy.pass_on(call, session)

    def _translating(self, handler: Handler) -> Handler:
        """The handler between two translations: a provider speaks a dialect."""
        from mockserver.web.profiles.adapter import adapt_reply, adapt_request  # noqa: PLC0415 - OpenAI's needs none

        async def translate(engine: Engine, call: Call) -> Reply:
            profile = self._profiles.named(call.workspace.profile)
            sent = call.exchange.body
            return adapt_reply(await handler(engine, adapt_request(call, profile)), profile, sent)

        return translate

    def _error(self, error: ApiError, workspace: Workspace) -> JsonReply:
        if workspace.profile == OPENAI:
            return json_reply(error.body, status=error.status, headers=error.headers)
        from mockserver.web.profiles.adapter import adapt_error  # noqa: PLC0415 - OpenAI's own needs none

        return adapt_error(error, self._profiles.named(workspace.profile))

    async def close(self) -> None:
        """Wait a moment for what is being recorded, and let go of the upstreams."""
        if self._proxy is not None:
            await self._proxy.close()


def _refusing(error: ApiError) -> Handler:
    async def refuse(_engine: Engine, _call: Call) -> Reply:
        raise error.with_traceback(None)  # it may be raised often, and would gather all of them

    return refuse
