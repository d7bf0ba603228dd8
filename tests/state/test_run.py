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


def rendering(*texts: str, **more: Any) -> EmittedRendering:
    request = CreateRequest({"model": "gpt-4o", "input": "x", **more})
    ids = ObjectIds(Draws(b"seed"), unix_seconds=0)
    final = finish(request, Plan(output=[*map(message, texts or (TEXT,))]), ids=ids, created_at=1, completed_at=1)
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


@pytest.mark.parametrize("held", ["clock", "gate"])
async def test_run_that_was_cancelled_while_it_waited_ends_once(clock, held):
    gate = Gate()
    waits = {"schedule": paced(first=1)} if held == "clock" else {"gate": gate}
    run = TimedRun(rendering(), clock=clock, **waits)
    ends: list[Run] = []
    run.on_finished = ends.append
    playing = asyncio.create_task(played(run))
    await wait_all_tasks_blocked()
    run.cancel()
    clock.advance(1)
    gate.open()

    assert await playing == []
    assert (len(ends), run.final["status"]) == (1, "cancelled")


async def test_run_that_is_interrupted_waits_for_none_of_its_later_deadlines(clock):
    run = TimedRun(
        rendering(TEXT, TEXT, stream=True), Delivery(streamed=True), schedule=paced(first=1, rate=1), clock=clock
    )
    ends: list[Run] = []
    run.on_finished = ends.append
    playing = await begun(run, clock)
    run.interrupt("max_output_tokens")
    clock.advance(2)  # the first message is done; the second has three deltas more
    await wait_all_tasks_blocked()

    assert playing.done()
    events = playing.result()
    assert [event["type"] for event in events][-2:] == ["response.output_item.done", "response.incomplete"]
    assert (len(ends), run.final["status"], len(run.final["output"])) == (1, "incomplete", 1)
    assert events[-1]["response"] == run.final


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


async def test_reading_background_work_does_not_play_it(clock):
    run = TimedRun(rendering(background=True), Delivery(background=True), schedule=paced(rate=1), clock=clock)
    reading = asyncio.create_task(anext(run.read()))
    await wait_all_tasks_blocked()
    clock.advance(9)
    await wait_all_tasks_blocked()

    assert (run.shown_count, reading.done()) == (0, False)
    reading.cancel()


async def test_background_work_that_is_stopped_is_cancelled(clock):
    run = TimedRun(rendering(background=True), Delivery(background=True), schedule=paced(first=1), clock=clock)
    playing = asyncio.create_task(run.play_out())
    await wait_all_tasks_blocked()
    playing.cancel()
    await asyncio.gather(playing, return_exceptions=True)

    assert (run.done, run.final["status"]) == (True, "cancelled")


@pytest.mark.parametrize("end", [TimedRun.leave, TimedRun.poll, TimedRun.play_out, Run.leave])
async def test_run_that_has_ended_keeps_no_objects(end):
    polled = end is TimedRun.poll
    made = rendering(background=True)
    run = Run(made) if end is Run.leave else TimedRun(made, Delivery(background=True), advances_on_poll=polled)
    assert run.events() is run.events()
    if end is TimedRun.leave and isinstance(run, TimedRun):
        async for _ in run.play():
            pass
    for _ in range(3 if polled else 1):
        if (ending := end(run)) is not None:
            await ending

    assert run.done
    assert run.events() is not run.events()


async def test_end_is_told_once(run, clock):
    ends = []
    run.on_finished = lambda ended: ends.append((ended, ended.done))
    playing = asyncio.create_task(played(run))
    for _ in range(10):
        await wait_all_tasks_blocked()
        clock.advance(1)
    await playing
    run.cancel()
    run.finish()

    assert ends == [(run, True)]


WAITS = {"pace": {"schedule": paced(first=1)}, "gate": {"gate": Gate()}, "upstream": {"live": True}}


@pytest.mark.parametrize("more", WAITS.values(), ids=WAITS)
def test_polling_moves_on_no_run_that_waits_for_something_else(more):
    run = TimedRun(rendering(background=True), Delivery(background=True), advances_on_poll=True, **more)
    for _ in range(3):
        run.poll()

    assert (run.shown_count, run.snapshot()["status"], run.done) == (0, "queued", False)


async def test_run_tells_when_each_event_was_shown(run, clock):
    await begun(run, clock)

    assert run.times() == [1.0] * 4 + [2.0]


def test_live_run_tells_when_each_event_came(clock):
    run = TimedRun(rendering(), clock=clock, live=True)
    for count in (1, 1, 4):
        clock.advance(1)
        run.show(count)

    assert run.times() == [1.0, 3.0, 3.0, 3.0]


async def test_run_tells_when_it_ended(run, clock):
    playing = await begun(run, clock)
    clock.advance(7)
    await playing

    assert run.ended_at == 9.0


async def test_follower_that_goes_takes_no_other_with_it(run, clock):
    first, second = (asyncio.create_task(followed(run)) for _ in range(2))
    playing = await begun(run, clock)
    first.cancel()
    await wait_all_tasks_blocked()
    clock.advance(7)

    assert await second == await playing


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
