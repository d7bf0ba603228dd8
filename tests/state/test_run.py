"""A run shows its events when they are due, to whoever follows, and ends in one way only."""

import asyncio
import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from mockserver import ManualClock, Pace
from mockserver.events.pacing import schedule
from mockserver.ids import Draws, ObjectIds
from mockserver.model.build import message
from mockserver.model.finish import finish
from mockserver.model.plan import Event, Plan, Schedule
from mockserver.model.request import CreateRequest, Delivery
from mockserver.state.gate import Gate
from mockserver.state.rendering import EmittedRendering
from mockserver.state.run import Run
from mockserver.state.timed_run import TimedRun
from mockserver.web.sse import SSE
from tests.support.loop import wait_all_tasks_blocked

TEXT = "one two three"


def rendering(**more: Any) -> EmittedRendering:
    request = CreateRequest({"model": "gpt-4o", "input": "x", **more})
    ids = ObjectIds(Draws(b"seed"), unix_seconds=0)
    final = finish(request, Plan(output=[message(TEXT)]), ids=ids, created_at=1, completed_at=1)
    return EmittedRendering(final, streamed=request.stream)


def paced(**pace: float) -> Callable[[Sequence[str]], Schedule]:
    """A schedule of events."""
    return partial(schedule, pace=Pace(**pace), seed="seed")


async def followed(run, after=-1):
    return [event async for part in run.follow(after=after) for event in run.events()[part.start : part.stop]]


async def played(run: TimedRun) -> list[Event]:
    """What a client gets that plays a run, and leaves it."""
    try:
        return [event async for part in run.play() for event in run.events()[part.start : part.stop]]
    finally:
        run.leave()


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def run(clock):
    """A run that shows its first four events after one second, then a delta each second."""
    return TimedRun(rendering(), schedule=paced(first=1, rate=1), clock=clock)


async def begun(run, clock):
    """The task that has played a run for two seconds."""
    playing = asyncio.create_task(played(run))
    await wait_all_tasks_blocked()
    clock.advance(2)
    await wait_all_tasks_blocked()
    return playing


async def test_instant_run_is_done_from_the_start():
    run = Run(rendering())
    events = await followed(run)

    assert run.done
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert events[-1]["response"] == run.final == run.snapshot()


async def test_followers_get_every_event_whenever_they_come(run, clock):
    early = asyncio.create_task(followed(run))
    playing = asyncio.create_task(played(run))
    late = []
    for _ in range(8):
        await wait_all_tasks_blocked()
        late.append(asyncio.create_task(followed(run)))
        clock.advance(1)
    events = await playing

    assert [await task for task in (early, *late)] == [events] * 9
    assert await followed(run, after=4) == events[5:]


async def test_snapshot_is_as_far_as_the_events_shown(run, clock):
    playing = asyncio.create_task(played(run))
    snapshots = []
    for _ in range(8):
        await wait_all_tasks_blocked()
        snapshots.append(run.snapshot())
        clock.advance(1)
    await playing

    assert snapshots[0]["status"] == "in_progress"
    assert [len(snapshot["output"]) for snapshot in snapshots] == sorted(len(one["output"]) for one in snapshots)
    assert all(snapshot["usage"] is None for snapshot in snapshots if snapshot["status"] == "in_progress")
    assert run.snapshot()["status"] == "completed"


@pytest.mark.parametrize("seconds", range(4))
async def test_cancelled_run_ends_its_followers_with_what_was_shown(run, clock, seconds):
    playing = asyncio.create_task(played(run))
    follower = asyncio.create_task(followed(run))
    for _ in range(seconds):
        await wait_all_tasks_blocked()
        clock.advance(1)
    await wait_all_tasks_blocked()
    shown = len(run.snapshot()["output"])
    run.cancel()
    playing.cancel()
    events = await follower

    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert (events[-1]["type"], events[-1]["response"]["status"]) == ("response.failed", "cancelled")
    assert len(run.final["output"]) <= shown
    assert await followed(run) == events


async def test_run_that_was_cancelled_is_played_no_further(run, clock):
    playing = await begun(run, clock)
    run.cancel()
    clock.advance(1)
    await wait_all_tasks_blocked()

    assert playing.done()
    assert (run.done, run.final["status"]) == (True, "cancelled")


async def test_run_that_nobody_plays_any_more_is_cancelled(run, clock):
    playing = await begun(run, clock)
    playing.cancel()
    await asyncio.gather(playing, return_exceptions=True)

    assert run.done
    assert run.final["status"] == "cancelled"


async def test_background_run_goes_on_without_its_client(clock):
    run = TimedRun(rendering(background=True), Delivery(background=True), schedule=paced(first=1, rate=1), clock=clock)
    playing = asyncio.create_task(played(run))
    await wait_all_tasks_blocked()
    run.leave()
    for _ in range(10):
        clock.advance(1)
        await wait_all_tasks_blocked()

    assert playing.done()
    assert run.final["status"] == "completed"


async def test_end_is_told_once(run, clock):
    ends = []
    run.on_finished = lambda ended: ends.append((ended, ended.done))
    playing = asyncio.create_task(played(run))
    for _ in range(10):
        await wait_all_tasks_blocked()
        clock.advance(1)
    await playing
    run.cancel()

    assert ends == [(run, True)]


async def test_staged_run_moves_on_as_it_is_polled():
    run = TimedRun(rendering(background=True), Delivery(background=True), advances_on_poll=True)
    statuses = [run.snapshot()["status"]]
    for _ in range(3):
        run.poll()
        statuses.append(run.snapshot()["status"])

    assert statuses == ["queued", "in_progress", "completed", "completed"]


async def test_gated_run_lets_events_out_one_by_one():
    gate = Gate()
    run = TimedRun(rendering(), gate=gate)
    playing = asyncio.create_task(played(run))
    follower = run.follow()
    gate.step()
    first = await anext(follower)
    gate.until("response.output_text.delta")
    second = await anext(follower)
    gate.open()
    await playing

    assert first == range(1)
    assert second.start == 1
    payloads = map(json.loads, run.rendering.payloads(range(2)))
    assert [event["type"] for event in payloads] == ["response.created", "response.in_progress"]
    assert run.done
    await follower.aclose()


@pytest.mark.parametrize("streamed", [False, True], ids=["json", "sse"])
@pytest.mark.parametrize("cancelled", [False, True], ids=["completed", "cancelled"])
def test_run_at_rest_tells_the_same(cancelled, streamed):
    run = Run(rendering(background=True, stream=streamed), Delivery(streamed, background=True))
    if cancelled:
        run = TimedRun(run.rendering, run.delivery, schedule=paced(first=1))
        run.cancel()
    size = run.rendering.size
    before = (list(run.events()), run.rendering.framed(SSE), run.body(), run.final)
    run.rendering.compact()

    assert (list(run.events()), run.rendering.framed(SSE), run.body(), run.final) == before
    assert run.rendering.size == size


async def test_deadlines_count_from_when_the_run_was_made(run, clock):
    clock.advance(60)  # by a client that has the head of its reply, before the first event is played

    async with asyncio.timeout(5):
        assert [number async for batch in run.play() for number in batch] == list(range(len(run.types)))
