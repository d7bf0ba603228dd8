"""Replies on an HTTP connection: a whole one leaves in one write, a stream in a chunk for each batch of events.

aiohttp would handle each header of each reply by itself, which costs as much as everything else that this server does
for a request that it knows. So head and chunks are framed here. Whatever HTTP has exceptions for (HEAD, HTTP/1.0,
replies without a body) is left to it.
"""

from collections.abc import Coroutine
from contextlib import aclosing
from typing import Any

from aiohttp import HttpVersion11, web

from mockserver.clock import Clock, http_date
from mockserver.model.answer import BODYLESS, BrokenOffError, HttpReply
from mockserver.model.fault import Fault
from mockserver.model.request import Asked
from mockserver.web.context import EventStream, JsonReply, PassedOn, WebReply
from mockserver.web.headers import STREAM, Head, recorded_head, reply_head
from mockserver.web.http_server import Request
from mockserver.web.transport_faults import all_at_once, break_body, breaks_transport, close, write_broken

# The encoded head, the date, what becomes of the connection, the body; its length where each states it.
_COUNTED = b"%bContent-Length: %d\r\nDate: %b\r\n%b\r\n%b"
_CHUNKED = b"%bTransfer-Encoding: chunked\r\nDate: %b\r\n%b\r\n"
_ONE_CHUNK = _CHUNKED + b"%x\r\n%b\r\n0\r\n\r\n"


class Sent(web.StreamResponse):
    """A reply that has left already, so that aiohttp finds nothing to do but keep the connection open, or close it."""

    def __init__(self, *, keep_alive: bool) -> None:
        super().__init__()
        self._kept_open = keep_alive
        self.connection = b"" if keep_alive else b"Connection: close\r\n"
        """The header that says so."""

    @property
    def keep_alive(self) -> bool:
        """Whether the connection stays open."""
        return self._kept_open

    async def prepare(self, request: web.BaseRequest) -> None:
        """No-op: the reply was already sent."""

    async def write_eof(self, data: bytes = b"") -> None:
        """No-op: the reply was already sent."""


ANY_ORIGIN = {"access-control-allow-origin": "*"}
KEPT_OPEN, CLOSING = Sent(keep_alive=True), Sent(keep_alive=False)


def write(request: Request, reply: WebReply, asked: Asked, clock: Clock) -> Coroutine[Any, Any, web.StreamResponse]:
    """Send `reply`, broken where it has a fault of transport.

    Raises: ClientConnectionResetError where the client has gone.
    """
    fault = reply.outcome.fault
    recorded = reply.reply.head if isinstance(reply, PassedOn) else reply.head
    if recorded is not None:
        head = recorded_head(recorded)
    else:
        kind = reply.kind if isinstance(reply, JsonReply) else STREAM
        head = reply_head(asked.key, asked.head.path, kind, reply.status)
    if asked.head.origin:
        head = head.with_headers(ANY_ORIGIN)
    if isinstance(reply, PassedOn):
        return _send_passed_on(request, head, reply.reply, clock, fault)
    if fault is not None and breaks_transport(fault):
        return write_broken(request, head, reply, fault=fault, clock=clock)
    if isinstance(reply, JsonReply):
        if reply.headers:
            head = head.with_headers(reply.headers)
        return send_whole(request, head, reply.body, chunked=False)
    if reply.batches is None and reply.events.run.complete:
        return send_whole(request, head, reply.events.whole(), chunked=True)
    return send_batches(request, head, reply)


async def send_whole(request: Request, head: Head, body: bytes, *, chunked: bool) -> web.StreamResponse:
    """Send a reply; `chunked` does not say its length, as replies do that might have been longer.

    Raises: ClientConnectionResetError where the client has gone.
    """
    size = len(body)
    sent = _sent_by_us(request)
    if sent is None or not size or head.status in BODYLESS:
        whole = web.Response(body=body, status=head.status, headers=head.headers.copy())
        if chunked and request.head.version >= HttpVersion11:
            whole.enable_chunked_encoding()
        return whole
    if chunked:
        framed = _ONE_CHUNK % (head.encoded, http_date(), sent.connection, size, body)
    else:
        framed = _COUNTED % (head.encoded, size, http_date(), sent.connection, body)
    await request.writer.write(framed)
    return sent


async def send_batches(request: Request, head: Head, reply: EventStream) -> web.StreamResponse:
    """Send a stream batch by batch, its head at once; where it broke off, so does the connection.

    Raises: ClientConnectionResetError where the client has gone.
    """
    events, sent = reply.events, _sent_by_us(request)
    response = web.StreamResponse(status=head.status, headers=head.headers) if sent is None else None
    async with aclosing(reply.batches or all_at_once(reply)) as batches:
        if response is not None:
            await response.prepare(request)
            async for batch in batches:
                await response.write(b"".join(events.frames(batch)))
        elif sent is not None:
            write = request.writer.write
            await write(_CHUNKED % (head.encoded, http_date(), sent.connection))
            async for batch in batches:
                await write(_chunk(b"".join(events.frames(batch))))  # no name holds the bytes until the next batch
    if not events.run.complete:
        close(request)
        return response or CLOSING
    if response is not None:
        await response.write_eof()
        return response
    await request.writer.write(b"0\r\n\r\n")
    return sent or CLOSING


async def _send_passed_on(
    request: Request, head: Head, reply: HttpReply, clock: Clock, fault: Fault | None
) -> web.StreamResponse:
    """Send a recorded reply that is not a response, or one that is being recorded."""
    if reply.due:
        await clock.sleep_until(clock.elapsed() + reply.due)
    if fault is not None and reply.body and breaks_transport(fault):
        return await break_body(request, head, reply.body, fault=fault, clock=clock)
    if reply.chunks is None and reply.complete:
        return await send_whole(request, head, reply.body, chunked=False)
    response = web.StreamResponse(status=head.status, headers=head.headers)
    await response.prepare(request)
    try:
        if reply.chunks is None:
            await response.write(reply.body)
            raise BrokenOffError  # noqa: TRY301 - as a body that is still coming ends
        async for chunk in reply.chunks:
            await response.write(chunk)
    except BrokenOffError:
        close(request)
        return response
    await response.write_eof()
    return response


def _chunk(data: bytes) -> bytes:
    """`data` as an HTTP chunk; nothing for no data, since an empty chunk would end the body."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def _sent_by_us(request: Request) -> Sent | None:
    """What becomes of the connection when a reply has left; None where HTTP has exceptions."""
    asked = request.head
    if asked.version < HttpVersion11 or asked.method == "HEAD":
        return None
    return CLOSING if asked.should_close else KEPT_OPEN
