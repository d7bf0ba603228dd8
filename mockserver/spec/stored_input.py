"""How the parts of a message look, filled up: of an answer, and of input once it is stored.

Source: recorded `input_items` and conversation items (GetInputItemsWithMultiPartPagination and others).
"""

from collections.abc import Mapping
from typing import Any

from mockserver.spec.item_row import OPTIONAL, REQUIRED

# The parts of a message and of reasoning: their keys in wire order, with the value of a key that was left out.
PARTS: Mapping[str, Mapping[str, Any]] = {
    "output_text": {"annotations": [], "logprobs": [], "text": REQUIRED},
    "refusal": {"refusal": REQUIRED},
    "reasoning_text": {"text": REQUIRED},
    "summary_text": {"text": REQUIRED},
}

# Keys after `type` in wire order, with the value of a key that was left out.
INPUT_PARTS: Mapping[str, Mapping[str, Any]] = {
    "input_text": {"text": ""},
    "input_image": {"detail": "auto", "file_id": None, "image_url": None},
    "input_file": {"file_id": None, "filename": OPTIONAL},  # the types have a plain string for the name
    "output_text": {"annotations": [], "logprobs": [], "text": ""},
}

HIDDEN_DATA: Mapping[str, tuple[str, ...]] = {"input_file": ("file_data",), "input_image": ()}
"""Keys of a part that are never shown again."""

IMAGE_URL = "message.input_image.image_url"
"""The include value that shows an image's URL; without it `image_url` is null."""

TEXT_PART: Mapping[str, str] = {"assistant": "output_text"}
"""The part that a string content becomes, by role; `input_text` for every other role."""
