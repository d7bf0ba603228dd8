"""What a client has to do before the model goes on: answer the calls of the tools that are its own."""

from collections.abc import Iterable
from typing import Any

from mockserver.model.plan import Item
from mockserver.spec.steering import REQUIRED_INPUT


def required_input(output: Iterable[Item]) -> list[dict[str, Any]]:
    """For each call that its client has to answer, the beginning of the item that does; in order."""
    items = list(output)
    rows = {row.type for row in REQUIRED_INPUT.values()}
    answered = {item["call_id"] for item in items if item["type"] in rows and item.get("call_id")}
    stubs = [stub for item in items if (stub := _stub(item)) is not None]
    return [stub for stub in stubs if stub.get("call_id") not in answered]


def _stub(call: Item) -> dict[str, Any] | None:
    row = REQUIRED_INPUT.get(call["type"])
    if row is None or any(call.get(key) != value for key, value in row.where.items()):
        return None
    return {"type": row.type, **{key: call.get(own) for key, own in row.keys.items()}}
