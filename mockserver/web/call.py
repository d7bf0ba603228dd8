"""One HTTP request as handlers see it, and the replies that they can give."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mockserver.codec import pretty
from mockserver.model.plan import Event
from mockserver.spec.body import parse_body
from mockserver.state.journal import Exchange
from mockserver.state.run import Run
from mockserver.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that has found its route and its workspace."""

    exchange: Exchange
    params: Mapping[str, str]
    """The variable parts of the route."""
    workspace: Workspace

    @property
    def query(self) -> Sequence[tuple[str, str]]:
        """The query's pairs, in order."""
        return self.exchange.query

    @property
    def raw(self) -> bytes:
        """The body as it was sent."""
        return self.exchange.raw

    def json(self) -> Any:
        """The body as JSON. Raises: ApiError."""
        return parse_body(self.exchange.raw, content_type=self.exchange.headers.get("content-type", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonReply:
    """A reply with a JSON body, indented as on the wire: `body` to be encoded, or `raw` that is already."""

    body: Any = None
    raw: bytes | None = None
    status: int = 200
    limited: bool = False
    """Whether the endpoint counts against rate limits and says so in headers."""
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """The bytes of the body."""
        return pretty(self.body) if self.raw is None else self.raw


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStream:
    """A reply that streams the events of a run: `events` where all are there, else `batches` as they come."""

    run: Run
    events: Sequence[Event] = ()
    batches: AsyncGenerator[Sequence[Event], None] | None = None


Reply = JsonReply | EventStream
