"""Steering: what a user says while a response is being made, and what becomes of it.

Input that is accepted ends its target early, where that can be. A successor takes it up: by itself, or with the next
request of the client where the target waits for its client. Input that cannot be taken up is given back.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from mockserver.codec import JsonObject, dumps, loads
from mockserver.errors import ApiError
from mockserver.events.life import CREATED, FINAL_EVENT
from mockserver.model.answer import RecordedStream
from mockserver.model.client_work import required_input
from mockserver.model.request import Asked, typed_items
from mockserver.spec.steering import ACCEPTED, FAILED, MAX_STEERS, PENDING, STEERED, WAITING
from mockserver.state.connection import CONTINUED
from mockserver.state.run import Run
from mockserver.state.table import Bounded
from mockserver.web.websocket.frames import ResponseFrames, lane_of
from mockserver.web.websocket.steering_checks import invalid_steer, steer_error, unsteered

REMEMBERED: Final = 1_000
"""Responses of a connection whose end is known; an older one is as if it had never been."""


class Steer(NamedTuple):
    """Input that has been accepted."""

    id: str
    input: Any
    """As it was sent."""


class Target:
    """A response of the connection, and the input that waits for its end."""

    def __init__(self, run: Run, asked: Asked, frames: ResponseFrames) -> None:
        self.id = run.id if run.dialect is None else run.dialect.response_id(run.id)
        """As its client sees it."""
        self._own_id = run.id
        self.run: Run | None = run
        """None when it has ended."""
        self.asked = asked
        self.frames = frames
        self.final_event = ""
        """With what it has ended."""
        self.steers: list[Steer] = []
        self.expected = 0
        """How much input is still to come that its recording has the answers to."""

    @property
    def ending(self) -> bool:
        """Whether its last event is on its way, or has been sent."""
        return self.run is None or (self.run.done and self.frames.over)

    def count_recorded(self) -> bool:
        """Count what has just been sent for it; whether its recording has the answer."""
        self.expected -= 1
        return self.expected >= 0

    def refusal(self) -> ApiError | None:
        """Why it takes no more input; None where it does."""
        if self.ending:
            final = self.final_event if self.run is None else self.run.types[-1]
            completed = final == FINAL_EVENT["completed"]
            return steer_error("response_already_completed" if completed else "response_not_active")
        if len(self.steers) == MAX_STEERS:
            return steer_error("too_many_pending_steers", limit=MAX_STEERS)
        return unsteered(loads(self.asked.raw))

    def accept(self, steer: Steer) -> bytes:
        """Take input, and end early; the frame that says so."""
        self.steers.append(steer)
        if self.run is not None:
            self.run.interrupt(STEERED)
        return self.frames.insert(ACCEPTED, {"steer": self._named(steer)})

    def pending(self, required: Sequence[Any]) -> list[bytes]:
        """The frames that say for what all input waits."""
        why = {"reason": WAITING, "required_input": required}
        return [self.frames.insert(PENDING, {"steer": self._named(steer), **why}) for steer in self.steers]

    def give_back(self, reason: str) -> list[bytes]:
        """Let go of all input; the frames that say why."""
        error = steer_error("successor_creation_failed", reason=reason)
        steers, self.steers = self.steers, []
        return [
            self.frames.insert(FAILED, _failure({**self._named(steer), "input": steer.input}, error))
            for steer in steers
        ]

    def _named(self, steer: Steer) -> dict[str, str]:
        return {"id": steer.id, "previous_response_id": self.id}

    def taken_up(self, body: JsonObject) -> JsonObject:
        """A request that continues it, with all input before its own."""
        own = body.get("input")
        if not self.steers or not isinstance(own, str | list):
            return body
        items = [item for steer in self.steers for item in typed_items(steer.input)]
        return {**body, "input": [*items, *(typed_items(own) if isinstance(own, str) else own)]}

    def successor(self) -> JsonObject:
        """The request that continues it by itself, with all its settings."""
        return self.taken_up({**loads(self.asked.raw), "previous_response_id": self._own_id, "input": []})


def _failure(steer: JsonObject, error: ApiError) -> JsonObject:
    return {"steer": steer, "error": {"type": error.type, "code": error.code, "message": error.message}}


class Steering:
    """The responses of one connection, and the input for them; what is not taken up is lost with the connection."""

    def __init__(self) -> None:
        self._targets: Bounded[str, Target] = Bounded(REMEMBERED)
        self._waiting: Bounded[str, Target] = Bounded(REMEMBERED)
        """Those whose input waits for what their client has to send, by OpenAI's id."""

    def begin(
        self, run: Run, asked: Asked, frames: ResponseFrames, *, recorded: RecordedStream | None = None
    ) -> Target:
        """Note a response that takes input from now on; `recorded` is what it shows, where it was recorded."""
        target = Target(run, asked, frames)
        self._targets[target.id] = target
        if recorded is not None and recorded.inserted:
            target.expected = len(recorded.inserted)
            for event in run.events():  # its successors are part of it
                if event["type"] == CREATED:
                    self._targets[event["response"]["id"]] = target
        return target

    def receive(
        self, event: JsonObject, *, steer_id: str, refused: ApiError | None = None
    ) -> tuple[bytes, ApiError | None]:
        """Take an input, or say why not: a frame, and the error. `refused` is why a script wants it to be refused."""
        named = event["previous_response_id"]
        target = self._targets.get(named)
        error = refused or invalid_steer(event)
        if error is None and target is None:
            error = steer_error("response_not_found", id=named)
        elif error is None and target is not None:
            error = target.refusal()
        if error is None and target is not None:
            return target.accept(Steer(steer_id, event["input"])), None
        assert error is not None  # noqa: S101 - either there is a target or an error
        frames = ResponseFrames(None) if target is None else target.frames
        failure = _failure({"previous_response_id": named, "input": event.get("input")}, error)
        return frames.insert(FAILED, failure), error

    def end(self, target: Target) -> tuple[list[bytes], JsonObject | None]:
        """What becomes of the input for a response that has ended: frames to send, the request of its successor."""
        run = target.run
        assert run is not None  # noqa: S101 - it ends once
        target.final_event = run.types[-1] if run.types else ""
        target.run = None
        if not target.steers:
            return [], None
        final = run.final
        if target.final_event not in CONTINUED:
            return target.give_back(f"the response is {final.get('status')}."), None
        required = required_input(final.get("output") or ())
        if not required:
            return [], target.successor()
        self._waiting[run.id] = target
        return target.pending(required), None

    def target(self, response_id: str) -> Target | None:
        """A response of the connection; None for one that is not there."""
        return self._targets.get(response_id)

    def continued(self, asked: Asked) -> tuple[Target | None, Asked]:
        """The response that a request continues on its own lane, where input waits for that; the request with it."""
        body = loads(asked.raw) if self._waiting else {}
        target = self._waiting.get(str(body.get("previous_response_id")))
        if target is None or not target.steers or lane_of(target.asked) != lane_of(asked):
            return None, asked
        return target, Asked(asked.head, dumps(target.taken_up(body)), dialect=asked.dialect)
