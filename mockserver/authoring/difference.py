"""How a request differs from what was wanted, in the words of messages: for rules and for recordings alike."""

from dataclasses import dataclass
from typing import Any

from mockserver.authoring.json_path import ABSENT, SeveralValues
from mockserver.codec import dumps
from mockserver.model.request import CreateRequest

_LONGEST = 120


class Verbatim(str):
    """Our words among the values of a difference, shown without quotes."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One way in which a request is not the one that was wanted."""

    field: str
    wanted: Any
    got: Any

    def __str__(self) -> str:
        return f"{self.field}: wanted {self.wanted}, got {shown(self.got)}"


def shown(value: Any) -> str:
    """A value on one line of a message, cut where it is long."""
    if value is ABSENT:
        return "nothing"
    if isinstance(value, Verbatim):
        return str(value)
    if isinstance(value, CreateRequest):
        return shown(value.body)
    if isinstance(value, SeveralValues):
        text = " | ".join(shown(one) for one in value) or "nothing"
    else:
        text = repr(value) if isinstance(value, str) else dumps(value).decode("utf-8", "replace")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
