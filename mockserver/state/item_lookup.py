"""Items of an input that the service looks up: what only names an item, or lacks what the service keeps of it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeAlias

from mockserver.model.plan import Item
from mockserver.spec.api_errors import api_error
from mockserver.spec.item_types import ITEM_TYPES, UNKNOWN

_REFERRING = (None, "message", "item_reference")


Find: TypeAlias = Callable[[Collection[str]], Mapping[str, Item]]
"""Gives stored items by their ids, as many of them as there are."""


def is_reference(item: Item) -> bool:
    """Whether an item only names another one."""
    return "id" in item and "role" not in item and item.get("type") in _REFERRING


def is_looked_up(item: Item) -> bool:
    """Whether an item is nothing without the one that is stored under its id."""
    kept = ITEM_TYPES.get(item.get("type", ""), UNKNOWN).kept
    if kept is None:
        return is_reference(item)
    return bool(item.get("id")) and not item.get(kept)


def resolved(
    items: Iterable[Item],
    known: Mapping[str, Item],
    *,
    stored: bool = True,
    which: Callable[[Item], bool] = is_looked_up,
) -> list[Item]:
    """The items, with the stored one instead of each that `which` is true of; `stored` is the request's `store`.

    Raises: ApiError 404 for an item that is not stored.
    """
    return [_found(item["id"], known, stored=stored) if which(item) else item for item in items]


def _found(item_id: str, known: Mapping[str, Item], *, stored: bool) -> Item:
    if item_id in known:
        return known[item_id]
    if stored:
        raise api_error("item_not_found", id=item_id)
    raise api_error("item_not_stored", id=item_id)
