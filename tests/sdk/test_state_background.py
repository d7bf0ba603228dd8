"""Background work as the SDK sees it: polling, streams that are dropped and taken up again, cancelling."""

import asyncio
from typing import Any

import openai
import pytest

from mockserver import ManualClock, MockServer, Pace
from tests.support.bodies import ask

EVENTS = 40
WORDS = "word" + " word" * (EVENTS - 10)  # nine events besides the deltas
AT_ONCE = 10  # clients: each opens two connections
WORKING = {"queued", "in_progress"}


@pytest.fixture(scope="session")
def server(store_server: MockServer) -> MockServer:
    """With each kind of store."""
    return store_server


def test_polling_sees_every_status_without_waiting(client):
    response = client.responses.create(**ask(), background=True)
    seen = [response.status]
    while response.status in WORKING:
        response = client.responses.retrieve(response.id)
        seen.append(response.status)

    assert seen == ["queued", "in_progress", "completed"]
    assert response.output_text


async def test_polling_works_asynchronously(async_client):
    response = await async_client.responses.create(**ask(), background=True)
    while response.status in WORKING:
        response = await async_client.responses.retrieve(response.id)

    assert response.status == "completed"


def test_polling_follows_the_clock(client, workspace):
    workspace.clock, workspace.pace = ManualClock(), Pace(first=10, rate=1)
    response = client.responses.create(**ask(), background=True)
    early = client.responses.retrieve(response.id).status
    workspace.clock.advance(11)
    while (running := client.responses.retrieve(response.id)).status == "queued":  # its task wakes in a moment
        pass
    workspace.clock.advance(1000)
    while (ended := client.responses.retrieve(response.id)).status == "in_progress":
        pass

    assert [early, running.status, ended.status] == ["queued", "in_progress", "completed"]


@pytest.fixture
def streamed(client):
    """A background stream, read to its end."""
    return list(client.responses.create(**ask(), background=True, stream=True))


@pytest.mark.parametrize("seen", [0, 3, 7])
def test_retrieved_stream_goes_on_after_what_was_seen(client, streamed, seen):
    again = client.responses.retrieve(streamed[0].response.id, stream=True, starting_after=seen)

    assert [event.to_dict() for event in again] == [event.to_dict() for event in streamed[seen + 1 :]]


def test_stream_manager_resumes(client, streamed):
    with client.responses.stream(response_id=streamed[0].response.id, starting_after=4) as stream:
        numbers = [event.sequence_number for event in stream]
        final = stream.get_final_response()

    assert numbers == list(range(5, len(streamed)))
    assert final.output_text == streamed[-1].response.output_text


async def test_stream_manager_resumes_asynchronously(async_client, streamed):
    async with async_client.responses.stream(response_id=streamed[0].response.id, starting_after=4) as stream:
        numbers = [event.sequence_number async for event in stream]
        final = await stream.get_final_response()

    assert numbers == list(range(5, len(streamed)))
    assert final.output_text == streamed[-1].response.output_text


async def dropped_and_resumed(client, after):
    """The numbers of all events that a client gets that is cut off after one event, and the response's text."""
    stream = await client.responses.create(**ask(f"Cut me after {after}."), background=True, stream=True)
    reading = stream.__aiter__()
    events: list[Any] = []
    while not events or events[-1].sequence_number < after:
        events.append(await anext(reading))
    await stream.close()
    await reading.aclose()  # left to the garbage collector, it may be closed while it is read
    again = await client.responses.retrieve(events[0].response.id, stream=True, starting_after=after)
    events += [event async for event in again]
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    return [event.sequence_number for event in events], text


@pytest.mark.parametrize(
    "pace", [pytest.param(Pace(), id="finished"), pytest.param(Pace(first=0.01, rate=400), id="running")]
)
async def test_client_cut_off_at_any_event_gets_each_exactly_once(async_client, workspace, pace):
    workspace.pace = pace
    workspace.on().reply(WORDS)
    free = asyncio.Semaphore(AT_ONCE)

    async def dropped(after):
        async with free:
            return await dropped_and_resumed(async_client, after)

    got = await asyncio.gather(*map(dropped, range(EVENTS)))

    assert got == [(list(range(EVENTS)), WORDS)] * EVENTS


def test_cancelled_response_ends_its_stream_and_is_told_again_so(client, workspace):
    workspace.on().reply(WORDS)
    with workspace.gate() as gate:
        stream = iter(client.responses.create(**ask(), background=True, stream=True))
        gate.step(20)
        seen = [next(stream) for _ in range(20)]
        cancelled = client.responses.cancel(seen[0].response.id)
        rest = list(stream)
    again = list(client.responses.retrieve(cancelled.id, stream=True))

    assert cancelled.status == "cancelled"
    assert [(event.type, event.sequence_number, event.response.status) for event in rest] == [
        ("response.failed", 20, "cancelled")
    ]
    assert [event.to_dict() for event in again] == [event.to_dict() for event in [*seen, *rest]]


def test_client_that_leaves_a_background_stream_does_not_end_it(client, workspace):
    with workspace.gate() as gate, client.responses.create(**ask(), background=True, stream=True) as stream:
        gate.step()
        response_id = next(iter(stream)).response.id
    *_, last = client.responses.retrieve(response_id, stream=True)

    assert last.type == "response.completed"


def test_faults_of_resuming_reach_the_client(client):
    response = client.responses.create(**ask())

    with pytest.raises(openai.BadRequestError, match="was not created with background=true"):
        client.responses.retrieve(response.id, stream=True)
