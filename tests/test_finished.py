"""`finished` is called once for every run, however it ends; a run that nobody reads or polls ends as well."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from mockserver import ManualClock, MockServer, Pace, Settings
from mockserver.cassette.format import Header
from mockserver.cassette.writer import CassetteWriter
from mockserver.engine import Engine
from mockserver.ids import Draws
from mockserver.model.recorded import RecordedExchange
from mockserver.space import Space
from mockserver.state.run import Run
from tests.support.asking import run_of, workspace_apart
from tests.support.bodies import ask
from tests.support.http import Connection
from tests.support.loop import wait_all_tasks_blocked

RESPONSE = {"id": "resp_recorded", "object": "response", "status": "completed", "output": []}
EVENTS = [
    {"type": "response.created", "response": {**RESPONSE, "status": "in_progress"}, "sequence_number": 0},
    {"type": "response.completed", "response": RESPONSE, "sequence_number": 1},
]


class Finished:
    """A server, a client of it, and the runs that it has told to be finished."""

    def __init__(self, server: MockServer, http: ClientSession) -> None:
        self.server = server
        self.http = http
        self.workspace = server.workspace("k")
        self.runs: list[Run] = []
        self._ended = asyncio.Event()
        server.subscribe(self._finished)

    def _finished(self, _space: Space, run: Run) -> None:
        assert run.done
        self.runs.append(run)
        self._ended.set()

    def post(self, path: str = "/responses", **body: Any) -> Any:
        return self.http.post(
            self.server.base_url + path, headers={"authorization": "Bearer k"}, json=ask(**body) if body else None
        )

    async def created(self, **body: Any) -> Any:
        async with self.post(**body) as reply:
            return await reply.json() if not body.get("stream") else await reply.read()

    async def until(self, count: int) -> None:
        """So many runs have ended."""
        async with asyncio.timeout(5):
            while len(self.runs) < count:
                self._ended.clear()
                await self._ended.wait()

    def statuses(self) -> list[str]:
        return [run.final["status"] for run in self.runs]


@pytest.fixture
async def finished() -> AsyncIterator[Finished]:
    async with MockServer() as server, ClientSession() as http:
        yield Finished(server, http)


def cassette(path: Path) -> Path:
    with CassetteWriter(path, header=Header()) as writer:
        headers = {"content-type": "text/event-stream"}
        writer.add(RecordedExchange(request_body=ask(stream=True), headers=headers, events=EVENTS, times=(0.0, 0.0)))
        writer.add(RecordedExchange(request_body=ask(), headers={"content-type": "application/json"}, body=RESPONSE))
    return path


@pytest.mark.parametrize("body", [{"stream": True}, {"store": False}, {"background": True, "stream": True}, {"n": 1}])
async def test_instant_run(finished: Finished, body: dict[str, Any]):
    await finished.created(**({"stream": False} if "n" in body else body))

    assert finished.statuses() == ["completed"]


async def test_run_of_a_failing_rule(finished: Finished):
    finished.workspace.on().reply("Hello.").fault(fail_after=3)
    await finished.created(stream=True)

    assert finished.statuses() == ["failed"]


@pytest.mark.parametrize("body", [{"stream": True}, {"stream": False}, {"background": True}, {"store": False}])
async def test_paced_run(finished: Finished, body: dict[str, Any]):
    finished.workspace.pace = Pace(first=0.001)
    await finished.created(**body)
    await finished.until(1)

    assert finished.statuses() == ["completed"]


async def test_gated_run(finished: Finished):
    with finished.workspace.gate() as gate:
        creating = asyncio.ensure_future(finished.created(stream=True))
        gate.until("response.output_text.done")
        gate.open()
        await creating

    assert finished.statuses() == ["completed"]


async def test_run_that_is_cancelled(finished: Finished):
    finished.workspace.clock, finished.workspace.pace = ManualClock(), Pace(first=9)
    made = await finished.created(background=True)
    async with finished.http.post(
        f"{finished.server.base_url}/responses/{made['id']}/cancel", headers={"authorization": "Bearer k"}
    ) as reply:
        assert (await reply.json())["status"] == "cancelled"
    await wait_all_tasks_blocked()

    assert finished.statuses() == ["cancelled"]


async def test_background_run_that_is_polled_to_its_end(finished: Finished):
    made = await finished.created(background=True)
    seen = []
    for _ in range(4):
        seen.append(len(finished.runs))
        async with finished.http.get(
            f"{finished.server.base_url}/responses/{made['id']}", headers={"authorization": "Bearer k"}
        ) as reply:
            assert reply.status == 200

    assert (seen, finished.statuses()) == ([0, 0, 1, 1], ["completed"])


@pytest.mark.parametrize("forget", ["reset", "discard", "stop"])
async def test_background_run_that_nobody_polls(finished: Finished, forget: str):
    await finished.created(background=True)
    assert finished.runs == []
    if forget == "reset":
        finished.workspace.reset()
    elif forget == "discard":
        finished.server.discard(finished.workspace)
    else:
        await finished.server.astop()

    assert finished.statuses() == ["completed"]


async def test_replayed_and_recorded_runs(finished: Finished, tmp_path: Path):
    finished.workspace.replay(cassette(tmp_path / "one.yaml"))
    await finished.created(stream=True)
    async with MockServer() as upstream:
        recorder = finished.server.workspace("r")
        recorder.record(upstream=upstream.base_url, path=tmp_path / "two.yaml")
        for streamed in (True, False):
            async with finished.http.post(
                f"{finished.server.base_url}/responses",
                headers={"authorization": "Bearer r"},
                json=ask(stream=streamed),
            ) as reply:
                await reply.read()
        await finished.until(3)
        recorder.close()

    assert finished.statuses() == ["completed"] * 3
    assert len({run.id for run in finished.runs}) == 3


def leave_before_the_first_byte(server: MockServer, body: dict[str, Any]) -> None:
    """Send a request and close the connection at once."""
    with Connection(server.base_url) as connection:
        connection.request("POST", "/v1/responses", body, key="k")
        connection.reset()


@pytest.mark.parametrize("streamed", [True, False])
async def test_run_whose_client_leaves_before_the_first_byte(finished: Finished, streamed: Any):
    finished.workspace.clock, finished.workspace.pace = ManualClock(), Pace(first=9)
    for _ in range(3):
        leave_before_the_first_byte(finished.server, ask(stream=streamed))
    await finished.until(3)

    assert finished.statuses() == ["cancelled"] * 3
    assert finished.workspace.space.running == {}


async def test_subscriber_that_fails_keeps_nobody_from_an_answer(finished: Finished, caplog: pytest.LogCaptureFixture):
    def failing(_space: Space, _run: Run) -> None:
        raise RuntimeError("Oh.")

    finished.server.subscribe(failing)
    made = await finished.created(stream=False)

    assert (made["status"], finished.statuses()) == ("completed", ["completed"])
    assert "failing" in caplog.text


@pytest.mark.parametrize("left", ["unpolled", "abandoned"])
async def test_runs_that_nobody_wants_keep_nothing_else_out(left: str):
    async with MockServer(Settings(max_responses=3)) as server, ClientSession() as http:
        finished = Finished(server, http)
        for number in range(5):
            if left == "unpolled":
                await finished.created(background=True, user=str(number))
            else:
                finished.workspace.clock, finished.workspace.pace = ManualClock(), Pace(first=9)
                leave_before_the_first_byte(server, ask(f"left {number}", stream=True))
                await finished.until(number + 1)
        finished.workspace.pace = Pace()
        ids = [(await finished.created(stream=False, user=str(number)))["id"] for number in range(3)]

    assert [one in finished.workspace.space.responses for one in ids] == [True, True, True]
    assert Counter(finished.statuses())["completed"] >= 3


async def test_first_of_two_unpolled_runs_with_one_id_ends(finished: Finished):
    finished.workspace.on().reply("One.", id="resp_one")
    for _ in range(2):
        await finished.created(background=True)

    assert finished.statuses() == ["completed"]
    finished.workspace.reset()
    assert finished.statuses() == ["completed"] * 2


async def test_later_of_two_paced_runs_with_one_id_stands_for_it(finished: Finished):
    clock = finished.workspace.clock = ManualClock()
    finished.workspace.on().reply("One.", id="resp_one", pace=Pace(first=1)).reply(
        "Two.", id="resp_one", pace=Pace(first=9)
    )
    for _ in range(2):
        await finished.created(background=True)
    assert finished.runs == []
    clock.advance(1)
    await finished.until(1)
    space = finished.workspace.space
    assert [run.done for run in space.running.values()] == [False]
    clock.advance(8)
    await finished.until(2)

    assert (finished.statuses(), space.running) == (["completed"] * 2, {})
    assert space.responses.get("resp_one").output()[0]["content"][0]["text"] == "Two."


@pytest.mark.parametrize("streamed", [False, True])
async def test_turn_of_a_conversation_is_over_with_its_run(finished: Finished, streamed: Any):
    space = finished.workspace.space
    made = space.conversations.create({}, draws=Draws(b""), epoch=0, created_at=0)
    finished.workspace.pace = Pace(first=0.001)
    await finished.created(stream=streamed, conversation=made["id"])
    await finished.until(1)

    assert space.turns == {}


@pytest.mark.parametrize("cancelled", [False, True], ids=["played", "cancelled"])
async def test_engine_lets_go_of_background_work_that_has_ended(cancelled: Any):
    workspace, engine, clock = workspace_apart(), Engine(), ManualClock()
    workspace.clock, workspace.pace = clock, Pace(first=9)
    run = await run_of(workspace, engine, ask(background=True))
    assert [*engine._playing] == [run]
    if cancelled:
        engine.cancel(workspace.space, run.id)
    else:
        clock.advance(9)
    await wait_all_tasks_blocked()

    assert run.done
    assert engine._playing == {}
