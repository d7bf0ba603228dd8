"""From a socket's request to a handler and back: access, routes, errors, the journal."""

import asyncio
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import parse_qsl, unquote

from aiohttp import web
from aiohttp.client_exceptions import ClientConnectionResetError

from mockserver.engine import Engine
from mockserver.errors import ApiError, MockServerError
from mockserver.model.answer import UNSCRIPTED, Outcome
from mockserver.model.headers import Headers
from mockserver.model.request import Asked, RequestHead
from mockserver.settings import OPENAI, Settings
from mockserver.space import Space
from mockserver.spec.api_errors import api_error
from mockserver.spec.checks.body import check_schema, parse_body
from mockserver.spec.checks.unchecked import NOTHING
from mockserver.spec.contract import contract
from mockserver.spec.operations import API
from mockserver.spec.own_errors import MOCK_SERVER_ERROR
from mockserver.spec.websocket import CONNECT
from mockserver.web import profiles
from mockserver.web.access import SINGLE, Spaces, has_key, key_of
from mockserver.web.context import PassedOn, RequestContext, Upgrade, WebReply, json_reply
from mockserver.web.control import CALLS, HEALTH
from mockserver.web.handlers import ROUTES, reply_to
from mockserver.web.hosts import Hosts
from mockserver.web.http_framing import CLOSING, write
from mockserver.web.http_server import Request
from mockserver.web.page import page_routes
from mockserver.web.paths import CONTROL as CONTROL_PATH
from mockserver.web.paths import api_path
from mockserver.web.profile_cache import Profiles
from mockserver.web.refusals import RefusedError, refusal_of
from mockserver.web.routes import Handler, Route, Router

RawHeaders: TypeAlias = tuple[tuple[bytes, bytes], ...]

REMEMBERED = 256
NO_KEY = ""
"""The key of the space for requests whose caller is unknown."""
RETRIEVE = "responses.retrieve"
RESPONSES = f"{API}/responses/"
"""Below it, ids in paths are those of responses."""
_UNREAD = Asked(RequestHead("", ""))
"""Stands for a request whose body has not been read."""


class RoutedHead(NamedTuple):
    """What follows from a request's head: who asks, and where it goes."""

    head: RequestHead
    journaled: bool
    """Whether the journal has the exchange whatever answers it: requests to OpenAI's API, but for `OPTIONS`."""
    control: bool
    """Whether it is for the control API."""
    route: Route
    params: Mapping[str, str] = {}
    key: str = NO_KEY
    refused: bool = False
    """Whether the request is refused by its head alone; its body is not read."""
    foreign: ApiError | None = None
    """The error for a page of another site or a name of another host; None for a request that may use this server."""


class App:
    """Answers HTTP requests of one server; an aiohttp low-level handler."""

    def __init__(self, *, settings: Settings, engine: Engine, spaces: Spaces, profiles: Profiles) -> None:
        self._settings = settings
        self._profiles = profiles
        self._engine = engine
        self._spaces = spaces
        self._hosts = Hosts(settings)
        control = (*CALLS, *page_routes(spaces, public=not settings.api_keys)) if settings.control_api else ()
        self._router = Router((*ROUTES, HEALTH, *control))
        self._sockets: set[asyncio.Task[Any]] = set()
        """The tasks that serve WebSockets."""
        self._routed = lru_cache(maxsize=REMEMBERED)(self._read_head)  # clients send the same heads again and again

    async def __call__(self, request: Request) -> web.StreamResponse:
        """Answer one request. Whatever goes wrong here, the client gets an error that an SDK can read."""
        message = request.head
        routed = self._routed(message.method, message.path, message.raw_headers)
        space = self._spaces[routed.key]
        self._spaces.use(routed.key)
        if routed.control and routed.key and message.method == "POST":
            self._spaces.claim(routed.key)
        clock, journal = space.clock, space.journal
        began = clock.elapsed()
        context = RequestContext(_UNREAD, routed.params, space)
        try:
            reply = await self._reply(request, routed, context)
        except asyncio.CancelledError:  # the client went away unanswered
            if routed.journaled:
                asked = context.asked if context.asked is not _UNREAD else Asked(routed.head)
                outcome = UNSCRIPTED if context.answered is None else context.answered.outcome
                run = None if context.answered is None else context.answered.run
                journal.add(asked, 0, outcome, run, began_at=began, answered_at=clock.elapsed())
            raise
        asked = context.asked if context.asked is not _UNREAD else Asked(routed.head)
        if isinstance(reply, Upgrade):
            return await self._serve(reply, request, routed.key)
        if routed.journaled or (isinstance(reply, PassedOn) and not routed.control):
            at = clock.elapsed()
            run = reply.run
            kept = b"" if run is not None else reply.body
            journal.add(asked, reply.status, reply.outcome, run, kept, reply.joined, began, at)
        try:
            return await write(request, reply, asked, clock)
        except ClientConnectionResetError:  # the client has gone
            return CLOSING
        finally:
            if reply.run is not None:
                reply.run.leave()

    async def _serve(self, upgrade: Upgrade, request: Request, key: str) -> web.StreamResponse:
        """Serve a WebSocket, until it ends or the server stops."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - each connection has one
        self._sockets.add(task)
        try:
            return await upgrade.serve(request, partial(self._spaces.use, key)) or CLOSING
        finally:
            self._sockets.discard(task)

    def close_sockets(self) -> None:
        """Close every WebSocket: the server stops."""
        for task in self._sockets:
            task.cancel()

    def _read_head(self, method: str, target: str, raw_headers: RawHeaders) -> RoutedHead:
        sent_path, mark, query = target.partition("?")
        headers = Headers((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw_headers)
        raw_path = api_path(sent_path, prefix=self._settings.prefix)
        path = unquote(raw_path)
        control = f"{path}/".startswith(CONTROL_PATH)
        head = partial(
            RequestHead,
            method,
            path,
            target=raw_path + mark + query,
            query=tuple(parse_qsl(query, keep_blank_values=True)),
            headers=headers,
            origin=headers.get("origin", "") if self._settings.cors and not control else "",
        )
        foreign = None if self._settings.cors and not control else self._hosts.refusal(headers)
        routed = partial(RoutedHead, journaled=not control and method != "OPTIONS", control=control, foreign=foreign)
        try:
            route, params = self._find(method, raw_path, sent_path, headers)
            if foreign is not None and control and route is not HEALTH:
                raise foreign
            key = NO_KEY if route.public else key_of(headers, good=self._settings.api_keys)
            key = SINGLE if key and self._settings.single_workspace else key
        except ApiError as error:
            return routed(head=head(), route=Route(method, path, _refusing(error)), refused=True)
        return routed(head=head(creates=route.creates, operation=route.operation), route=route, params=params, key=key)

    def _find(
        self, method: str, path: str, sent_path: str, headers: Mapping[str, str]
    ) -> tuple[Route, Mapping[str, str]]:
        """The route of a request. One that no row has is refused later: a cassette or the upstream may know it."""
        try:
            return self._router.find(method, path, sent=sent_path)
        except ApiError as error:
            if not has_key(headers):
                raise
            return Route(method, path, _refusing(error)), {}

    async def _reply(self, request: Request, routed: RoutedHead, context: RequestContext) -> WebReply | Upgrade:
        """What the handler replies, or the error that keeps it from replying."""
        space = context.space
        if routed.foreign is not None and space.spends_own_key:
            return self._error(routed.foreign, space)
        try:
            if not routed.refused:
                raw = await request.read_within(self._settings.body_limit, self._settings.client_timeout)
                known = space.repeats.requests.get((routed.head, raw))
                context.asked = known if known is not None else Asked(routed.head, raw)
            if space.profile != OPENAI and not routed.refused and not routed.control:
                routed = self._adapt_request(routed, context)
            # The engine itself asks rules and recordings about requests that create a response.
            if routed.refused or routed.control or routed.head.creates:
                return await routed.route.handler(self._engine, context)
            return await self._api_reply(routed, context)
        except Exception as error:  # noqa: BLE001 - the last resort: a client must never see a traceback
            refused = _refused_by_openai(error, context) if space.unchecked is not NOTHING else None
            refused = refused or refusal_of(error, what=f"{routed.head.method} {routed.head.path}")
            return self._error(refused.error, space, refused.outcome)

    async def _api_reply(self, routed: RoutedHead, context: RequestContext) -> WebReply | Upgrade:
        """What a rule, a recording or an upstream replies where no response is created, else the handler."""
        space, asked = context.space, context.asked
        answered = await self._engine.answer_other(space, asked, partial(_is_ours, context))
        if answered.is_answer:
            return await reply_to(answered)
        reply = await routed.route.handler(self._engine, context)
        if isinstance(reply, Upgrade):
            return reply
        if space.profile != OPENAI:
            reply = profiles.adapt_reply(reply, self._profiles.named(space.profile))
        if answered.outcome is not UNSCRIPTED:
            reply.outcome = answered.outcome
        return reply

    def _adapt_request(self, routed: RoutedHead, context: RequestContext) -> RoutedHead:
        """Take a request as if its client spoke OpenAI's dialect; an endpoint that its provider lacks gets a 404."""
        profile = self._profiles.named(context.space.profile)
        context.adapt, context.has_websocket = partial(profiles.adapt_request, profile=profile), profile.websocket
        context.show_error = partial(profiles.error_object, profile=profile)
        context.asked = context.adapt(context.asked)
        head, route = routed.head, routed.route
        if head.path.startswith(RESPONSES):
            context.params = {name: profile.id_in(value) for name, value in context.params.items()}
        if not route.operation or profile.has_endpoint(route.method, route.path.removeprefix(API)):
            return routed
        missing = api_error("unknown_url", method=head.method, path=head.path)
        return routed._replace(route=Route(head.method, head.path, _refusing(missing)))

    def _error(self, error: ApiError, space: Space, outcome: Outcome = UNSCRIPTED) -> WebReply:
        if space.profile == OPENAI:
            reply = json_reply(error.body, status=error.status, headers=error.headers)
        else:
            reply = profiles.adapt_error(error, self._profiles.named(space.profile))
        reply.outcome = outcome
        return reply


def _refused_by_openai(error: Exception, context: RequestContext) -> RefusedError | None:
    """The error of OpenAI itself for a body that passed only because a provider checks less, and then broke a handler.

    None where OpenAI would have taken it too, or the exception says already what is wrong.
    """
    operation = context.asked.head.operation
    if isinstance(error, ApiError | MockServerError | RefusedError) or operation not in contract()["requests"]:
        return None
    try:
        check_schema(operation, parse_body(context.asked.raw, content_type=""), NOTHING.without_unknown)
    except ApiError as refused:
        return RefusedError(refused, UNSCRIPTED)
    return None


def _is_ours(context: RequestContext) -> bool:
    """Whether a request is about something that is stored here, or about this very connection."""
    named, responses = context.params.get("id", ""), context.space.responses
    if context.asked.head.operation == RETRIEVE and responses.awaits_recording(named):
        return False  # a client that polls would never see its end
    return context.asked.head.operation == CONNECT or named in responses or named in context.space.conversations


def _refusing(error: ApiError) -> Handler:
    missed = Outcome(miss=error.message) if error.type == MOCK_SERVER_ERROR else UNSCRIPTED

    async def refuse(_engine: Engine, _context: RequestContext) -> WebReply:
        raise RefusedError(error, missed)

    return refuse
