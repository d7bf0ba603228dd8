"""Whether the items of an input fit together, and fit what they join: ids, pairs of calls and outputs, approvals."""

from collections.abc import Sequence
from typing import Final

from mockserver.model.plan import Item
from mockserver.spec.api_errors import api_error
from mockserver.spec.call_pairs import ANSWERS, APPROVALS, NAMED_AFTER_CALLS, OPEN_CALLS, OUTPUTS
from mockserver.spec.request_fields import SPELLED_BY_SDKS
from mockserver.state.reasoning_pairs import REASONING, check_followers

_ASYNC: Final = ("async", *(key for key, name in SPELLED_BY_SDKS.items() if name == "async"))


def check_items(history: Sequence[Item], items: Sequence[Item]) -> None:
    """Refuse input that the model could not read.

    Raises: ApiError for a duplicate id, an output without its call, a call without its output, an approval that was
        not given, a reasoning item without what it led to.
    """
    check_ids(history, items)
    kinds = {item["type"] for item in items}
    joined = kinds | {item["type"] for item in history}
    if not kinds.isdisjoint(OUTPUTS):
        _check_outputs(history, items)
    if not joined.isdisjoint(OPEN_CALLS):
        _check_calls([*history, *items])
    if not joined.isdisjoint(APPROVALS):
        _check_approvals([*history, *items])
    if REASONING in kinds:
        check_followers(items)


def check_ids(history: Sequence[Item], items: Sequence[Item]) -> None:
    """Refuse an item that is there twice: in the input, or in what it joins. Raises: ApiError."""
    named = [item["id"] for item in items if item.get("id") and item.get("type") not in NAMED_AFTER_CALLS]
    seen = {item.get("id") for item in history} if named else set()
    for item_id in named:
        if item_id in seen:
            raise api_error("duplicate_item", id=item_id)
        seen.add(item_id)


def _check_outputs(history: Sequence[Item], items: Sequence[Item]) -> None:
    calls = {item.get("call_id") for item in (*history, *items) if item["type"] not in OUTPUTS}
    for item in items:
        if item["type"] in OUTPUTS and _is_clients(item) and item["call_id"] not in calls:
            raise api_error("call_missing", output=OUTPUTS[item["type"]], call_id=item["call_id"])


def _is_clients(item: Item) -> bool:
    """Whether a call is for the client to answer, or an output is its answer; what the server runs has no call id."""
    return bool(item.get("call_id")) and item.get("execution") != "server"


def _may_wait(call: Item) -> bool:
    """Whether a call runs beside the turn, so that its output may come later. Source: openai 3.57.0, types."""
    return any(call.get(key) for key in _ASYNC)


def _check_calls(context: Sequence[Item]) -> None:
    answered = {item.get("call_id") or item.get("id") for item in context if item["type"] in ANSWERS} - {None}
    for item in context:
        is_due = item["type"] in OPEN_CALLS and _is_clients(item) and not _may_wait(item)
        if is_due and answered.isdisjoint((item["call_id"], item.get("id"))):
            raise api_error("output_missing", call=OPEN_CALLS[item["type"]], call_id=item["call_id"])


def _check_approvals(context: Sequence[Item]) -> None:
    """An approval counts as given where it is named: by its answer, or by the call that it allowed."""
    named = {item.get("approval_request_id") for item in context}
    unanswered = [item["id"] for item in context if item["type"] in APPROVALS and item.get("id") not in named]
    if unanswered:
        raise api_error("approval_missing", ids=", ".join(unanswered))
