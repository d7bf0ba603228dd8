"""Runs speak payloads: another transport is a reader of a run, and needs no part of the one for server-sent events."""

import asyncio
import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest

import mockserver
from mockserver import ManualClock, Pace, Workspace
from mockserver.engine import Engine
from mockserver.model.request import Asked, RequestHead
from mockserver.space import Space
from tests.support.bodies import BODIES, ask

HEAD = RequestHead("POST", "/v1/responses", headers={"content-type": "application/json"}, creates=True)


class LineTransport:
    """A toy: one JSON object a line, a request is a line and so is each event."""

    def __init__(self, engine: Engine, space: Space) -> None:
        self._engine = engine
        self._space = space

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            answered = await self._engine.create(self._space, Asked(HEAD, line.rstrip()))
            run = answered.run
            assert run is not None
            try:
                async for batch in run.read():
                    writer.writelines(payload + b"\n" for payload in run.rendering.payloads(batch))
                    await writer.drain()
            finally:
                run.leave()
        writer.close()


def test_toy_is_small():
    assert len(inspect.getsource(LineTransport).splitlines()) <= 40


def test_nothing_below_the_transports_knows_server_sent_events():
    package = Path(mockserver.__file__).parent
    below = [*(package / "state").glob("*.py"), *(package / "events").glob("*.py"), *(package / "model").glob("*.py")]
    framing = re.compile(r"(\\n|\")data:")
    knowing = [path.name for path in [*below, package / "engine.py"] if framing.search(path.read_text())]

    assert knowing == []


async def told(space: Space, *bodies: dict[str, Any]) -> list[Any]:
    """The events of these requests, over the toy."""
    server = await asyncio.start_server(LineTransport(Engine(), space), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.writelines(json.dumps(body).encode() + b"\n" for body in bodies)
        writer.write_eof()
        lines = (await asyncio.wait_for(reader.read(), 10)).splitlines()
        writer.close()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_events_are_those_of_server_sent_events(body: dict[str, Any], raw: Any, workspace: Workspace):
    bodies = [{**body, "stream": True}] * 3
    expected = [event for each in bodies for event in raw("POST", "/v1/responses", each).events]

    assert await told(Space(api_key=workspace.api_key), *bodies) == expected


async def test_paced_run_is_played_by_its_reader():
    space = Space(api_key="toy")
    space.pace = Pace(first=0.01, rate=1000)
    events = await told(space, ask(stream=True), ask("more", stream=True, background=True))

    assert [event["type"] for event in events].count("response.completed") == 2
    assert len(space.running) == 0


async def test_reader_that_leaves_ends_its_run():
    space = Space(api_key="toy")
    space.clock, space.pace = ManualClock(), Pace(first=9)
    answered = await Engine().create(space, Asked(HEAD, json.dumps(ask(stream=True)).encode()))
    assert answered.run is not None
    answered.run.leave()

    assert (answered.run.done, answered.run.final["status"], space.running) == (True, "cancelled", {})
