"""Stored responses: what can be retrieved, chained to, resumed, cancelled and deleted."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from mockserver.ids import Draws, ObjectIds, partition_of, unix_seconds_of
from mockserver.model.inputs import stored_items
from mockserver.model.plan import Item, Response
from mockserver.model.request import CreateRequest, typed_items
from mockserver.spec.api_errors import api_error
from mockserver.state.paging import page, without_cursors
from mockserver.state.run import Run
from mockserver.state.store import Store

HISTORIES = 64  # chains whose history is kept ready
OVERHEAD = 900  # bytes of a record beside its two bodies, measured with 100,000 of them


class Record:
    """One response that was stored: its request's bytes and its run.

    `resolved` is the input where it held references; else it follows from the request's bytes. `invented` tells that
    there never was such a response.
    """

    __slots__ = ("_resolved", "conversation_id", "deleted", "id", "invented", "parent_id", "raw", "run")

    def __init__(
        self, run: Run, request: CreateRequest, resolved: list[Item] | None = None, *, invented: bool = False
    ) -> None:
        self.id = run.id
        self.run = run
        self.raw = request.raw
        self.parent_id: str | None = request.body.get("previous_response_id")
        self.conversation_id = request.conversation_id
        self.deleted = False
        self.invented = invented
        self._resolved = resolved

    @property
    def response(self) -> Response:
        """The response as far as it has come."""
        return self.run.snapshot()

    def input(self) -> list[Item]:
        """This request's own input items, as stored."""
        if self.invented:
            return self._resolved or []
        items = typed_items(orjson.loads(self.raw).get("input")) if self._resolved is None else self._resolved
        ids = ObjectIds(
            Draws(f"{self.id} input".encode()),
            unix_seconds=unix_seconds_of(self.id),
            partition=partition_of(self.id),
        )
        return stored_items(items, ids)


class Responses:
    """The stored responses of one workspace; `invent`, where given, makes those that were never created."""

    def __init__(self, store: Store[Record], *, invent: Callable[[str], Record] | None = None) -> None:
        self._store = store
        self._histories: dict[str, tuple[str, list[Item]]] = {}
        """By response, the first response of its chain and all items."""
        self._invent = invent

    def keep(self, record: Record) -> None:
        """Put a record into the store, or tell the store its new size."""
        self._store.put(record.id, record, size=OVERHEAD + len(record.raw) + record.run.size)

    def find(self, response_id: str) -> Record | None:
        """A record that has not been deleted, or None."""
        found = self._store.get(response_id)
        if found is None and self._invent is not None:
            return self._invent(response_id)
        return None if found is None or found.deleted else found

    def get(self, response_id: str) -> Record:
        """One record. Raises: ApiError 404."""
        found = self.find(response_id)
        if found is None:
            raise api_error("response_not_found", id=response_id)
        return found

    def previous(self, response_id: str) -> Record:
        """The record that a chain goes on from. Raises: ApiError 400."""
        found = self.find(response_id)
        if found is None:
            raise api_error("previous_response_not_found", id=response_id)
        return found

    def delete(self, response_id: str) -> dict[str, Any]:
        """`DELETE /responses/{id}`. It stays in the chains that go through it."""
        found = self.get(response_id)
        if not found.run.done:
            raise api_error("delete_in_flight")
        found.deleted = True
        return {"id": response_id, "object": "response.deleted", "deleted": True}

    def context(self, record: Record) -> list[Item]:
        """Everything that went into `record`, oldest first: earlier turns with their output, then its own input.

        It begins where an older turn has been dropped.
        """
        parent = self._store.get(record.parent_id) if record.parent_id else None
        return [*(self.history(parent) if parent else ()), *record.input()]

    def history(self, record: Record) -> Sequence[Item]:
        """The context of `record` and what it said. The last few are kept ready: chains go on from them."""
        turns: list[Record] = []
        here: Record | None = record
        while here is not None and not self._is_ready(here.id):
            turns.append(here)
            here = self._store.get(here.parent_id) if here.parent_id else None
        first, ready = self._histories[here.id] if here else (turns[-1].id, [])
        items = [*ready, *(item for turn in reversed(turns) for item in (*turn.input(), *turn.response["output"]))]
        if record.run.done:
            self._histories[record.id] = first, items
            if len(self._histories) > HISTORIES:
                del self._histories[next(iter(self._histories))]
        return items

    def _is_ready(self, response_id: str) -> bool:
        """Whether a history is there, and its chain still begins where it did."""
        known = self._histories.get(response_id)
        return known is not None and self._store.get(known[0]) is not None

    def list_input(self, response_id: str, query: Mapping[str, Any]) -> dict[str, Any]:
        """`GET /responses/{id}/input_items`: the whole context."""
        record = self.get(response_id)
        return page(self.context(record), without_cursors(query) if record.invented else query)

    def item(self, item_id: str) -> Item | None:
        """A stored input or output item by its id, or None."""
        for record in self._holders(item_id):
            items: list[Item] = [*record.response["output"], *record.input()]
            for item in items:
                if item.get("id") == item_id:
                    return item
        return None

    def _holders(self, item_id: str) -> Iterator[Record]:
        """Records that may hold an item: those of its partition, then those whose client sent the id itself."""
        partition = partition_of(item_id)
        sent = item_id.encode()
        for record in self._store.newest_first():
            if (partition and partition == partition_of(record.id)) or sent in record.raw:
                yield record
