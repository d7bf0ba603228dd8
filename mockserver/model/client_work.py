"""What a client has to do before the model goes on: answer the calls of the tools that are its own."""

from collections.abc import Iterable
from typing import Any

from mockserver.model.plan import Item
from mockserver.spec.call_pairs import ANSWERS
from mockserver.spec.item_types import ITEM_TYPES, UNKNOWN
from mockserver.spec.steering import BY_CALL_ID, REQUIRED_INPUT


def required_input(output: Iterable[Item]) -> list[dict[str, Any]]:
    """For each call that its client has to answer, the beginning of the item that does; in order."""
    items = list(output)
    answered = {item["call_id"] for item in items if item["type"] in ANSWERS and item.get("call_id")}
    stubs = [stub for item in items if (stub := _stub(item)) is not None]
    return [stub for stub in stubs if stub.get("call_id") not in answered]


def _stub(call: Item) -> dict[str, Any] | None:
    answer = ITEM_TYPES.get(call["type"], UNKNOWN).answered_by
    if answer is None:
        return None
    row = REQUIRED_INPUT.get(answer, BY_CALL_ID)
    if any(call.get(key) != value for key, value in row.where.items()):
        return None
    return {"type": answer, **{key: call.get(own) for key, own in row.keys.items()}}
