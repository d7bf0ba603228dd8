"""Replies as bytes: a whole one leaves in one write, head and body together; a stream in a chunk for each part.

aiohttp would handle each header of each reply by itself, which costs as much as everything else that this server does
for a request that it knows. So head and chunks are framed here. Whatever HTTP has exceptions for (HEAD, HTTP/1.0,
replies without a body) is left to it.
"""

from collections.abc import AsyncIterator, Callable

from aiohttp import HttpVersion11, web

from mockserver.clock import http_date
from mockserver.web.headers import BODYLESS, Head

# What stands between the head and the body.
_COUNTED = b"Content-Length: %(size)d\r\nDate: %(date)b\r\n%(connection)b\r\n"
_CHUNKED = b"Transfer-Encoding: chunked\r\nDate: %(date)b\r\n%(connection)b\r\n"


class Sent(web.StreamResponse):
    """A reply that has left already, so that aiohttp finds nothing to do but keep the connection open, or close it."""

    def __init__(self, *, keep_alive: bool) -> None:
        super().__init__()
        self._kept_open = keep_alive

    @property
    def keep_alive(self) -> bool:
        """Whether the connection stays open."""
        return self._kept_open

    async def prepare(self, request: web.BaseRequest) -> None:
        """The head has left."""

    async def write_eof(self, data: bytes = b"") -> None:
        """The body has, too."""


KEPT_OPEN, CLOSING = Sent(keep_alive=True), Sent(keep_alive=False)


async def send_whole(request: web.BaseRequest, head: Head, body: bytes, *, chunked: bool) -> web.StreamResponse:
    """Send a reply; `chunked` does not say its length, as replies do that might have been longer.

    Raises: ClientConnectionResetError where nobody is left to read it.
    """
    start = _start(request, head, _CHUNKED if chunked else _COUNTED, size=len(body))
    if start is None or not body or head.status in BODYLESS:
        whole = web.Response(body=body, status=head.status, headers=head.headers.copy())
        if chunked and request.version >= HttpVersion11:
            whole.enable_chunked_encoding()
        return whole
    framed = (start, b"%x\r\n" % len(body), body, b"\r\n0\r\n\r\n") if chunked else (start, body)
    await request.writer.write(b"".join(framed))
    return KEPT_OPEN if request.keep_alive else CLOSING


async def send_parts(
    request: web.BaseRequest, head: Head, parts: AsyncIterator[range], pieces: Callable[[range], bytes]
) -> web.StreamResponse:
    """Send a reply part by part, its head at once; `pieces` gives the bytes of a part, where it has any.

    Raises: ClientConnectionResetError where nobody is left to read it.
    """
    start = _start(request, head, _CHUNKED)
    if start is None:
        response = web.StreamResponse(status=head.status, headers=head.headers)
        await response.prepare(request)
        async for part in parts:
            await response.write(pieces(part))
        await response.write_eof()
        return response
    write = request.writer.write
    await write(start)
    async for part in parts:
        await write(_chunk(pieces(part)))  # no name holds the bytes until the next part
    await write(b"0\r\n\r\n")
    return KEPT_OPEN if request.keep_alive else CLOSING


def _chunk(piece: bytes) -> bytes:
    """A piece as a chunk; an empty one would be the last, so it is none."""
    return b"%x\r\n%b\r\n" % (len(piece), piece) if piece else b""


def _start(request: web.BaseRequest, head: Head, framing: bytes, *, size: int = 0) -> bytes | None:
    """The bytes before the body; None where HTTP has exceptions."""
    if request.version != HttpVersion11 or request.method == "HEAD":
        return None
    connection = b"" if request.keep_alive else b"Connection: close\r\n"
    return head.encoded + framing % {b"size": size, b"date": http_date(), b"connection": connection}
