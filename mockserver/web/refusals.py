"""What a client is answered where something keeps its request from being answered: one error for each exception."""

import logging

from mockserver.errors import ApiError, CassetteError, ScriptError
from mockserver.model.answer import UNSCRIPTED, Outcome
from mockserver.spec.api_errors import api_error

_log = logging.getLogger("mockserver")


class RefusedError(Exception):
    """Raised to answer a request with an error; `outcome` says who answered it."""

    def __init__(self, error: ApiError, outcome: Outcome) -> None:
        super().__init__(str(error))
        self.error = error
        self.outcome = outcome


def refusal_of(error: Exception, *, what: str) -> RefusedError:
    """The answer for an exception; `what` names the request in the log, where the fault is this server's."""
    match error:
        case RefusedError():
            return error
        case ApiError():
            return RefusedError(error, UNSCRIPTED)
        case ScriptError():
            return RefusedError(api_error("script_error", message=str(error)), UNSCRIPTED)
        case CassetteError():
            return RefusedError(api_error("cassette_error", message=str(error)), Outcome(miss=str(error)))
    _log.error("%s failed inside the mock server", what, exc_info=error)
    return RefusedError(api_error("internal_error", error=repr(error)), UNSCRIPTED)
