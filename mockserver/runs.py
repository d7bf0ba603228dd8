"""What a run shows, made for one request or filled into the template of its shape; and what is stored of it."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import mockserver.replay
from mockserver.codec import JsonObject
from mockserver.errors import ScriptError
from mockserver.events.deltas import Splits
from mockserver.events.life import is_under_way
from mockserver.ids import Draws, ObjectIds
from mockserver.model.answer import Answer, Planner, RecordedStream, VariesWith
from mockserver.model.compaction import compacted
from mockserver.model.dialect import Dialect
from mockserver.model.fault import ErrorEvent, FailedResponse, Fault
from mockserver.model.finish import finish
from mockserver.model.plan import Pace, Plan, Response
from mockserver.model.rendering import Rendering
from mockserver.model.request import Asked, CheckedRequest, CreateRequest, Delivery, conversation_id_of
from mockserver.model.tokens import input_tokens
from mockserver.space import Space
from mockserver.spec.api_errors import api_error
from mockserver.state.reasoning_pairs import stated_followers
from mockserver.state.rendering import EmittedRendering, ended, rearranged
from mockserver.state.repeats import TEMPLATE_AT
from mockserver.state.run import Run
from mockserver.state.stored import OVERHEAD, StoredResponse
from mockserver.state.template import NO_REFERENCES, Marks, ResponseTemplate
from mockserver.state.timed_run import TimedRun

JOINED = frozenset({"completed", "incomplete"})
"""Statuses with which a response joins its conversation."""
STREAMED_FOR = 300.0
"""Seconds for which background work can be streamed again. Source: the message of `stream_expired`."""


def rendered(
    space: Space, planner: Planner, asked: Asked, checked: CheckedRequest, draws: Draws, *, by: str | None
) -> tuple[Rendering, Pace | None]:
    """The answer of a planner to a request, and its pace.

    Raises:
        ScriptError: the plan cannot be made; the message names the rule.
        TakesLongError: the plan is to be made by `planned_elsewhere`; no id has been drawn yet.
    """
    request = checked.request
    if checked.prompt_tokens is None:
        checked.prompt_tokens = input_tokens(request)
    varies_with = planner.varies_with
    if checked.length_matters and varies_with == "shape":
        varies_with = "content"
    if varies_with == "shape" or (varies_with == "content" and asked.repeated):
        key = planner, _shape(checked, asked.dialect) if varies_with == "shape" else asked
        template = space.repeats.templates.get(key)
        if not isinstance(template, ResponseTemplate):
            template = _count(space, planner, key, checked, by, asked.dialect)
        if template is not None:
            ids = _new_ids(space, draws, checked)
            if template.stated_followers is not None and request.stored:
                space.note_reasoning(ids.partition, *template.stated_followers)
            references = _references(request.body) if checked.refers else NO_REFERENCES
            return template.filled(ids, space.clock.now(), checked.prompt_tokens, references), template.pace
    plan = _plan(space, planner, checked, by)
    ids, now = _new_ids(space, draws, checked), space.clock.now()
    rendering, pace = _render(request, plan, checked, ids=ids, time=now, prompt_tokens=checked.prompt_tokens)
    output = rendering.final().get("output") or ()
    followers = stated_followers(output) if len(output) > 1 else None
    if followers is not None and request.stored:
        space.note_reasoning(ids.partition, *followers)
    return rendering, pace


def _new_ids(space: Space, draws: Draws, checked: CheckedRequest) -> ObjectIds:
    return ObjectIds(draws, space.clock.epoch, checked.partition, checked.flag, space.secret)


async def called(planner: Planner, checked: CheckedRequest, *, by: str | None) -> Planner:
    """A planner, once the functions of the test's author have been called.

    Raises: ScriptError, with the name of the rule, where one raises.
    """
    try:
        return await planner.called(checked.request)
    except ScriptError as error:
        raise _of_rule(error, by) from error


def _of_rule(error: ScriptError, by: str | None) -> ScriptError:
    return ScriptError(f"Rule {by}: {error}" if by else str(error))


def _shape(checked: CheckedRequest, dialect: Dialect | None) -> bytes:
    """The key of its template: all of a request that its response shows. A provider may show more of it."""
    return checked.shape if dialect is None else checked.shape + dialect.key


def _count(  # noqa: PLR0917 - once for each request, where names cost
    space: Space,
    planner: Planner,
    key: tuple[Planner, bytes | Asked],
    checked: CheckedRequest,
    by: str | None,
    dialect: Dialect | None,
) -> ResponseTemplate | None:
    """Count one more answer to requests that are answered alike. Returns their template when there were enough.

    None also where there can be no template.
    """
    templates = space.repeats.templates
    count = templates.get(key, 0)
    if isinstance(count, ResponseTemplate):
        return count
    if count == TEMPLATE_AT:  # there can be none
        return None
    made = None
    if count + 1 == TEMPLATE_AT:
        made = ResponseTemplate.of(
            lambda marks: _render_marked(space, planner, checked, by, marks), seed=checked.shape, dialect=dialect
        )
    templates[key] = made or count + 1
    return made


def _render_marked(
    space: Space, planner: Planner, checked: CheckedRequest, by: str | None, marks: Marks
) -> tuple[Rendering, Pace | None]:
    """The answer with marks instead of all that differs from one request to the next."""
    request = checked.request
    marked = CreateRequest(marks.referring(request.body), history=request.history, items=request.items)
    plan = _plan(space, planner, checked, by)
    return _render(marked, plan, checked, ids=marks, time=marks.time, prompt_tokens=marks.prompt_tokens)


def _references(body: Mapping[str, Any]) -> tuple[str, str]:
    return body.get("previous_response_id") or "", conversation_id_of(body) or ""


class MadePlan:
    """A planner whose plan has been made."""

    varies_with: VariesWith = "call"

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def plan(self, request: CreateRequest, draws: Callable[[], Draws]) -> Plan:  # noqa: ARG002 - as a planner has them
        """The plan that it was made with."""
        return self._plan

    async def called(self, request: CreateRequest) -> "MadePlan":  # noqa: ARG002 - a planner's argument
        """Itself: there is nothing to call."""
        return self


async def planned_elsewhere(space: Space, planner: Planner, checked: CheckedRequest, *, by: str | None) -> Planner:
    """A planner with the plan for this request, which is made in a thread: it takes too long for the event loop.

    Raises: ScriptError, with the name of the rule, where the plan cannot be made.
    """
    return MadePlan(await asyncio.to_thread(_make_plan, space, planner, checked, by))


def _plan(space: Space, planner: Planner, checked: CheckedRequest, by: str | None) -> Plan:
    plan = _make_plan(space, planner, checked, by)
    return compacted(plan, checked.request) if checked.length_matters else plan


def _make_plan(space: Space, planner: Planner, checked: CheckedRequest, by: str | None) -> Plan:
    def draws() -> Draws:
        return Draws(space.seeds.key(checked.content))

    try:
        return planner.plan(checked.request, draws)
    except ScriptError as error:
        raise _of_rule(error, by) from error


def _render(
    request: CreateRequest, plan: Plan, checked: CheckedRequest, *, ids: ObjectIds, time: int, prompt_tokens: int
) -> tuple[Rendering, Pace | None]:
    final = finish(request, plan, ids=ids, created_at=time, completed_at=time, prompt_tokens=prompt_tokens)
    rendering: Rendering = EmittedRendering(
        final,
        streamed=request.stream,
        splits=_partial_images(request, final) if request.offered else None,
        padding=checked.shape if request.stream and _obfuscated(request) else None,
    )
    return rearranged(rendering, plan.events) if plan.events and request.stream else rendering, plan.pace


def _obfuscated(request: CreateRequest) -> bool:
    """Whether deltas are padded: unless switched off, and never in background work. Source: recorded."""
    options = request.body.get("stream_options") or {}
    return not request.background and options.get("include_obfuscation") is not False


def _partial_images(request: CreateRequest, final: Response) -> Splits | None:
    """As many partial pictures as the image tool asks for; each shows the finished one."""
    asked = next((tool.get("partial_images") for tool in request.offered if tool["type"] == "image_generation"), None)
    if not asked:
        return None
    pictures = {
        index: [item["result"]] * asked
        for index, item in enumerate(final["output"])
        if item["type"] == "image_generation_call" and item.get("result")
    }
    return Splits(images=pictures)


def failed(rendering: Rendering, fault: Fault) -> Rendering:
    """The response as it fails after some of its events, where the fault says so."""
    ending = fault.ending
    if not isinstance(ending, ErrorEvent | FailedResponse):
        return rendering
    event = ending.error.in_event() if isinstance(ending, ErrorEvent) else None
    return ended(rendering, after=ending.after, status="failed", error=ending.error.in_response(), event=event)


def recorded_run(space: Space, answer: Answer, content: RecordedStream, *, background: bool) -> Run:
    """A run of what was recorded, or is being recorded: live, on the schedule of its answer, behind a gate, or done.

    It is streamed where the recording is, whatever its request asks for. `background` is what the request asks for.
    """
    fault = answer.outcome.fault
    rendering = content if fault is None else failed(content, fault)
    delivery = Delivery(content.streamed, content.streamed and background)
    gate = None if content.live else space.active_gate
    if answer.schedule is None and gate is None and not content.live:
        return Run(rendering, delivery, complete=content.complete)
    return TimedRun(
        rendering,
        delivery,
        schedule=answer.schedule,
        clock=space.clock,
        gate=gate,
        live=content.live,
        complete=content.complete,
    )


def stored_response(space: Space, run: Run, checked: CheckedRequest) -> StoredResponse:
    """The response of a run as a store keeps it."""
    request, rendering = checked.request, run.rendering
    return StoredResponse(
        id=space.stored_id(rendering.id),
        raw=request.raw,
        rendering=rendering,
        delivery=checked.delivery,
        parent_id=request.body.get("previous_response_id"),
        conversation_id=request.conversation_id if checked.refers else None,
        items=checked.stored_input,
        size=_size(request.raw, rendering),
        sent=None if run.dialect is None else run.dialect.sent,
        follows_item=request.history[-1]["id"] if request.conversation_id and request.history else None,
        began_at=space.clock.elapsed() if all(checked.delivery) else None,
    )


def settled(space: Space, stored: StoredResponse | None, run: Run) -> StoredResponse | None:
    """Take a run that has ended from the running ones. Returns what to store; None where it was dropped meanwhile."""
    if stored is None:
        return None
    rendering = run.rendering
    if stored.id:
        if space.running.get(stored.id) is not run:
            return None
        del space.running[stored.id]
        if space.store.responses.get(stored.id) is None:
            return None
    return stored._replace(
        id=space.stored_id(rendering.id),
        rendering=rendering,
        size=_size(stored.raw, rendering),
        injected=run.injected,
    )


def _size(raw: bytes, rendering: Rendering) -> int:
    """Bytes that a stored response takes, approximately."""
    return OVERHEAD + len(raw) + rendering.size


def retrieved(space: Space, response_id: str) -> Run:
    """Answer `GET /v1/responses/{id}`; asking moves instant background work on. Raises: ApiError 404."""
    run = space.run_of(space.responses.get(response_id))
    run.poll()
    return run


def resumed(space: Space, response_id: str) -> Run:
    """The run that `GET /v1/responses/{id}?stream=true` streams again.

    Raises: ApiError 404, or 400 for one that was not made to be streamed in the background, or is too old.
    """
    stored = space.responses.get(response_id)
    run = space.run_of(stored)
    if not run.background:
        raise api_error("not_background")
    if not run.streamed:
        raise api_error("not_streamed")
    if stored.began_at is not None and space.clock.elapsed() - stored.began_at > STREAMED_FOR:
        raise api_error("stream_expired")
    return run


def caught_up(space: Space, said: JsonObject) -> StoredResponse | None:
    """Keep what a recorded reply says of a stored response: how far it has come, or that it is deleted.

    Returns the response where it has ended by that.
    """
    stored = space.responses.find(space.stored_id(said["id"])) if isinstance(said.get("id"), str) else None
    if stored is None or stored.synthetic:
        return None
    if said.get("deleted") is True:
        space.responses.keep(stored._replace(deleted=True))
        return None
    if said.get("object") != "response" or stored.id in space.running:
        return None
    if not is_under_way(stored.response.get("status")):
        return None
    rendering = mockserver.replay.recorded_body(said)
    stored = stored._replace(rendering=rendering, size=_size(stored.raw, rendering))
    space.responses.keep(stored)
    if is_under_way(said.get("status")):
        return None
    if stored.conversation_id is not None:
        join_conversation(space, stored)
    return stored


def join_conversation(space: Space, stored: StoredResponse) -> None:
    """Input and output join the conversation together, and only if the response came to an end of its own."""
    conversation = space.conversations.find(stored.conversation_id or "")
    if conversation is not None and stored.response.get("status") in JOINED:
        conversation.append([*stored.input(), *stored.output(), *stored.injected_items()])
        space.conversations.keep(conversation)
