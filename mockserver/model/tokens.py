"""Cutting text the way a tokenizer would, and counting it: near enough for plausible deltas and usage.

A token is a word with its leading space, up to three digits, a run of punctuation, a run of line ends, or one
CJK character or emoji. A cut never falls inside a grapheme cluster. `"".join(split(text)) == text` always.

Source of the counts: recorded arithmetic. A gpt-4o input is its tokens + 4 per message + 3, a gpt-5 input + 3 per
message + 3; plain text out is its tokens + 1.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from mockserver.codec import dumps
from mockserver.model.item_text import item_text
from mockserver.model.plan import Item
from mockserver.model.request import CreateRequest
from mockserver.spec.models import model_facts

PER_MESSAGE = {False: 4, True: 3}  # by whether the model reasons
PER_REQUEST = 3
PER_REASONING = 64  # our choice: hidden tokens of one reasoning item, on top of what it shows
PER_OUTPUT_ITEM = 1  # ending an item costs a token

_TOKEN = re.compile(
    r" ?[A-Za-z]+(?:'[a-z]{1,2}\b|)| ?\d{1,3}| ?[!-/:-@\[-`{-~]{1,4}|\n+|[^\S\n]+(?=\S)|\s+|.", re.DOTALL
)

_SHORT = 1024  # characters of a text whose count is remembered

_JOINER = "\u200d"
_MODIFIERS = range(0x1F3FB, 0x1F400)  # skin tones
_TAGS = range(0xE0020, 0xE0080)  # flags of regions
_REGIONAL = range(0x1F1E6, 0x1F200)  # two of these make a flag
_HANGUL_TAIL = range(0x1160, 0x1200)  # jamo that continue a syllable


def split(text: str) -> list[str]:
    """The tokens of `text`, in order."""
    if text.isascii():
        return _TOKEN.findall(text)
    return list(_words(clusters(text)))


def count(text: str) -> int:
    """How many tokens `text` has."""
    if len(text) <= _SHORT:
        return _remembered_count(text)
    # One by one: a list of all would take ten times the memory of the text, and keep other threads from running.
    return sum(1 for _ in (_TOKEN.finditer(text) if text.isascii() else _words(clusters(text))))


@lru_cache(maxsize=1024)  # a conversation sends its history again with every turn
def _remembered_count(text: str) -> int:
    return len(split(text))


def clusters(text: str) -> Iterator[str]:
    """The grapheme clusters of `text`: what a reader sees as one character."""
    start = 0
    for position in range(1, len(text)):
        if not _continues(text, position, start):
            yield text[start:position]
            start = position
    if text:
        yield text[start:]


def _continues(text: str, position: int, start: int) -> bool:
    here, before = text[position], text[position - 1]
    code = ord(here)
    if code < 0x300:  # noqa: PLR2004 - below it only line ends join
        return before == "\r" and here == "\n"
    if _JOINER in {here, before} or code in _MODIFIERS or code in _TAGS or code in _HANGUL_TAIL:
        return True
    if code in _REGIONAL:
        return ord(before) in _REGIONAL and (position - start) % 2 == 1
    return unicodedata.category(here) in {"Mn", "Mc", "Me"}


def _words(graphemes: Iterator[str]) -> Iterator[str]:
    """Graphemes joined into words; a leading space stays with the word that follows."""
    word = ""
    for grapheme in graphemes:
        if _is_letter(grapheme) and (not word or word == " " or _is_letter(word[-1])):
            word += grapheme
            continue
        if word == " " and not grapheme.isspace():
            word += grapheme
            continue
        if word:
            yield word
        word = grapheme
    if word:
        yield word


def _is_letter(grapheme: str) -> bool:
    """Whether a grapheme joins its neighbours into words: letters of scripts that put spaces between words."""
    return unicodedata.category(grapheme[0]) in {"Lu", "Ll", "Lt", "Mn", "Mc"} or (
        grapheme[0].isalpha() and ord(grapheme[0]) < 0x0E00  # noqa: PLR2004 - Thai and all later scripts write without spaces
    )


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
