"""Calling tools: what a call leaves in the output, and the calls of a client's own tools."""

import logging
from collections.abc import Callable, Mapping
from typing import TypeAlias

from mockserver.default.action import Action
from mockserver.default.tool_choice import Offer
from mockserver.ids import Draws
from mockserver.model.build import custom_tool_call, function_call
from mockserver.model.echo import echoed_tool
from mockserver.model.plan import Item
from mockserver.model.request import CreateRequest
from mockserver.samples.budget import Budget, NoValueError
from mockserver.samples.grammar import Grammar, Pattern, sentence_of
from mockserver.samples.kinds import KINDS, RUNNABLE, kind_of
from mockserver.samples.lark_grammar import lark_grammar
from mockserver.samples.values import value_for
from mockserver.samples.vocabulary import excerpt, sentence

_log = logging.getLogger("mockserver")


Caller: TypeAlias = Callable[[Offer, CreateRequest, Draws, Budget], Action]
"""Calls a tool; all calls of one answer share a budget."""


def call_function(offer: Offer, request: CreateRequest, draws: Draws, budget: Budget) -> Action:
    """A function call whose arguments validate. A model that is not held to the schema leaves out what it may."""
    schema = {**(offer.tool.get("parameters") or {}), "type": "object"}
    strict = bool(echoed_tool({**offer.tool})["strict"])
    arguments = value_for(schema, draws, text=request.user_text, only_required=not strict, budget=budget)
    return _called(offer, function_call(offer.tool["name"], arguments, namespace=offer.namespace))


def call_custom(offer: Offer, request: CreateRequest, draws: Draws, budget: Budget) -> Action:
    """A call with what the user wrote, with code where the tool runs it, or with text that fits its grammar."""
    text = _input(offer, request, draws, budget)
    return _called(offer, custom_tool_call(offer.tool["name"], text, namespace=offer.namespace))


def _called(offer: Offer, call: Item) -> Action:
    return Action(items=[{**call, "async": True} if offer.asynchronous else call])


def _input(offer: Offer, request: CreateRequest, draws: Draws, budget: Budget) -> str:
    plain = _free_text(offer, request, draws)
    form = offer.tool.get("format") or {}
    if form.get("type") != "grammar":
        return plain
    try:
        grammar = _GRAMMARS[form["syntax"]](form["definition"])
        return sentence_of(grammar, draws, wanted=plain, text=request.user_text, budget=budget)
    except ModuleNotFoundError:
        reason = "the package 'lark' is not installed: install responses-mockserver[lark]."
    except NoValueError as error:
        reason = str(error)
    _log.warning(
        "The input of the tool %r is free text instead of what its grammar allows: %s", offer.tool["name"], reason
    )
    return plain


def _free_text(offer: Offer, request: CreateRequest, draws: Draws) -> str:
    about, _, _ = (offer.tool.get("description") or "").partition("\n")
    kind = kind_of(f"{offer.tool['name']}\n{about}")
    return KINDS[kind](draws) if kind in RUNNABLE else excerpt(request.user_text) or sentence(draws)


_GRAMMARS: Mapping[str, Callable[[str], Grammar]] = {
    "lark": lark_grammar,
    "regex": lambda definition: Grammar(
        {"start": Pattern(definition)}
    ),  # the syntax is Rust's; Python reads most of it
}

OWN_CALLERS: Mapping[str, Caller] = {"function": call_function, "custom": call_custom}
