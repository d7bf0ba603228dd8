"""One HTTP request as handlers see it, and the replies that they can give."""

from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from aiohttp.web import StreamResponse

from mockserver.codec import JsonObject, dumps_indented
from mockserver.errors import ApiError
from mockserver.model.answer import UNSCRIPTED, HttpReply, Outcome, RecordedHead
from mockserver.model.request import Asked
from mockserver.responders import Answered
from mockserver.space import Space
from mockserver.spec.checks.body import parse_body
from mockserver.state import synthetic
from mockserver.state.run import Run
from mockserver.web.headers import PLAIN, ReplyKind
from mockserver.web.http_server import Request
from mockserver.web.sse import SseStream
from mockserver.workspace import Workspace


@dataclass(slots=True)
class RequestContext:
    """A request that has found its route and its space."""

    asked: Asked
    params: Mapping[str, str]
    """The variable parts of the route."""
    space: Space
    answered: Answered | None = None
    """Who answers it, once that is known."""
    adapt: Callable[[Asked], Asked] | None = None
    """Takes a request as if its client spoke OpenAI's dialect; None where it does."""
    show_error: Callable[[ApiError], tuple[JsonObject, int]] | None = None
    """Gives the error object that the provider has for an error, and its status; None where they are OpenAI's."""
    has_websocket: bool = True
    """Whether the provider to speak like accepts WebSocket connections."""

    @property
    def query(self) -> Sequence[tuple[str, str]]:
        """The query's pairs, in order."""
        query = self.asked.head.query
        return synthetic.query(query) if self.space.synthesizes else query

    @property
    def raw(self) -> bytes:
        """The body."""
        return self.asked.raw

    @property
    def workspace(self) -> Workspace:
        """The space as a test author sees it."""
        return Workspace(self.space)

    def json(self) -> Any:
        """The body as JSON. Raises: ApiError."""
        body = parse_body(self.asked.raw, content_type=self.asked.head.headers.get("content-type", ""))
        return synthetic.body(body) if self.space.synthesizes else body


@dataclass(slots=True)
class JsonReply:
    """A reply with a JSON body."""

    body: bytes
    kind: ReplyKind = PLAIN
    status: int = 200
    headers: Mapping[str, str] | None = None
    """More than every reply has."""
    outcome: Outcome = UNSCRIPTED
    run: Run | None = None
    """The run that the body shows, of a new response."""
    head: RecordedHead | None = None
    """The recorded head, instead of this server's own."""
    joined: int = 0


def json_reply(
    body: Any, *, kind: ReplyKind = PLAIN, status: int = 200, headers: Mapping[str, str] | None = None
) -> JsonReply:
    """A reply with this body, indented as on the wire."""
    return JsonReply(dumps_indented(body), kind, status, headers)


@dataclass(slots=True)
class EventStream:
    """A reply that streams the events of a run."""

    events: SseStream
    batches: AsyncGenerator[range, None] | None = None
    """The numbers of the events as they come; None: all are there."""
    outcome: Outcome = UNSCRIPTED
    run: Run | None = None
    """The run, of a new response."""
    head: RecordedHead | None = None
    """The recorded head, instead of this server's own."""
    joined: int = 0
    status: int = 200
    body: ClassVar[bytes] = b""


@dataclass(slots=True)
class PassedOn:
    """A reply that was recorded, or is being recorded, handed on as it is."""

    reply: HttpReply
    outcome: Outcome = UNSCRIPTED
    run: ClassVar[None] = None
    joined: ClassVar[int] = 0

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.reply.head.status

    @property
    def body(self) -> bytes:
        """What the journal keeps of the body: JSON."""
        return self.reply.body if self.reply.body[:1] in {b"{", b"["} else b""


WebReply = JsonReply | EventStream | PassedOn
"""A reply of HTTP. Where it has a run, the run is left when the reply has, or will not."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What makes the connection a WebSocket, instead of a reply."""

    serve: Callable[[Request, Callable[[], None]], Coroutine[Any, Any, StreamResponse | None]]
    """Shakes hands and serves the connection to its end; calls what it is given whenever the connection is used.

    Gives what it shook hands with; None where the client had gone before.
    """
