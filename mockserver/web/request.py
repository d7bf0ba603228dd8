"""Requests as aiohttp hands them over."""

import asyncio
from typing import Any

from aiohttp import web
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import StreamReader

from mockserver.spec.api_errors import api_error


class Request(web.BaseRequest):
    """A request whose head can be asked as the parser left it: aiohttp's own properties make a copy of each part."""

    head: RawRequestMessage

    async def read_within(self, limit: int, patience: float) -> bytes:
        """The body.

        Raises: ApiError for one that is longer than `limit` bytes, cannot be unpacked, or does not go on for
        `patience` seconds (0: for ever).
        """
        content = self.content
        try:
            body = content.read_nowait() if content.is_eof() else await self._read_rest(content, limit, patience)
        except TimeoutError as error:
            raise api_error("client_too_slow", seconds=f"{patience:g}") from error
        except web.RequestPayloadError as error:
            raise api_error("unreadable_body", encoding=self.headers.get("content-encoding", "identity")) from error
        if len(body) > limit:
            raise api_error("body_too_large", limit=limit)
        return body

    async def _read_rest(self, content: StreamReader, limit: int, patience: float) -> bytes:
        """The body as it comes, or the beginning of one that is too long."""
        if self.headers.get("expect", "").lower() == "100-continue":
            await self.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = bytearray()
        while len(body) <= limit:
            async with asyncio.timeout(patience or None):
                chunk = await content.readany()
            if not chunk:
                break
            body += chunk
        return bytes(body)


def request_of(message: RawRequestMessage, payload: StreamReader, protocol: Any, writer: Any, task: Any) -> Request:
    """A request, as aiohttp's server asks for one."""
    request = Request(message, payload, protocol, writer, task, asyncio.get_running_loop())
    request.head = message
    return request
