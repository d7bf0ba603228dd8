"""A provider's dialect, as everything below the transports knows it: what is shown of a response to its client.

`None` in place of a dialect shows everything as OpenAI does.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from mockserver.model.plan import Event, Response
from mockserver.spec.checks.unchecked import Unchecked


class Dialect(Protocol):
    """How a provider shows the response to one request."""

    @property
    def sent(self) -> bytes:
        """The request's body as its client sent it, parts of which a response may repeat."""
        ...

    @property
    def key(self) -> bytes:
        """Stands for the provider and what it repeats of the request: with equal keys, translations are equal."""
        ...

    @property
    def templated(self) -> bool:
        """Whether a translation is the same whatever ids, times and token counts a response has."""
        ...

    @property
    def unchecked(self) -> Unchecked:
        """Which of OpenAI's checks its requests need not pass."""
        ...

    @property
    def stream_end(self) -> str | None:
        """What ends a stream after its last event, without being an event."""
        ...

    @property
    def event_lines(self) -> bool:
        """Whether server-sent events have an `event:` line."""
        ...

    def check_request(self) -> None:
        """Refuse what the provider refuses, also by its own document, if it has one. Raises: ApiError."""
        ...

    def response(self, response: Response) -> Response:
        """A response as the provider shows it."""
        ...

    def events(self, events: Iterable[Event]) -> Iterator[Sequence[Event]]:
        """For each event of a stream, the events that the provider sends."""
        ...

    def response_id(self, response_id: str) -> str:
        """The id of a response as the provider shows it."""
        ...


class Provider(Protocol):
    """A provider other than OpenAI."""

    @property
    def unchecked(self) -> Unchecked:
        """Which of OpenAI's checks its requests need not pass."""
        ...

    def id_in(self, response_id: str) -> str:
        """The id of a response in OpenAI's form."""
        ...

    def dialect(self, sent: bytes) -> Dialect:
        """How it shows the response to the request that has this body."""
        ...
