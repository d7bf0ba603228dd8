"""Which agent said what, in a response that may have several: the root says whatever names no other."""

from collections.abc import Sequence

from mockserver.model.plan import Item
from mockserver.spec.multi_agent import AGENT, FINAL_ANSWER, ROOT


def attributed(items: Sequence[Item]) -> list[Item]:
    """The items, each with its agent; what the root says is its final answer where it states no phase."""
    return [_by_root(item) if item.get(AGENT) is None else item for item in items]


def _by_root(item: Item) -> Item:
    answer = {"phase": FINAL_ANSWER} if item.get("type") == "message" and item.get("phase") is None else {}
    return {**item, **answer, AGENT: {"agent_name": ROOT}}
