"""One HTTP request as handlers see it, and the replies that they can give."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self

from mockserver.codec import pretty
from mockserver.spec.checks.parse import parse_body
from mockserver.state import invent
from mockserver.state.journal import Exchange
from mockserver.state.run import Run
from mockserver.web.headers import PLAIN, Head, Kind
from mockserver.workspace import Workspace


@dataclass(slots=True)
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


@dataclass(slots=True)
class JsonReply:
    """A reply with a JSON body."""

    body: bytes
    kind: Kind = PLAIN
    status: int = 200
    headers: Mapping[str, str] | None = None
    """More than every reply has."""


def json_reply(
    body: Any, *, kind: Kind = PLAIN, status: int = 200, headers: Mapping[str, str] | None = None
) -> JsonReply:
    """A reply with this body, indented as on the wire."""
    return JsonReply(pretty(body), kind, status, headers)


@dataclass(slots=True, kw_only=True)
class EventStream:
    """A reply that streams a run's events from after number `after`."""

    status: ClassVar[int] = 200
    run: Run
    after: int = -1
    parts: AsyncGenerator[range, None] | None = None
    """The numbers of the events as they come, part by part; None: all are there."""

    def pieces(self, part: range) -> Sequence[bytes]:
        """The events with these numbers, each as it stands on the wire."""
        return self.run.pieces(part)

    def together(self, part: range) -> bytes:
        """The same in one."""
        return b"".join(self.pieces(part))

    def whole(self) -> bytes:
        """All of a run that is done."""
        return self.run.frames() if self.after < 0 else self.together(range(self.after + 1, self.run.length))


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

    @property
    def status(self) -> int:
        """The status of the head."""
        return self.head.status


Reply = JsonReply | EventStream
"""What handlers give."""

AnyReply = Reply | RawReply
