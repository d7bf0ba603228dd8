"""The store in memory keeps within its bounds, and what it counts is what it takes."""

import gc
import json
import tracemalloc

import pytest

from mockserver import Settings, Workspace
from mockserver.engine import Engine
from mockserver.state.journal import Exchange
from mockserver.state.store import MemoryStore
from tests.bodies import ask


def filled(store, *sizes):
    for number, size in enumerate(sizes):
        store.put(str(number), f"value {number}", size=size)
    return [value.removeprefix("value ") for value in store.newest_first()][::-1]


@pytest.mark.parametrize(
    ("bounds", "sizes", "kept"),
    [
        pytest.param((3, 100), (1, 1, 1), "012", id="within"),
        pytest.param((3, 100), (1, 1, 1, 1, 1), "234", id="count"),
        pytest.param((9, 10), (4, 4, 4, 2), "123", id="bytes"),
        pytest.param((9, 10), (4, 4, 10), "2", id="one-large"),
        pytest.param((9, 10), (4, 11), "1", id="larger-than-all"),
    ],
)
def test_oldest_values_go_first(bounds, sizes, kept):
    count, size = bounds
    store = MemoryStore(max_count=count, max_bytes=size)

    assert "".join(filled(store, *sizes)) == kept
    assert store.size == sum(sizes[int(number)] for number in kept)
    assert len(store) == len(kept)


def test_value_that_grows_stays_itself():
    store = MemoryStore(max_count=9, max_bytes=10)
    filled(store, 4, 4)
    store.put("0", "value 0", size=7)

    assert (list(store.newest_first()), store.size) == (["value 0"], 7)


def test_value_that_grows_keeps_its_age():
    store = MemoryStore(max_count=2, max_bytes=10)
    filled(store, 1, 1)
    store.put("0", "value 0", size=2)
    store.put("2", "value 2", size=1)

    assert list(store.newest_first()) == ["value 2", "value 1"]


def test_value_that_has_to_stay_is_passed_over():
    store = MemoryStore(max_count=2, max_bytes=100, may_go=lambda value: value != "value 0")

    assert filled(store, 1, 1, 1, 1) == ["0", "3"]


def test_removed_value_is_not_counted():
    store = MemoryStore(max_count=9, max_bytes=100)
    filled(store, 4, 5)

    assert store.remove("0") == "value 0"
    assert store.remove("0") is None
    assert (store.get("0"), store.get("1"), store.size, len(store)) == (None, "value 1", 5, 1)


def answered(workspace, engine, number, **more):
    """One request that goes the whole path but for the socket."""
    raw = json.dumps(ask(f"This is request {number}.", **more)).encode()
    exchange = Exchange(method="POST", path="/v1/responses", headers={}, raw=raw)
    run = engine.create(workspace, exchange)
    if not more:
        exchange.reply = run.body()
    workspace.journal.add(exchange)
    return run


@pytest.mark.parametrize("more", [{}, {"stream": True}, {"store": False}], ids=["json", "stream", "unstored"])
def test_responses_take_no_more_memory_than_their_bound(more):
    bound = 256 * 1024
    workspace = Workspace(api_key="k", settings=Settings(max_bytes=bound))
    engine = Engine()
    tracemalloc.start()
    for number in range(300):  # what is made once: caches, tables
        answered(workspace, engine, number, **more)
    workspace.reset()
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(1000, 2000):
        answered(workspace, engine, number, **more)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert after - before < 3 * bound  # one for responses, one for requests, the rest for the ids of 1,000 requests


def test_workspace_keeps_as_many_as_the_settings_say():
    workspace = Workspace(api_key="k", settings=Settings(max_responses=3, max_requests=2))
    engine = Engine()
    ids = [answered(workspace, engine, number).id for number in range(5)]

    assert [workspace.responses.find(one) is not None for one in ids] == [False, False, True, True, True]
    assert [exchange.number for exchange in workspace.requests] == [4, 5]


def test_chain_begins_where_an_older_response_was_dropped():
    workspace = Workspace(api_key="k", settings=Settings(max_responses=2))
    engine = Engine()
    run = answered(workspace, engine, 0)
    for number in (1, 2):
        run = answered(workspace, engine, number, previous_response_id=run.id)
    record = workspace.responses.get(run.id)

    assert len(workspace.responses.context(record)) == 3
