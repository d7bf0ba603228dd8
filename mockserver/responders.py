"""Who answers: the responders of a space, asked in their order; and what became of a request."""

from collections.abc import Sequence
from typing import NamedTuple

from mockserver.errors import ApiError
from mockserver.ids import Draws
from mockserver.model.answer import UNSCRIPTED, Answer, HttpReply, Outcome, RecordedStream
from mockserver.model.fault import Fault
from mockserver.model.plan import Item
from mockserver.model.request import Asked, CheckedRequest, CreateRequest
from mockserver.space import Space
from mockserver.spec.api_errors import api_error
from mockserver.state.run import Run

NOT_ANSWERED = Answer()


class Answered(NamedTuple):
    """What became of a request: a run, something recorded that is not a response, or an error."""

    outcome: Outcome
    run: Run | None = None
    http: HttpReply | None = None
    error: ApiError | None = None
    recorded: RecordedStream | None = None
    """What the run shows, where it was recorded."""
    joined: int = 0
    """How many items of earlier turns joined the input."""
    history: Sequence[Item] = ()
    """These items, where they may be remembered by a connection alone."""

    @property
    def is_answer(self) -> bool:
        """Whether there is anything to send; else only the outcome is known so far."""
        return self.run is not None or self.http is not None or self.error is not None


def ask_responders(space: Space, asked: Asked, checked: CheckedRequest | None, draws: Draws) -> Answer:
    """The answer of the first responder that has one; where none has, an answer with neither a plan nor a recording.

    A warm-up that no rule is about is not a miss, since it has one answer only; in a recorded session it may be.
    A fault without an answer is applied to the answer of the next responder.
    """
    outcome = UNSCRIPTED
    for responder in space.responders:
        fault = outcome.fault
        found = responder.answer(asked, checked, draws, counted=fault is None or not fault.invites_retry)
        if found is None:
            continue
        if outcome is not UNSCRIPTED:
            merged = Outcome(outcome.by or found.outcome.by, None, outcome.fault or found.outcome.fault)
            found = found._replace(outcome=merged)
        if found.planner is not None or found.content is not None:
            return found
        outcome = found.outcome
        if outcome.fault is not None and http_error_of(outcome.fault, checked) is not None:
            return found
    return NOT_ANSWERED if outcome is UNSCRIPTED else Answer(outcome=outcome)


def http_error_of(fault: Fault, checked: CheckedRequest | None) -> ApiError | None:
    """The HTTP error that a client gets because of a fault, instead of what it asked for; None where it gets that."""
    return fault.http_error(streamed=checked is not None and checked.delivery.streamed)


def may_miss(space: Space, checked: CheckedRequest | None) -> bool:
    """Whether a request is a miss where a space is strict; to a warm-up that was not recorded there is one answer."""
    return checked is None or not checked.warms_up or space.replay is not None


def missed(space: Space, asked: Asked, checked: CheckedRequest | None) -> Answered:
    """The error for a request that nothing matches, with the nearest recordings or rules."""
    if space.replay is not None:
        error = api_error("no_matching_recording", message=space.replay.miss_message(asked))
    else:
        request = checked.request if checked is not None else CreateRequest({})
        error = api_error("no_matching_rule", message=space.script.miss_message(request))
    return Answered(Outcome(miss=error.message), error=error)
