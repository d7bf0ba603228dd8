"""Reasoning and what it led to: sent back with their ids, neither goes without the other."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from mockserver.ids import partition_of
from mockserver.model.plan import Item
from mockserver.spec.api_errors import api_error
from mockserver.spec.call_pairs import LED_TO, NO_FOLLOWERS

REASONING: Final = "reasoning"


class ReasoningPair(NamedTuple):
    """A reasoning item, and what stands right after it: that is what it led to, as far as the wire shows."""

    reasoning: Item
    item: Item


def pairs_in(output: Iterable[Item]) -> Iterator[ReasoningPair]:
    """The pairs of one turn. Of parallel calls it is the first; whether the others need it too is not known."""
    for before, item in pairwise(output):
        if before.get("type") == REASONING and item.get("type") in LED_TO:
            yield ReasoningPair(before, item)


def stated_followers(output: Iterable[Item]) -> list[str] | None:
    """Those ids of what stands after reasoning that a script states; None where nothing does."""
    found = [pair.item.get("id") or "" for pair in pairs_in(output)]
    return [item_id for item_id in found if partition_of(item_id) is None] if found else None


def check_followers(items: Sequence[Item]) -> None:
    """Refuse reasoning with an id that is not followed by what it led to. Raises: ApiError."""
    for position, item in enumerate(items):
        if item["type"] == REASONING and item.get("id"):
            follower = items[position + 1] if position + 1 < len(items) else {}
            kind = follower.get("type", "")
            by_client = kind == "message" and follower.get("role", "assistant") != "assistant"
            if not follower or by_client or kind in NO_FOLLOWERS:
                raise api_error("follower_missing", id=item["id"])


def unaccompanied(items: Iterable[Item]) -> Iterator[str]:
    """The ids of what reasoning may have led to, and has none right before it in an input."""
    before: Item = {}
    for item in items:
        if item.get("id") and before.get("type") != REASONING and item["type"] in LED_TO:
            yield item["id"]
        before = item


def check_reasoning(history: Sequence[Item], items: Sequence[Item], pairs: Mapping[str, ReasoningPair]) -> None:
    """Refuse what comes without the reasoning that led to it; `pairs` are those of stored turns. Raises: ApiError."""
    present = {item.get("id") for item in (*history, *items)} if pairs else set()
    for item_id, pair in pairs.items():
        reasoning = pair.reasoning.get("id")
        if reasoning and reasoning not in present:
            raise api_error("reasoning_missing", id=item_id, type=pair.item["type"], reasoning=reasoning)
