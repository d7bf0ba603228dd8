"""What the default responder does with the tools that are offered: which are called, and what comes of it."""

from collections.abc import Mapping

from mockserver.default.action import Action
from mockserver.default.hosted_tools import HOSTED_CALLERS
from mockserver.default.mcp import answer_approvals
from mockserver.default.programs import end_program
from mockserver.default.tool_calls import OWN_CALLERS, Caller
from mockserver.default.tool_choice import choose
from mockserver.ids import Draws
from mockserver.model.request import CreateRequest
from mockserver.samples.budget import Budget

_CALLERS: Mapping[str, Caller] = {**OWN_CALLERS, **HOSTED_CALLERS}


def actions(request: CreateRequest, draws: Draws) -> list[Action]:
    """What answers a request: what the client's turn let go on, else calls of the tools that fit.

    Raises:
        ScriptError: the schema of a tool allows no arguments, or asks for too much.
    """
    awaited = answer_approvals(request, draws) or end_program(request)
    if awaited:
        return [awaited]
    budget = Budget()
    return [_CALLERS[offer.kind](offer, request, draws, budget) for offer in choose(request)]
