"""Token counts that add up, close enough to the wire's to be plausible.

Source: recorded arithmetic. A gpt-4o input is its tokens + 4 per message + 3, a gpt-5 input + 3 per
message + 3; plain text out is its tokens + 1.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from mockserver.codec import dumps
from mockserver.model.item_text import item_text
from mockserver.model.plan import Item
from mockserver.model.request import CreateRequest
from mockserver.model.tokens import count
from mockserver.spec.models import model_facts

PER_MESSAGE = {False: 4, True: 3}  # by whether the model reasons
PER_REQUEST = 3
PER_REASONING = 64  # our choice: hidden tokens of one reasoning item, on top of what it shows
PER_OUTPUT_ITEM = 1  # ending an item costs a token


def input_tokens(request: CreateRequest) -> int:
    """Tokens of everything the model would see: instructions, tools, earlier turns and this input."""
    instructions = request.body.get("instructions")
    per_message = PER_MESSAGE[model_facts(request.model).reasoning]
    tokens = per_message * len(request.context)
    for item in request.context:
        tokens += count(item_text(item))
    if isinstance(instructions, str):
        tokens += count(instructions) + per_message
    elif instructions:  # the messages of a prompt
        tokens += sum(count(item_text(message)) + per_message for message in instructions)
    if request.offered:
        tokens += len(dumps(request.offered)) // 4
    return tokens + PER_REQUEST


def output_tokens(item: Item) -> int:
    """Tokens that the model spends on one item of its output; what tools give back within the item costs none."""
    return count(item_text(item, returned=False)) + (PER_REASONING if is_reasoning(item) else PER_OUTPUT_ITEM)


def is_reasoning(item: Item) -> bool:
    """Whether the tokens of an item are reasoning tokens."""
    return bool(item["type"] == "reasoning")


def usage(request: CreateRequest, output: Iterable[Item], *, prompt_tokens: int | None = None) -> dict[str, Any]:
    """The usage object of a response with these output items."""
    return usage_of(output, prompt_tokens=input_tokens(request) if prompt_tokens is None else prompt_tokens)


def usage_of(output: Iterable[Item], *, prompt_tokens: int) -> dict[str, Any]:
    """The usage object of these output items, for so many tokens of input."""
    output_count = reasoning_count = 0
    for item in output:
        tokens = output_tokens(item)
        output_count += tokens
        reasoning_count += tokens if is_reasoning(item) else 0
    counts = {"input_tokens": prompt_tokens, "output_tokens": output_count, "reasoning_tokens": reasoning_count}
    return totals(counts)


def totals(counts: Mapping[str, int]) -> dict[str, Any]:
    """A usage object in wire order from its numbers; the total is their sum."""
    prompt, output = counts.get("input_tokens", 0), counts.get("output_tokens", 0)
    return {
        "input_tokens": prompt,
        "input_tokens_details": {
            "cache_write_tokens": counts.get("cache_write_tokens", 0),
            "cached_tokens": counts.get("cached_tokens", 0),
        },
        "output_tokens": output,
        "output_tokens_details": {"reasoning_tokens": counts.get("reasoning_tokens", 0)},
        "total_tokens": prompt + output,
    }
