"""A load generator for loopback: raw sockets, one process, as many connections as asked.

Replies of one request have one length, so a reply is over when that many bytes have come: nothing is parsed while the
clock runs.
"""

import asyncio
import json
import socket
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One request to one server, and the length of its reply."""

    port: int
    request: bytes
    length: int


def post(port: int, body: dict[str, object], *, key: str = "sk-bench") -> Target:
    """A `POST /v1/responses`; the reply's length is learnt by asking once."""
    encoded = json.dumps(body).encode()
    head = (
        f"POST /v1/responses HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(encoded)}\r\n\r\n"
    )
    request = head.encode() + encoded
    return Target(port=port, request=request, length=len(ask(port, request)))


def ask(port: int, request: bytes) -> bytes:
    """One reply, whole, head and body."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        reply = b""
        while not _whole(reply):
            received = connection.recv(1 << 20)
            if not received:
                raise ConnectionError(f"the server on port {port} closed after {reply!r}")
            reply += received
        return reply


def _whole(reply: bytes) -> bool:
    head, found, body = reply.partition(b"\r\n\r\n")
    if not found:
        return False
    if b"transfer-encoding: chunked" in head.lower():
        return body.endswith(b"0\r\n\r\n")
    lines = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    return len(body) >= next(int(value) for name, _, value in lines if name == b"content-length")


class _Connection(asyncio.Protocol):
    """Sends the request again as soon as its reply has come."""

    def __init__(self, target: Target, counts: list[int]) -> None:
        self._target = target
        self._counts = counts
        self._missing = target.length

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._transport.write(self._target.request)

    def data_received(self, data: bytes) -> None:
        self._missing -= len(data)
        if self._missing <= 0:
            self._counts[0] += 1
            self._missing = self._target.length
            self._transport.write(self._target.request)


async def _run(target: Target, connections: int, seconds: float) -> float:
    loop = asyncio.get_running_loop()
    counts = [0]
    made = [
        await loop.create_connection(lambda: _Connection(target, counts), "127.0.0.1", target.port)
        for _ in range(connections)
    ]
    await asyncio.sleep(seconds / 5)
    before, start = counts[0], time.perf_counter()
    await asyncio.sleep(seconds)
    rate = (counts[0] - before) / (time.perf_counter() - start)
    for transport, _ in made:
        transport.abort()
    return rate


def rate(target: Target, *, connections: int, seconds: float = 1.0) -> float:
    """Replies a second, after a warm-up."""
    return asyncio.run(_run(target, connections, seconds))
