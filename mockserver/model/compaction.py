"""Compaction: earlier turns replaced by one item that only the API can read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mockserver.ids import Draws, ObjectIds
from mockserver.model.build import compaction
from mockserver.model.finish import finished_item
from mockserver.model.inputs import stored_items
from mockserver.model.plan import Item, Plan
from mockserver.model.request import CreateRequest
from mockserver.model.usage import input_tokens, usage

ENCRYPTED_BYTES = 400


def compacted(plan: Plan, request: CreateRequest, draws: Draws) -> Plan:
    """The plan with a compaction item at its end, where the request asks for one at this length of input."""
    threshold = _threshold(request.body.get("context_management") or ())
    if threshold is None or input_tokens(request) <= threshold:
        return plan
    return replace(plan, output=[*plan.output, _item(draws)])


def _threshold(management: Sequence[Mapping[str, Any]]) -> int | None:
    stated = (entry.get("compact_threshold") for entry in management if entry.get("type") == "compaction")
    return next((threshold for threshold in stated if threshold), None)


def _item(draws: Draws) -> Item:
    return compaction(draws.fernet(unix_seconds=0, noise=ENCRYPTED_BYTES))


def compaction_object(request: CreateRequest, *, ids: ObjectIds, created_at: int) -> dict[str, Any]:
    """The answer to `POST /responses/compact`: user messages stay as they are, everything else becomes one item.

    Source: recorded CanCompactConversation; the id is marked as not stored.
    """
    kept = [item for item in request.context if item["type"] == "message" and item.get("role") == "user"]
    made = finished_item(_item(ids.draws), ids)
    return {
        "id": ids.new("resp"),
        "object": "response.compaction",
        "created_at": created_at,
        "output": [*stored_items(kept, ids), made],
        "usage": usage(request, [made]),
    }
