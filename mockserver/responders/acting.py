"""What the default responder does with the tools that are offered: which are called, and what comes of it."""

from collections.abc import Mapping

from mockserver.ids import Draws
from mockserver.model.request import CreateRequest
from mockserver.responders.calls import OWN_CALLERS, Action, Caller
from mockserver.responders.choice import choose
from mockserver.responders.hosted import HOSTED_CALLERS
from mockserver.responders.mcp import answer_approvals
from mockserver.samples.budget import Budget

_CALLERS: Mapping[str, Caller] = {**OWN_CALLERS, **HOSTED_CALLERS}


def actions(request: CreateRequest, draws: Draws) -> list[Action]:
    """The calls that answer a request: those that the client has approved, else those of the tools that fit.

    Raises:
        ScriptError: the schema of a tool allows no arguments, or asks for too much.
    """
    approved = answer_approvals(request, draws)
    if approved:
        return [approved]
    budget = Budget()
    return [_CALLERS[offer.kind](offer, request, draws, budget) for offer in choose(request)]
