"""Who answers: the responders of a space, asked in their order."""

from mockserver.default import DEFAULT
from mockserver.errors import ApiError
from mockserver.ids import Draws
from mockserver.model.answer import DEFAULT as DEFAULT_OUTCOME
from mockserver.model.answer import Answer, Outcome
from mockserver.model.fault import Fault
from mockserver.model.request import Asked, CheckedRequest
from mockserver.space import Space


def ask_responders(space: Space, asked: Asked, checked: CheckedRequest | None, draws: Draws) -> Answer | None:
    """The answer of the first responder that has one, else the default answer; None for a miss, in a strict space.

    A fault without an answer is applied to the answer of the next responder.
    """
    outcome = DEFAULT_OUTCOME
    for responder in space.responders:
        fault = outcome.fault
        found = responder.answer(asked, checked, draws, counted=fault is None or not fault.invites_retry)
        if found is None:
            continue
        if outcome is not DEFAULT_OUTCOME:
            merged = Outcome(outcome.by or found.outcome.by, None, outcome.fault or found.outcome.fault)
            found = found._replace(outcome=merged)
        if found.planner is not None or found.recorded is not None:
            return found
        outcome = found.outcome
        if outcome.fault is not None and http_error_of(outcome.fault, checked) is not None:
            return found
    if outcome.by is None and space.strict:
        return None
    return Answer(DEFAULT, None, outcome)


def http_error_of(fault: Fault, checked: CheckedRequest | None) -> ApiError | None:
    """The HTTP error that a client gets because of a fault, instead of what it asked for; None where it gets that."""
    return fault.http_error(streamed=checked is not None and checked.delivery.streamed)
