"""What calling a tool leaves behind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.model.plan import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What calling a tool leaves in the output."""

    items: Sequence[Item]
    text: str | None = None
    """What the model says of it; None where the client has to act first."""
    annotations: Sequence[Mapping[str, Any]] = ()
