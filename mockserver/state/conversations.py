"""Conversations and their items."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

from mockserver.codec import dumps, loads
from mockserver.ids import Draws, ObjectIds, partition_of
from mockserver.model.inputs import shown_item, stored_items
from mockserver.model.plan import Item
from mockserver.spec.api_errors import api_error
from mockserver.state.input_checks import check_ids
from mockserver.state.item_lookup import Find, is_reference, resolved
from mockserver.state.pagination import listing, page, without_cursors
from mockserver.state.stored import StoredResponse
from mockserver.state.table import Table

_STATED: Final = ("id", "created_at", "metadata", "synthetic")
"""What a conversation is made of, besides its items."""
OVERHEAD = 1024  # bytes that a conversation takes beside its items, approximately


class Conversation:
    """One conversation: its object and its items, oldest first; `synthetic` says that it was never created."""

    def __init__(
        self, conversation_id: str, *, created_at: int, metadata: dict[str, str], synthetic: bool = False
    ) -> None:
        self.id = conversation_id
        self.created_at = created_at
        self.metadata = metadata
        self.synthetic = synthetic
        self.deleted = False
        self.size = OVERHEAD
        self._items: dict[str, Item] = {}
        self._removed: dict[str, str | None] = {}
        """Items that were removed, each with the one that stood before it."""

    @property
    def items(self) -> Sequence[Item]:
        """All items, oldest first."""
        return list(self._items.values())

    def __contains__(self, item_id: str) -> bool:
        """Whether an item is there."""
        return item_id in self._items

    def append(self, items: Sequence[Item]) -> None:
        """Add items at the end, all at once; an item that is there already is replaced where it stands."""
        for item in items:
            replaced = self._items.get(item["id"])
            self.size += len(dumps(item)) - (len(dumps(replaced)) if replaced else 0)
            self._items[item["id"]] = item

    def item(self, item_id: str) -> Item:
        """One item. Raises: ApiError 404."""
        if item_id not in self._items:
            raise api_error("conversation_item_not_found", id=item_id)
        return self._items[item_id]

    def remove(self, item_id: str) -> None:
        """Drop one item. Raises: ApiError 404."""
        self.size -= len(dumps(self.item(item_id)))
        before = None
        for known in self._items:
            if known == item_id:
                break
            before = known
        del self._items[item_id]
        self._removed[item_id] = before

    def items_up_to(self, item_id: str | None) -> Sequence[Item]:
        """The items up to one that is or was there, oldest first; none for None."""
        while item_id in self._removed:
            item_id = self._removed[item_id]
        position = [*self._items].index(item_id) + 1 if item_id in self._items else 0
        return self.items[:position]

    def never_had(self, item_id: str) -> bool:
        """Whether an item neither is nor was there."""
        return item_id not in self._items and item_id not in self._removed

    def delete(self) -> None:
        """Forget everything but that it was there."""
        self.deleted = True
        self._items.clear()
        self.size = OVERHEAD

    def dumps(self) -> bytes:
        """All of it as bytes, for a store outside this process; `loads` reads them."""
        kept = {name: getattr(self, name) for name in _STATED}
        return dumps({**kept, "items": self.items, "removed": self._removed, "deleted": self.deleted})

    @classmethod
    def loads(cls, stored: bytes) -> "Conversation":
        """The conversation that `dumps` made these bytes of."""
        values = loads(stored)
        found = cls(values["id"], **{name: values[name] for name in _STATED[1:]})
        found.append(values["items"])
        found.deleted, found._removed = values["deleted"], values["removed"]
        return found

    def shown(self) -> dict[str, Any]:
        """The conversation object."""
        return {
            "id": self.id,
            "object": "conversation",
            "created_at": self.created_at,
            "metadata": self.metadata,
        }


def items_before(table: Table[Conversation], stored: StoredResponse) -> Sequence[Item]:
    """What a response's conversation had when the response was asked for, as far as it is still there."""
    found = table.get(stored.conversation_id) if stored.conversation_id else None
    return found.items_up_to(stored.follows_item) if found else ()


class Conversations:
    """The conversations of one workspace; bodies have been checked before they come here.

    `find` gives the items of stored responses; `synthesize` and `synthesize_item`, where given, make conversations and
    items that were never created.
    """

    def __init__(
        self,
        table: Table[Conversation],
        *,
        find: Find = lambda _: {},
        synthesize: Callable[[str], Conversation] | None = None,
        synthesize_item: Callable[[str], Item] | None = None,
    ) -> None:
        self._table = table
        self._find = find
        self._synthesize = synthesize
        self._synthesize_item = synthesize_item

    def create(self, body: dict[str, Any], *, draws: Draws, epoch: int, created_at: int) -> dict[str, Any]:
        """`POST /conversations`."""
        ids = ObjectIds(draws, unix_seconds=epoch)
        found = Conversation(ids.root_id("conv"), created_at=created_at, metadata=body.get("metadata") or {})
        found.append(self._stored(body.get("items") or (), ids))
        self.keep(found)
        return found.shown()

    def _stored(self, items: Sequence[Item], ids: ObjectIds, *, beside: Sequence[Item] = ()) -> list[Item]:
        """What a client adds, as it is kept; `beside` is what is there already. Raises: ApiError."""
        references = [item["id"] for item in items if is_reference(item)]
        found = resolved(items, self.items(references), which=is_reference) if references else items
        check_ids(beside, found)
        return stored_items(found, ids, root_ids=True)

    def items(self, wanted: Collection[str]) -> dict[str, Item]:
        """Stored items by their ids: those of responses, then those that were added to conversations."""
        found = dict(self._find(wanted))
        missing = [item_id for item_id in wanted if item_id not in found]
        for conversation in self._table.newest_first() if missing else ():
            found |= {one: conversation.item(one) for one in missing if one in conversation}
        if self._synthesize_item is not None:
            found |= {one: self._synthesize_item(one) for one in missing if one not in found}
        return found

    def keep(self, conversation: Conversation) -> None:
        """Put a conversation into the store, or update its size there."""
        if conversation.synthetic:
            return
        self._table.put(conversation.id, conversation)

    def __contains__(self, conversation_id: str) -> bool:
        """Whether a conversation is there, deleted or not."""
        return self._table.get(conversation_id) is not None

    def find(self, conversation_id: str) -> Conversation | None:
        """One conversation that has not been deleted, or None."""
        found = self._table.get(conversation_id)
        if found is None and self._synthesize is not None:
            return self._synthesize(conversation_id)
        return None if found is None or found.deleted else found

    def get(self, conversation_id: str) -> Conversation:
        """One conversation. Raises: ApiError 404."""
        found = self.find(conversation_id)
        if found is None:
            raise api_error("conversation_not_found", id=conversation_id)
        return found

    def update(self, conversation_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """`POST /conversations/{id}`: the metadata is replaced."""
        found = self.get(conversation_id)
        found.metadata = body.get("metadata") or {}
        self.keep(found)
        return found.shown()

    def delete(self, conversation_id: str) -> dict[str, Any]:
        """`DELETE /conversations/{id}`."""
        found = self.get(conversation_id)
        found.delete()
        self.keep(found)
        return {"id": conversation_id, "object": "conversation.deleted", "deleted": True}

    def add_items(self, conversation_id: str, body: dict[str, Any], *, draws: Draws, epoch: int) -> dict[str, Any]:
        """`POST /conversations/{id}/items`: the list of what was added, in the order of the request."""
        found = self.get(conversation_id)
        ids = ObjectIds(draws, unix_seconds=epoch, partition=partition_of(conversation_id))
        added = self._stored(body["items"], ids, beside=found.items)
        found.append(added)
        self.keep(found)
        return listing(added)

    def list_items(self, conversation_id: str, query: dict[str, Any]) -> dict[str, Any]:
        """`GET /conversations/{id}/items`."""
        found = self.get(conversation_id)
        return page(found.items, without_cursors(query) if found.synthetic else query)

    def get_item(self, conversation_id: str, item_id: str, query: dict[str, Any]) -> Item:
        """`GET /conversations/{id}/items/{item}`."""
        found = self.get(conversation_id)
        item = self._synthetic(found, item_id) or found.item(item_id)
        return shown_item(item, query.get("include") or ())

    def _synthetic(self, conversation: Conversation, item_id: str) -> Item | None:
        if self._synthesize_item is None or not conversation.never_had(item_id):
            return None
        return self._synthesize_item(item_id)

    def delete_item(self, conversation_id: str, item_id: str) -> dict[str, Any]:
        """`DELETE /conversations/{id}/items/{item}`: the conversation, as the API reference and the types have it."""
        found = self.get(conversation_id)
        if not self._synthetic(found, item_id):
            found.remove(item_id)
            self.keep(found)
        return found.shown()
