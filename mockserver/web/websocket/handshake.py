"""Whether a request may become a WebSocket; what keeps it from that is answered over HTTP."""

from base64 import b64decode
from binascii import Error as NotBase64Error
from collections.abc import Callable, Mapping
from functools import partial

from aiohttp import web

from mockserver.engine import Engine
from mockserver.spec.api_errors import api_error
from mockserver.spec.websocket import MAX_MESSAGE
from mockserver.web.context import RequestContext, Upgrade
from mockserver.web.http_server import Request
from mockserver.web.websocket.connection import SocketConnection

SERVER = {"server": "cloudflare"}
"""As on every reply, instead of the name of the HTTP library."""
VERSION = "13"  # RFC 6455 section 4.2.1, as the other conditions
KEY_BYTES = 16
CLOSING_SECONDS = 1.0
"""How long a client may take to answer a close."""


def upgrade(engine: Engine, context: RequestContext) -> Upgrade:
    """Make the connection of a request a WebSocket. Raises: ApiError where that cannot be."""
    head, space = context.asked.head, context.space
    headers = head.headers
    if "websocket" not in headers.get("upgrade", "").lower():
        raise api_error("wrong_method", method=head.method, path=head.path, headers={"allow": "POST"})
    if not (space.settings.websocket and context.has_websocket):
        raise api_error("websocket_unavailable")
    reason = why_invalid(headers)
    if reason is not None:
        raise api_error("invalid_handshake", reason=reason, headers={"sec-websocket-version": VERSION})

    async def serve(request: Request, used: Callable[[], None]) -> web.StreamResponse | None:
        # A message that is too large is read all the same, as far as a body is: a client that is cut off while it sends
        # sees a reset, and not the close.
        limit = max(MAX_MESSAGE, space.settings.body_limit)
        socket = web.WebSocketResponse(max_msg_size=limit, timeout=CLOSING_SECONDS, autoping=False)
        socket.headers.update(SERVER)
        try:
            await socket.prepare(request)
        except ConnectionResetError:
            return None
        connection = SocketConnection(
            engine,
            space,
            head,
            socket=socket,
            adapt=context.adapt,
            show_error=context.show_error,
            drop=partial(drop, request),
            used=used,
        )
        await connection.serve()
        return socket

    return Upgrade(serve)


def drop(request: Request, last: bytes) -> None:
    """Close the connection of a request after these bytes, without a close frame."""
    if request.transport is not None:
        request.transport.write(last)
        request.transport.close()


def why_invalid(headers: Mapping[str, str]) -> str | None:
    """What is wrong with the headers of a handshake; None where nothing is."""
    if "upgrade" not in headers.get("connection", "").lower():
        return "'connection' has to name 'upgrade'"
    if headers.get("sec-websocket-version") != VERSION:
        return f"'sec-websocket-version' has to be {VERSION}"
    try:
        key = b64decode(headers.get("sec-websocket-key", ""))
    except NotBase64Error:
        key = b""
    return None if len(key) == KEY_BYTES else f"'sec-websocket-key' has to be {KEY_BYTES} bytes in base64"
