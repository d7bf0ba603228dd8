"""The one path: request -> plan -> finished response -> run."""

from typing import Any

from mockserver.events.deltas import Splits
from mockserver.ids import ObjectIds
from mockserver.model.finish import finish
from mockserver.model.plan import Response
from mockserver.model.request import CreateRequest
from mockserver.responders.default import default_reply
from mockserver.spec.request import check_schema, check_values
from mockserver.state.run import Run
from mockserver.workspace import Workspace


class Engine:
    """Answers requests in workspaces."""

    def create(self, workspace: Workspace, body: Any, *, raw: bytes) -> Run:
        """Answer `POST /v1/responses`.

        Raises: ApiError, the first fault in the order in which the real API checks.
        """
        check_schema("responses.create", body)
        check_values(body)
        request = CreateRequest(body, raw=raw)
        draws = workspace.mint.draws(raw)
        ids = ObjectIds(draws, unix_seconds=workspace.clock.epoch, stored=request.stored)
        plan = default_reply(request, draws)
        created_at = workspace.clock.now()
        final = finish(request, plan, ids=ids, created_at=created_at, completed_at=created_at)
        return Run(
            final,
            streamed=request.stream,
            pace=plan.pace,
            clock=workspace.clock,
            splits=_partial_images(request, final),
            obfuscated=_obfuscated(request),
        )


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
