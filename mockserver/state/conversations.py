"""Conversations and their items."""

from collections.abc import Sequence
from typing import Any

from mockserver.codec import compact
from mockserver.ids import Draws, ObjectIds, partition_of
from mockserver.model.inputs import shown_item, stored_items
from mockserver.model.plan import Item
from mockserver.spec.answers import answer
from mockserver.state.paging import listing, page
from mockserver.state.store import Store

OVERHEAD = 1024  # bytes that a conversation takes beside its items, near enough


class Conversation:
    """One conversation: its object and its items, oldest first."""

    def __init__(self, conversation_id: str, *, created_at: int, metadata: dict[str, str]) -> None:
        self.id = conversation_id
        self.created_at = created_at
        self.metadata = metadata
        self._items: dict[str, Item] = {}
        self.size = OVERHEAD

    @property
    def items(self) -> Sequence[Item]:
        """All items, oldest first."""
        return list(self._items.values())

    def __contains__(self, item_id: str) -> bool:
        """Whether an item is there."""
        return item_id in self._items

    def append(self, items: Sequence[Item]) -> None:
        """Add items at the end, all at once; an item that is there already is replaced in its place."""
        for item in items:
            self._items[item["id"]] = item
            self.size += len(compact(item))

    def item(self, item_id: str) -> Item:
        """One item. Raises: ApiError 404."""
        if item_id not in self._items:
            raise answer("conversation_item_not_found", id=item_id)
        return self._items[item_id]

    def remove(self, item_id: str) -> None:
        """Drop one item. Raises: ApiError 404."""
        self.size -= len(compact(self.item(item_id)))
        del self._items[item_id]

    def shown(self) -> dict[str, Any]:
        """The conversation object."""
        return {
            "id": self.id,
            "object": "conversation",
            "created_at": self.created_at,
            "metadata": self.metadata,
        }


class Conversations:
    """The conversations of one workspace; bodies have been checked before they come here."""

    def __init__(self, store: Store[Conversation]) -> None:
        self._store = store

    def create(self, body: dict[str, Any], *, draws: Draws, epoch: int, created_at: int) -> dict[str, Any]:
        """`POST /conversations`."""
        ids = ObjectIds(draws, unix_seconds=epoch)
        found = Conversation(ids.founder("conv"), created_at=created_at, metadata=body.get("metadata") or {})
        found.append(stored_items(body.get("items") or (), ids, founders=True))
        self.keep(found)
        return found.shown()

    def keep(self, conversation: Conversation) -> None:
        """Put a conversation into the store, or tell the store its new size."""
        self._store.put(conversation.id, conversation, size=conversation.size)

    def find(self, conversation_id: str) -> Conversation | None:
        """One conversation, or None."""
        return self._store.get(conversation_id)

    def get(self, conversation_id: str) -> Conversation:
        """One conversation. Raises: ApiError 404."""
        found = self.find(conversation_id)
        if found is None:
            raise answer("conversation_not_found", id=conversation_id)
        return found

    def update(self, conversation_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """`POST /conversations/{id}`: the metadata is replaced."""
        found = self.get(conversation_id)
        found.metadata = body.get("metadata") or {}
        return found.shown()

    def delete(self, conversation_id: str) -> dict[str, Any]:
        """`DELETE /conversations/{id}`."""
        self.get(conversation_id)
        self._store.remove(conversation_id)
        return {"id": conversation_id, "object": "conversation.deleted", "deleted": True}

    def add_items(self, conversation_id: str, body: dict[str, Any], *, draws: Draws, epoch: int) -> dict[str, Any]:
        """`POST /conversations/{id}/items`: the list of what was added, in the order of the request."""
        found = self.get(conversation_id)
        ids = ObjectIds(draws, unix_seconds=epoch, partition=partition_of(conversation_id))
        added = stored_items(body["items"], ids, founders=True)
        for item in added:
            if item["id"] in found:
                raise answer("duplicate_item", id=item["id"])
        found.append(added)
        self.keep(found)
        return listing(added)

    def list_items(self, conversation_id: str, query: dict[str, Any]) -> dict[str, Any]:
        """`GET /conversations/{id}/items`."""
        return page(self.get(conversation_id).items, query)

    def get_item(self, conversation_id: str, item_id: str, query: dict[str, Any]) -> Item:
        """`GET /conversations/{id}/items/{item}`."""
        return shown_item(self.get(conversation_id).item(item_id), query.get("include") or ())

    def delete_item(self, conversation_id: str, item_id: str) -> dict[str, Any]:
        """`DELETE /conversations/{id}/items/{item}`.

        # wire: a deletion object, seen in agent-framework Conversations/delete_item (the types say the conversation)
        """
        found = self.get(conversation_id)
        found.remove(item_id)
        self.keep(found)
        return {"id": item_id, "object": "conversation.item.deleted", "deleted": True}
