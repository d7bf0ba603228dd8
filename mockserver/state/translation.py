"""What a provider's client sees of a rendering: its body and its events, translated."""

from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from typing import Protocol

from mockserver.codec import dumps_each, dumps_indented, kept, loads
from mockserver.model.dialect import Dialect
from mockserver.model.plan import Event, Response
from mockserver.model.rendering import Framing, Rendering

SentEvent = tuple[str, bytes]
"""The type of an event, and its JSON."""


class TranslatedView(Protocol):
    """A rendering as a provider's client sees it."""

    @property
    def rendering(self) -> Rendering:
        """What is translated."""
        ...

    def body(self) -> bytes:
        """The finished response as a reply body."""
        ...

    def sent(self, batch: range, *, after: int = -1) -> Sequence[SentEvent]:
        """What is sent for the events with these numbers, of that what comes after the sent event `after`."""
        ...

    def framed(self, framing: Framing) -> bytes:
        """All that is sent, as it stands on the wire."""
        ...


class Bounds:
    """Which of the events that a provider sends stand for which of a rendering's."""

    def __init__(self, counts: Sequence[int]) -> None:
        self._ends = [0, *accumulate(counts)]

    def sent_for(self, batch: range, *, after: int = -1) -> range:
        """The numbers of what is sent for a rendering's events, above `after`."""
        return range(max(self._ends[batch.start], after + 1), self._ends[batch.stop])


class Translation:
    """A translation that is made from the objects of a rendering, its events when they are first asked for."""

    def __init__(self, rendering: Rendering, dialect: Dialect) -> None:
        self.rendering = rendering
        self._dialect = dialect

    @cached_property
    def _groups(self) -> Sequence[Sequence[Event]]:
        return list(self._dialect.events(self.rendering.events()))

    @cached_property
    def events(self) -> Sequence[Event]:
        """All events that are sent."""
        return [event for group in self._groups for event in group]

    @cached_property
    def bounds(self) -> Bounds:
        """Which of them stand for which of the rendering's."""
        return Bounds(list(map(len, self._groups)))

    @cached_property
    def payloads(self) -> Sequence[bytes]:
        """The events as JSON."""
        return list(map(kept, dumps_each(self.events)))

    @property
    def types(self) -> Sequence[str]:
        """The types of the events."""
        return [event["type"] for event in self.events]

    def response(self) -> Response:
        """The finished response, as a reply body shows it."""
        return self._dialect.response(loads(self.rendering.body()))

    def body(self) -> bytes:
        """The finished response as a reply body."""
        return dumps_indented(self.response())

    def sent(self, batch: range, *, after: int = -1) -> Sequence[SentEvent]:
        """What is sent for the events with these numbers, of that what comes after the sent event `after`."""
        numbers = self.bounds.sent_for(batch, after=after)
        payloads = self.payloads[numbers.start : numbers.stop]
        return [(self.events[number]["type"], one) for number, one in zip(numbers, payloads, strict=True)]

    def framed(self, framing: Framing) -> bytes:
        """All that is sent, as it stands on the wire."""
        return framing.framed(self.types, self.payloads)
