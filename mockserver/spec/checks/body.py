"""Checking what clients send, in the wire's order, with the wire's answers.

`parse_body` comes first. `check_schema` is steps 1 to 4 of the order of checks: model, input, unknown keys, fields.
Step 5, state, is the engine's; `mockserver.spec.checks.values` has the others. Source of the order: K (see
`mockserver.spec.api_errors`), bodies with two mistakes.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

import orjson

from mockserver.codec import MAX_DEPTH, is_deep
from mockserver.spec.checks.compiler import Check, Compiler, ObjectShape, Unknown, alternatives, merged
from mockserver.spec.checks.input_items import SPECIAL
from mockserver.spec.checks.invalid import Invalid, joined, type_name
from mockserver.spec.checks.unchecked import NOTHING, READABLE, Unchecked
from mockserver.spec.contract import contract
from mockserver.spec.request_fields import BODY_ORDER, EXTRA, INSTEAD_OF_REQUIRED, MOVED_PARAMETERS, REQUIRED

_NEAR: Final = 2  # K: names at most this many edits away are suggested
_INTEGER: Final = re.compile(r"-?\d{1,18}")
_BOOLEANS: Final = {"true": True, "false": False}


def parse_body(raw: bytes, *, content_type: str) -> Any:
    """The JSON value of a body; of duplicate keys the last one counts.

    `content_type` is the header's value, empty where the client sent none.

    Raises:
        ApiError: no JSON content type, or `invalid_json`: malformed, not UTF-8, NaN or Infinity, a lone surrogate, an
            empty body, nesting deeper than `codec.MAX_DEPTH`: nothing behind has to fear for its stack.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type and media_type != "application/json" and not media_type.endswith("+json"):
        raise Invalid("unsupported_content_type", content_type=content_type).error
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Invalid("invalid_json").error from None
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH and is_deep(body):
        raise Invalid("invalid_json").error
    return body


def check_schema(operation: str, body: Any, unchecked: Unchecked = NOTHING) -> dict[str, Any]:
    """Check a request's body by itself; `operation` is a key of the contract's requests.

    `unchecked` are the checks that are left out. What is returned is the body, without what only passes because of
    that, and cannot be read here.

    Raises:
        ApiError: the first violation in the wire's order.
    """
    if type(body) is not dict:
        raise Invalid("body_not_an_object", got=type_name(body)).error
    invalid = _request_check(operation, unchecked)(body)
    if invalid is not None:
        raise invalid.error
    return body if unchecked is NOTHING else _readable(operation, body)


def _readable(operation: str, body: dict[str, Any]) -> dict[str, Any]:
    """As much of a body as this server can read, though it is not what OpenAI's contract says."""
    check = _request_check(operation, READABLE)
    while (invalid := check(body)) is not None:
        body = invalid.removed_from(body)
    return body


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
def _request_check(operation: str, unchecked: Unchecked) -> Check:
    shape = merged(list(alternatives(contract()["requests"][operation])))
    known = shape.properties | EXTRA.get(operation, {})
    ordered = {key: known[key] for key in BODY_ORDER if key in known} | known
    required = REQUIRED.get(operation, shape.required)
    return Compiler(SPECIAL, unchecked=unchecked).members(
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
    return kinds, Compiler(SPECIAL).members(ObjectShape(known, shape.required), owner="query")


def _query_value(text: str, *, kind: str) -> Any:
    """What a parameter says; a text that is not a valid value stays a text, for the check to refuse."""
    if kind == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    return _BOOLEANS.get(text, text) if kind == "boolean" else text
