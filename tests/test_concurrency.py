"""Many streams at once, and clients that go away in the middle of one."""

import asyncio
import json

import openai

from mockserver import ManualClock, MockServer
from tests.support.bodies import ask

STREAMS = 50
WAIT = 3  # seconds after which something is taken for stuck


async def told(client, number):
    """The events of one stream that nobody else asks for."""
    stream = await client.responses.create(**ask(f"This is number {number}."), stream=True)
    return [event async for event in stream]


async def test_streams_that_run_at_once_do_not_mix():
    async with (
        MockServer() as server,
        openai.AsyncOpenAI(
            base_url=server.base_url, api_key=server.workspace(pace=400).api_key, max_retries=0
        ) as client,
    ):
        streams = await asyncio.gather(*(told(client, number) for number in range(STREAMS)))

    for number, events in enumerate(streams):
        response = events[-1].response
        assert [event.sequence_number for event in events] == list(range(len(events)))
        assert {event.item_id for event in events if hasattr(event, "item_id")} == {response.output[0].id}
        assert f'"This is number {number}."' in response.output_text
        assert "".join(event.delta for event in events if hasattr(event, "delta")) == response.output_text
    assert len({events[-1].response.id for events in streams}) == STREAMS


async def open_stream(server, clock):
    """A connection on which a stream has begun that waits for its clock."""
    key = server.workspace(pace=1, clock=clock).api_key
    reader, writer = await asyncio.open_connection(*server.origin.removeprefix("http://").split(":"))
    body = json.dumps(ask(stream=True)).encode()
    head = (
        f"POST /v1/responses HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    async with asyncio.timeout(WAIT):
        await reader.readuntil(b"event: response.content_part.added\n")
    return reader, writer


async def test_client_that_goes_away_mid_stream_leaves_no_task():
    async with MockServer() as server:
        before = asyncio.all_tasks()
        _, writer = await open_stream(server, ManualClock())
        serving = asyncio.all_tasks() - before
        assert serving

        writer.close()
        await writer.wait_closed()
        _, pending = await asyncio.wait(serving, timeout=WAIT)

        assert not pending
        assert asyncio.all_tasks() == before


async def test_server_that_stops_mid_stream_cuts_it_and_leaves_no_task():
    before = asyncio.all_tasks()
    server = MockServer()
    await server.astart()
    reader, writer = await open_stream(server, ManualClock())

    async with asyncio.timeout(WAIT):
        await server.astop()
        rest = await reader.read()
    writer.close()

    assert b"response.completed" not in rest
    assert not rest.endswith(b"0\r\n\r\n")  # the client must be able to tell
    assert asyncio.all_tasks() == before


async def test_stream_leaves_as_its_clock_advances():
    clock = ManualClock()
    async with MockServer() as server, asyncio.timeout(WAIT):
        reader, writer = await open_stream(server, clock)
        clock.advance(1)
        first = await reader.readuntil(b"event: response.output_text.delta\n")
        clock.advance(1_000)
        rest = await reader.readuntil(b"event: response.completed\n")
        writer.close()

    assert first.count(b"event: response.output_text.delta\n") == 1
    assert rest.count(b"event: response.output_text.delta\n") > 5


async def test_one_slow_stream_does_not_hold_up_another():
    async with MockServer() as server:
        _, writer = await open_stream(server, ManualClock())
        async with openai.AsyncOpenAI(base_url=server.base_url, api_key="x", max_retries=0) as client:
            events = await told(client, 1)
        writer.close()

    assert events[-1].type == "response.completed"
