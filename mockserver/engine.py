"""The one path: request -> plan -> finished response -> run."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from mockserver.events.deltas import Splits
from mockserver.ids import UNSTORED, Draws, ObjectIds
from mockserver.model.compaction import compacted, compaction_object
from mockserver.model.finish import finish
from mockserver.model.plan import Pace, Response
from mockserver.model.request import CreateRequest
from mockserver.model.usage import input_tokens
from mockserver.reading import Reader, Reading, partition_joined
from mockserver.responders.default import default_reply
from mockserver.script.step import Step
from mockserver.spec.answers import answer
from mockserver.spec.request import check_schema
from mockserver.state.compiled import CompiledReply
from mockserver.state.journal import Exchange
from mockserver.state.responses import Record
from mockserver.state.run import Run
from mockserver.state.telling import Telling, Told
from mockserver.workspace import Workspace

if TYPE_CHECKING:
    from mockserver.model.fault import Chaos, Fault


class Engine:
    """Answers requests in workspaces, and owns the tasks that play background runs."""

    def __init__(self) -> None:
        self._reader = Reader()
        self._playing: dict[str, asyncio.Task[None]] = {}

    def disturb(self, workspace: Workspace, exchange: Exchange, chaos: "Chaos") -> None:
        """Let chaos befall a request. Raises: ApiError where the fault is an HTTP error."""
        if not exchange.creates:  # a new response is spoilt by the script itself
            exchange.fault = chaos.pick(workspace.mint.draws(b"chaos" + exchange.path.encode() + exchange.raw))
            _raise_http_fault(exchange, streamed=True)

    def create(self, workspace: Workspace, exchange: Exchange) -> Run:
        """Answer `POST /v1/responses`; `exchange` learns who answered.

        Raises: ApiError, the first fault in the order in which the real API checks.
        """
        reading = self._reader.read(workspace, exchange)
        request = reading.request
        draws = workspace.mint.draws_of(reading.key)
        step = _step(workspace, reading, draws, exchange)
        ids = ObjectIds(draws, workspace.clock.epoch, reading.partition, reading.flag)
        telling, pace = _telling(workspace, reading, step, ids)
        run = exchange.run = Run(
            telling,
            reading.delivery,
            workspace.pace if pace.instant else pace,
            workspace.clock,
            workspace.active_gate,
        )
        if exchange.fault is not None:
            _fail(run, exchange.fault)
        if request.stored:
            _keep(workspace, run, reading)
        if run.background and not run.done and not run.staged:
            self._play(run)
        return run

    def _play(self, run: Run) -> None:
        task = asyncio.get_running_loop().create_task(_play_out(run))
        self._playing[run.id] = task
        task.add_done_callback(lambda _: self._playing.pop(run.id, None))

    def retrieve(self, workspace: Workspace, response_id: str) -> Record:
        """Answer `GET /v1/responses/{id}`; asking moves staged background work on. Raises: ApiError 404."""
        record = workspace.responses.get(response_id)
        record.run.poll()
        return record

    def resume(self, workspace: Workspace, response_id: str) -> Run:
        """The run that `GET /v1/responses/{id}?stream=true` tells again.

        Raises: ApiError 404, or 400 for one that was not made to be streamed in the background.
        """
        record = workspace.responses.get(response_id)
        if not record.run.background:
            raise answer("not_background")
        if not record.run.streamed:
            raise answer("not_streamed")
        return record.run

    def cancel(self, workspace: Workspace, response_id: str) -> Record:
        """Answer `POST /v1/responses/{id}/cancel`.

        Raises: ApiError 404, or 400 for one that ended or was never background work.
        """
        record = workspace.responses.get(response_id)
        if not record.run.background:
            raise answer("cancel_synchronous")
        if record.invented or not record.run.done:
            record.run.cancel()
            if task := self._playing.get(response_id):
                task.cancel()
        elif record.run.final["status"] != "cancelled":
            raise answer("cancel_completed")
        return record

    def count_input_tokens(self, workspace: Workspace, body: Any) -> dict[str, Any]:
        """Answer `POST /v1/responses/input_tokens`. Raises: ApiError."""
        check_schema("responses.input_tokens", body)
        request = CreateRequest(body, history=workspace.history(body))
        return {"object": "response.input_tokens", "input_tokens": input_tokens(request)}

    def compact(self, workspace: Workspace, body: Any, *, raw: bytes) -> dict[str, Any]:
        """Answer `POST /v1/responses/compact`. Raises: ApiError."""
        check_schema("responses.compact", body)
        request = CreateRequest(body, history=workspace.history(body), raw=raw)
        ids = ObjectIds(
            workspace.mint.draws(raw),
            unix_seconds=workspace.clock.epoch,
            partition=partition_joined(body),
            flag=UNSTORED,
        )
        return compaction_object(request, ids=ids, created_at=workspace.clock.now())

    async def close(self) -> None:
        """Stop background work that is still going."""
        tasks = list(self._playing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _step(workspace: Workspace, reading: Reading, draws: Draws, exchange: Exchange) -> Step:
    """What answers a request, by the script or by default. Raises: ApiError for a miss or an HTTP fault."""
    workspace.refresh()
    script, request = workspace.script, reading.request
    step = script.answer(request, draws, again=reading.again)
    if step is None:
        if workspace.loud:
            exchange.miss = script.miss_message(request)
            raise answer("no_matching_rule", message=exchange.miss)
        return script.default
    if step.rule is not None:
        exchange.rule = step.rule.title
    if step.fault is not None:
        exchange.fault = step.fault
        _raise_http_fault(exchange, streamed=request.stream)
    return step


def _raise_http_fault(exchange: Exchange, *, streamed: bool) -> None:
    """Answer with the fault's HTTP error, where it is one: a JSON reply has no `error` event to carry it."""
    fault = exchange.fault
    if fault is not None and (fault.status is not None or (fault.error_after is not None and not streamed)):
        raise fault.error()


def _fail(run: Run, fault: "Fault") -> None:
    """Let a response fail after some of its events."""
    if fault.error_after is not None:
        run.fail(after=fault.error_after, error=fault.response_error(), event=fault.event_error())
    elif fault.fail_after is not None:
        run.fail(after=fault.fail_after, error=fault.response_error())


def _telling(workspace: Workspace, reading: Reading, step: Step, ids: ObjectIds) -> tuple[Telling, Pace]:
    """The answer as it will be told, and its pace; compiled, where the same request has come often enough."""
    request = reading.request
    now = workspace.clock.now()
    compiled = step.compiled.get(request)
    if compiled is not None:
        return compiled.telling(ids, now), compiled.pace
    key = workspace.mint.key(reading.content)
    plan = step.plan(request) or default_reply(request, Draws(key))
    plan = compacted(plan, request, Draws(key))

    def tell(ids: ObjectIds, now: int) -> Telling:
        final = finish(request, plan, ids=ids, created_at=now, completed_at=now)
        return Told(final, splits=_partial_images(request, final), padding=key if _obfuscated(request) else None)

    if not (reading.again and step.counts_often(request)):
        return tell(ids, now), plan.pace
    compiled = step.compiled[request] = CompiledReply(tell, plan.pace)
    return compiled.telling(ids, now), compiled.pace


def _obfuscated(request: CreateRequest) -> bool:
    """Whether deltas are padded: unless switched off, and never in background work (recorded)."""
    options = request.body.get("stream_options") or {}
    return not request.background and options.get("include_obfuscation") is not False


def _partial_images(request: CreateRequest, final: Response) -> Splits | None:
    """As many partial pictures as the image tool asks for; each shows the finished one."""
    asked = next((tool.get("partial_images") for tool in request.tools if tool["type"] == "image_generation"), None)
    if not asked:
        return None
    pictures = {
        index: [item["result"]] * asked
        for index, item in enumerate(final["output"])
        if item["type"] == "image_generation_call" and item.get("result")
    }
    return Splits(images=pictures)


def _keep(workspace: Workspace, run: Run, reading: Reading) -> None:
    """Store a response; when it ends, it is kept as bytes, and what was said joins its conversation."""
    record = Record(run, reading.request, reading.stored_input)
    workspace.responses.keep(record)
    if not run.done:
        run.on_end = partial(_settle, workspace, record)
    elif record.conversation_id is not None:
        _append_to_conversation(workspace, record)


def _settle(workspace: Workspace, record: Record) -> None:
    _append_to_conversation(workspace, record)
    record.run.rest()
    workspace.responses.keep(record)


def _append_to_conversation(workspace: Workspace, record: Record) -> None:
    """Input and output join the conversation together, and only if the response came to an end of its own."""
    if record.conversation_id is None:
        return
    conversation = workspace.conversations.find(record.conversation_id)
    final = record.run.final
    if conversation is not None and final["status"] in {"completed", "incomplete"}:
        conversation.append([*record.input(), *final["output"]])
        workspace.conversations.keep(conversation)


async def _play_out(run: Run) -> None:
    async for _ in run.play():
        pass
