"""The page at `/_mock/` and the data that it asks for.

The page shows the workspaces of all API keys. It names them by number, so keys never reach the browser. Whoever may
address the server (`web/hosts.py`) may look; where the server accepts stated keys only, the data needs one of them.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Final

from mockserver import page
from mockserver.clock import RealClock
from mockserver.codec import dumps
from mockserver.engine import Engine
from mockserver.errors import ScriptError
from mockserver.model.answer import HttpReply, RecordedHead
from mockserver.request_log import Allowance, Write, as_json, as_text, lines_of
from mockserver.spec.api_errors import api_error
from mockserver.state.exchange import Exchange
from mockserver.web.access import Spaces, has_key, key_of
from mockserver.web.context import JsonReply, PassedOn, RequestContext, Upgrade, WebReply, json_reply
from mockserver.web.control import CALLS, number_in_query, read_number
from mockserver.web.headers import LIMITED, PLAIN, STREAM, reply_head
from mockserver.web.routes import Handler, Route

TICK: Final = 0.1
"""Seconds between two looks at the journals while a page is open."""
TICKS_PER_SUMMARY: Final = 5
BEAT: Final = 100
"""Ticks without a change after which a comment is sent, so that a page that has gone is noticed."""
MOST_ROWS: Final = 50
"""Rows that one tick sends at most: a page must not slow the server down."""
LONGEST_PAGE: Final = 500
HEADERS: Final = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
LOG_FORMATS: Final[Mapping[str, Callable[..., Write]]] = {
    "text": as_text,
    "json": lambda *, colors, bodies: as_json(bodies=bodies),  # noqa: ARG005 - JSON has no colours
}
LOG_HEAD: Final = RecordedHead(200, [("content-type", "text/plain; charset=utf-8"), *HEADERS.items()])
STREAM_HEAD: Final = RecordedHead(200, [("content-type", "text/event-stream"), *HEADERS.items()])


class Page:
    """Answers the requests of the page. The list of exchanges is made when somebody first asks for it."""

    def __init__(self, spaces: Spaces) -> None:
        self._spaces = spaces
        self._clock = RealClock()

    @cached_property
    def _feed(self) -> "page.Feed":
        return page.Feed(self._spaces)

    async def show(self, _engine: Engine, context: RequestContext) -> WebReply:
        """`GET /_mock/`: the page; without the slash at the end, where it is."""
        if context.asked.head.path.endswith("/"):
            return _file("index.html")
        return JsonReply(b"", PLAIN, 308, {"location": "_mock/"})

    async def file(self, _engine: Engine, context: RequestContext) -> WebReply:
        """`GET /_mock/page/{file}`: its style and its scripts."""
        return _file(context.params["file"])

    async def events(self, _engine: Engine, context: RequestContext) -> WebReply:
        """`GET /_mock/events`: what comes, and what changes, from now on or after the change `after`."""
        self._feed.refresh()
        began, _, change = dict(context.query).get("after", "").partition("-")
        number = read_number(change) if began == str(self._feed.began) else None
        after = self._feed.newest if number is None else number
        asks_for_head = context.asked.head.method == "HEAD"
        return PassedOn(HttpReply(head=STREAM_HEAD, chunks=None if asks_for_head else self._frames(after)))

    async def _frames(self, after: int) -> AsyncGenerator[bytes, None]:
        feed, summary, ticks, quiet = self._feed, b"", 0, 0
        yield self._frame("start", dumps({"newest": after}), after)
        while True:
            feed.refresh()
            rows, gone, newest = feed.changes(after=after, limit=MOST_ROWS)
            frames = []
            if rows or gone:
                after = newest
                frames.append(self._frame("rows", b'{"gone":%b,"rows":[%b]}' % (dumps(gone), b",".join(rows)), after))
            if ticks % TICKS_PER_SUMMARY == 0 and (now := dumps(feed.views())) != summary:
                summary = now
                frames.append(self._frame("views", summary, after))
            quiet = 0 if frames else quiet + 1
            if frames or quiet % BEAT == 0:
                yield b"".join(frames) or b":\n\n"
            ticks += 1
            await self._clock.sleep_until(self._clock.elapsed() + TICK)

    def _frame(self, name: str, data: bytes, change: int) -> bytes:
        return b"id: %d-%d\nevent: %b\ndata: %b\n\n" % (self._feed.began, change, name.encode(), data)

    async def log(self, _engine: Engine, context: RequestContext) -> WebReply:
        """`GET /_mock/log`: lines for the exchanges that end from now on, like those of the server's own log.

        The query says how: `format` (`text` or `json`), `bodies`, `colors`. Of a client with a key, its own alone.
        """
        self._feed.refresh()
        query = dict(context.query)
        kind = query.get("format", "text")
        if kind not in LOG_FORMATS:
            raise ScriptError(f"format is {kind!r}; expected {' or '.join(LOG_FORMATS)}.")
        headers = context.asked.head.headers
        key = key_of(headers, good=()) if has_key(headers) else None
        write = LOG_FORMATS[kind](colors="colors" in query, bodies="bodies" in query)
        lines = self._lines(write, allowance=Allowance() if kind == "text" else None, key=key)
        return PassedOn(HttpReply(head=LOG_HEAD, chunks=lines))

    async def _lines(
        self, write: Write, *, allowance: Allowance | None, key: str | None
    ) -> AsyncGenerator[bytes, None]:
        feed = self._feed
        after, quiet = feed.newest, 0
        yield b"\n"
        while True:
            await self._clock.sleep_until(self._clock.elapsed() + TICK)
            feed.refresh()
            ended, after = feed.ended(after=after)
            wanted = [one for one in ended if key in {None, one[0]}]
            quiet = 0 if wanted else quiet + 1
            lines = lines_of(wanted, write, allowance=allowance)
            if lines or quiet % BEAT == 0:
                yield lines.encode() or b"\n"

    async def exchanges(self, _engine: Engine, context: RequestContext) -> WebReply:
        """`GET /_mock/exchanges`: lines of the list, newest first; of those before the number `before`."""
        self._feed.refresh()
        before = number_in_query(context, "before", 0) or None
        limit = min(number_in_query(context, "limit", LONGEST_PAGE), LONGEST_PAGE)
        rows, more = self._feed.page(before=before, limit=limit)
        at = b"%d-%d" % (self._feed.began, self._feed.newest)
        views = dumps(self._feed.views())
        body = b'{"at":"%b","has_more":%b,"views":%b,"rows":[%b]}' % (
            at,
            b"true" if more else b"false",
            views,
            b",".join(rows),
        )
        return JsonReply(body, headers=HEADERS)

    async def exchange(self, _engine: Engine, context: RequestContext) -> WebReply:
        """`GET /_mock/exchanges/{id}`: all of one."""
        found = self._find(context)
        shown = page.detail(found)
        shown["reply"]["headers"] = shown["reply"]["headers"] or _headers_of(found.exchange)
        return json_reply(shown, headers=HEADERS)

    async def why(self, _engine: Engine, context: RequestContext) -> WebReply:
        """`GET /_mock/exchanges/{id}/why`: the rules and recordings that are nearest to it, field by field."""
        return json_reply({"nearest": page.nearest(self._find(context))}, headers=HEADERS)

    async def forms(self, _engine: Engine, context: RequestContext) -> WebReply:
        """`GET /_mock/exchanges/{id}/forms`: the exchange as a rule, a test, a command, a cassette."""
        return json_reply({"forms": page.forms_of(self._find(context))}, headers=HEADERS)

    async def recording(self, _engine: Engine, context: RequestContext) -> WebReply:
        """`GET /_mock/exchanges/{id}/recording`: the recorded exchange that answered it."""
        found = self._find(context)
        replay, name = found.space.replay, found.exchange.rule or ""
        recording = None if replay is None else replay.recording(name)
        if recording is None:
            raise api_error("unknown_recording", number=found.entry.number)
        return json_reply(page.recorded_detail(recording.exchange, number=0, by=name), headers=HEADERS)

    async def export(self, _engine: Engine, context: RequestContext) -> WebReply:
        """`POST /_mock/exchanges/export`: the exchanges `ids`, or all, as a file in a `format`, without secrets."""
        self._feed.refresh()
        match context.json():
            case {"format": str(name), **more} if name in page.EXPORTS and more.keys() <= {"ids"}:
                export = page.EXPORTS[name]
            case other:
                raise ScriptError(
                    f'{other} is not valid; expected {{"format": "har"}} or "jsonl", and a list of "ids".'
                )
        ids = more.get("ids")
        if ids is not None and not (isinstance(ids, list) and all(isinstance(one, int) for one in ids)):
            raise ScriptError(f"ids is {ids!r}; expected a list of numbers.")
        named = {"content-type": export.content_type, "content-disposition": f'attachment; filename="{export.file}"'}
        head = RecordedHead(200, [*named.items(), *HEADERS.items()])
        return PassedOn(HttpReply(head=head, chunks=_in_threads(page.exported(self._feed.those(ids), export))))

    async def keys(self, _engine: Engine, _context: RequestContext) -> WebReply:
        """`GET /_mock/keys`: the workspaces, each with its number and its masked key."""
        self._feed.refresh()
        return json_reply({"keys": self._feed.views()}, headers=HEADERS)

    async def rules(self, _engine: Engine, context: RequestContext) -> WebReply:
        """`GET /_mock/rules/usage`: the rules with their conditions, and which of them others stand before."""
        space = context.space
        return json_reply({"rules": page.rule_usage(space) if space.responders else []}, headers=HEADERS)

    async def rule(self, _engine: Engine, context: RequestContext) -> WebReply:
        """`GET /_mock/rules/{number}`: a rule as YAML."""
        return json_reply(page.rule_text(context.space, _number(context.params["number"])), headers=HEADERS)

    async def cassettes(self, _engine: Engine, context: RequestContext) -> WebReply:
        """`GET /_mock/cassettes`: what is replayed and recorded, and what of it was used."""
        space = context.space
        if space.replay is None and space.upstream is None:
            return json_reply({"cassettes": []}, headers=HEADERS)
        found = await asyncio.to_thread(page.cassettes_of, space, now=RealClock().now())
        return json_reply({"cassettes": found}, headers=HEADERS)

    def _find(self, context: RequestContext) -> "page.Found":
        self._feed.refresh()
        return self._feed.find(_number(context.params["id"]))

    def of_key(self, handler: Handler) -> Handler:
        """A call of the control API, on the workspace whose number the path has."""

        async def call(engine: Engine, context: RequestContext) -> WebReply | Upgrade:
            self._feed.refresh()
            context.space = self._feed.space(_number(context.params["key"]))
            return await handler(engine, context)

        return call


def page_routes(spaces: Spaces, *, public: bool) -> Sequence[Route]:
    """The routes of the page. `public` says whether its data needs no key; its files never do."""
    made = Page(spaces)
    more = (
        Route("GET", "/_mock/rules/usage", made.rules),
        Route("GET", "/_mock/rules/{number}", made.rule),
        Route("GET", "/_mock/cassettes", made.cassettes),
    )
    row = partial(Route, "GET", public=public)
    return (
        Route("GET", "/_mock", made.show, public=True),
        Route("GET", "/_mock/page/{file}", made.file, public=True),
        row("/_mock/events", made.events),
        row("/_mock/log", made.log),
        row("/_mock/exchanges", made.exchanges),
        row("/_mock/exchanges/{id}", made.exchange),
        row("/_mock/exchanges/{id}/why", made.why),
        row("/_mock/exchanges/{id}/forms", made.forms),
        row("/_mock/exchanges/{id}/recording", made.recording),
        Route("POST", "/_mock/exchanges/export", made.export, public=public),
        row("/_mock/keys", made.keys),
        *more,
        *(
            Route(
                one.method, one.path.replace("/_mock", "/_mock/keys/{key}", 1), made.of_key(one.handler), public=public
            )
            for one in (*CALLS, *more)
        ),
    )


async def _in_threads(pieces: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Pieces that are made in threads, so that nobody waits for them."""
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece


def _headers_of(exchange: Exchange) -> list[tuple[str, str]] | None:
    """The headers of a reply that this server made of a run; they follow from the request. None for other replies."""
    run = exchange.run
    if run is None:
        return None
    kind = STREAM if run.streamed else PLAIN if run.background else LIMITED
    return [*reply_head(exchange.asked.key, exchange.path, kind, exchange.status).headers.items()]


def _file(name: str) -> WebReply:
    found = page.static_file(name)
    if found is None:
        raise api_error("unserved_route", method="GET", path=f"/_mock/page/{name}")
    return JsonReply(found.body, headers={**HEADERS, **found.headers})


def _number(given: str) -> int:
    number = read_number(given)
    if number is None:
        raise ScriptError(f"The path says {given!r}; expected a number.")
    return number
