"""What will be answered: data that a responder hands to the engine."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

Item: TypeAlias = dict[str, Any]
"""An output or input item as it stands on the wire; unknown keys are kept."""

Response: TypeAlias = dict[str, Any]
"""A Response object as it stands on the wire."""

Event: TypeAlias = dict[str, Any]
"""A stream event as it stands on the wire."""

ChangeEvents: TypeAlias = Callable[[Sequence[Event]], Sequence[Event]]
"""Takes the events that a stream would have, without their numbers, and returns those that it has."""

Schedule: TypeAlias = Sequence[tuple[float, int]]
"""When events leave: seconds after the start, each with the number of events that have left by then."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """When events leave: seconds to the first one, deltas per second (None: all at once)."""

    first: float = 0.0
    rate: float | None = None
    jitter: float = 0.0
    """Fraction of a gap that a seeded choice may add or take away, 0 to 1."""

    @cached_property
    def instant(self) -> bool:
        """Whether nothing is waited for."""
        return not self.first and self.rate is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one request is answered.

    Items may leave out `id`, `call_id`, `status` and whatever `spec.item_types` has a value for: finishing adds them.
    """

    output: Sequence[Item] = ()
    status: Literal["completed", "incomplete", "failed"] = "completed"
    incomplete_reason: str | None = None
    """`max_output_tokens` or `content_filter`; with status `incomplete`."""
    error: Mapping[str, Any] | None = None
    """`{"code", "message"}` of a response that fails; with status `failed`."""
    usage: Mapping[str, Any] = field(default_factory=dict)
    """Usage numbers to state instead of counted ones."""
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """Response fields to state instead of the request's echo."""
    pace: Pace | None = None
    """None: the pace of the workspace."""
    events: ChangeEvents | None = None
    """What becomes of its stream events, where they are not to be those of the real API."""
