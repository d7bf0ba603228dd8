"""Conditions and differences: to match is to have no difference, so a match and the message of a miss agree."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from mockserver.authoring.difference import Difference, Verbatim, shown
from mockserver.errors import ScriptError
from mockserver.model.request import CreateRequest
from mockserver.script.matchers import Matcher
from mockserver.script.request_values import ReadRequest


class Condition(Protocol):
    """One thing that a rule asks of a request."""

    @property
    def deterministic(self) -> bool:
        """Whether equal requests always get the same answer from it."""
        ...

    def differences(self, request: CreateRequest) -> list[Difference]:
        """How a request differs from what is asked; nothing where it meets it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCondition:
    """A value of the request, and what it has to be."""

    field: str
    wanted: Matcher
    read: ReadRequest

    @property
    def deterministic(self) -> bool:
        """True if its matcher is deterministic."""
        return self.wanted.deterministic

    def differences(self, request: CreateRequest) -> list[Difference]:
        """Nothing, or one difference."""
        got = self.read(request)
        if self._met(got):
            return []
        why = Verbatim(self.wanted.why(got)) if self.wanted.why else got
        return [Difference(field=self.field, wanted=self.wanted, got=why)]

    def _met(self, got: Any) -> bool:
        try:
            return self.wanted.matches(got)
        except ScriptError as error:
            raise ScriptError(f"{self.field}: {error}") from error
        except Exception as error:  # a predicate of the test author's: never taken for "no match"
            raise ScriptError(f"{self.field}: asking for {self.wanted} raised {error!r} at {shown(got)}.") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternatives:
    """Several sets of conditions, one of which has to hold."""

    sets: Sequence[Sequence[Condition]]

    @property
    def deterministic(self) -> bool:
        """True if all its conditions are deterministic."""
        return all(condition.deterministic for conditions in self.sets for condition in conditions)

    def differences(self, request: CreateRequest) -> list[Difference]:
        """Nothing, or the differences of the nearest set."""
        found = [differing(conditions, request) for conditions in self.sets]
        nearest = min(range(len(found)), key=lambda n: len(found[n]))
        return [replace(one, field=f"any[{nearest}].{one.field}") for one in found[nearest]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Conditions that must not all hold; `about` names what they look at."""

    about: str
    conditions: Sequence[Condition]

    @property
    def deterministic(self) -> bool:
        """True if all its conditions are deterministic."""
        return all(condition.deterministic for condition in self.conditions)

    def differences(self, request: CreateRequest) -> list[Difference]:
        """Nothing, or one difference."""
        if differing(self.conditions, request):
            return []
        return [
            Difference(field="not", wanted=f"a request that differs in {self.about}", got=Verbatim("one that fits"))
        ]


def differing(conditions: Sequence[Condition], request: CreateRequest) -> list[Difference]:
    """The differences of all conditions, in their order."""
    return [one for condition in conditions for one in condition.differences(request)]
