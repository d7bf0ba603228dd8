"""Token counts that add up, close enough to the wire's to be plausible.

Source: recorded arithmetic. A gpt-4o input is its tokens + 4 per message + 3, a gpt-5 input + 3 per
message + 3; plain text out is its tokens + 1.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from mockserver.codec import compact
from mockserver.model.plan import Item
from mockserver.model.request import CreateRequest, text_of
from mockserver.model.tokens import count
from mockserver.spec.models import model_facts

PER_MESSAGE = {False: 4, True: 3}  # by whether the model reasons
PER_REQUEST = 3
PER_REASONING = 64  # a choice of ours: hidden thinking of one reasoning item, on top of its summary

_SPOKEN = frozenset({"arguments", "input", "code", "output", "result"})


def input_tokens(request: CreateRequest) -> int:
    """Tokens of everything the model would see: instructions, tools, earlier turns and this input."""
    instructions = request.body.get("instructions")
    per_message = PER_MESSAGE[model_facts(request.model).reasoning]
    said = sum(map(_heard, request.context)) + per_message * len(request.context)
    if isinstance(instructions, str):
        said += count(instructions) + per_message
    if request.tools:
        said += len(compact(request.tools)) // 4
    return said + PER_REQUEST


def usage(request: CreateRequest, output: Iterable[Item], *, prompt_tokens: int | None = None) -> dict[str, Any]:
    """The usage object of a response with these output items."""
    items = list(output)
    heard = input_tokens(request) if prompt_tokens is None else prompt_tokens
    thought = spoken = 0
    for item in items:
        if item["type"] == "reasoning":
            thought += PER_REASONING + _summary(item)
        else:
            spoken += _heard(item) + 1
    return totals({"input_tokens": heard, "output_tokens": thought + spoken, "reasoning_tokens": thought})


def totals(counts: Mapping[str, int]) -> dict[str, Any]:
    """A usage object in wire order from its numbers; the total is their sum."""
    heard, said = counts.get("input_tokens", 0), counts.get("output_tokens", 0)
    return {
        "input_tokens": heard,
        "input_tokens_details": {
            "cache_write_tokens": counts.get("cache_write_tokens", 0),
            "cached_tokens": counts.get("cached_tokens", 0),
        },
        "output_tokens": said,
        "output_tokens_details": {"reasoning_tokens": counts.get("reasoning_tokens", 0)},
        "total_tokens": heard + said,
    }


def _heard(item: Item) -> int:
    heard = count(text_of(item))
    for key in _SPOKEN.intersection(item):
        if isinstance(item[key], str):
            heard += count(item[key])
    return heard


def _summary(item: Item) -> int:
    return sum(count(part.get("text", "")) for part in item.get("summary") or ())
