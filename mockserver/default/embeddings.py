"""`POST /v1/embeddings`: a vector that follows from the text alone, nearer to those of texts with the same words."""

import base64
import math
import re
import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

from mockserver.model.tokens import count
from mockserver.spec.checks.invalid import Invalid, invalid_type

# Documentation of the models: how many numbers a vector has.
DIMENSIONS: Final[Mapping[str, int]] = {"text-embedding-3-large": 3072}
USUAL: Final = 1536
MOST: Final = 3072

_WORD = re.compile(r"\w+")
_LONGEST: Final = 512  # different words of a text that count


def embed(body: Any) -> dict[str, Any]:
    """The embeddings of a request's input. Raises: ApiError."""
    request = body if isinstance(body, dict) else {}
    model, given, size = request.get("model"), request.get("input"), request.get("dimensions")
    if not isinstance(model, str):
        raise Invalid("missing_required_parameter").at("model").error
    if size is None:
        size = DIMENSIONS.get(model, USUAL)
    if type(size) is not int:
        raise invalid_type(size, "an integer").at("dimensions").error
    if not 1 <= size <= MOST:
        row, limit = ("integer_below_min_value", 1) if size < 1 else ("integer_above_max_value", MOST)
        raise Invalid(row, limit=limit, got=size).at("dimensions").error
    texts = _texts(given)
    encode = _packed if request.get("encoding_format") == "base64" else list
    tokens = sum(map(count, texts))
    return {
        "object": "list",
        "data": [
            {"object": "embedding", "index": index, "embedding": encode(_vector(text, size))}
            for index, text in enumerate(texts)
        ],
        "model": model,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def _texts(given: Any) -> list[str]:
    """The input as texts: one, or several; tokens stand for texts of their own."""
    if given is None:
        raise Invalid("missing_required_parameter").at("input").error
    if isinstance(given, str):
        return [given]
    if not isinstance(given, list):
        raise invalid_type(given, "one of a string or array of strings").at("input").error
    if given and all(type(each) is int for each in given):
        return [_token_text(given)]
    for index, each in enumerate(given):
        if not isinstance(each, str | list):
            raise invalid_type(each, "a string").at("input", index).error
    return [_token_text(each) if isinstance(each, list) else each for each in given]


def _token_text(tokens: Sequence[Any]) -> str:
    return " ".join(map(str, tokens))


@lru_cache(maxsize=256)
def _vector(text: str, size: int) -> Sequence[float]:
    """A vector of length 1: the sum of those of the text's words."""
    words = list(dict.fromkeys(_WORD.findall(text.lower())))[:_LONGEST] or [text]
    sums = [sum(column) for column in zip(*(_word_vector(word, size) for word in words), strict=True)]
    length = math.sqrt(sum(number * number for number in sums)) or 1.0
    return tuple(round(number / length, 8) for number in sums)


@lru_cache(maxsize=1024)
def _word_vector(word: str, size: int) -> Sequence[int]:
    """Numbers between -128 and 127 that follow from the word."""
    blocks = -(-size // 64)
    noise = b"".join(blake2b(word.encode(), salt=block.to_bytes(16, "big")).digest() for block in range(blocks))
    return [byte - 128 for byte in noise[:size]]


def _packed(vector: Sequence[float]) -> str:
    """Base64 of little-endian floats of 32 bits, as SDKs ask for it. Source: openai 3.52.0 reads it with numpy."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")
