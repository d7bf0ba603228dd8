"""Whether encrypted content that a client sends back is what the service gave it."""

from collections.abc import Mapping, Sequence
from typing import Final

from mockserver.encrypted import Verdict, verdict
from mockserver.model.plan import Item
from mockserver.settings import ANY
from mockserver.spec.api_errors import api_error
from mockserver.spec.history_errors import CONTENT_OF_ANOTHER_ITEM, CONTENT_OF_ANOTHER_OWNER, UNREADABLE_CONTENT
from mockserver.spec.item_types import ITEM_TYPES
from mockserver.state.journal import Journal

_KEY: Final = "encrypted_content"
_TYPES: Final = frozenset(name for name, row in ITEM_TYPES.items() if _KEY in row.keys)
_REASONS: Final[Mapping[Verdict, str]] = {
    Verdict.UNREADABLE: UNREADABLE_CONTENT,
    Verdict.OF_ANOTHER_OWNER: CONTENT_OF_ANOTHER_OWNER,
    Verdict.OF_ANOTHER_ITEM: CONTENT_OF_ANOTHER_ITEM,
}
_SHOWN: Final = 4  # characters at either end of a content that is shown


def check_encrypted(items: Sequence[Item], *, secret: bytes, accepted: str, journal: Journal) -> bool:
    """Refuse content that was not made for this owner and item; whether some was taken since it had been given out.

    `accepted` is the setting: with `any` what was made elsewhere is taken if it has the right form. What a script or a
    recording said of an item is taken back whatever it is: the journal knows it. Raises: ApiError.
    """
    known = False
    for item in items:
        content = item.get(_KEY) if item["type"] in _TYPES else None
        if not content:
            continue
        found = verdict(content, item_id=item.get("id"), secret=secret)
        if found is Verdict.FOREIGN and accepted != ANY:
            found = Verdict.UNREADABLE
        if found in _REASONS:
            members = {key: item[key] for key in ("id", _KEY) if item.get(key)}
            if not journal.has_shown(members):
                raise api_error("unverified_content", item=_named(item, content), reason=_REASONS[found])
            known = True
    return known


def _named(item: Item, content: str) -> str:
    """How the sentence names a content: by its item, or by its first and last characters."""
    return f"for item {item['id']}" if item.get("id") else f"{content[:_SHOWN]}...{content[-_SHOWN:]}"
