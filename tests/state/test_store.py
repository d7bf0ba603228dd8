"""Stores keep within their bounds, and what they count is what they take."""

import gc
import json
import tracemalloc
from collections.abc import Callable
from itertools import starmap
from typing import Any

import pytest

from mockserver import Settings, Workspace
from mockserver.engine import Engine
from mockserver.model.request import Asked
from mockserver.state.rendering import LoggedRendering
from mockserver.state.repeats import Repeats
from mockserver.state.run import Run
from mockserver.state.store import MakeStore
from mockserver.state.stored import StoredResponse
from mockserver.state.table import Table
from mockserver.web.sse import SSE
from tests.support.asking import HEAD, workspace_apart
from tests.support.bodies import ask

Responses = Table[StoredResponse]


@pytest.fixture
def table(make_store: MakeStore) -> Callable[..., Responses]:
    """`table(count, size)` makes a table of responses with these bounds."""

    def made(
        count: int,
        size: int,
        *,
        may_go: Callable[[str], bool] = lambda _: True,
        dropped: Callable[[str], None] = lambda _: None,
    ) -> Responses:
        return make_store(Settings(max_responses=count, max_bytes=size), may_go=may_go, dropped=dropped).responses

    return made


def stored(number: int | str, size: int) -> StoredResponse:
    rendering = LoggedRendering(b"{}", response_id=f"{number}", types=(), payloads=())
    return StoredResponse(rendering.id, b"{}", rendering, size=size)


def put(table: Responses, *responses: StoredResponse) -> None:
    for response in responses:
        table.put(response.id, response)


def kept(table: Responses) -> str:
    """The ids of all responses, oldest first."""
    return "".join(response.id for response in table.newest_first())[::-1]


@pytest.mark.parametrize(
    ("bounds", "sizes", "expected"),
    [
        pytest.param((3, 100), (1, 1, 1), "012", id="within"),
        pytest.param((3, 100), (1, 1, 1, 1, 1), "234", id="count"),
        pytest.param((9, 10), (4, 4, 4, 2), "123", id="bytes"),
        pytest.param((9, 10), (4, 4, 10), "2", id="one-large"),
        pytest.param((9, 10), (4, 11), "1", id="larger-than-all"),
    ],
)
def test_oldest_values_go_first(table: Callable[..., Responses], bounds: Any, sizes: Any, expected: str):
    dropped: list[str] = []
    values = table(*bounds, dropped=dropped.append)
    put(values, *starmap(stored, enumerate(sizes)))

    assert kept(values) == expected
    assert [values.get(str(number)) is not None for number in range(len(sizes))] == [
        str(number) in expected for number in range(len(sizes))
    ]
    assert "".join(dropped) + expected == "".join(map(str, range(len(sizes))))  # each that went is told of


def test_value_that_grows_stays_itself(table: Callable[..., Responses]):
    values = table(9, 10)
    put(values, stored(0, 4), stored(1, 4), stored(0, 7))
    assert kept(values) == "0"  # which takes 7 of 10

    put(values, stored(1, 3))
    assert kept(values) == "01"
    put(values, stored(2, 1))
    assert kept(values) == "12"


def test_value_that_grows_keeps_its_age(table: Callable[..., Responses]):
    values = table(2, 10)
    put(values, stored(0, 1), stored(1, 1), stored(0, 2), stored(2, 1))

    assert kept(values) == "12"


def test_value_that_has_to_stay_is_passed_over(table: Callable[..., Responses]):
    values = table(2, 100, may_go=lambda key: key != "0")
    put(values, *(stored(number, 1) for number in range(4)))

    assert kept(values) == "03"


async def answered(workspace: Workspace, engine: Engine, number: int, **more: Any) -> Run:
    """One request that goes the whole path but for the socket."""
    asked = Asked(HEAD, json.dumps(ask(f"This is request {number}.", **more)).encode())
    outcome, run, *_ = await engine.create(workspace.space, asked)
    assert run is not None
    workspace.space.journal.add(asked, 200, outcome, run)
    assert run.rendering.framed(SSE) if run.streamed else run.body()
    run.leave()
    return run


@pytest.mark.parametrize("more", [{}, {"stream": True}, {"store": False}], ids=["json", "stream", "unstored"])
async def test_responses_take_no_more_memory_than_their_bound(make_store: MakeStore, more: Any):
    bound = 32 * 1024
    workspace = workspace_apart(Settings(max_bytes=bound), make_store=make_store)
    engine = Engine()
    tracemalloc.start()
    for number in range(60):  # what is made once: caches, tables
        await answered(workspace, engine, number, **more)
    workspace.reset()
    workspace.space.repeats = Repeats(most=1)  # what is remembered of requests has a bound of its own
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(1000, 1125):
        await answered(workspace, engine, number, **more)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # One for responses, one for requests, the rest for the ids of 125 requests; without bounds they take ten.
    assert after - before < 5 * bound


async def test_workspace_keeps_as_many_as_the_settings_say(make_store: MakeStore):
    workspace = workspace_apart(Settings(max_responses=3, max_requests=2), make_store=make_store)
    engine = Engine()
    ids = [(await answered(workspace, engine, number)).id for number in range(5)]

    assert [workspace.space.responses.find(one) is not None for one in ids] == [False, False, True, True, True]
    assert [exchange.number for exchange in workspace.requests] == [4, 5]


async def test_chain_begins_where_an_older_response_was_dropped(make_store: MakeStore):
    workspace = workspace_apart(Settings(max_responses=2), make_store=make_store)
    engine = Engine()
    run = await answered(workspace, engine, 0)
    for number in (1, 2):
        run = await answered(workspace, engine, number, previous_response_id=run.id)
    responses = workspace.space.responses

    assert len(responses.context(responses.get(run.id))) == 3
