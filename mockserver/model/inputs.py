"""Input items as the API stores and lists them: with ids, statuses and filled-up parts."""

from collections.abc import Collection, Iterable
from typing import Any

from mockserver.ids import ObjectIds
from mockserver.model.finish import finished_item
from mockserver.model.parts import filled_part, shown_part
from mockserver.model.plan import Item
from mockserver.spec.item_types import UNKNOWN
from mockserver.spec.omitted import without_omitted
from mockserver.spec.request_fields import SPELLED_BY_SDKS
from mockserver.spec.stored_input import IMAGE_URL, TEXT_PART


def stored_items(items: Iterable[Item], ids: ObjectIds, *, root_ids: bool = False) -> list[Item]:
    """The items as they are kept; `root_ids` gives ids in the layout of what enters a conversation from outside."""
    return [stored_item(item, ids, root_ids=root_ids) for item in items]


def stored_item(item: Item, ids: ObjectIds, *, root_ids: bool = False) -> Item:
    """One input item as it is kept. An id that the client chose stays."""
    named = {SPELLED_BY_SDKS.get(key, key): value for key, value in item.items()}
    given = without_omitted({**named, "type": item.get("type") or "message"})
    if given["type"] == "message":
        given["content"] = _content(given)
        given["status"] = given.get("status") or "completed"
        if root_ids and not given.get("id"):
            given["id"] = ids.root_id("msg")
    stored = finished_item(given, ids)
    return stored if "id" in stored else {"id": ids.new(UNKNOWN.prefix), **stored}


def _content(message: Item) -> list[Any]:
    content = message.get("content")
    if isinstance(content, str):
        content = [{"type": TEXT_PART.get(message.get("role", ""), "input_text"), "text": content}]
    return [filled_part(part) for part in content or ()]


def shown_item(item: Item, include: Collection[str]) -> Item:
    """A stored item as a listing shows it: what only `include` reveals is null without it."""
    if item.get("type") != "message" or IMAGE_URL in include:
        return item
    return {**item, "content": [shown_part(part, include) for part in item["content"]]}
