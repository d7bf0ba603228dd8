"""Parts of an input as the API shows them: filled up, and without what it shows to nobody, or not to everybody."""

from collections.abc import Collection, Mapping
from typing import Any

from mockserver.spec.item_row import OPTIONAL
from mockserver.spec.stored_input import HIDDEN_DATA, IMAGE_URL, INPUT_PARTS


def filled_part(part: Mapping[str, Any]) -> dict[str, Any]:
    """A part with the keys that were left out, in wire order, and without the data of files."""
    kind = part.get("type", "input_text")
    row = INPUT_PARTS.get(kind, {})
    filled = {"type": kind}
    filled |= {key: part.get(key, default) for key, default in row.items() if key in part or default is not OPTIONAL}
    hidden = HIDDEN_DATA.get(kind, ())
    return filled | {key: value for key, value in part.items() if key not in filled and key not in hidden}


def shown_part(part: dict[str, Any], include: Collection[str]) -> dict[str, Any]:
    """A filled part as a client sees it: the URL of an image is null unless `include` asks for it."""
    is_hidden = part.get("type") == "input_image" and IMAGE_URL not in include
    return {**part, "image_url": None} if is_hidden else part
