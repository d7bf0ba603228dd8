"""What joins a request's input, and whether the whole fits together: references, pairs of calls and outputs."""

from collections.abc import Callable, Iterable, Sequence

from mockserver.model.plan import Item
from mockserver.spec.api_errors import api_error
from mockserver.spec.call_pairs import ANSWERED, NO_FOLLOWERS, OUTPUTS


def resolved(items: Iterable[Item], find: Callable[[str], Item | None]) -> list[Item]:
    """The items with every `item_reference` replaced by the item that it names.

    Raises: ApiError 404 for an item that is not stored.
    """
    return [_referenced(item, find) if is_reference(item) else item for item in items]


_REFERRING = (None, "message", "item_reference")


def is_reference(item: Item) -> bool:
    """Whether an item only names another one."""
    return "id" in item and "role" not in item and item.get("type") in _REFERRING


def _referenced(item: Item, find: Callable[[str], Item | None]) -> Item:
    found = find(item["id"])
    if found is None:
        raise api_error("item_not_stored", id=item["id"])
    return found


def check_items(history: Sequence[Item], items: Sequence[Item]) -> None:
    """Refuse input that the model could not read.

    Raises: ApiError for a duplicate id, an output without its call, a call without its output, a reasoning item
        without what it led to.
    """
    _check_ids(history, items)
    _check_outputs(history, items)
    _check_calls([*history, *items])
    _check_reasoning(items)


def _check_ids(history: Sequence[Item], items: Sequence[Item]) -> None:
    named = [item for item in items if item.get("id")]
    known = {item.get("id") for item in history} if named else set()
    seen: set[str] = set()
    for item in named:
        item_id = item["id"]
        if item_id in seen or (item_id in known and not _repeats(item, history)):
            raise api_error("duplicate_item", id=item_id)
        seen.add(item_id)


def _repeats(item: Item, history: Sequence[Item]) -> bool:
    """Whether a chained item is the stored one itself, sent again in full; it stands for it and is not a duplicate."""
    return any(item == known for known in history)


def _check_outputs(history: Sequence[Item], items: Sequence[Item]) -> None:
    outputs = [item for item in items if item["type"] in OUTPUTS]
    calls = {item.get("call_id") for item in (*history, *items) if item["type"] not in OUTPUTS} if outputs else set()
    for item in outputs:
        if item["call_id"] not in calls:
            raise api_error("call_missing", output=OUTPUTS[item["type"]], call_id=item["call_id"])


def _check_calls(context: Sequence[Item]) -> None:
    calls = [item for item in context if item["type"] in ANSWERED]
    answered = {item.get("call_id") for item in context if item["type"] in OUTPUTS} if calls else set()
    for item in calls:
        if item.get("call_id") not in answered:
            raise api_error("output_missing", call_id=item.get("call_id"))


def _check_reasoning(items: Sequence[Item]) -> None:
    for position, item in enumerate(items):
        if item["type"] == "reasoning" and item.get("id"):
            follower = items[position + 1] if position + 1 < len(items) else {}
            kind = follower.get("type", "")
            by_client = kind == "message" and follower.get("role", "assistant") != "assistant"
            if not follower or by_client or kind in NO_FOLLOWERS:
                raise api_error("follower_missing", id=item["id"])
