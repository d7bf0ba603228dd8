"""Programs that call the client's tools: starting one, and what it returns when the client has answered.

Sequence of items: recorded by vercel/ai (programmatic-tool-calling). No program is run: it calls one tool, and returns
what the tool returned.
"""

from dataclasses import replace
from typing import Any

from mockserver.clock import FROZEN_AT
from mockserver.codec import dumps
from mockserver.default.action import Action
from mockserver.default.tool_calls import OWN_CALLERS
from mockserver.default.tool_choice import Offer, best, offered
from mockserver.ids import Draws
from mockserver.model.build import program, program_output
from mockserver.model.item_text import text_in
from mockserver.model.plan import Item
from mockserver.model.request import CreateRequest
from mockserver.samples.budget import Budget
from mockserver.samples.vocabulary import excerpt, sentence


def run_program(_: Offer, request: CreateRequest, draws: Draws, budget: Budget) -> Action:
    """A program that calls the tool that fits best of those that programs may call; without one it prints a text."""
    call_id, fingerprint = f"call_{draws.letters(24)}", draws.fernet(unix_seconds=FROZEN_AT)
    callees = [one for one in offered(request) if one.own and "programmatic" in one.callers]
    callee = best(callees, request.user_text)
    if callee is None:
        printed = sentence(draws)
        started = program(f"text({dumps(printed).decode()});\n", fingerprint=fingerprint, call_id=call_id)
        return Action(items=[started, program_output(call_id, printed)], text=f"The program returned {printed}")
    (call,) = OWN_CALLERS[callee.kind](replace(callee, deferred=False), request, draws, budget).items
    given = call["arguments"] if "arguments" in call else dumps(call["input"]).decode()
    code = f"const result = await tools.{call['name']}({given});\ntext(JSON.stringify(result));\n"
    by_program = {"caller": {"type": "program", "caller_id": call_id}, "status": "in_progress"}
    return Action(items=[program(code, fingerprint=fingerprint, call_id=call_id), {**call, **by_program}])


def end_program(request: CreateRequest) -> Action | None:
    """What a program returned whose call the client has answered since the last user message; None where none waits."""
    ended = {item.get("call_id") for item in request.context if item.get("type") == "program_output"}
    outputs = {
        item.get("call_id"): item.get("output") for item in request.turn if item.get("type", "").endswith("_output")
    }
    waiting: dict[str, Item] = {}
    for item in request.context:
        caller: Any = item.get("caller")
        is_program = isinstance(caller, dict) and caller.get("type") == "program"
        if is_program and caller["caller_id"] not in ended and item.get("call_id") in outputs:
            waiting[caller["caller_id"]] = item
    if not waiting:
        return None
    results = {caller_id: text_in(outputs[item["call_id"]]) for caller_id, item in waiting.items()}
    said = [f"The program returned {excerpt(result) or 'nothing'}." for result in results.values()]
    return Action(items=[program_output(*each) for each in results.items()], text=" ".join(said))
