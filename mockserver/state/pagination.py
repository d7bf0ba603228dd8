"""Lists of items, a page at a time, in the wire's shape."""

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.model.inputs import shown_item
from mockserver.model.plan import Item
from mockserver.spec.api_errors import api_error

DEFAULT_LIMIT = 20
CURSORS = ("after", "before")


def page(items: Sequence[Item], query: Mapping[str, Any]) -> dict[str, Any]:
    """One page of `items` (oldest first) as the query asks: `limit`, `order`, `after`, `before`, `include`.

    Raises: ApiError for a cursor that is not an item of the list.
    """
    ordered = list(items) if query.get("order") == "asc" else list(reversed(items))
    if query.get("after"):
        ordered = ordered[_position(ordered, query["after"], "after") + 1 :]
    if query.get("before"):
        ordered = ordered[: _position(ordered, query["before"], "before")]
    limit = query.get("limit") or DEFAULT_LIMIT
    include = query.get("include") or ()
    shown = [shown_item(item, include) for item in ordered[:limit]]
    return listing(shown, has_more=len(ordered) > limit)


def without_cursors(query: Mapping[str, Any]) -> dict[str, Any]:
    """The query for a synthetic list, whose cursors no client can know."""
    return {key: value for key, value in query.items() if key not in CURSORS}


def listing(items: Sequence[Item], *, has_more: bool = False) -> dict[str, Any]:
    """A list object of exactly these items."""
    return {
        "object": "list",
        "data": list(items),
        "first_id": items[0]["id"] if items else None,
        "has_more": has_more,
        "last_id": items[-1]["id"] if items else None,
    }


def _position(items: Sequence[Item], cursor: str, param: str) -> int:
    for position, item in enumerate(items):
        if item.get("id") == cursor:
            return position
    raise api_error("page_item_not_found", id=cursor, param=param)
