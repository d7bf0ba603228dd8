"""Reading create requests: parse, check, join the history; a request seen before is not checked twice."""

from collections.abc import Mapping
from typing import Any

from mockserver.codec import compact
from mockserver.ids import STORED, UNSTORED, fingerprint, partition_of
from mockserver.model.plan import Item
from mockserver.model.request import CreateRequest, conversation_id_of, typed_items
from mockserver.spec.checks.body import check_schema, check_values
from mockserver.spec.checks.parse import parse_body
from mockserver.state import invent
from mockserver.state.history import check_items, is_reference, resolved
from mockserver.state.journal import Exchange
from mockserver.state.run import Delivery
from mockserver.workspace import Workspace

REMEMBERED = 256
LONGEST = 1 << 16  # bytes of a request that is remembered

STATEFUL = ("previous_response_id", "conversation", "background")


class Reading:
    """A request that has been read: checked, with its history, and what follows from it."""

    __slots__ = ("again", "content", "delivery", "flag", "headers", "key", "partition", "request", "stored_input")

    def __init__(self, request: CreateRequest, *, referring: bool) -> None:
        self.request = request
        self.headers = request.headers
        self.content = _content(request)
        """What stands for the request however it is delivered: the same text is answered as JSON and as a stream."""
        self.partition = partition_joined(request.body)
        self.stored_input: list[Item] | None = request.items if referring else None
        """The input as it has to be stored, where it held references to items; else it follows from the bytes."""
        self.delivery = Delivery(request.stream, request.background)
        self.flag = STORED if request.stored else UNSTORED
        self.key = fingerprint(request.raw)
        """What stands for its bytes."""
        self.again = False
        """Whether it has come before."""


TRANSPORT = frozenset({"stream", "stream_options", "background", "store"})


def _content(request: CreateRequest) -> bytes:
    return compact({key: value for key, value in request.body.items() if key not in TRANSPORT})


class Reader:
    """Reads requests. One without state that comes again, byte for byte, is known already."""

    def __init__(self) -> None:
        self._known: dict[bytes, Reading] = {}

    def read(self, workspace: Workspace, exchange: Exchange) -> Reading:
        """The request of an exchange.

        Raises: ApiError, the first fault in the order in which the real API checks.
        """
        known = self._known.get(exchange.raw)
        if known is not None and known.headers is exchange.headers:
            known.again = True
            exchange.raw = known.request.raw  # equal bytes are kept once
            exchange.key = known.key
            return known
        body = parse_body(exchange.raw, content_type=exchange.headers.get("content-type", ""))
        reading = _read(workspace, body, exchange)
        exchange.key = reading.key
        if len(exchange.raw) <= LONGEST and reading.stored_input is None and not any(map(body.get, STATEFUL)):
            self._remember(exchange.raw, reading)
        return reading

    def _remember(self, raw: bytes, reading: Reading) -> None:
        if len(self._known) >= REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[raw] = reading


def _read(workspace: Workspace, body: Any, exchange: Exchange) -> Reading:
    body = invent.body(body, defaults=invent.DEFAULTS) if workspace.inventing else body
    check_schema("responses.create", body)
    history = workspace.history(body)
    exchange.joined = len(history)
    check_values(body)
    items = typed_items(body.get("input"))
    referring = any(map(is_reference, items))
    if referring:
        items = resolved(items, lambda item_id: workspace.stored_item(item_id, history))
    check_items(history, items)
    request = CreateRequest(body, history=history, items=items, headers=exchange.headers, raw=exchange.raw)
    return Reading(request, referring=referring)


def partition_joined(body: Mapping[str, Any]) -> str | None:
    """The partition that a response joins: that of its conversation, of the response before it, of an item sent again.

    Source: recorded; all 15 responses to input that held items of earlier ones, chained or not.
    """
    given = body.get("input")
    sent = [item.get("id") for item in given] if isinstance(given, list) else []
    joined = (partition_of(one) for one in (conversation_id_of(body), body.get("previous_response_id"), *sent) if one)
    return next((partition for partition in joined if partition), None)
