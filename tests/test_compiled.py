"""Requests that come again are answered from compiled bytes; nobody can tell them from replies that are not."""

import gc
import itertools
import weakref

import pytest

from mockserver import Pace, Workspace
from mockserver.clock import FrozenClock
from mockserver.codec import compact
from mockserver.engine import Engine
from mockserver.model.request import CreateRequest
from mockserver.script.step import COMPILE_AT, REMEMBERED, Step
from mockserver.state.journal import Exchange
from tests.bodies import BODIES, ask

TIMES = COMPILE_AT + 2
HEADERS = {"content-type": "application/json"}


def answered(workspace, bodies, *, remembering):
    """The runs that answer these bodies one after the other; an engine that remembers none compiles nothing."""
    engine, runs = Engine(), []
    for body in bodies:
        exchange = Exchange(method="POST", path="/v1/responses", headers=HEADERS, raw=compact(body))
        runs.append(engine.create(workspace, exchange))
        engine = engine if remembering else Engine()
    return runs


def told(run):
    """All that a run tells, whichever way it is asked."""
    return {
        "body": run.body(),
        "final": run.final,
        "events": list(run.events()),
        "frames": run.frames(),
        "pieces": list(run.pieces(range(run.length))),
        "length": run.length,
    }


def with_rule(workspace):
    workspace.on().reply("Once.").reply("Twice and more.")


def with_fault(workspace):
    workspace.on().reply("It breaks.").fault(fail_after=4)


@pytest.mark.parametrize("setup", [pytest.param(lambda _: None, id="default"), with_rule, with_fault])
@pytest.mark.parametrize("streamed", [pytest.param(False, id="json"), pytest.param(True, id="sse")])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_compiled_replies_are_those_that_would_be_told(body, streamed, setup):
    compiled, fresh = Workspace(api_key="one"), Workspace(api_key="two")
    setup(compiled)
    setup(fresh)
    asked = [{**body, "stream": streamed}] * TIMES
    found = [told(run) for run in answered(compiled, asked, remembering=True)]
    expected = [told(run) for run in answered(fresh, asked, remembering=False)]
    assert found == expected
    assert len({one["body"] for one in found}) == TIMES


class Waited(FrozenClock):
    """A clock on which all waiting is over at once, and noted."""

    def __init__(self):
        super().__init__()
        self.deadlines = []

    def elapsed(self):
        return 0.0

    async def sleep_until(self, deadline):
        self.deadlines.append(deadline)


async def waited(workspace, engine):
    """What is waited for in the answer to a streamed request."""
    workspace.clock = Waited()
    raw = compact(ask(stream=True))
    run = engine.create(workspace, Exchange(method="POST", path="/v1/responses", headers=HEADERS, raw=raw))
    parts = [part async for part in run.play()]
    assert list(itertools.chain(*parts)) == list(range(run.length))
    return workspace.clock.deadlines


async def test_compiled_replies_keep_the_pace_of_their_rule():
    engine, workspace = Engine(), Workspace(api_key="one")
    rule = workspace.on().reply("one two three").pace(first=1, rate=2)
    assert [await waited(workspace, engine) for _ in range(TIMES)] == [[1.0, 1.5, 2.0, 2.5]] * TIMES
    rule.pace(rate=1)
    assert [await waited(workspace, engine) for _ in range(TIMES)] == [[0.0, 1.0, 2.0, 3.0]] * TIMES


async def test_compiled_replies_keep_the_pace_of_their_step():
    engine, workspace = Engine(), Workspace(api_key="one")
    workspace.on().reply("one two", pace=Pace(rate=4)).reply("one two", pace=Pace(first=1))
    asked = [await waited(workspace, engine) for _ in range(TIMES)]
    assert asked == [[0.0, 0.25, 0.5], *[[1.0]] * (TIMES - 1)]


async def test_compiled_replies_follow_the_pace_of_the_workspace():
    engine, workspace = Engine(), Workspace(api_key="one")
    workspace.on().reply("one two")
    workspace.pace = Pace(first=1)
    asked = [await waited(workspace, engine) for _ in range(TIMES)]
    workspace.pace = Pace(first=3)
    assert [*asked, await waited(workspace, engine)] == [*[[1.0]] * TIMES, [3.0]]


async def test_jitter_differs_from_reply_to_reply():
    engine, workspace = Engine(), Workspace(api_key="one")
    workspace.on().reply("one two").pace(rate=1, jitter=0.5)
    asked = [tuple(await waited(workspace, engine)) for _ in range(TIMES)]
    assert len(set(asked)) == TIMES


def test_compiled_reply_goes_with_its_rule():
    workspace = Workspace(api_key="one")
    rule = workspace.on().reply("Again.")
    answered(workspace, [ask()] * TIMES, remembering=True)
    (kept,) = map(weakref.ref, rule.steps[0].compiled.values())
    del rule
    workspace.reset()
    gc.collect()
    assert kept() is None


def test_as_many_replies_are_compiled_as_requests_are_remembered():
    step, requests = Step(), [CreateRequest({}) for _ in range(REMEMBERED + 1)]
    for request in requests:
        step.compiled[request] = step.counts_often(request)
    assert list(step.compiled) == requests[-1:]


def test_rule_that_answers_once_compiles_nothing():
    workspace = Workspace(api_key="one")
    rules = [workspace.enqueue(f"Only {number}.") for number in range(TIMES)]
    answered(workspace, [ask()] * TIMES, remembering=True)
    assert [len(rule.steps[0].compiled) for rule in rules] == [0] * TIMES
