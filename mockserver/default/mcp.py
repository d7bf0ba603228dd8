"""Calls of MCP servers: listing tools, asking for approval, calling.

No server is contacted. Tools listed earlier in the conversation are used; otherwise a list is made up.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.default.action import Action
from mockserver.default.tool_choice import Offer
from mockserver.ids import Draws
from mockserver.model.build import mcp_approval_request, mcp_call, mcp_list_tools
from mockserver.model.plan import Item
from mockserver.model.request import CreateRequest
from mockserver.samples.budget import Budget
from mockserver.samples.values import value_for
from mockserver.samples.vocabulary import sentence, stems

_INPUT_SCHEMA = {
    "type": "object",
    "properties": {"query": {"type": "string"}},
    "required": ["query"],
    "additionalProperties": False,
}


def call_mcp(offer: Offer, request: CreateRequest, draws: Draws, budget: Budget) -> Action:
    """The tool list if it is not known yet, then a call, or a request for approval where one is needed."""
    label = offer.tool["server_label"]
    listing, tools = _tools(label, request, offer.tool)
    tool = max(tools, key=lambda one: len(stems(one["name"]) & stems(request.user_text)))
    schema = tool.get("input_schema") or {"type": "object"}
    arguments = value_for(schema, draws, text=request.user_text, only_required=True, budget=budget)
    if _needs_approval(offer.tool, tool["name"]):
        return Action(items=[*listing, mcp_approval_request(label, tool["name"], arguments)])
    output = sentence(draws)
    called = mcp_call(label, tool["name"], arguments, output=output)
    return Action(items=[*listing, called], text=f"{tool['name']} of {label} answered: {output}")


def answer_approvals(request: CreateRequest, draws: Draws) -> Action | None:
    """The calls that the client has approved since the last user message; None where it has decided nothing new."""
    called = {item.get("approval_request_id") for item in request.context if item.get("type") == "mcp_call"}
    decided = (item for item in request.turn if item.get("type") == "mcp_approval_response")
    answers = {item["approval_request_id"]: item["approve"] for item in decided}
    answers = {key: approve for key, approve in answers.items() if key not in called}
    if not answers:
        return None
    asked = {item.get("id"): item for item in request.context if item.get("type") == "mcp_approval_request"}
    approved = [asked[key] for key, approve in answers.items() if approve and key in asked]
    listings: dict[str, list[Item]] = {}
    calls: list[Item] = []
    said: list[str] = []
    for question in approved:
        label, name, output = question["server_label"], question["name"], sentence(draws)
        listings[label] = _tools(label, request, {"allowed_tools": [name]})[0]
        calls.append(mcp_call(label, name, question["arguments"], output=output, approval_request_id=question["id"]))
        said.append(f"{name} of {label} answered: {output}")
    items = [*(item for listing in listings.values() for item in listing), *calls]
    return Action(items=items, text=" ".join(said) or "The call was not approved, so nothing was called.")


def _tools(
    label: str, request: CreateRequest, tool: Mapping[str, Any]
) -> tuple[list[Item], Sequence[Mapping[str, Any]]]:
    """The listing to send, empty where the conversation has one, and the tools that may be called."""
    for item in request.context:
        if item.get("type") == "mcp_list_tools" and item.get("server_label") == label and item.get("tools"):
            return [], _wanted(item["tools"], request)
    allowed = tool.get("allowed_tools") or ()
    names = allowed.get("tool_names") or () if isinstance(allowed, Mapping) else allowed
    choice = _chosen_name(request)
    found = [
        {"name": name, "description": f"The tool {name} of {label}.", "input_schema": _INPUT_SCHEMA}
        for name in dict.fromkeys([*names, *([choice] if choice else [])]) or ["search"]
    ]
    return [mcp_list_tools(label, found)], _wanted(found, request)


def _wanted(tools: Sequence[Mapping[str, Any]], request: CreateRequest) -> Sequence[Mapping[str, Any]]:
    """The tool that the request's choice names, else all."""
    return [tool for tool in tools if tool["name"] == _chosen_name(request)] or tools


def _chosen_name(request: CreateRequest) -> str | None:
    choice = request.body.get("tool_choice")
    return choice.get("name") if isinstance(choice, Mapping) and choice.get("type") == "mcp" else None


def _needs_approval(tool: Mapping[str, Any], name: str) -> bool:
    """Whether the client must approve: always, unless `require_approval` says otherwise."""
    rule = tool.get("require_approval") or "always"
    if isinstance(rule, str):
        return rule == "always"
    if name in ((rule.get("never") or {}).get("tool_names") or ()):
        return False
    always = (rule.get("always") or {}).get("tool_names")
    return always is None or name in always
