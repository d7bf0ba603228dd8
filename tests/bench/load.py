"""A load generator for loopback: raw sockets, one process, as many connections as asked."""

import asyncio
import json
import re
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

Requests: TypeAlias = Callable[[], Iterator[bytes]]
"""Makes what one connection sends, request after request."""

Cpu: TypeAlias = Callable[[], float]
"""Tells the CPU seconds that the server has used."""

LOOPBACK = "127.0.0.1"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
LAST_CHUNK = b"\r\n0\r\n\r\n"
WARM_UP = 0.2
"""The part of a measurement's time that runs before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What came of one stretch of load."""

    replies: int
    seconds: float
    cpu: float
    """CPU seconds of the server."""


def post(body: Any, *, key: str = "sk-bench", path: str = "/v1/responses") -> bytes:
    """A request with a JSON body, as it goes over the socket."""
    encoded = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {LOOPBACK}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(encoded)}\r\n\r\n"
    )
    return head.encode() + encoded


def ask(port: int, request: bytes) -> bytes:
    """The body of one reply. Raises: ConnectionError for a reply that is not 200."""
    with socket.create_connection((LOOPBACK, port)) as connection:
        connection.sendall(request)
        end = _End()
        received = [connection.recv(1 << 20)]
        while not end.reached(received[-1]):
            received.append(connection.recv(1 << 20))
    head, _, body = b"".join(received).partition(b"\r\n\r\n")
    return body if LENGTH.search(head) else b"".join(_chunks(body))


def _chunks(body: bytes) -> Iterator[bytes]:
    size, _, rest = body.partition(b"\r\n")
    while length := int(size, 16):
        yield rest[:length]
        size, _, rest = rest[length + 2 :].partition(b"\r\n")


class _End:
    """Finds where replies end, one after the other; nothing but their heads is read."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._head = b""
        self._tail = b""
        self._missing: int | None = None

    def reached(self, data: bytes) -> bool:
        """Take what has come. Raises: ConnectionError where the server hangs up, or refuses."""
        if not data:
            raise ConnectionError(f"the server hung up after {self._head!r}")
        if not self._head.endswith(b"\r\n\r\n"):
            head, found, data = (self._head + data).partition(b"\r\n\r\n")
            self._head = head + found
            if not found:
                return False
            if b" 200 " not in head[:16]:
                raise ConnectionError(f"the server replied {head!r} {data!r}")
            length = LENGTH.search(head)
            self._missing = int(length[1]) if length else None
        return self._ended(data)

    def _ended(self, data: bytes) -> bool:
        if self._missing is None:
            self._tail = (self._tail + data[-len(LAST_CHUNK) :])[-len(LAST_CHUNK) :]
            ended = self._tail == LAST_CHUNK
        else:
            self._missing -= len(data)
            ended = self._missing <= 0
        if ended:
            self._start()
        return ended


class _Tally:
    """What all connections have got together."""

    def __init__(self, connections: int) -> None:
        self.replies = 0
        self.busy = connections
        self.idle = asyncio.Event()
        self.failure: Exception | None = None

    def end(self, failure: Exception | None = None) -> None:
        """One connection has nothing more to do."""
        self.failure = self.failure or failure
        self.busy -= 1
        if failure or not self.busy:
            self.idle.set()


class _Connection(asyncio.Protocol):
    """Sends the next request as soon as a reply has come."""

    def __init__(self, requests: Iterator[bytes], tally: _Tally) -> None:
        self._requests = requests
        self._tally = tally
        self._end = _End()
        self.transport = asyncio.WriteTransport()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport

    def ask(self) -> None:
        """Send the next request, if there is one."""
        request = next(self._requests, None)
        if request is None:
            self._tally.end()
        else:
            self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        try:
            ended = self._end.reached(data)
        except ConnectionError as error:
            self._tally.end(error)
            self.transport.abort()
            return
        if ended:
            self._tally.replies += 1
            self.ask()


@asynccontextmanager
async def _asking(port: int, requests: Requests, connections: int) -> AsyncIterator[_Tally]:
    """Connections that ask; a failure of any of them is raised when they are closed."""
    loop = asyncio.get_running_loop()
    tally = _Tally(connections)
    made = [
        (await loop.create_connection(lambda: _Connection(requests(), tally), LOOPBACK, port))[1]
        for _ in range(connections)
    ]
    try:
        for connection in made:
            connection.ask()
        yield tally
    finally:
        for connection in made:
            connection.transport.abort()
    if tally.failure is not None:
        raise tally.failure


def drive(port: int, requests: Requests, *, connections: int, seconds: float, cpu: Cpu) -> Load:
    """Keep every connection busy for a time, after a warm-up."""

    async def run() -> Load:
        async with _asking(port, requests, connections) as tally:
            await asyncio.sleep(seconds * WARM_UP)
            replies, used, start = tally.replies, cpu(), time.perf_counter()
            await asyncio.sleep(seconds)
            return Load(replies=tally.replies - replies, seconds=time.perf_counter() - start, cpu=cpu() - used)

    return asyncio.run(run())


def exhaust(port: int, requests: Requests, *, connections: int, cpu: Cpu) -> Load:
    """Send all requests that there are, and wait for the last reply; the time starts when all are connected."""

    async def run() -> Load:
        used = cpu()
        async with _asking(port, requests, connections) as tally:
            start = time.perf_counter()
            await tally.idle.wait()
            return Load(replies=tally.replies, seconds=time.perf_counter() - start, cpu=cpu() - used)

    return asyncio.run(run())
