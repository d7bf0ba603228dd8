"""Events a second over WebSockets, of this server and of a bare echo of the same bytes."""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

import aiohttp
from figures import Effort, Figures, Sample, quotient
from servers import KEY, Server, echo_server, mock_server
from throughput import QUESTION, RULE

CREATE = json.dumps({"type": "response.create", **QUESTION})
HEADERS = {"authorization": f"Bearer {KEY}"}


def events(effort: Effort, *, connections: int) -> Figures:
    """Events a second; the echo gets each frame that this server sends, and sends it back."""
    with mock_server() as server, echo_server() as bare:
        server.tell([RULE])
        frames = asyncio.run(_answer(server.port))

        def sample(one: Server, sent: Sequence[str]) -> Sample:
            before = one.cpu()
            count, seconds = asyncio.run(_drive(one.port, sent, len(frames), connections, effort.seconds))
            return Sample(value=count / seconds, cpu=quotient(count, one.cpu() - before))

        return Figures.alternating(
            effort.rounds, ours=lambda: sample(server, [CREATE]), bare=lambda: sample(bare, frames)
        )


async def _answer(port: int) -> list[str]:
    """The frames of one response."""
    frames: list[str] = []
    async with aiohttp.ClientSession() as session, session.ws_connect(_url(port), headers=HEADERS) as socket:
        await socket.send_str(CREATE)
        while not frames or '"type":"response.completed"' not in frames[-1]:
            frames.append(await socket.receive_str())
    return frames


async def _drive(port: int, sent: Sequence[str], received: int, connections: int, seconds: float) -> tuple[int, float]:
    """How many events came, and in how many seconds, once all are connected."""
    count = 0
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        connecting = (session.ws_connect(_url(port), headers=HEADERS, max_msg_size=0) for _ in range(connections))
        sockets = [await stack.enter_async_context(one) for one in connecting]
        started = time.monotonic()

        async def drive(socket: aiohttp.ClientWebSocketResponse) -> None:
            nonlocal count
            while time.monotonic() < started + seconds:
                for frame in sent:
                    await socket.send_str(frame)
                for _ in range(received):
                    await socket.receive_str()
                count += received

        await asyncio.gather(*map(drive, sockets))
        return count, time.monotonic() - started


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}/v1/responses"
