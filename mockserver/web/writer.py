"""The one place that writes replies to a socket, whole or broken."""

from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from aiohttp import web

from mockserver.clock import Clock
from mockserver.ids import fingerprint
from mockserver.state.journal import Exchange
from mockserver.web.breaking import breaks_transport, close, in_the_middle, pieces_of, write_broken
from mockserver.web.call import AnyReply, BrokenOffError, EventStream, JsonReply, RawReply
from mockserver.web.headers import STREAM, Head, Kind, reply_head
from mockserver.web.request import Request
from mockserver.web.sending import send_parts, send_whole

if TYPE_CHECKING:
    from mockserver.model.fault import Fault


def write(
    request: Request, reply: AnyReply, exchange: Exchange, clock: Clock
) -> Coroutine[Any, Any, web.StreamResponse]:
    """Send `reply`, broken where the exchange has a fault of transport.

    Raises: ClientConnectionResetError where nobody is left to read it.
    """
    fault = exchange.fault
    breaking = fault if fault is not None and breaks_transport(fault) else None
    if isinstance(reply, JsonReply):
        head = _head(exchange, reply.kind, reply.status)
        if reply.headers:
            head = head.with_headers(reply.headers)
        if breaking is None:
            return send_whole(request, head, reply.body, chunked=False)
        return _break_json(request, head, reply.body, fault=breaking, clock=clock)
    if isinstance(reply, EventStream):
        head = _head(exchange, STREAM, reply.status)
        if breaking is not None:
            return write_broken(request, _started(head), _single_frames(reply), fault=breaking, clock=clock)
        if reply.parts is None:
            return send_whole(request, head, reply.whole(), chunked=True)
        return _write_parts(request, head, reply, reply.parts)
    return _write_raw(request, reply, fault=breaking, clock=clock)


def _head(exchange: Exchange, kind: Kind, status: int) -> Head:
    return reply_head(exchange.key or fingerprint(exchange.raw), exchange.path, kind, status)


async def _break_json(request: Request, head: Head, body: bytes, *, fault: "Fault", clock: Clock) -> web.StreamResponse:
    response = _started(head)
    response.content_length = len(body) + (fault.content_length or 0)
    return await write_broken(request, response, pieces_of(body, fault), fault=in_the_middle(fault), clock=clock)


async def _write_parts(
    request: Request, head: Head, reply: EventStream, coming: AsyncGenerator[range, None]
) -> web.StreamResponse:
    async with aclosing(coming) as parts:
        return await send_parts(request, head, parts, reply.together)


async def _write_raw(request: Request, reply: RawReply, *, fault: "Fault | None", clock: Clock) -> web.StreamResponse:
    if reply.pieces is None:
        return await send_whole(request, reply.head, reply.whole, chunked=reply.chunked)
    response = _started(reply.head)
    async with aclosing(reply.pieces) as pieces:
        if fault is not None:
            response.headers.popall("content-length", None)
            return await write_broken(request, response, pieces, fault=fault, clock=clock)
        if reply.length is not None:
            response.content_length = reply.length
        await response.prepare(request)
        try:
            async for piece in pieces:
                await response.write(piece)
        except BrokenOffError:
            close(request)
            return response
    await response.write_eof()
    return response


def _started(head: Head) -> web.StreamResponse:
    return web.StreamResponse(status=head.status, headers=head.headers)


async def _single_frames(reply: EventStream) -> AsyncGenerator[bytes, None]:
    if reply.parts is None:
        for piece in reply.pieces(range(reply.after + 1, reply.run.length)):
            yield piece
        return
    async with aclosing(reply.parts) as parts:
        async for part in parts:
            for piece in reply.pieces(part):
                yield piece
