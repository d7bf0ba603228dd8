"""Checking what clients send, in the wire's order, with the wire's answers.

`parse_body` comes first. `check_schema` is steps 1 to 4 of the order of checks (model, input, unknown keys, fields),
`check_values` steps 6 to 8 (empty input, what the model takes, logprobs). Step 5, state, is the engine's and comes
between them. Source of the order: K (see `mockserver.spec.api_errors`), bodies with two mistakes.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

import orjson

from mockserver.spec.checks.compiler import Check, Compiler, ObjectShape, Unknown, alternatives, merged
from mockserver.spec.checks.input_items import SPECIAL
from mockserver.spec.checks.invalid import Invalid, joined, supported, type_name
from mockserver.spec.checks.strict_schema import why_not_strict
from mockserver.spec.contract import contract
from mockserver.spec.models import ModelFacts, model_facts
from mockserver.spec.request_fields import BODY_ORDER, EXTRA, INSTEAD_OF_REQUIRED, MOVED_PARAMETERS, REQUIRED

_COMPILER: Final = Compiler(SPECIAL)
_NEAR: Final = 2  # K: names at most this many edits away are suggested
_INTEGER: Final = re.compile(r"-?\d{1,18}")
_BOOLEANS: Final = {"true": True, "false": False}

# K: refused by a model that reasons, in this order, unless it has the value that changes nothing.
SAMPLING: Final[Mapping[str, float]] = {"temperature": 1, "top_p": 1, "presence_penalty": 0, "frequency_penalty": 0}
_CONTEXT: Final = ("previous_response_id", "prompt", "conversation")
LOGPROBS: Final = "message.output_text.logprobs"

# Deeper nesting than any request needs is refused here, so that nothing behind has to fear for its stack.
MAX_DEPTH: Final = 100
_NESTING: Final = frozenset({dict, list})


def parse_body(raw: bytes, *, content_type: str) -> Any:
    """The JSON value of a body; of duplicate keys the last one counts.

    `content_type` is the header's value, empty where the client sent none.

    Raises:
        ApiError: no JSON content type, or `invalid_json`: malformed, not UTF-8, NaN or Infinity, a lone surrogate, an
            empty body, nesting deeper than `MAX_DEPTH`.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type and media_type != "application/json" and not media_type.endswith("+json"):
        raise Invalid("unsupported_content_type", content_type=content_type).error
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Invalid("invalid_json").error from None
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH and _is_deep(body):
        raise Invalid("invalid_json").error
    return body


def _is_deep(body: Any) -> bool:
    level = [body]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            for child in (node.values() if type(node) is dict else node)
            if type(child) in _NESTING
        ]
        if not level:
            return False
    return True


def check_schema(operation: str, body: Any) -> None:
    """Check a request's body by itself; `operation` is a key of the contract's requests.

    Raises:
        ApiError: the first violation in the wire's order.
    """
    if type(body) is not dict:
        raise Invalid("body_not_an_object", got=type_name(body)).error
    invalid = _request_check(operation)(body)
    if invalid is not None:
        raise invalid.error


def check_values(body: Mapping[str, Any]) -> None:
    """Check what the model takes; for a body of `responses.create` that passed `check_schema`.

    Raises:
        ApiError: the first violation in the wire's order.
    """
    invalid = _invalid_values(body)
    if invalid is not None:
        raise invalid.error


def check_query(operation: str, query: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The parameters of a query that the operation knows, with the types of the contract.

    `operation` is a key of the contract's queries. A list is spelled `include=a&include=b` or `include[]=a`; the last
    of several single values counts. Other parameters are left out.

    Raises:
        ApiError: a parameter has a wrong type or value.
    """
    kinds, check = _query_check(operation)
    values: dict[str, Any] = {}
    for spelled, text in query:
        name = spelled.partition("[")[0]
        if kinds.get(name) == "array":
            values.setdefault(name, []).append(text)
        elif name in kinds:
            values[name] = _query_value(text, kind=kinds[name])
    invalid = check(values)
    if invalid is not None:
        raise invalid.error
    return values


@cache
def _request_check(operation: str) -> Check:
    shape = merged(list(alternatives(contract()["requests"][operation])))
    known = shape.properties | EXTRA.get(operation, {})
    ordered = {key: known[key] for key in BODY_ORDER if key in known} | known
    required = REQUIRED.get(operation, shape.required)
    return _COMPILER.members(
        ObjectShape(ordered, required), owner="body", unknown=_report_unknown(ordered), unless=INSTEAD_OF_REQUIRED
    )


def _report_unknown(known: Iterable[str]) -> Unknown:
    def report(key: str, body: Mapping[str, Any]) -> Invalid:
        if key in MOVED_PARAMETERS:
            return Invalid("moved_parameter", to=MOVED_PARAMETERS[key])
        distances = ((edit_distance(key, name), name) for name in known if name not in body)
        near = [f"'{name}'" for distance, name in sorted(distances) if distance <= _NEAR]
        return Invalid("unknown_parameter_near", near=joined(near, "or")) if near else Invalid("unknown_parameter")

    return report


def edit_distance(one: str, other: str) -> int:
    """How many letters to insert, delete or replace; names whose lengths are too far apart are not compared."""
    if abs(len(one) - len(other)) > _NEAR:
        return _NEAR + 1
    row = list(range(len(other) + 1))
    for above, letter in enumerate(one):
        diagonal, row[0] = row[0], above + 1
        for column, wanted in enumerate(other, start=1):
            replaced = diagonal + (letter != wanted)
            diagonal = row[column]
            row[column] = min(replaced, row[column] + 1, row[column - 1] + 1)
    return row[-1]


@cache
def _query_check(operation: str) -> tuple[dict[str, str], Check]:
    shape = merged(list(alternatives(contract()["queries"][operation])))
    known = shape.properties | EXTRA.get(operation, {})
    kinds = {name: next(alternatives(schema))["type"] for name, schema in known.items()}
    return kinds, _COMPILER.members(ObjectShape(known, shape.required), owner="query")


def _query_value(text: str, *, kind: str) -> Any:
    """What a parameter says; a text that is not a valid value stays a text, for the check to refuse."""
    if kind == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    return _BOOLEANS.get(text, text) if kind == "boolean" else text


def _invalid_values(body: Mapping[str, Any]) -> Invalid | None:
    model = body.get("model")
    if model == "":
        return Invalid("model_not_found", model=model).at("model")
    if body.get("input") in ("", []) and not any(body.get(key) for key in _CONTEXT):
        return Invalid("no_input")
    facts = model_facts(model or "")
    effort = (body.get("reasoning") or {}).get("effort") or facts.effort
    reasons = facts.reasoning and effort != "none"
    return (
        (_invalid_sampling(body) if reasons else None)
        or _invalid_reasoning(body, facts=facts)
        or _invalid_schema(body)
        or (_invalid_logprobs(body) if reasons else None)
    )


def _invalid_sampling(body: Mapping[str, Any]) -> Invalid | None:
    for name, neutral in SAMPLING.items():
        if body.get(name) not in (None, neutral):
            return Invalid("parameter_unsupported_by_model").at(name)
    return None


def _invalid_reasoning(body: Mapping[str, Any], *, facts: ModelFacts) -> Invalid | None:
    effort = (body.get("reasoning") or {}).get("effort")
    if effort is not None and facts.efforts is not None and effort not in facts.efforts:
        values = supported(facts.efforts)
        invalid = Invalid("effort_unsupported_by_model", value=effort, model=body["model"], values=values)
        return invalid.at("reasoning", "effort")
    if facts.only_24h and body.get("prompt_cache_retention") == "in_memory":
        return Invalid("only_24h").at("prompt_cache_retention")
    return None


def _invalid_schema(body: Mapping[str, Any]) -> Invalid | None:
    """Only schemas that say `strict: true` themselves are held to it; the wire makes the others strict where it can."""
    for index, tool in enumerate(body.get("tools") or ()):
        if tool["type"] == "function" and tool.get("strict") is True and isinstance(tool.get("parameters"), dict):
            reason = why_not_strict(tool["parameters"])
            if reason is not None:
                invalid = Invalid("invalid_function_parameters", name=tool["name"], reason=reason)
                return invalid.at("tools", index, "parameters")
    form = (body.get("text") or {}).get("format") or {}
    reason = why_not_strict(form["schema"]) if form.get("strict") is True else None
    if reason is None:
        return None
    return Invalid("invalid_json_schema", name=form["name"], reason=reason).at("text", "format", "schema")


def _invalid_logprobs(body: Mapping[str, Any]) -> Invalid | None:
    if LOGPROBS in (body.get("include") or ()):
        return Invalid("no_logprobs").at("include")
    return Invalid("no_logprobs").at("top_logprobs") if body.get("top_logprobs") else None
