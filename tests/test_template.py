"""Requests that come again are answered from templates; nobody can tell them from replies that are not."""

import gc
import itertools
import weakref
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from mockserver import Pace, Workspace
from mockserver.clock import FrozenClock
from mockserver.engine import Engine
from mockserver.ids import Draws
from mockserver.state.repeats import TEMPLATE_AT, Repeats
from mockserver.state.run import Run
from mockserver.state.template import ResponseTemplate, TemplatedRendering
from mockserver.web.sse import SSE
from tests.support.asking import run_of, workspace_apart
from tests.support.bodies import BODIES, ask

TIMES = TEMPLATE_AT + 2


async def answered(workspace: Workspace, bodies: Iterable[Mapping[str, Any]], *, remembering: bool = True) -> list[Run]:
    """The runs that answer these bodies one after the other; a space that remembers nothing makes no templates."""
    engine, runs = Engine(), []
    for body in bodies:
        runs.append(await run_of(workspace, engine, body))
        if not remembering:
            workspace.space.repeats = Repeats()
    return runs


def told(run: Run) -> dict[str, Any]:
    """All that a run tells, whichever way it is asked."""
    return {
        "body": run.body(),
        "final": run.final,
        "events": list(run.events()),
        "framed": run.rendering.framed(SSE),
        "payloads": list(run.rendering.payloads(range(len(run.types)))),
        "some payloads": list(run.rendering.payloads(range(1, 3))),
        "types": list(run.types),
    }


def templates(workspace: Workspace) -> list[ResponseTemplate]:
    """The templates that a workspace remembers."""
    known = workspace.space.repeats.templates.values()
    return [template for template in known if isinstance(template, ResponseTemplate)]


def with_rule(workspace):
    workspace.on().reply("Once.").reply("Twice and more.")


def with_fault(workspace):
    workspace.on().reply("It breaks.").fault(fail_after=4)


@pytest.mark.parametrize("setup", [pytest.param(lambda _: None, id="default"), with_rule, with_fault])
@pytest.mark.parametrize("streamed", [pytest.param(False, id="json"), pytest.param(True, id="sse")])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_templated_replies_are_those_that_would_be_told(body, streamed, setup):
    templated, fresh = workspace_apart(), workspace_apart()
    setup(templated)
    setup(fresh)
    asked = [{**body, "stream": streamed}] * TIMES
    found = await answered(templated, asked)
    expected = await answered(fresh, asked, remembering=False)
    assert len(templates(templated)) == 1
    assert not any(isinstance(run.rendering, TemplatedRendering) for run in expected)
    assert list(map(told, found)) == list(map(told, expected))
    assert len({run.body() for run in found}) == TIMES


REFERRED = {
    "previous_response_id": lambda run, _: {"previous_response_id": run.id},
    "conversation": lambda _, conversation: {"conversation": conversation},
    "conversation-object": lambda _, conversation: {"conversation": {"id": conversation}},
}


@pytest.mark.parametrize("referring", REFERRED.values(), ids=REFERRED)
@pytest.mark.parametrize("named", [(False, False, False, True), (True, True, True, False)], ids=["named", "not-named"])
async def test_templated_replies_repeat_what_their_own_request_refers_to(referring, named):
    found = []
    for remembering in (True, False):
        workspace = workspace_apart()
        with_rule(workspace)
        firsts = [await run_of(workspace, Engine(), ask(text)) for text in ("first", "second")]
        make = workspace.space.conversations.create
        made = [make({}, draws=Draws(text), epoch=0, created_at=0)["id"] for text in (b"first", b"second")]
        others = itertools.cycle(zip(firsts, made, strict=True))
        asked = [ask() | (referring(*next(others)) if is_named else {}) for is_named in named]
        found.append([run.final for run in await answered(workspace, asked, remembering=remembering)])
    assert found[0] == found[1]


async def test_templated_replies_encrypt_for_the_ids_of_their_rule():
    templated, fresh = workspace_apart(), workspace_apart()
    thought = {"type": "reasoning", "id": "rs_own", "summary": []}
    for workspace in (templated, fresh):
        workspace.on().reply(thought, thought | {"id": "rs_other"}, "Done.")
    asked = [ask(model="gpt-5", include=["reasoning.encrypted_content"], store=False)] * TIMES
    found = await answered(templated, asked)
    assert len(templates(templated)) == 1
    assert list(map(told, found)) == list(map(told, await answered(fresh, asked, remembering=False)))


def test_templated_replies_have_the_headers_of_their_own_request(workspace, raw, tmp_path):
    (tmp_path / "rules.yaml").write_text("- reply: You are ${header.x-user}.\n")
    workspace.load(tmp_path / "rules.yaml")
    users = [*["ada"] * TIMES, *["bob"] * TIMES]
    replies = [raw("POST", "/v1/responses", ask(), headers={"x-user": user}) for user in users]
    texts = [reply.json["output"][0]["content"][0]["text"] for reply in replies]
    assert texts == [f"You are {user}." for user in users]


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
    workspace.clock = clock = Waited()
    run = await run_of(workspace, engine, ask(stream=True))
    batches = [batch async for batch in run.read()]
    assert list(itertools.chain(*batches)) == list(range(len(run.types)))
    return clock.deadlines


async def test_templated_replies_keep_the_pace_of_their_rule():
    engine, workspace = Engine(), workspace_apart()
    rule = workspace.on().reply("one two three").pace(first=1, rate=2)
    assert [await waited(workspace, engine) for _ in range(TIMES)] == [[1.0, 1.5, 2.0, 2.5]] * TIMES
    rule.pace(rate=1)
    assert [await waited(workspace, engine) for _ in range(TIMES)] == [[0.0, 1.0, 2.0, 3.0]] * TIMES


async def test_templated_replies_keep_the_pace_of_their_step():
    engine, workspace = Engine(), workspace_apart()
    workspace.on().reply("one two", pace=Pace(rate=4)).reply("one two", pace=Pace(first=1))
    asked = [await waited(workspace, engine) for _ in range(TIMES)]
    assert asked == [[0.0, 0.25, 0.5], *[[1.0]] * (TIMES - 1)]


async def test_templated_replies_follow_the_pace_of_the_workspace():
    engine, workspace = Engine(), workspace_apart()
    workspace.on().reply("one two")
    workspace.pace = Pace(first=1)
    asked = [await waited(workspace, engine) for _ in range(TIMES)]
    workspace.pace = Pace(first=3)
    assert [*asked, await waited(workspace, engine)] == [*[[1.0]] * TIMES, [3.0]]


async def test_jitter_differs_from_reply_to_reply():
    engine, workspace = Engine(), workspace_apart()
    workspace.on().reply("one two").pace(rate=1, jitter=0.5)
    asked = [tuple(await waited(workspace, engine)) for _ in range(TIMES)]
    assert len(set(asked)) == TIMES


async def test_template_goes_with_its_rule():
    workspace = workspace_apart()
    workspace.on().reply("Again.")
    await answered(workspace, [ask()] * TIMES)
    (kept,) = map(weakref.ref, templates(workspace))
    workspace.reset()
    gc.collect()
    assert kept() is None


async def test_as_many_templates_are_kept_as_requests_are_remembered():
    workspace = workspace_apart()
    workspace.space.repeats = Repeats(most=2)
    workspace.on().reply("Again.")
    made = []
    for number in range(3):
        await answered(workspace, [ask(user=f"user-{number}")] * TIMES)
        made.append(templates(workspace)[-1])
    assert templates(workspace) == made[1:]
    assert len(workspace.space.repeats.requests) == 2


async def test_rule_that_answers_once_makes_no_template():
    workspace = workspace_apart()
    for number in range(TIMES):
        workspace.enqueue(f"Only {number}.")
    await answered(workspace, [ask()] * TIMES)
    assert templates(workspace) == []


async def test_stated_usage_of_any_size_is_added_to_the_total():
    workspace = workspace_apart()
    workspace.on().reply("Long.", usage={"output_tokens": 10**7})
    usage = [run.final["usage"] for run in await answered(workspace, [ask(f"Ask {n}.") for n in range(TIMES)])]

    assert {one["total_tokens"] - one["input_tokens"] for one in usage} == {10**7}
