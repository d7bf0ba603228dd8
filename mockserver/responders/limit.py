"""Keeping to `max_output_tokens`: an answer that is too long stops short, as the model's would.

Reasoning counts, visible or not: with a small limit a reasoning model says nothing at all.
"""

from collections.abc import Mapping, Sequence

from mockserver.model.plan import Item, Plan
from mockserver.model.request import text_of
from mockserver.model.tokens import count, split
from mockserver.model.usage import PER_REASONING

# The value that a limit may cut, by item type; items of other types stay whole.
_SPOKEN: Mapping[str, str] = {"function_call": "arguments", "custom_tool_call": "input"}


def limited(output: Sequence[Item], budget: int) -> Plan:
    """The plan for these items: all of them where they fit, else up to the token that spends the budget."""
    left, thought = budget, 0
    for position, item in enumerate(output):
        tokens = split(_text(item))
        cost = len(tokens) + 1  # ending costs a token
        if item["type"] == "reasoning":
            cost = PER_REASONING + sum(count(part["text"]) for part in item["summary"])
            thought += min(cost, left)
        if cost > left or (cost == left and position < len(output) - 1):
            return Plan(
                output=[*output[:position], _cut(item, tokens[: left - 1])],
                status="incomplete",
                incomplete_reason="max_output_tokens",
                usage={"output_tokens": budget, "reasoning_tokens": thought},
            )
        left -= cost
    return Plan(output=output)


def _text(item: Item) -> str:
    return text_of(item) if item["type"] == "message" else item.get(_SPOKEN.get(item["type"], ""), "")


def _cut(item: Item, tokens: Sequence[str]) -> Item:
    """The item with these tokens left, and of a text's annotations and logprobs those that still stand."""
    text = "".join(tokens)
    if item["type"] in _SPOKEN:
        return {**item, _SPOKEN[item["type"]]: text}
    if item["type"] != "message":
        return item
    part = item["content"][0]
    cited = [note for note in part["annotations"] if note.get("end_index", note.get("index")) <= len(text)]
    left = {"text": text, "annotations": cited, "logprobs": part["logprobs"][: len(tokens)]}
    return {**item, "content": [{**part, **left}]}
