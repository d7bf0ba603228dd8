"""Keeping to `max_output_tokens`: an answer that is too long stops short, as the model's would.

Reasoning counts, visible or not: with a small limit a reasoning model says nothing at all.
"""

from collections.abc import Sequence

from mockserver.model.item_text import value_at
from mockserver.model.plan import Item, Plan
from mockserver.model.tokens import PER_OUTPUT_ITEM, is_reasoning, output_tokens, split
from mockserver.spec.event_steps import Text
from mockserver.spec.item_types import ITEM_TYPES, UNKNOWN


def limited(output: Sequence[Item], budget: int) -> Plan:
    """The plan for these items: all of them where they fit, else up to the token that spends the budget."""
    left, reasoning_tokens = budget, 0
    for position, item in enumerate(output):
        cost = output_tokens(item)
        if is_reasoning(item):
            reasoning_tokens += min(cost, left)
        if cost > left or (cost == left and position < len(output) - 1):
            return Plan(
                output=[*output[:position], _cut(item, left - PER_OUTPUT_ITEM)],
                status="incomplete",
                incomplete_reason="max_output_tokens",
                usage={"output_tokens": budget, "reasoning_tokens": reasoning_tokens},
            )
        left -= cost
    return Plan(output=output)


def _cut(item: Item, tokens: int) -> Item:
    """The item with these tokens left of what it brings in deltas; an item that comes as a whole stays whole."""
    if item["type"] == "message":
        return _cut_message(item, tokens)
    row = ITEM_TYPES.get(item["type"], UNKNOWN)
    path = next((step.field for step in row.steps if isinstance(step, Text)), None)
    text = value_at(item, path) if path else None
    if path is None or not isinstance(text, str):
        return item
    return _with(item, path, "".join(split(text)[:tokens]))


def _with(holder: Item, path: str, value: str) -> Item:
    key, _, rest = path.partition(".")
    return {**holder, key: _with(holder[key], rest, value) if rest else value}


def _cut_message(item: Item, tokens: int) -> Item:
    """The message with these tokens left of its text, and of annotations and logprobs those that still stand."""
    part = item["content"][0]
    kept = split(part["text"])[:tokens]
    text = "".join(kept)
    cited = [note for note in part["annotations"] if note.get("end_index", note.get("index")) <= len(text)]
    left = {"text": text, "annotations": cited, "logprobs": part["logprobs"][: len(kept)]}
    return {**item, "content": [{**part, **left}]}
