"""What a provider leaves unchecked of all that OpenAI checks: by the kind of check, and by the place in a request.

A place is a row of keys and elements of lists; what holds there holds in everything below it, too, unless a later rule
says otherwise.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeAlias


class Element(NamedTuple):
    """An element of a list, as a step of a place."""

    type: str | None = None
    """The `type` that it has; None for any."""


PlaceStep: TypeAlias = str | Element
Place: TypeAlias = tuple[PlaceStep, ...]


class UncheckedRule(NamedTuple):
    """Whether a kind of check is made at a place."""

    place: Place
    checked: bool = False


KINDS: Final[Mapping[str, str]] = {
    "required": "keys that OpenAI requires",
    "unknown": "keys that OpenAI does not know",
    "types": "values of another JSON type",
    "values": "texts that are none of OpenAI's values, and parts that a role does not have",
    "limits": "numbers, lengths, counts and names beyond OpenAI's limits",
    "ids": "ids with another prefix or other characters",
    "combinations": "whether a value fits the model, the tools, or the items before it",
}
"""The kinds of checks, each with what passes where it is left out."""


EVERYWHERE: Final[Place] = ()
LEFT_OUT: Final = UncheckedRule(EVERYWHERE)
"""The rule that a kind of check is made nowhere."""


class Unchecked:
    """The checks that are left out, as seen from one place in a request.

    Each object equals only itself, so that checks can be compiled once for each.
    """

    def __init__(self, rules: Mapping[str, Sequence[UncheckedRule]], path: Place = ()) -> None:
        """`rules` are those of each kind: of several that hold somewhere, the last counts."""
        self._rules = rules
        self._path = path

    @cached_property
    def without_unknown(self) -> "Unchecked":
        """The same, for requests that may have any keys at any depth."""
        rules = {**self._rules, "unknown": (*self._rules.get("unknown", ()), UncheckedRule(EVERYWHERE))}
        return Unchecked(rules, self._path)

    def below(self, step: PlaceStep) -> "Unchecked":
        """The same, seen from a member."""
        return Unchecked(self._rules, (*self._path, step)) if self._rules else self

    def of_type(self, name: str) -> "Unchecked":
        """The same, seen from an element of a list whose `type` is known."""
        if not self._path or not isinstance(self._path[-1], Element):
            return self
        return Unchecked(self._rules, (*self._path[:-1], Element(name)))

    def checks(self, kind: str, *steps: PlaceStep) -> bool:
        """Whether a kind of check is made here, or at a place below."""
        here = (*self._path, *steps)
        rules = reversed(self._rules.get(kind, ()))
        return next((rule.checked for rule in rules if _covers(rule.place, here)), True)

    def without(self, kind: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """A request without the keys for which a kind of check is left out."""
        rules = self._rules.get(kind)
        if not rules:
            return body
        if rules[-1] == LEFT_OUT:
            return {}
        return {key: value for key, value in body.items() if self.checks(kind, key)}


def _covers(place: Place, here: Place) -> bool:
    """Whether a place is `here`, or contains it."""
    return len(place) <= len(here) and all(map(_is_step, place, here))


def _is_step(wanted: PlaceStep, step: PlaceStep) -> bool:
    if isinstance(wanted, Element) and isinstance(step, Element):
        return wanted.type in (None, step.type)
    return wanted == step


NOTHING: Final = Unchecked({})
"""OpenAI's own: everything is checked."""
_ELEMENT: Final = Element()
# What this server cannot do without: names of tools and of what is meant by formats, choices and outputs.
_NEEDED: Final = (
    *(("tools", _ELEMENT, key) for key in ("type", "name", "server_label")),
    *(("input", _ELEMENT, key) for key in ("call_id", "approval_request_id")),
    *(("text", "format"), ("tool_choice",), ("moderation",), ("conversation",)),
)
_UNREAD: Final = (("metadata",), ("input", _ELEMENT, "error"), ("tools", Element("file_search"), "filters"))
"""What this server only repeats, whatever its type is."""
READABLE: Final = Unchecked(
    {kind: [UncheckedRule(EVERYWHERE)] for kind in KINDS}
    | {
        "types": [UncheckedRule(place) for place in _UNREAD],
        "required": [UncheckedRule(EVERYWHERE), *(UncheckedRule(place, checked=True) for place in _NEEDED)],
    }
)
"""The checks that a request has to pass so that this server can answer it at all."""
BY_DOCUMENT: Final = Unchecked({kind: [UncheckedRule(EVERYWHERE)] for kind in KINDS})
"""Where the provider's own document checks requests."""
