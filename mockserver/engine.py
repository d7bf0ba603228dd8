"""The one path: request -> plan -> finished response -> run."""

import asyncio
from collections.abc import Mapping
from typing import Any

from mockserver.events.deltas import Splits
from mockserver.ids import ObjectIds, partition_of
from mockserver.model.compaction import compacted, compaction_object
from mockserver.model.finish import finish
from mockserver.model.plan import Item, Response
from mockserver.model.request import CreateRequest, typed_items
from mockserver.model.usage import input_tokens
from mockserver.responders.default import default_reply
from mockserver.spec.answers import answer
from mockserver.spec.request import check_schema, check_values
from mockserver.state.history import check_items, is_reference, resolved
from mockserver.state.responses import Record
from mockserver.state.run import Run
from mockserver.workspace import Workspace


class Engine:
    """Answers requests in workspaces, and owns the tasks that play background runs."""

    def __init__(self) -> None:
        self._playing: dict[str, asyncio.Task[None]] = {}

    def create(self, workspace: Workspace, body: Any, *, raw: bytes, headers: Mapping[str, str] | None = None) -> Run:
        """Answer `POST /v1/responses`.

        Raises: ApiError, the first fault in the order in which the real API checks.
        """
        check_schema("responses.create", body)
        history = _history(workspace, body)
        check_values(body)
        items = typed_items(body.get("input"))
        referring = any(map(is_reference, items))
        if referring:
            items = resolved(items, lambda item_id: _stored_item(workspace, item_id, history))
        check_items(history, items)
        request = CreateRequest(body, history=history, items=items, headers=headers, raw=raw)
        run = self._run(workspace, request)
        if request.stored:
            self._keep(workspace, run, request, resolved_items=items if referring else None)
        if request.background and not run.done and not run.staged:
            self._play(run)
        return run

    def _run(self, workspace: Workspace, request: CreateRequest) -> Run:
        draws = workspace.mint.draws(request.raw)
        plan = compacted(default_reply(request, draws), request, draws)
        created_at = workspace.clock.now()
        ids = ObjectIds(
            draws,
            unix_seconds=workspace.clock.epoch,
            partition=_partition(request.body),
            stored=request.stored,
        )
        final = finish(request, plan, ids=ids, created_at=created_at, completed_at=created_at)
        return Run(
            final,
            pace=plan.pace,
            clock=workspace.clock,
            splits=_partial_images(request, final),
            obfuscated=_obfuscated(request),
            staged=request.background and not request.stream and plan.pace.instant,
        )

    def _keep(
        self, workspace: Workspace, run: Run, request: CreateRequest, *, resolved_items: list[Item] | None
    ) -> None:
        conversation_id = (run.final.get("conversation") or {}).get("id")
        record = Record(run, request, conversation_id=conversation_id, resolved=resolved_items)
        workspace.responses.keep(record)
        if run.done:
            _append_to_conversation(workspace, record)
        else:
            run.on_end = lambda _: _settle(workspace, record)

    def _play(self, run: Run) -> None:
        task = asyncio.get_running_loop().create_task(_play_out(run))
        self._playing[run.final["id"]] = task
        task.add_done_callback(lambda _: self._playing.pop(run.final["id"], None))

    def retrieve(self, workspace: Workspace, response_id: str) -> Record:
        """Answer `GET /v1/responses/{id}`; asking moves staged background work on. Raises: ApiError 404."""
        record = workspace.responses.get(response_id)
        if record.run is not None:
            record.run.poll()
        return record

    def resume(self, workspace: Workspace, response_id: str) -> Run:
        """The run that `GET /v1/responses/{id}?stream=true` tells again.

        Raises: ApiError 404, or 400 for one that was not made to be streamed in the background.
        """
        record = workspace.responses.get(response_id)
        run = record.events_run()
        if not run.final["background"]:
            raise answer("not_background")
        if not record.streamed:
            raise answer("not_streamed")
        return run

    def cancel(self, workspace: Workspace, response_id: str) -> Record:
        """Answer `POST /v1/responses/{id}/cancel`.

        Raises: ApiError 404, or 400 for one that ended or was never background work.
        """
        record = workspace.responses.get(response_id)
        final = record.response()
        if not final["background"]:
            raise answer("cancel_synchronous")
        if record.run is not None and not record.run.done:
            record.run.cancel()
            if task := self._playing.get(response_id):
                task.cancel()
        elif final["status"] != "cancelled":
            raise answer("cancel_completed")
        return record

    def count_input_tokens(self, workspace: Workspace, body: Any) -> dict[str, Any]:
        """Answer `POST /v1/responses/input_tokens`. Raises: ApiError."""
        check_schema("responses.input_tokens", body)
        request = CreateRequest(body, history=_history(workspace, body))
        return {"object": "response.input_tokens", "input_tokens": input_tokens(request)}

    def compact(self, workspace: Workspace, body: Any, *, raw: bytes) -> dict[str, Any]:
        """Answer `POST /v1/responses/compact`. Raises: ApiError."""
        check_schema("responses.compact", body)
        request = CreateRequest(body, history=_history(workspace, body), raw=raw)
        ids = ObjectIds(
            workspace.mint.draws(raw),
            unix_seconds=workspace.clock.epoch,
            partition=_partition(body),
            stored=False,
        )
        return compaction_object(request, ids=ids, created_at=workspace.clock.now())

    async def close(self) -> None:
        """Stop background work that is still going."""
        tasks = list(self._playing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _play_out(run: Run) -> None:
    async for _ in run.play():
        pass


def _history(workspace: Workspace, body: dict[str, Any]) -> list[Item]:
    """The items of earlier turns. Raises: ApiError in the wire's order of state checks."""
    previous, conversation = body.get("previous_response_id"), conversation_id_of(body)
    if previous and conversation:
        raise answer("mutually_exclusive")
    if body.get("background") and body.get("store") is False:
        raise answer("background_unstored")
    if conversation:
        return list(workspace.conversations.get(conversation).items)
    if previous:
        record = workspace.responses.previous(previous)
        return [*workspace.responses.context(record), *record.response()["output"]]
    return []


def conversation_id_of(body: Mapping[str, Any]) -> str | None:
    """The conversation that a body names, whatever form it uses."""
    named = body.get("conversation")
    return named["id"] if isinstance(named, dict) else named


def _partition(body: Mapping[str, Any]) -> str | None:
    """The partition that a response joins: that of its conversation or of the response before it."""
    joined = conversation_id_of(body) or body.get("previous_response_id")
    return partition_of(joined) if joined else None


def _stored_item(workspace: Workspace, item_id: str, history: list[Item]) -> Item | None:
    in_history = next((item for item in history if item.get("id") == item_id), None)
    return in_history or workspace.responses.item(item_id)


def _settle(workspace: Workspace, record: Record) -> None:
    """A run has ended: keep its bytes, and what it said joins its conversation."""
    record.settle()
    workspace.responses.keep(record)
    _append_to_conversation(workspace, record)


def _append_to_conversation(workspace: Workspace, record: Record) -> None:
    """Input and output join the conversation together, and only if the response came to an end of its own."""
    if record.conversation_id is None:
        return
    final = record.response()
    if final["status"] in {"completed", "incomplete"}:
        conversation = workspace.conversations.find(record.conversation_id)
        if conversation is not None:
            conversation.append([*record.input(), *final["output"]])
            workspace.conversations.keep(conversation)


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
