"""A connection on which much comes at once gives way to others: the loop takes turns, and unpacks nothing in vain."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from mockserver import MockServer
from mockserver.errors import ApiError
from mockserver.web.http_server import HttpServer, Request
from tests.support.websocket import frame_of, handshake

MANY = 20
HEAD = (
    b"POST /v1/responses HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\nContent-Type: application/json\r\n"
)
REQUEST = b'%bContent-Length: 32\r\n\r\n{"model": "gpt-4o", "input": ""}' % HEAD


class Turns:
    """Counts the turns of the event loop."""

    count = 0

    async def run(self) -> None:
        while True:
            await asyncio.sleep(0)
            self.count += 1


@pytest.fixture
async def turns() -> AsyncIterator[Turns]:
    counted = Turns()
    task = asyncio.create_task(counted.run())
    yield counted
    task.cancel()


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


@pytest.mark.parametrize("upgrades", [False, True], ids=["requests sent ahead", "frames"])
async def test_each_of_many_has_a_turn_of_its_own(turns: Turns, upgrades: Any):
    answered: list[int] = []
    everything = asyncio.Event()

    def note(_key: str, _exchange: Any) -> None:
        answered.append(turns.count)
        if len(answered) == MANY:
            everything.set()

    server = MockServer()
    server.watch(note)
    async with server:
        place = urlsplit(server.base_url)
        assert place.port
        async with connected(place.port) as (reader, writer):
            if upgrades:
                writer.write(handshake("localhost", key="k"))
                await reader.readuntil(b"\r\n\r\n")
            writer.write((frame_of(b"null") if upgrades else REQUEST) * MANY)
            await everything.wait()

    assert len({*answered}) == MANY


class Unpacking:
    """A server that reads bodies of at most `LIMIT` bytes and remembers its requests."""

    LIMIT = 1 << 20

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self.requests: list[Request] = []
        self.turns_taken = 0

    async def __call__(self, request: Request) -> web.StreamResponse:
        self.requests.append(request)
        began = self._turns.count
        with pytest.raises(ApiError, match="too large"):
            await request.read_within(self.LIMIT, 10)
        self.turns_taken = self._turns.count - began
        return web.Response(status=413)


async def test_packed_body_that_is_too_large_is_unpacked_in_turns_and_no_further(turns: Turns):
    handler = Unpacking(turns)
    http = HttpServer(handler, patience=10)
    listening = await asyncio.get_running_loop().create_server(http, "127.0.0.1", 0)
    packed = gzip.compress(bytes(64 << 20), 1)
    async with connected(listening.sockets[0].getsockname()[1]) as (reader, writer):
        writer.write(b"%bContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b" % (HEAD, len(packed), packed))
        head = await reader.readuntil(b"\r\n\r\n")
    listening.close()
    await http.shutdown(0)

    assert b" 413 " in head
    assert handler.turns_taken > 1
    assert handler.requests[0].content.total_bytes < 4 * Unpacking.LIMIT
