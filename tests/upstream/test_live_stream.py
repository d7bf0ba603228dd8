"""A stream that is still coming: what its run is shown of it, and how it ends."""

import asyncio

import pytest

from mockserver.model.answer import RecordedHead
from mockserver.state.timed_run import TimedRun
from mockserver.upstream.live_stream import LiveStream
from tests.support.loop import wait_all_tasks_blocked

CREATED = {"type": "response.created", "response": {"id": "resp_1", "status": "in_progress"}}
DONE = {"type": "response.completed", "response": {"id": "resp_1", "status": "completed"}}


@pytest.fixture
def stream():
    return LiveStream(RecordedHead(200, []))


async def test_stream_keeps_the_places_of_its_other_frames(stream):
    await stream.take(b"", [": hello", CREATED, ": keep-alive"])
    await stream.take(b"", [DONE, "data: [DONE]"])

    assert stream.other_frames == [(0, ": hello"), (1, ": keep-alive"), (2, "data: [DONE]")]
    assert (stream.events(), stream.size) == ([CREATED, DONE], sum(map(len, stream.payloads(range(2)))))
    assert (stream.id, stream.final()) == ("resp_1", DONE["response"])


@pytest.mark.parametrize("complete", [False, True])
@pytest.mark.parametrize("attached", range(3), ids=["before", "between", "after"])
async def test_run_shows_all_of_a_stream_whenever_it_is_attached(stream, attached, complete):
    run = TimedRun(stream, live=True)
    steps = [lambda: stream.take(b"", [CREATED]), lambda: stream.end(complete=complete)]
    for number, step in enumerate(steps):
        if number == attached:
            stream.attach(run)
            assert run.shown_count == len(stream.types)
        await step()
    if attached == len(steps):
        stream.attach(run)

    assert (run.shown_count, run.done, run.complete) == (1, True, complete)


async def test_follower_is_told_of_other_frames_alone(stream):
    run = TimedRun(stream, live=True)
    stream.attach(run)
    follower = run.follow()
    await stream.take(b"", [CREATED])
    assert await anext(follower) == range(1)
    coming = asyncio.create_task(anext(follower))
    await wait_all_tasks_blocked()
    await stream.take(b"", [": keep-alive"])
    await wait_all_tasks_blocked()

    assert coming.done()
    assert coming.result() == range(1, 1)
    await follower.aclose()
