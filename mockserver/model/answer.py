"""What responders give: an answer to a request, or nothing, which leaves it to the next one."""

from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, Protocol, TypeAlias

from mockserver.codec import JsonObject
from mockserver.ids import Draws
from mockserver.model.fault import Fault
from mockserver.model.plan import Event, Plan, Schedule
from mockserver.model.rendering import Rendering
from mockserver.model.request import Asked, CheckedRequest, CreateRequest

VariesWith: TypeAlias = Literal["shape", "content", "call"]
"""What a plan depends on: the request's shape alone, all of its content, or anything, so that each call is another."""


class Planner(Protocol):
    """Makes plans: a rule's reply, or the default answer."""

    @property
    def varies_with(self) -> VariesWith:
        """What its plans depend on."""
        ...

    def plan(self, request: CreateRequest, draws: Callable[[], Draws]) -> Plan:
        """The plan for a request; `draws` gives choices that follow from its content. Raises: ScriptError."""
        ...

    async def called(self, request: CreateRequest) -> "Planner":
        """The planner to ask for a plan, once the functions of the test's author have been called.

        Asked of one that varies with each call. Raises: ScriptError.
        """
        ...


BODYLESS: Final = frozenset({204, 304})
"""Statuses whose replies end with their head. Source: RFC 9110 section 6.4.1."""


class RecordedHead:
    """Status and headers of a recorded reply, in the order of the wire."""

    __slots__ = ("encoded", "headers", "status")

    def __init__(self, status: int, headers: Sequence[tuple[str, str]] = ()) -> None:
        self.status = status
        self.headers = headers
        self.encoded: Any = None
        """What the transport made of it, which follows from it alone."""


class RecordedStream(Rendering, Protocol):
    """A response that was recorded, or is being recorded: its events verbatim, or its body. It renders itself."""

    head: RecordedHead

    @property
    def streamed(self) -> bool:
        """Whether it came as a stream, and not as a body."""
        ...

    @property
    def live(self) -> bool:
        """Whether it is still coming."""
        ...

    @property
    def complete(self) -> bool:
        """False where the upstream broke off."""
        ...

    @property
    def inserted(self) -> Sequence[tuple[int, Event]]:
        """What its client has said meanwhile, each after so many events; the events have the answers."""
        ...

    def attach(self, run: "LiveRun") -> None:
        """Show in `run` the events of a stream that is still coming; no-op for one that is complete."""
        ...


class LiveRun(Protocol):
    """A run, as the receiver of its events sees it."""

    def show(self, count: int) -> None:
        """Note that `count` events have come."""
        ...

    def finish(self, *, complete: bool = True) -> None:
        """End the run: no more events come."""
        ...


class BrokenOffError(Exception):
    """A reply ends here without its end, as the upstream's did."""


@dataclass(slots=True, kw_only=True)
class HttpReply:
    """Something recorded that is not a response: a list, a file, an error."""

    head: RecordedHead
    body: bytes = b""
    said: JsonObject | None = None
    """The body as its value, where a JSON object was recorded."""
    chunks: AsyncIterable[bytes] | None = None
    """The body as it comes, where an upstream is still sending it. Raises: BrokenOffError where it breaks off."""
    due: float = 0.0
    """Seconds after the request at which it is sent."""
    complete: bool = True
    """False where it breaks off after its body."""


class Coming(NamedTuple):
    """An answer that an upstream, or a function of the test's author, is about to give."""

    begin: "Callable[[Any, Any], Awaitable[RecordedStream | HttpReply]]"
    """Gets it: by the transfers that it is given, for the connection of a WebSocket or for none."""


class Outcome(NamedTuple):
    """Who answered a request, and what went wrong with it."""

    by: str | None = None
    """The rule, the recording or the upstream that answered; None for the default answer."""
    miss: str | None = None
    """Why nothing answered, where that is an error."""
    fault: "Fault | None" = None
    """What went wrong on purpose."""


UNSCRIPTED = Outcome()
"""Answered by default."""


class Answer(NamedTuple):
    """What one responder gives: a planner, or content that needs no plan.

    A fault alone is applied to the answer of the next responder.
    """

    planner: Planner | None = None
    content: RecordedStream | HttpReply | Coming | None = None
    """What was recorded, what a rule says of another route, or what is still on its way."""
    outcome: Outcome = UNSCRIPTED
    schedule: "Callable[[Sequence[str]], Schedule] | None" = None
    """When recorded events leave; None for at once."""


class Responder(Protocol):
    """Who may answer."""

    def answer(
        self, asked: Asked, checked: CheckedRequest | None, draws: Draws, *, counted: bool = True
    ) -> Answer | None:
        """The answer to a request, or None to leave it to the next responder.

        `checked` is None for a request that creates no response, or that this server refuses; `draws` are its
        own choices. `counted` is False where a fault keeps the answer from the client: its retry gets the same one.
        """
        ...
