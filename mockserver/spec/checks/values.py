"""Checking what the model takes, in the wire's order, for a request that its fields and its history allow.

Steps 6 to 8 of the order of checks: empty input, what the model takes, logprobs. Source of the order: K (see
`mockserver.spec.api_errors`); that tools come before values is recorded (deep research, pydantic/pydantic-ai, 2026-03)
and reported (effort `minimal`); where it is not known, it is the order of the request's fields.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from mockserver.spec.checks.invalid import Invalid, supported
from mockserver.spec.checks.json_schema import why_no_schema
from mockserver.spec.checks.strict_schema import why_no_parameters, why_not_strict
from mockserver.spec.checks.unchecked import NOTHING, Unchecked
from mockserver.spec.model_families import Takes, Values
from mockserver.spec.models import model_facts
from mockserver.spec.multi_agent import FIELD, UNSUPPORTED, wants_agents

_NESTING: Final = frozenset({dict, list})
_REFERENCE: Final = frozenset({"id", "type"})
_CONTEXT: Final = ("previous_response_id", "prompt", "conversation")

# K: refused by a model that reasons, in this order, unless it has the value that changes nothing.
SAMPLING: Final[Mapping[str, float]] = {"temperature": 1, "top_p": 1, "presence_penalty": 0, "frequency_penalty": 0}

# What the wire calls the tools that it refuses to use with an effort. Source: openai/codex#3559 and logs of Codex.
TOOLS_REFUSED_BY_EFFORT: Final[Mapping[str, Mapping[str, str]]] = {
    "minimal": {"image_generation": "image_gen", "web_search": "web_search"},
}
# Completion windows that only background work with standard processing may have, and the tiers that are standard.
DISCOUNTED_WINDOWS: Final = ("2h", "8h")  # openai 3.57.0
STANDARD_TIERS: Final = (None, "auto", "default")
LOGPROBS: Final = "message.output_text.logprobs"
ENCRYPTED_CONTENT: Final = "reasoning.encrypted_content"

RequestBody: TypeAlias = Mapping[str, Any]


class ModelField(NamedTuple):
    """A field of which each model takes some values only."""

    name: str
    known: str
    """The cell of `Takes` that has the values."""
    wrong: str = "value_unsupported_by_model"
    """The error of another value."""
    none: str = "value_unsupported_by_model"
    """The error where a model takes none."""
    always: tuple[str, ...] = ()
    """What every model takes that takes any."""


MODEL_FIELDS: Final[Mapping[str, tuple[ModelField, ...]]] = {
    "reasoning": (
        ModelField("effort", "efforts", none="reasoning_unsupported"),
        ModelField("mode", "modes", wrong="mode_unsupported_by_model"),
        ModelField("context", "contexts", wrong="mode_unsupported_by_model", always=("auto",)),
        ModelField("summary", "summaries", none="parameter_unsupported_by_name", always=("auto",)),
    ),
    "text": (ModelField("verbosity", "verbosities"),),
}
"""By the key of the request that holds them."""
_CHECKED: Final = frozenset(
    {
        *(*SAMPLING, "background_options", "reasoning", "text", "tools", "include", "top_logprobs"),
        *("prompt_cache_retention", FIELD),
    }
)
"""The fields that are looked at here; most requests have none of them."""


def check_values(body: RequestBody, unchecked: Unchecked = NOTHING, *, warms_up: bool = False) -> None:
    """Check what the model takes; for a body of `responses.create` that passed `check_schema`.

    Under a profile, `unchecked` are the checks that are left out. What only `warms_up` may have no input: Codex sends
    none with tools that stand in its input, and goes on from there.

    Raises:
        ApiError: the first violation in the wire's order.
    """
    checked = body if unchecked is NOTHING else unchecked.without("combinations", body)
    invalid = _invalid_input(checked, needed=not warms_up) or _invalid_for_model(checked)
    if invalid is not None:
        raise invalid.error


def _invalid_input(body: RequestBody, *, needed: bool) -> Invalid | None:
    if body.get("model") == "":
        return Invalid("model_not_found", model="").at("model")
    if needed and body.get("input") in ("", []) and not any(body.get(key) for key in _CONTEXT):
        return Invalid("no_input")
    return None


def _invalid_window(body: RequestBody) -> Invalid | None:
    """A discounted completion window is for background work with standard processing. Source: openai 3.57.0."""
    window = (body.get("background_options") or {}).get("completion_window")
    if window not in DISCOUNTED_WINDOWS:
        return None
    standard = body.get("service_tier") in STANDARD_TIERS
    if body.get("background") and not body.get("stream") and standard:
        return None
    return Invalid("discounted_window", window=window).at("background_options", "completion_window")


def _invalid_for_agents(body: RequestBody) -> Invalid | None:
    """Some fields do not go with several agents."""
    for owner, *inner in UNSUPPORTED if wants_agents(body) else ():
        given = (body.get(owner) or {}).get(*inner) if inner else body.get(owner)
        if given is not None:
            return Invalid("unsupported_with_agents").at(owner, *inner)
    return None


def _invalid_for_model(body: RequestBody) -> Invalid | None:
    facts = model_facts(body.get("model") or "")
    takes = facts.takes
    if _CHECKED.isdisjoint(body) and not takes.needs_tools:
        return None
    effort = (body.get("reasoning") or {}).get("effort") or ""
    refuses_sampling = not takes.sampling and (effort or facts.effort) != "none"
    return (
        _invalid_window(body)
        or _invalid_for_agents(body)
        or _invalid_tools(body, takes, effort=effort)
        or (_invalid_sampling(body) if refuses_sampling else None)
        or _invalid_field(body, takes)
        or _invalid_options(body, takes)
        or _invalid_format(body)
        or _invalid_schema(body)
        or (_invalid_logprobs(body) if refuses_sampling else None)
    )


def _invalid_tools(body: RequestBody, takes: Takes, *, effort: str) -> Invalid | None:
    tools = body.get("tools") or ()
    needs = () if body.get("prompt") else takes.needs_tools  # a stored prompt may have tools
    if needs and not any(tool["type"] in needs for tool in tools):
        return Invalid("research_tool_missing").at("tools")
    if effort in TOOLS_REFUSED_BY_EFFORT:
        names = TOOLS_REFUSED_BY_EFFORT[effort]
        refused = sorted({names[tool["type"]] for tool in tools if tool["type"] in names})
        if refused:
            return Invalid("tools_refused_by_effort", effort=effort, tools=", ".join(refused)).at("tools")
    if takes.lacks_tools:
        lacking = next((tool["type"] for tool in tools if tool["type"] in takes.lacks_tools), None)
        if lacking is not None:
            return Invalid("hosted_tool_unsupported", tool=lacking, model=body["model"]).at("tools")
    return None


def _invalid_sampling(body: RequestBody) -> Invalid | None:
    for name, neutral in SAMPLING.items():
        if body.get(name) not in (None, neutral):
            return Invalid("parameter_unsupported_by_model").at(name)
    return None


def _invalid_field(body: RequestBody, takes: Takes) -> Invalid | None:
    for owner, fields in MODEL_FIELDS.items():
        given: Mapping[str, Any] = body.get(owner) or {}
        for field in fields if given else ():
            value = given.get(field.name)
            if value is None:
                continue
            values: Values = getattr(takes, field.known)
            if values is not None and value not in values and not (values and value in field.always):
                row = field.wrong if values else field.none
                invalid = Invalid(row, value=value, model=body["model"], values=supported(values))
                return invalid.at(owner, field.name)
    return None


def _invalid_options(body: RequestBody, takes: Takes) -> Invalid | None:
    if not takes.in_memory_cache and body.get("prompt_cache_retention") == "in_memory":
        return Invalid("only_24h").at("prompt_cache_retention")
    if not takes.encrypted_content and ENCRYPTED_CONTENT in (body.get("include") or ()):
        return Invalid("no_encrypted_content").at("include")
    return None


def _invalid_format(body: RequestBody) -> Invalid | None:
    """Whether JSON is asked for but not mentioned; what earlier turns say is not known to count, so it may.

    So may what an item says that the input only names.
    """
    form = (body.get("text") or {}).get("format") or {}
    if form.get("type") != "json_object" or any(body.get(key) for key in _CONTEXT):
        return None
    given = body.get("input")
    named = type(given) is list and any("id" in item and item.keys() <= _REFERENCE for item in given)
    return None if named or _mentions_json(given) else Invalid("json_not_mentioned")


def _mentions_json(value: Any) -> bool:
    if type(value) is str:
        return "json" in value.lower()
    return type(value) in _NESTING and any(map(_mentions_json, value.values() if type(value) is dict else value))


def _invalid_schema(body: RequestBody) -> Invalid | None:
    """Only schemas that say `strict: true` themselves are held to it; the wire makes the others strict where it can."""
    for index, tool in enumerate(body.get("tools") or ()):
        if tool["type"] == "function" and isinstance(tool.get("parameters"), dict):
            parameters = tool["parameters"]
            reason = why_no_parameters(parameters) or (why_not_strict(parameters) if tool.get("strict") else None)
            if reason is not None:
                invalid = Invalid("invalid_function_parameters", name=tool["name"], reason=reason)
                return invalid.at("tools", index, "parameters")
    form = (body.get("text") or {}).get("format") or {}
    if form.get("type") != "json_schema":
        return None
    reason = why_no_schema(form["schema"]) or (why_not_strict(form["schema"]) if form.get("strict") is True else None)
    if reason is None:
        return None
    return Invalid("invalid_json_schema", name=form["name"], reason=reason).at("text", "format", "schema")


def _invalid_logprobs(body: RequestBody) -> Invalid | None:
    if LOGPROBS in (body.get("include") or ()):
        return Invalid("no_logprobs").at("include")
    return Invalid("no_logprobs").at("top_logprobs") if body.get("top_logprobs") else None
