"""Schemas that ask for strictness themselves are held to its rules."""

import pytest

from mockserver.errors import ApiError
from mockserver.spec.checks.body import check_schema
from mockserver.spec.checks.strict_schema import why_not_strict
from mockserver.spec.checks.values import check_values

RULE = "'required' is required to be supplied and to be an array including every key in properties."
CLOSED = "'additionalProperties' is required to be supplied and to be false."


def strict(properties=None, required=None, **more):
    properties = properties or {}
    names = list(properties) if required is None else required
    return {"type": "object", "properties": properties, "required": names, "additionalProperties": False, **more}


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        pytest.param(strict({"a": {"type": "string"}}), None, id="strict"),
        pytest.param(strict(), None, id="no properties"),
        pytest.param(
            {"type": "object", "properties": {}, "additionalProperties": False}, None, id="nothing to be required"
        ),
        pytest.param({}, "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"None\"'.", id="no type"),
        pytest.param({"type": "object", "properties": {}}, f"In context=(), {CLOSED}", id="open"),
        pytest.param(strict({"unit": {}}, required=[]), f"In context=(), {RULE} Missing 'unit'.", id="missing"),
        pytest.param(strict(required=["x"]), f"In context=(), {RULE} Extra required key 'x' supplied.", id="extra"),
        pytest.param(
            strict({"a": {"type": "object"}}), f"In context=('properties', 'a'), {CLOSED}", id="open property"
        ),
        pytest.param(
            strict({"a": {"type": "array", "items": {"type": ["object", "null"]}}}),
            f"In context=('properties', 'a', 'items'), {CLOSED}",
            id="open element",
        ),
        pytest.param(
            strict({"a": {"anyOf": [{"type": "string"}, strict({"b": {}}, required=[])]}}),
            f"In context=('properties', 'a', 'anyOf', '1'), {RULE} Missing 'b'.",
            id="missing in a union",
        ),
        pytest.param(
            strict(**{"$defs": {"X": {"type": "object"}}}), f"In context=('$defs', 'X'), {CLOSED}", id="open definition"
        ),
        pytest.param(strict(required="a", properties={"a": True}), f"In context=(), {RULE} Missing 'a'.", id="no list"),
    ],
)
def test_why_not_strict_says_what_is_missing_and_where(schema, reason):
    assert why_not_strict(schema) == reason


def error_of(**keys):
    body = {"model": "gpt-4o", "input": "ping", **keys}
    check_schema("responses.create", body)
    with pytest.raises(ApiError) as refused:
        check_values(body)
    return refused.value.status, refused.value.error


def test_a_strict_function_with_a_loose_schema_is_refused():
    loose = strict({"unit": {"type": "string"}}, required=[])
    tools = [{"type": "function", "name": "get_current_weather", "parameters": loose, "strict": True}]
    message = f"Invalid schema for function 'get_current_weather': In context=(), {RULE} Missing 'unit'."
    assert error_of(tools=tools) == (
        400,
        {
            "message": message,
            "type": "invalid_request_error",
            "param": "tools[0].parameters",
            "code": "invalid_function_parameters",
        },
    )


def test_a_strict_text_format_with_a_loose_schema_is_refused():
    form = {"type": "json_schema", "name": "answer", "strict": True, "schema": {"type": "object", "properties": {}}}
    assert error_of(text={"format": form}) == (
        400,
        {
            "message": f"Invalid schema for response_format 'answer': In context=(), {CLOSED}",
            "type": "invalid_request_error",
            "param": "text.format.schema",
            "code": "invalid_json_schema",
        },
    )


@pytest.mark.parametrize("asked", [{}, {"strict": False}, {"strict": None}])
def test_only_what_asks_for_strictness_is_held_to_it(asked):
    loose = {"type": "object", "properties": {"a": {"type": "string"}}}
    form = {"type": "json_schema", "name": "answer", "schema": loose, **asked}
    body = {
        "model": "gpt-4o",
        "input": "ping",
        "tools": [{"type": "function", "name": "f", "parameters": loose, **asked}],
        "text": {"format": form},
    }
    check_schema("responses.create", body)
    check_values(body)
