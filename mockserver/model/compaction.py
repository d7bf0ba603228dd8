"""Compaction: earlier turns replaced by one item that only the API can read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mockserver.ids import ObjectIds
from mockserver.model.build import compaction
from mockserver.model.finish import finished_item
from mockserver.model.inputs import stored_items
from mockserver.model.plan import Item, Plan
from mockserver.model.request import CreateRequest
from mockserver.model.tokens import usage

COMPACTION = "compaction"


def compacted(plan: Plan, request: CreateRequest) -> Plan:
    """The plan with a compaction item at its end, where input and output together come to what the request asks for.

    Source: recorded by pydantic-ai (`compact_stateful_mode`): 847 tokens in and 386 out passed a threshold of 1000;
    what stood before an earlier compaction item no longer counted.
    """
    threshold = _threshold(request.body.get("context_management") or ())
    if threshold is None or any(item["type"] == COMPACTION for item in plan.output):
        return plan
    read = CreateRequest(request.body, items=_since_compaction(request.context))
    if usage(read, plan.output)["total_tokens"] <= threshold:
        return plan
    return replace(plan, output=[*plan.output, compaction()])


def _since_compaction(context: Sequence[Item]) -> list[Item]:
    """What the model still reads: the last compaction item stands for everything before it."""
    start = max((n for n, item in enumerate(context) if item["type"] == COMPACTION), default=0)
    return list(context[start:])


def _threshold(management: Sequence[Mapping[str, Any]]) -> int | None:
    stated = (entry.get("compact_threshold") for entry in management if entry.get("type") == COMPACTION)
    return next((threshold for threshold in stated if threshold), None)


def compaction_object(request: CreateRequest, *, ids: ObjectIds, created_at: int) -> dict[str, Any]:
    """The answer to `POST /responses/compact`: user messages stay as they are, everything else becomes one item.

    Source: recorded CanCompactConversation; the id is marked as not stored.
    """
    kept = [item for item in request.context if item["type"] == "message" and item.get("role") == "user"]
    made = finished_item(compaction(), ids)
    return {
        "id": ids.new("resp"),
        "object": "response.compaction",
        "created_at": created_at,
        "output": [*stored_items(kept, ids), made],
        "usage": usage(request, [made]),
    }
