"""Who answers: the responders of a space, asked in their order."""

from mockserver.errors import ApiError
from mockserver.ids import Draws
from mockserver.model.answer import UNSCRIPTED, Answer, Outcome
from mockserver.model.fault import Fault
from mockserver.model.request import Asked, CheckedRequest, CreateRequest
from mockserver.space import Space
from mockserver.spec.api_errors import api_error

NOT_ANSWERED = Answer()


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


def no_match_error(space: Space, asked: Asked, request: CreateRequest) -> ApiError:
    """The error for a request that nothing matches, with the nearest recordings or rules."""
    if space.replay is not None:
        return api_error("no_matching_recording", message=space.replay.miss_message(asked))
    return api_error("no_matching_rule", message=space.script.miss_message(request))


def http_error_of(fault: Fault, checked: CheckedRequest | None) -> ApiError | None:
    """The HTTP error that a client gets because of a fault, instead of what it asked for; None where it gets that."""
    return fault.http_error(streamed=checked is not None and checked.delivery.streamed)
