"""Good replies as bytes: a whole one leaves in one write, head and body together; a stream in a chunk for each part.

aiohttp would handle each header of each reply by itself, which costs as much as everything else that this server does
for a request that it knows. So head and chunks are framed here. Whatever HTTP has exceptions for (HEAD, HTTP/1.0,
replies without a body) is left to aiohttp.
"""

from collections.abc import AsyncIterator, Callable

from aiohttp import HttpVersion11, web

from mockserver.clock import http_date
from mockserver.web.headers import Head

# What stands between the head and the body.
_COUNTED = b"Content-Length: %(size)d\r\nDate: %(date)b\r\n%(connection)b\r\n"
_CHUNKED = b"Transfer-Encoding: chunked\r\nDate: %(date)b\r\n%(connection)b\r\n"

_CHUNK = b"%x\r\n%b\r\n"
_LAST_CHUNK = b"0\r\n\r\n"


class Sent(web.StreamResponse):
    """A reply that has left already, so that aiohttp finds nothing to do but keep the connection open, or close it."""

    def __init__(self, *, keep_alive: bool) -> None:
        super().__init__()
        self._keep_alive = keep_alive

    async def prepare(self, request: web.BaseRequest) -> None:
        """The head has left."""

    async def write_eof(self, data: bytes = b"") -> None:
        """The body has, too."""


KEPT_OPEN, CLOSING = Sent(keep_alive=True), Sent(keep_alive=False)


async def send_whole(request: web.BaseRequest, head: Head, body: bytes, *, chunked: bool) -> web.StreamResponse:
    """Send a reply; `chunked` does not say its length, as replies do that might have been longer.

    Raises: ClientConnectionResetError where nobody is left to read it.
    """
    if not _regular(request) or not body:
        whole = web.Response(body=body, status=head.status, headers=head.headers.copy())
        if chunked and request.version >= HttpVersion11:
            whole.enable_chunked_encoding()
        return whole
    if chunked:
        start = _start(request, head, _CHUNKED)
        await request.writer.write(b"".join((start, _CHUNK % (len(body), body), _LAST_CHUNK)))
    else:
        await request.writer.write(_start(request, head, _COUNTED, size=len(body)) + body)
    return _sent(request)


async def send_parts(
    request: web.BaseRequest, head: Head, parts: AsyncIterator[range], pieces: Callable[[range], bytes]
) -> web.StreamResponse:
    """Send a reply part by part, its head at once; `pieces` gives the bytes of a part, where it has any.

    Raises: ClientConnectionResetError where nobody is left to read it.
    """
    if not _regular(request):
        response = web.StreamResponse(status=head.status, headers=head.headers)
        await response.prepare(request)
        async for part in parts:
            await response.write(pieces(part))
        await response.write_eof()
        return response
    write = request.writer.write
    await write(_start(request, head, _CHUNKED))
    async for part in parts:
        piece = pieces(part)
        if piece:
            await write(_CHUNK % (len(piece), piece))
    await write(_LAST_CHUNK)
    return _sent(request)


def _regular(request: web.BaseRequest) -> bool:
    return request.version == HttpVersion11 and request.method != "HEAD"


def _start(request: web.BaseRequest, head: Head, framing: bytes, *, size: int = 0) -> bytes:
    connection = b"" if request.keep_alive else b"Connection: close\r\n"
    return head.encoded + framing % {b"size": size, b"date": http_date(), b"connection": connection}


def _sent(request: web.BaseRequest) -> Sent:
    return KEPT_OPEN if request.keep_alive else CLOSING
