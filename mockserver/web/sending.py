"""Replies as bytes: a whole one leaves in one write, head and body together; a stream in a chunk for each part.

aiohttp would handle each header of each reply by itself, which costs as much as everything else that this server does
for a request that it knows. So head and chunks are framed here. Whatever HTTP has exceptions for (HEAD, HTTP/1.0,
replies without a body) is left to it.
"""

from collections.abc import AsyncIterator, Callable

from aiohttp import HttpVersion11, web

from mockserver.clock import http_date
from mockserver.web.headers import BODYLESS, Head
from mockserver.web.request import Request

# The encoded head, the date, what becomes of the connection, the body; its length in the place that each has for it.
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
        """The head has left."""

    async def write_eof(self, data: bytes = b"") -> None:
        """The body has, too."""


KEPT_OPEN, CLOSING = Sent(keep_alive=True), Sent(keep_alive=False)


async def send_whole(request: Request, head: Head, body: bytes, *, chunked: bool) -> web.StreamResponse:
    """Send a reply; `chunked` does not say its length, as replies do that might have been longer.

    Raises: ClientConnectionResetError where nobody is left to read it.
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


async def send_parts(
    request: Request, head: Head, parts: AsyncIterator[range], pieces: Callable[[range], bytes]
) -> web.StreamResponse:
    """Send a reply part by part, its head at once; `pieces` gives the bytes of a part, where it has any.

    Raises: ClientConnectionResetError where nobody is left to read it.
    """
    sent = _sent_by_us(request)
    if sent is None:
        response = web.StreamResponse(status=head.status, headers=head.headers)
        await response.prepare(request)
        async for part in parts:
            await response.write(pieces(part))
        await response.write_eof()
        return response
    write = request.writer.write
    await write(_CHUNKED % (head.encoded, http_date(), sent.connection))
    async for part in parts:
        await write(_chunk(pieces(part)))  # no name holds the bytes until the next part
    await write(b"0\r\n\r\n")
    return sent


def _chunk(piece: bytes) -> bytes:
    """A piece as a chunk; an empty one would be the last, so it is none."""
    return b"%x\r\n%b\r\n" % (len(piece), piece) if piece else b""


def _sent_by_us(request: Request) -> Sent | None:
    """What becomes of the connection when a reply has left; None where HTTP has exceptions."""
    asked = request.head
    if asked.version != HttpVersion11 or asked.method == "HEAD":
        return None
    return CLOSING if asked.should_close else KEPT_OPEN
