"""One HTTP request as handlers see it, and the replies that they can give."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from mockserver.codec import pretty
from mockserver.events.sse import frames
from mockserver.model.plan import Event
from mockserver.spec.body import parse_body
from mockserver.state import invent
from mockserver.state.journal import Exchange
from mockserver.state.run import Run
from mockserver.web.headers import Head
from mockserver.workspace import Workspace


@dataclass(slots=True, kw_only=True)
class Call:
    """A request that has found its route and its workspace."""

    exchange: Exchange
    params: Mapping[str, str]
    """The variable parts of the route."""
    workspace: Workspace
    target: str = ""
    """Path and query as they were sent."""

    @property
    def query(self) -> Sequence[tuple[str, str]]:
        """The query's pairs, in order."""
        return invent.query(self.exchange.query) if self.workspace.inventing else self.exchange.query

    @property
    def raw(self) -> bytes:
        """The body."""
        return self.exchange.raw

    def json(self) -> Any:
        """The body as JSON. Raises: ApiError."""
        body = parse_body(self.exchange.raw, content_type=self.exchange.headers.get("content-type", ""))
        return invent.body(body) if self.workspace.inventing else body


@dataclass(slots=True, kw_only=True)
class JsonReply:
    """A reply with a JSON body."""

    body: bytes
    status: int = 200
    limited: bool = False
    """Whether the endpoint counts against rate limits and says so in headers."""
    headers: Mapping[str, str] | None = None
    """More than every reply has."""


def json_reply(
    body: Any, *, status: int = 200, limited: bool = False, headers: Mapping[str, str] | None = None
) -> JsonReply:
    """A reply with this body, indented as on the wire."""
    return JsonReply(body=pretty(body), status=status, limited=limited, headers=headers)


@dataclass(slots=True, kw_only=True)
class EventStream:
    """A reply that streams a run's events from after number `after`: all at once, or in `batches` as they come."""

    run: Run
    after: int = -1
    batches: AsyncGenerator[Sequence[Event], None] | None = None
    ending: bytes = b""
    """What stands after the last event."""

    def events(self) -> Sequence[Event]:
        """The events of a run that is done."""
        return self.run.events()[self.after + 1 :]

    def frames(self) -> bytes:
        """The same as they stand on the wire."""
        return self.run.frames() if self.after < 0 else frames(self.events())


class BrokenOffError(Exception):
    """A reply ends here without its end, as the upstream's did."""


class Pieces(Protocol):
    """The bytes of a reply, as they come. Raises: BrokenOffError where the connection is to break."""

    def __aiter__(self) -> Self:
        """Itself."""
        ...

    async def __anext__(self) -> bytes:
        """The next piece."""
        ...

    async def aclose(self) -> None:
        """Nobody will ask for more."""
        ...


@dataclass(slots=True, kw_only=True)
class RawReply:
    """A reply handed on as it is: somebody else's head and bytes."""

    head: Head
    whole: bytes = b""
    """All of it, where nothing is waited for."""
    chunked: bool = False
    """Whether `whole` is sent without saying its length."""
    pieces: "Pieces | AsyncGenerator[bytes, None] | None" = None
    """Else its pieces as they come."""
    length: int | None = None
    """How many bytes they will be, where that is known and the headers do not say it."""


Reply = JsonReply | EventStream
"""What handlers give."""

AnyReply = Reply | RawReply
