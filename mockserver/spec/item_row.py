"""The row of an item type."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from mockserver.spec.event_steps import Step


class Fill(Enum):
    """What stands in a row where there is no constant."""

    REQUIRED = "the script must say it"
    OPTIONAL = "absent unless the script says it"
    CALL_ID = "a new call_id"
    STATUS = "completed, or incomplete where the response is"
    ENCRYPTED = "encrypted content"
    INCLUDED = "encrypted content, where the request is to get it"


REQUIRED, OPTIONAL, CALL_ID, STATUS, ENCRYPTED, INCLUDED = Fill

DONE = "completed"
"""The status of types that are never incomplete."""

IN_PROGRESS = {"status": "in_progress"}


class ItemType(NamedTuple):
    """One item type. What a row leaves out holds for an unknown type: it opens in progress and is done."""

    prefix: str
    """How its ids begin, before the underscore."""
    keys: Mapping[str, Any]
    """Its keys after `id` and `type`, in wire order, with the values that a script may leave out."""
    checked_id: bool = False
    """Whether an id that a client sends must begin with the prefix."""
    text: tuple[str, ...] = ()
    """Dotted paths of what its maker wrote, the most informative first; what `steps` bring in deltas is among it."""
    returned: tuple[str, ...] = ()
    """Dotted paths of what a tool gave back within the same item."""
    tool: str | None = None
    """The type of the tool whose call it is."""
    answered_by: str | None = None
    """The item type with which a client answers it."""
    goes_on: bool = False
    """Whether the model goes on to call a tool with that answer, and does not talk about it."""
    kept: str | None = None
    """The key whose value the service keeps: sent back without it, the item is looked up by its id."""
    after_reasoning: bool = True
    """Whether it can be what a reasoning item led to, which must follow it in the input."""
    opened: Mapping[str, Any] = IN_PROGRESS
    """Values when it is added, by dotted path; what the finished item does not have, or has as null, stays so."""
    missing: tuple[str, ...] = ()
    """Keys that it lacks when it is added."""
    steps: tuple[Step, ...] = ()
    """The events between added and done."""
