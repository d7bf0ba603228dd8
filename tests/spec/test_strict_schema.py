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
        pytest.param(
            strict({"state": {"type": "object", "additionalProperties": False}}),
            f"In context=(), {RULE} Extra required key 'state' supplied.",
            id="property without properties",
        ),
        pytest.param(strict({"a": strict()}), None, id="property with no properties"),
        *(
            pytest.param(
                strict({"a": {"type": "array", "items": {"type": "string"}, name: []}}),
                f"In context=('properties', 'a'), '{name}' is not permitted.",
                id=name,
            )
            for name in ("allOf", "contains", "default", "if", "oneOf", "propertyNames", "uniqueItems", "then", "else")
        ),
        pytest.param(strict(oneOf=[]), "In context=(), 'oneOf' is not permitted.", id="root oneOf"),
        pytest.param(
            strict({"ok": {"const": "yes"}}),
            "In context=('properties', 'ok'), schema must have a 'type' key.",
            id="const",
        ),
        pytest.param(
            strict({"a": {"anyOf": [{"type": "string"}, {}]}}),
            "In context=('properties', 'a', 'anyOf', '1'), schema must have a 'type' key.",
            id="anything",
        ),
        pytest.param(
            strict({"tags": {"type": "array"}}),
            "In context=('properties', 'tags'), array schema missing items.",
            id="array",
        ),
        pytest.param(
            strict(
                {"a": {"$ref": "#/$defs/X", "default": 1, "description": "d"}}, **{"$defs": {"X": {"type": "null"}}}
            ),
            "context=('properties', 'a'), $ref cannot have keywords {'default', 'description'}.",
            id="reference with siblings",
        ),
        pytest.param(
            strict({"verdict": {"$ref": "#/$defs/Verdict"}}),
            "In context=('properties', 'verdict'), reference to component '#/$defs/Verdict' which was not found in the"
            " schema.",
            id="reference to nothing",
        ),
        pytest.param(
            strict({"a": {"$ref": "#/$defs/X"}, "b": {"$ref": "#"}}, **{"$defs": {"X": {"type": "null"}}}),
            None,
            id="references",
        ),
        pytest.param(
            strict({"a": {"type": ["integer", "null"], "enum": [None, 1, "0"]}}),
            "context=('properties', 'a'), enum value 0 does not validate against {'type': ['integer', 'null']}.",
            id="enum of another type",
        ),
        pytest.param(strict({"a": {"type": "string", "enum": ["x"]}, "b": {"enum": ["x"]}}), None, id="enum"),
        pytest.param(
            strict({"a": {"type": "string", "format": "uri"}}),
            "In context=('properties', 'a'), 'uri' is not a valid format.",
            id="format",
        ),
        pytest.param(strict({"a": {"type": "string", "format": "uuid"}}), None, id="known format"),
        pytest.param(
            strict({"a": {"type": "string", "minLength": 1, "pattern": "^x"}}), None, id="what is now permitted"
        ),
    ],
)
def test_why_not_strict_says_what_is_missing_and_where(schema, reason):
    assert why_not_strict(schema) == reason


def nested(levels):
    schema = strict()
    for _ in range(levels - 1):
        schema = strict({"a": schema})
    return schema


def test_strict_schema_has_ten_levels_and_five_thousand_properties_at_most():
    assert why_not_strict(nested(10)) is None
    assert why_not_strict(nested(14)) == "14 levels of nesting exceeds limit of 10."
    assert why_not_strict(strict({"a": {"$ref": "#/$defs/X"}}, **{"$defs": {"X": nested(10)}})) is None
    assert why_not_strict(strict({f"p{i}": {"type": "string"} for i in range(5000)})) is None
    many = strict({"a": strict({f"p{i}": {"type": "string"} for i in range(5999)})})
    assert why_not_strict(many) == "6000 parameters exceeds limit of 5000."


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


TOP_LEVEL = "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level."


@pytest.mark.parametrize("asked", [{}, {"strict": False}, {"strict": True}])
@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        *(
            pytest.param({"type": "object", "properties": {}, name: []}, TOP_LEVEL, id=name)
            for name in ("oneOf", "anyOf", "allOf", "enum", "not")
        ),
        pytest.param(
            {"type": "array", "items": {"type": "string"}},
            "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"array\"'.",
            id="array",
        ),
        pytest.param(
            strict({"a": {"type": "object", "properties": {"tags": {"type": "array"}}}}),
            "In context=('properties', 'a', 'properties', 'tags'), array schema missing items.",
            id="items",
        ),
    ],
)
def test_no_function_takes_such_parameters(parameters, reason, asked):
    if asked.get("strict") and reason.startswith("In context"):
        parameters = strict({"a": strict(parameters["properties"]["a"]["properties"])})
    tools = [{"type": "function", "name": "f", "parameters": parameters, **asked}]
    assert error_of(tools=tools) == (
        400,
        {
            "message": f"Invalid schema for function 'f': {reason}",
            "type": "invalid_request_error",
            "param": "tools[0].parameters",
            "code": "invalid_function_parameters",
        },
    )


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"properties": {"a": {"type": "array", "prefixItems": []}}}, id="tuple"),
        pytest.param({"type": "object", "properties": {"type": {"const": "array"}}}, id="property called type"),
        pytest.param({"type": "object", "properties": {"a": {"anyOf": [{}], "default": 1}}}, id="loose"),
    ],
)
def test_function_that_is_not_strict_takes_other_parameters(parameters):
    body = {
        "model": "gpt-4o",
        "input": "ping",
        "tools": [{"type": "function", "name": "f", "parameters": parameters}],
    }
    check_schema("responses.create", body)
    check_values(body)
