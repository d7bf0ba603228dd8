"""Requests that create no response, as rules and reply functions see them."""

from typing import Any

from mockserver.codec import loads_or_none
from mockserver.model.plan import Item
from mockserver.model.request import Asked, CreateRequest, typed_items


class OtherRequest(CreateRequest):
    """A request of any route but `POST /v1/responses`: nothing in its body has been checked.

    `body` is its JSON object, empty where it has none; `raw` its bytes.
    """

    def __init__(self, asked: Asked) -> None:
        head = asked.head
        read = loads_or_none(asked.sent or asked.raw)
        body = read if isinstance(read, dict) else {}
        super().__init__({}, items=_items(body.get("input")), head=head, raw=asked.raw)
        self.body = body
        self.method = head.method
        self.path = head.path
        self.operation = head.operation
        model, tools = body.get("model"), body.get("tools")
        self.model = model if isinstance(model, str) else ""
        self.stream = body.get("stream") is True
        self.tools = [tool for tool in tools if isinstance(tool, dict)] if isinstance(tools, list) else []


def _items(given: Any) -> list[Item]:
    """The input as items: embeddings and moderations take text, or a list of texts, which become messages."""
    if isinstance(given, str):
        return typed_items(given)
    if not isinstance(given, list):
        return []
    return [item for one in given for item in (typed_items(one) if isinstance(one, str) else _item(one))]


def _item(given: Any) -> list[Item]:
    return typed_items([given]) if isinstance(given, dict) else []
