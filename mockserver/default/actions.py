"""What the default responder does with the tools that are offered: which are called, and what comes of it."""

from collections.abc import Mapping

from mockserver.default.hosted_tools import HOSTED_CALLERS
from mockserver.default.mcp import answer_approvals
from mockserver.default.tool_calls import OWN_CALLERS, Action, Caller
from mockserver.default.tool_choice import choose
from mockserver.ids import Draws
from mockserver.model.request import CreateRequest
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
