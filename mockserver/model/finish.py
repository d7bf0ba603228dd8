"""From a plan to the finished response: the one object that everything a client sees is a view of."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from mockserver.errors import ScriptError
from mockserver.ids import ObjectIds
from mockserver.model.agents import attributed
from mockserver.model.echo import (
    echoed_conversation,
    echoed_image,
    echoed_prompt,
    echoed_reasoning,
    echoed_text,
    echoed_tool,
    echoed_tool_choice,
)
from mockserver.model.moderation import moderated
from mockserver.model.plan import Item, Plan, Response
from mockserver.model.request import CreateRequest
from mockserver.model.tokens import totals, usage
from mockserver.spec.echo import BILLING, NO_TOOL_USAGE, ONLY_IF_SENT, TIER_ECHO
from mockserver.spec.item_row import CALL_ID, ENCRYPTED, INCLUDED, OPTIONAL, REQUIRED, STATUS
from mockserver.spec.item_types import ITEM_TYPES
from mockserver.spec.model_families import ModelFacts
from mockserver.spec.models import MODEL_SNAPSHOTS, model_facts
from mockserver.spec.multi_agent import FIELD, wants_agents
from mockserver.spec.stored_input import PARTS


def finish(
    request: CreateRequest,
    plan: Plan,
    *,
    ids: ObjectIds,
    created_at: int,
    completed_at: int,
    prompt_tokens: int | None = None,
) -> Response:
    """The finished response, in wire order, without `billing` (only reply bodies have it).

    What is in `ONLY_IF_SENT` is there only when the request has it. `prompt_tokens` are counted where no plan states
    them.
    """
    body = request.body
    facts = model_facts(request.model)
    overrides = dict(plan.overrides)
    response_id = ids.new("resp")
    if FIELD in body and wants_agents(body):
        plan = replace(plan, output=attributed(plan.output))
    output = finished_items(plan, ids, encrypts=_encrypts(request, facts))
    response: Response = {
        "id": response_id,
        "object": "response",
        "created_at": created_at,
        "status": plan.status,
        "access_programs": body.get("access_programs") or None,
        "background": request.background,
        "completed_at": completed_at if overrides.get("status", plan.status) == "completed" else None,
        "conversation": echoed_conversation(body.get("conversation")),
        "error": dict(plan.error) if plan.error else None,
        "frequency_penalty": _number(body, "frequency_penalty", 0.0),
        "image": echoed_image(body.get("image")),
        "incomplete_details": {"reason": plan.incomplete_reason} if plan.incomplete_reason else None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "max_tool_calls": body.get("max_tool_calls"),
        "model": MODEL_SNAPSHOTS.get(request.model, request.model),
        "moderation": moderated(body["moderation"]) if body.get("moderation") else None,
        "output": output,
        "parallel_tool_calls": body.get("parallel_tool_calls") is not False,
        "presence_penalty": _number(body, "presence_penalty", 0.0),
        "previous_response_id": body.get("previous_response_id"),
        "prompt": echoed_prompt(body["prompt"], request.include) if body.get("prompt") else None,
        "prompt_cache_key": body.get("prompt_cache_key"),
        "prompt_cache_options": body.get("prompt_cache_options"),
        "prompt_cache_retention": body.get("prompt_cache_retention") or facts.prompt_cache_retention,
        "reasoning": echoed_reasoning(body.get("reasoning"), facts),
        "safety_identifier": body.get("safety_identifier"),
        "service_tier": TIER_ECHO.get(body.get("service_tier") or "", "default"),
        "store": request.stored,
        "temperature": _number(body, "temperature", 1.0),
        "text": echoed_text(body.get("text")),
        "tool_choice": echoed_tool_choice(body.get("tool_choice")),
        "tool_usage": _tool_usage(output),
        "tools": [echoed_tool(tool) for tool in request.tools],
        "top_logprobs": body.get("top_logprobs") or 0,
        "top_p": _number(body, "top_p", facts.top_p),
        "truncation": body.get("truncation") or "disabled",
        "usage": None if plan.status == "failed" else _usage(request, plan, output, prompt_tokens),
        "user": body.get("user"),
        "metadata": body.get("metadata") or {},
    }
    for key in ONLY_IF_SENT:
        if response[key] is None:
            del response[key]
    return response | overrides


def billed(response: Response) -> Response:
    """The response as a reply body shows it once it is finished: with `billing` after `background`."""
    if response.get("status") not in {"completed", "incomplete"} or "billing" in response:
        return response
    shown: Response = {}
    for key, value in response.items():
        shown[key] = value
        if key == "background":
            shown["billing"] = BILLING
    return shown


def _encrypts(request: CreateRequest, facts: ModelFacts) -> bool:
    """Whether reasoning comes with its encrypted content."""
    # wire: models that read the reasoning of all turns send it unasked, seen in stored responses of gpt-5.6
    return "reasoning.encrypted_content" in request.include or (facts.context == "all_turns" and request.stored)


def finished_items(plan: Plan, ids: ObjectIds, *, encrypts: bool = False) -> list[Item]:
    """The plan's items with ids, call ids, statuses and everything else that the script may leave out."""
    last = len(plan.output) - 1
    statuses = {last: "incomplete"} if plan.status == "incomplete" else {}
    return [
        finished_item(item, ids, status=statuses.get(n, "completed"), encrypts=encrypts)
        for n, item in enumerate(plan.output)
    ]


def finished_item(item: Item, ids: ObjectIds, *, status: str = "completed", encrypts: bool = False) -> Item:
    """One item in wire order; keys that its row does not know stay at the end.

    Raises: ScriptError if the item lacks what only the script can say.
    """
    kind = item.get("type")
    row = ITEM_TYPES.get(kind or "")
    if kind is None or row is None:
        return dict(item)
    finished: Item = {"id": item.get("id") or ids.new(row.prefix), "type": kind}
    for key, default in row.keys.items():
        if key in item:
            finished[key] = item[key]
        elif default is ENCRYPTED or (default is INCLUDED and encrypts):
            finished[key] = ids.encrypted(finished["id"])
        elif default is not OPTIONAL and default is not INCLUDED:
            finished[key] = _default(default, f"{kind}.{key}", ids, status)
    if isinstance(finished.get("content"), list):
        finished["content"] = [_part(part) for part in finished["content"]]
    return finished | {key: value for key, value in item.items() if key not in finished}


def _default(default: Any, name: str, ids: ObjectIds, status: str) -> Any:
    if default is REQUIRED:
        raise ScriptError(f"An item lacks {name!r}, which has no default. Say it in the reply.")
    if default is CALL_ID:
        return ids.call_id()
    return status if default is STATUS else deepcopy(default)


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    row = PARTS.get(part.get("type", ""), {})
    filled = {"type": part.get("type")} | {key: part.get(key, default) for key, default in row.items()}
    return filled | {key: value for key, value in part.items() if key not in filled}


def _number(body: Mapping[str, Any], key: str, default: float) -> float:
    value = body.get(key)
    return default if value is None else float(value)


def _tool_usage(output: list[Item]) -> dict[str, Any]:
    searches = [item["type"] for item in output].count("web_search_call")
    return {**NO_TOOL_USAGE, "web_search": {"num_requests": searches}}


def _usage(request: CreateRequest, plan: Plan, output: list[Item], prompt_tokens: int | None) -> dict[str, Any]:
    counted = usage(request, output, prompt_tokens=prompt_tokens)
    if not plan.usage:
        return counted
    flat = {**counted, **counted["input_tokens_details"], **counted["output_tokens_details"]}
    stated = totals({**{key: value for key, value in flat.items() if isinstance(value, int)}, **plan.usage})
    return stated | {key: value for key, value in plan.usage.items() if key in stated}
