"""A run: one response as its clients see it. Everything that they see of a response is a view of its run."""

from collections.abc import AsyncGenerator, Iterable, Sequence

from mockserver.codec import loads
from mockserver.model.dialect import Dialect
from mockserver.model.plan import Event, Item, Response
from mockserver.model.rendering import Framing, OtherFrames, Rendering
from mockserver.model.request import Delivery
from mockserver.state.awaited_outputs import AwaitedOutputs
from mockserver.state.rendering import ended
from mockserver.state.template import TemplatedRendering
from mockserver.state.translation import SentEvent, TranslatedView, Translation

WHOLE = Delivery()


class Run:
    """A response as its clients see it. This one is done; a `TimedRun` shows its events one after the other.

    Under a profile, clients see its rendering translated: `body`, `shown`, `sent`, `payloads` and `framed` give what
    they see, the rest is OpenAI's. After the last event of one that is not `complete` the connection breaks.
    """

    __slots__ = ("_view", "background", "complete", "delivery", "dialect", "rendering", "streamed")

    done: bool = True
    """Whether every event has been shown."""
    ended_at: float = 0.0
    """Seconds on the clock's axis; 0 before the end, and where there was nothing to wait for."""
    live: bool = False
    """Whether its events come from an upstream."""
    outputs: AwaitedOutputs | None = None
    """What its agents wait for; None for a response of one agent."""

    def __init__(
        self,
        rendering: Rendering,
        delivery: Delivery = WHOLE,
        dialect: Dialect | None = None,
        *,
        complete: bool = True,
    ) -> None:
        self.rendering = rendering
        self.delivery = delivery
        self.streamed, self.background = delivery
        self.dialect = dialect
        """How a provider shows it; None for OpenAI itself."""
        self.complete = complete
        self._view: TranslatedView | None = None

    @property
    def id(self) -> str:
        """The response's id; empty while an upstream has not shown it."""
        return self.rendering.id

    @property
    def final(self) -> Response:
        """The finished response, whether or not it has been shown."""
        return self.rendering.final()

    @property
    def injected(self) -> Sequence[Item]:
        """What its client has injected."""
        return () if self.outputs is None else self.outputs.given

    @property
    def types(self) -> Sequence[str]:
        """The types of all events, shown or not."""
        return self.rendering.types

    @property
    def other_frames(self) -> OtherFrames:
        """What a recorded stream holds besides events."""
        return self.rendering.other_frames

    @property
    def shown_count(self) -> int:
        """How many events have been shown."""
        return len(self.types)

    def times(self) -> Sequence[float]:
        """When each event that was shown was due, or came, on the clock's axis; empty where all left at once."""
        return ()

    def snapshot(self) -> Response:
        """The response as far as it has come."""
        return self.final

    def body(self) -> bytes:
        """The response as a reply body, as far as it has come."""
        return self.rendering.body() if self.dialect is None else self._translated(self.dialect).body()

    def shown(self) -> Response:
        """The response as far as it has come, as its client sees it."""
        snapshot = self.snapshot()
        return snapshot if self.dialect is None else self.dialect.response(snapshot)

    def events(self) -> Sequence[Event]:
        """All events, shown or not."""
        return self.rendering.events()

    def client_events(self) -> Sequence[Event]:
        """All events as its client sees them, shown or not."""
        if self.dialect is None:
            return self.events()
        return [loads(payload) for _, payload in self.sent(range(len(self.types)))]

    def sent(self, batch: range, *, after: int = -1) -> Iterable[SentEvent]:
        """What a client is sent for the events with these numbers: type and JSON of each, of those after `after`.

        `batch` counts OpenAI's events, and begins after `after` where those are sent as they are. A provider may send
        several for one, or none: `after` counts what it sends.
        """
        if self.dialect is None:
            return zip(self.types[batch.start : batch.stop], self.rendering.payloads(batch), strict=True)
        return self._translated(self.dialect).sent(batch, after=after)

    def payloads(self, batch: range) -> Sequence[bytes]:
        """What a client is sent for the events with these numbers, each as JSON."""
        if self.dialect is None:
            return self.rendering.payloads(batch)
        return [payload for _, payload in self._translated(self.dialect).sent(batch)]

    def framed(self, framing: Framing) -> bytes:
        """All that a client is sent of a run that is done, as it stands on the wire."""
        view = self.rendering if self.dialect is None else self._translated(self.dialect)
        return view.framed(framing)

    @property
    def stream_end(self) -> str | None:
        """What ends its stream after its last event, without being an event."""
        return None if self.dialect is None else self.dialect.stream_end

    def numbers(self, *, after: int = -1) -> range:
        """The numbers of all events that may have to be sent to a client that has got those up to `after`."""
        return range(after + 1 if self.dialect is None else 0, len(self.types))

    def _translated(self, dialect: Dialect) -> TranslatedView:
        view, rendering = self._view, self.rendering
        if view is None or view.rendering is not rendering:
            filled = rendering.translated(dialect.key) if isinstance(rendering, TemplatedRendering) else None
            view = self._view = filled or Translation(rendering, dialect)
        return view

    def read(self) -> AsyncGenerator[range, None]:
        """The numbers of the events as they come, for the client that asked for the response.

        It plays the run, unless the run goes on without it. A client calls `leave` when it stops reading.
        """
        return self.follow()

    async def follow(self, *, after: int = -1) -> AsyncGenerator[range, None]:
        """The numbers of the events that have been shown, batch by batch, to the end of the run.

        It begins after `after`; under a profile at the start, as `after` counts what the provider has sent.
        """
        if numbers := self.numbers(after=after):
            yield numbers

    def leave(self) -> None:
        """End the view of a client that has all it asked for, or has gone, or never began to read."""
        self._view = None
        self.rendering.compact()

    def poll(self) -> None:
        """Move on by one status, where the run advances when it is polled."""

    def interrupt(self, reason: str) -> None:
        """End as soon as the items in progress are done, as incomplete for this reason; no-op where nothing is."""

    def cancel(self) -> None:
        """End now: the items that were done stay, the rest never comes."""
        self.rendering = ended(self.rendering, after=self.shown_count, status="cancelled")
