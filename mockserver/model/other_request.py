"""Requests that create no response, as rules and reply functions see them."""

from collections.abc import Mapping
from typing import Any, Final

from mockserver.codec import loads_or_none
from mockserver.model.plan import Item
from mockserver.model.request import Asked, CreateRequest, typed_items

NAMES: Final = frozenset({"type", "role", "id", "call_id", "approval_request_id", "name", "server_label"})
"""Keys of items and tools that others look at as text."""


class OtherRequest(CreateRequest):
    """A request of any route but `POST /v1/responses`: nothing in its body has been checked.

    `body` is its JSON object, empty where it has none; `raw` its bytes.
    """

    def __init__(self, asked: Asked) -> None:
        head = asked.head
        read = loads_or_none(asked.sent or asked.raw)
        body = read if isinstance(read, dict) else {}
        super().__init__({}, items=readable_items(body.get("input")), head=head, raw=asked.raw)
        self.body = body
        self.method = head.method
        self.path = head.path
        self.operation = head.operation
        model = body.get("model")
        self.model = model if isinstance(model, str) else ""
        self.stream = body.get("stream") is True
        self.tools = _tools(body.get("tools"))


def readable_items(given: Any) -> list[Item]:
    """What can be read of an input that nobody has checked, as items.

    Embeddings and moderations take text, or a list of texts, which become messages.
    """
    if isinstance(given, str):
        return typed_items(given)
    if not isinstance(given, list):
        return []
    return [item for one in given for item in (typed_items(one) if isinstance(one, str) else _item(one))]


def _item(given: Any) -> list[Item]:
    """An item with what can be read of it; nothing for what has no type that could be one."""
    if not isinstance(given, dict) or not isinstance(given.get("type", ""), str):
        return []
    return typed_items([_readable(given)])


def _readable(given: Mapping[str, Any]) -> dict[str, Any]:
    """An item or a tool, without names that are no text, and without tools that are none."""
    read = {key: value for key, value in given.items() if key not in NAMES or isinstance(value, str)}
    return {**read, "tools": _tools(given["tools"])} if "tools" in given else read


def _tools(given: Any) -> list[dict[str, Any]]:
    return [_readable(tool) for tool in given if isinstance(tool, dict)] if isinstance(given, list) else []
