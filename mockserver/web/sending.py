"""Replies that are known whole: head and body leave together, in one write.

aiohttp would handle each header of each reply by itself, which costs as much as everything else that this server does
for a request that it knows. So such replies are joined from bytes here. Whatever HTTP has exceptions for (HEAD,
HTTP/1.0, replies without a body) is left to aiohttp.
"""

from aiohttp import HttpVersion11, web

from mockserver.clock import http_date
from mockserver.web.headers import Head

# What stands before the body, with its length, and after it.
_COUNTED = b"Content-Length: %(size)d\r\nDate: %(date)b\r\n%(connection)b\r\n", b""
_CHUNKED = (
    b"Transfer-Encoding: chunked\r\nDate: %(date)b\r\n%(connection)b\r\n%(size)x\r\n",
    b"\r\n0\r\n\r\n",
)


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
    if request.version != HttpVersion11 or request.method == "HEAD" or not body:
        whole = web.Response(body=body, status=head.status, headers=head.headers.copy())
        if chunked and request.version >= HttpVersion11:
            whole.enable_chunked_encoding()
        return whole
    keep_alive = request.keep_alive
    connection = b"" if keep_alive else b"Connection: close\r\n"
    framing, ending = _CHUNKED if chunked else _COUNTED
    start = framing % {b"size": len(body), b"date": http_date(), b"connection": connection}
    await request.writer.write(b"".join((head.encoded, start, body, ending)))
    return KEPT_OPEN if keep_alive else CLOSING
