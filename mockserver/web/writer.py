"""The one place that writes replies to a socket, whole or broken."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.client_exceptions import ClientConnectionResetError

from mockserver.clock import Clock
from mockserver.events.sse import frames
from mockserver.web.breaking import breaks_transport, close, in_the_middle, pieces_of, write_broken
from mockserver.web.call import AnyReply, BrokenOffError, EventStream, JsonReply, RawReply
from mockserver.web.headers import JSON, SSE, reply_headers

if TYPE_CHECKING:
    from mockserver.model.fault import Fault


async def write(
    request: web.BaseRequest, reply: AnyReply, *, fault: "Fault | None", clock: Clock, subject: bytes
) -> web.StreamResponse:
    """Send `reply`. What headers vary by follows from `subject`; `fault` breaks the reply where it is one of transport.

    A client that goes away ends the sending and nothing else.
    """
    with suppress(ClientConnectionResetError):  # nobody is left to tell
        if isinstance(reply, RawReply):
            return await _write_raw(request, reply, fault=fault, clock=clock)
        if isinstance(reply, EventStream):
            return await _write_stream(request, reply, fault=fault, clock=clock, subject=subject)
        return await _write_json(request, reply, fault=fault, clock=clock, subject=subject)
    return web.Response()


async def _write_json(
    request: web.BaseRequest, reply: JsonReply, *, fault: "Fault | None", clock: Clock, subject: bytes
) -> web.StreamResponse:
    body = reply.encoded()
    headers = reply_headers(subject, content_type=JSON, status=reply.status, limited=reply.limited, more=reply.headers)
    if fault is None or not breaks_transport(fault):
        return web.Response(body=body, status=reply.status, headers=headers)
    response = web.StreamResponse(status=reply.status, headers=headers)
    response.content_length = len(body) + (fault.content_length or 0)
    return await write_broken(request, response, pieces_of(body, fault), fault=in_the_middle(fault), clock=clock)


async def _write_stream(
    request: web.BaseRequest, reply: EventStream, *, fault: "Fault | None", clock: Clock, subject: bytes
) -> web.StreamResponse:
    headers = reply_headers(subject, content_type=SSE)
    if fault is not None and breaks_transport(fault):
        response = web.StreamResponse(headers=headers)
        return await write_broken(request, response, _single_frames(reply), fault=fault, clock=clock)
    if reply.batches is None:
        whole = web.Response(body=reply.frames(), headers=headers)
        whole.enable_chunked_encoding()
        return whole
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    async with aclosing(reply.batches) as batches:
        async for events in batches:
            await response.write(frames(events))
    if reply.ending:
        await response.write(reply.ending)
    await response.write_eof()
    return response


async def _write_raw(
    request: web.BaseRequest, reply: RawReply, *, fault: "Fault | None", clock: Clock
) -> web.StreamResponse:
    if reply.pieces is None:
        whole = web.Response(status=reply.status, headers=reply.headers, body=reply.whole)
        if reply.chunked:
            whole.enable_chunked_encoding()
        return whole
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    async with aclosing(reply.pieces) as pieces:
        if fault is not None and breaks_transport(fault):
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


async def _single_frames(reply: EventStream) -> AsyncGenerator[bytes, None]:
    if reply.batches is None:
        for event in reply.events():
            yield frames([event])
        return
    async with aclosing(reply.batches) as batches:
        async for events in batches:
            for event in events:
                yield frames([event])
