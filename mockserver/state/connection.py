"""What one WebSocket connection remembers: the last response of each of its lanes, stored or not."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from mockserver.events.life import FINAL_EVENT
from mockserver.model.plan import Item
from mockserver.model.request import CreateRequest
from mockserver.state.run import Run
from mockserver.state.stored import StoredResponse

CONTINUED = frozenset({FINAL_EVENT["completed"], FINAL_EVENT["incomplete"]})
"""How responses end that can be continued from memory; after one that fails the one before is still there."""


class Turn(NamedTuple):
    """A response with all that went before it."""

    history: Sequence[Item]
    response: StoredResponse

    def context(self) -> list[Item]:
        """Earlier turns, its input, its output and what was injected meanwhile, oldest first."""
        response = self.response
        return [*self.history, *response.input(), *response.output(), *response.injected_items()]


class SendLater(Protocol):
    """Sends a frame, as soon as that can be."""

    def __call__(self, frame: bytes, /, *, binary: bool) -> None:
        """Send a text frame, or a binary one."""
        ...


def _send_nowhere(_frame: bytes, /, *, binary: bool) -> None:
    """No-op, before there is a socket."""


class Connection:
    """A connection as everything below its transport knows it: its number, and what can be continued on it.

    The last response of a lane can be continued from any lane whatever `store` says; older ones only where they are
    stored. Source: OpenAI's guide to WebSocket mode, autumn 2026.
    """

    def __init__(self, number: int, *, era: Callable[[], object]) -> None:
        self.number = number
        """Its position among the connections of its workspace, from 1."""
        self._era = era
        """Gives another object after each reset of the workspace."""
        self.send: SendLater = _send_nowhere
        """Passes on what an upstream says that belongs to no response."""
        self.close: Callable[[int | None], None] = lambda _code: None
        """Closes it with this code, as an upstream has closed its half; None drops it."""
        self._last: dict[str | None, Turn] = {}
        self._last_of = era()

    def _turns(self) -> dict[str | None, Turn]:
        """The last turn of each lane; a reset of the workspace has forgotten them."""
        era = self._era()
        if era is not self._last_of:
            self._last, self._last_of = {}, era
        return self._last

    def remember(self, request: CreateRequest, response: StoredResponse, run: Run) -> None:
        """Keep a response whose run has ended as the last one of its lane, if it can be continued."""
        rendering = run.rendering
        if rendering.types[-1] in CONTINUED:
            ended = response._replace(id=rendering.id, rendering=rendering, injected=run.injected)
            self._turns()[request.lane] = Turn(request.history, ended)

    def context(self, response_id: str) -> list[Item] | None:
        """All that a continuation of this response goes on from; None where it is not remembered."""
        turn = next((turn for turn in self._turns().values() if turn.response.id == response_id), None)
        return None if turn is None else turn.context()

    def evict(self, lane: str | None, response_id: str) -> None:
        """Forget a response whose continuation on its own lane has failed; a fork that fails leaves it."""
        turn = self._turns().get(lane)
        if turn is not None and turn.response.id == response_id:
            del self._turns()[lane]
