"""Many streams at once, and clients that go away in the middle of one."""

import asyncio
import json

import openai

from mockserver import ManualClock
from tests.bodies import ask
from tests.paced import paced_server

STREAMS = 50


async def told(client, number):
    """The events of one stream that nobody else asks for."""
    stream = await client.responses.create(**ask(f"This is number {number}."), stream=True)
    return [event async for event in stream]


async def test_streams_that_run_at_once_do_not_mix():
    async with (
        paced_server(rate=400) as server,
        openai.AsyncOpenAI(base_url=server.base_url, api_key="x", max_retries=0) as client,
    ):
        streams = await asyncio.gather(*(told(client, number) for number in range(STREAMS)))

    for number, events in enumerate(streams):
        response = events[-1].response
        assert [event.sequence_number for event in events] == list(range(len(events)))
        assert {event.item_id for event in events if hasattr(event, "item_id")} == {response.output[0].id}
        assert f'"This is number {number}."' in response.output_text
        assert "".join(event.delta for event in events if hasattr(event, "delta")) == response.output_text
    assert len({events[-1].response.id for events in streams}) == STREAMS


async def open_stream(server):
    """A connection on which a stream has begun."""
    reader, writer = await asyncio.open_connection(*server.origin.removeprefix("http://").split(":"))
    body = json.dumps(ask(stream=True)).encode()
    head = f"POST /v1/responses HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer slow\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    await reader.readuntil(b"event: response.content_part.added\n")
    return reader, writer


async def test_client_that_goes_away_mid_stream_leaves_no_task():
    async with paced_server(rate=1) as server:
        server.workspace("slow").clock = ManualClock()
        before = asyncio.all_tasks()
        _, writer = await open_stream(server)
        serving = asyncio.all_tasks() - before
        assert serving

        writer.close()
        await writer.wait_closed()
        _, pending = await asyncio.wait(serving, timeout=5)

        assert not pending
        assert asyncio.all_tasks() == before


async def test_server_that_stops_mid_stream_ends_it_and_leaves_no_task():
    before = asyncio.all_tasks()
    server = paced_server(rate=1)
    await server.astart()
    server.workspace("slow").clock = ManualClock()
    reader, writer = await open_stream(server)

    await asyncio.wait_for(server.astop(), timeout=3)
    rest = await asyncio.wait_for(reader.read(), timeout=3)
    writer.close()

    assert b"response.completed" not in rest
    assert not rest.endswith(b"0\r\n\r\n")  # the client must notice that the stream was cut
    assert asyncio.all_tasks() == before


async def test_stream_leaves_as_its_clock_advances():
    clock = ManualClock()
    async with paced_server(rate=1) as server:
        server.workspace("slow").clock = clock
        reader, writer = await open_stream(server)
        clock.advance(1.0)
        first = await asyncio.wait_for(reader.readuntil(b"event: response.output_text.delta\n"), timeout=3)
        clock.advance(1_000.0)
        rest = await asyncio.wait_for(reader.readuntil(b"event: response.completed\n"), timeout=3)
        writer.close()

    assert first.count(b"response.output_text.delta") == 1
    assert rest.count(b"event: response.output_text.delta") > 5


async def test_one_slow_client_does_not_hold_up_another():
    async with paced_server(rate=1) as server:
        server.workspace("slow").clock = ManualClock()
        _, writer = await open_stream(server)
        async with openai.AsyncOpenAI(base_url=server.base_url, api_key="x", max_retries=0) as client:
            models = await client.models.list()
        writer.close()

    assert models.data
