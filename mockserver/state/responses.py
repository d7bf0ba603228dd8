"""Stored responses: what can be retrieved, chained to, resumed, cancelled and deleted."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from mockserver.events.life import is_under_way, refusal
from mockserver.ids import partition_of
from mockserver.model.dialect import Dialect
from mockserver.model.plan import Item, Response
from mockserver.spec.api_errors import api_error
from mockserver.state.pagination import page, without_cursors
from mockserver.state.reasoning_pairs import ReasoningPair, pairs_in
from mockserver.state.run import Run
from mockserver.state.stored import StoredResponse
from mockserver.state.table import Table

HISTORIES = 64  # chains whose history is kept ready


class Responses:
    """The stored responses of one workspace. Those that are still running show what their runs have shown.

    `items_before` gives what a response's conversation had before it. `synthesize`, where given, makes those that were
    never created.
    """

    def __init__(
        self,
        table: Table[StoredResponse],
        running: Mapping[str, Run],
        *,
        items_before: Callable[[StoredResponse], Sequence[Item]] = lambda _: (),
        synthesize: Callable[[str], StoredResponse] | None = None,
    ) -> None:
        self._table = table
        self._running = running
        self._items_before = items_before
        self._histories: dict[str, tuple[str, list[Item]]] = {}
        """By response, the first response of its chain and all items."""
        self._synthesize = synthesize

    def keep(self, stored: StoredResponse) -> None:
        """Put a response into the store; it replaces what was there under its id."""
        self._table.put(stored.id, stored)

    def __contains__(self, response_id: str) -> bool:
        """Whether a response is there, deleted or not."""
        return self._table.get(response_id) is not None

    def find(self, response_id: str) -> StoredResponse | None:
        """A response that has not been deleted, or None."""
        found = self._table.get(response_id)
        if found is None and self._synthesize is not None:
            return self._synthesize(response_id)
        return None if found is None or found.deleted else found

    def get(self, response_id: str) -> StoredResponse:
        """One response. Raises: ApiError 404."""
        found = self.find(response_id)
        if found is None:
            raise api_error("response_not_found", id=response_id)
        return found

    def previous(self, response_id: str) -> StoredResponse:
        """The response that a chain goes on from. Raises: ApiError 400."""
        found = self.find(response_id)
        if found is None:
            raise api_error("previous_response_not_found", id=response_id)
        return found

    def run(self, stored: StoredResponse, dialect: Dialect | None = None) -> Run:
        """The run of a response: the one that is under way, or one that has ended, shown in a provider's dialect."""
        return self._running.get(stored.id) or stored.run(dialect)

    def awaits_recording(self, response_id: str) -> bool:
        """Whether it is background work of which only another recorded reply could say more than is stored."""
        found = self._table.get(response_id)
        if found is None or found.deleted or found.delivery.streamed or found.id in self._running:
            return False
        return self._is_under_way(found)

    def delete(self, response_id: str) -> dict[str, Any]:
        """`DELETE /responses/{id}`. It stays in the chains that go through it."""
        found = self.get(response_id)
        if self._is_under_way(found) and (refused := refusal("delete", self._shown(found).get("status"))):
            raise api_error(refused)
        if not found.synthetic:
            self.keep(found._replace(deleted=True))
        return {"id": response_id, "object": "response.deleted", "deleted": True}

    def _output(self, stored: StoredResponse) -> list[Item]:
        return self._shown(stored).get("output") or []

    def _shown(self, stored: StoredResponse) -> Response:
        running = self._running.get(stored.id)
        return stored.response if running is None else running.snapshot()

    def _is_under_way(self, stored: StoredResponse) -> bool:
        """Whether more of it may come: from its run, or with another recorded reply."""
        return stored.id in self._running or (
            stored.delivery.background and is_under_way(stored.response.get("status"))
        )

    def context(self, stored: StoredResponse) -> list[Item]:
        """Everything that went into a response, oldest first: earlier turns with their output, then its own input.

        The items of its conversation come before it (documented: they are prepended to its input). A chain begins where
        an older turn has been dropped.
        """
        parent = self._table.get(stored.parent_id) if stored.parent_id else None
        return [*(self.history(parent) if parent else self._items_before(stored)), *stored.input()]

    def history(self, stored: StoredResponse) -> Sequence[Item]:
        """The context of a response and what it said. The last few are kept ready: chains go on from them."""
        turns: list[StoredResponse] = []
        here: StoredResponse | None = stored
        while here is not None and not self._is_ready(here.id):
            turns.append(here)
            here = self._table.get(here.parent_id) if here.parent_id else None
        first, ready = self._histories[here.id] if here else (turns[-1].id, [])
        in_conversation = turns and turns[-1].conversation_id
        before = self._items_before(turns[-1]) if in_conversation else ready
        items = [*before, *(item for turn in reversed(turns) for item in self._items(turn))]
        if not in_conversation and not any(map(self._is_under_way, turns)):  # a conversation's items may go
            self._histories[stored.id] = first, items
            if len(self._histories) > HISTORIES:
                del self._histories[next(iter(self._histories))]
        return items

    def _items(self, turn: StoredResponse) -> Sequence[Item]:
        """What one turn adds to its chain."""
        return (*turn.input(), *self._output(turn), *turn.injected_items())

    def _is_ready(self, response_id: str) -> bool:
        """Whether a history is there, and its chain still begins where it did."""
        known = self._histories.get(response_id)
        return known is not None and self._table.get(known[0]) is not None

    def list_input(self, response_id: str, query: Mapping[str, Any]) -> dict[str, Any]:
        """`GET /responses/{id}/input_items`: the whole context."""
        stored = self.get(response_id)
        return page(self.context(stored), without_cursors(query) if stored.synthetic else query)

    def items(self, wanted: Collection[str]) -> dict[str, Item]:
        """Stored input and output items by their ids, each as the newest turn that holds it has it."""
        found: dict[str, Item] = {}
        missing = set(wanted)
        for stored in self._holders(missing):
            turn = (*self._output(stored), *stored.input())
            found |= {item["id"]: item for item in turn if item.get("id") in missing}
            missing -= found.keys()
            if not missing:
                break
        return found

    def pairs(self, wanted: Collection[str]) -> dict[str, ReasoningPair]:
        """Of these items those that a stored turn said right after reasoning, by their ids."""
        found: dict[str, ReasoningPair] = {}
        missing = set(wanted)
        for stored in self._holders(missing):
            output = self._output(stored)
            missing -= {item.get("id") for item in output}
            found |= {pair.item["id"]: pair for pair in pairs_in(output) if pair.item.get("id") in wanted}
            if not missing:
                break
        return found

    def _holders(self, wanted: Collection[str]) -> Iterator[StoredResponse]:
        """Responses that may hold items, newest first: those of their partitions, and those that say their ids.

        Clients and scripts state ids of any form.
        """
        partitions = {partition_of(item_id) for item_id in wanted} - {None}
        ids = [item_id.encode() for item_id in wanted]
        odd = [item_id.encode() for item_id in wanted if partition_of(item_id) is None]
        for stored in self._table.newest_first():
            own = partition_of(stored.id)
            said = odd if own is not None else ids
            if (
                own in partitions
                or any(item_id in stored.raw for item_id in ids)
                or (said and _says(stored.rendering.body(), said))
            ):
                yield stored


def _says(body: bytes, ids: Sequence[bytes]) -> bool:
    return any(item_id in body for item_id in ids)
