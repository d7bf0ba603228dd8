"""Schemas that are none are refused, in the words of the validator that the wire quotes."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mockserver.errors import ApiError
from mockserver.spec.checks.body import check_schema
from mockserver.spec.checks.json_schema import why_no_schema
from mockserver.spec.checks.values import check_values


def of(**keywords: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": keywords}}


NO_SCHEMAS = [
    pytest.param([], "[] is not of type 'object', 'boolean'.", id="array"),
    pytest.param(
        {"type": "object", "properties": {"a": "string"}}, "'string' is not of type 'object', 'boolean'.", id="property"
    ),
    pytest.param(of(type="any"), "'any' is not valid under any of the given schemas.", id="type"),
    pytest.param(of(type=None), "None is not valid under any of the given schemas.", id="null type"),
    pytest.param(
        of(type={"x": 1}), "{'x': 1} is not valid under any of the given schemas.", id="type that is an object"
    ),
    pytest.param(
        of(type=["string", "any"]),
        "['string', 'any'] is not valid under any of the given schemas.",
        id="one of the types",
    ),
    pytest.param({"properties": []}, "[] is not of type 'object'.", id="properties"),
    pytest.param(of(required=True), "True is not of type 'array'.", id="required"),
    pytest.param(of(required=["a", 1]), "1 is not of type 'string'.", id="a required key"),
    pytest.param(of(enum="x"), "'x' is not of type 'array'.", id="enum"),
    pytest.param(of(description=None), "None is not of type 'string'.", id="description"),
    pytest.param(of(minimum="0"), "'0' is not of type 'number'.", id="minimum"),
    pytest.param(of(maximum=True), "True is not of type 'number'.", id="maximum"),
    pytest.param(of(maxLength="9"), "'9' is not of type 'integer'.", id="length"),
    pytest.param(of(additionalProperties=1), "1 is not of type 'object', 'boolean'.", id="additional properties"),
    pytest.param(of(items={"type": "list"}), "'list' is not valid under any of the given schemas.", id="element"),
    pytest.param(of(anyOf=[{}, 1]), "1 is not of type 'object', 'boolean'.", id="branch"),
    pytest.param({"$defs": {"A": {"enum": {}}}}, "{} is not of type 'array'.", id="definition"),
]
SCHEMAS = [
    pytest.param(True, id="boolean"),
    pytest.param({}, id="empty"),
    pytest.param(of(type=["string", "null"], enum=["x", None]), id="types"),
    pytest.param(of(unheard_of=1, default=None, const=[]), id="other keywords"),
    pytest.param(
        {"properties": {"type": {"type": "string"}, "items": True}}, id="properties that are called like keywords"
    ),
    pytest.param(of(minimum=0.5, maxItems=3, multipleOf=2), id="numbers"),
    pytest.param(of(items=True, additionalProperties={"type": "integer"}), id="inner schemas"),
]


@pytest.mark.parametrize(("schema", "reason"), NO_SCHEMAS)
def test_what_is_no_schema_is_named(schema, reason):
    assert why_no_schema(schema) == reason


@pytest.mark.parametrize(("schema", "reason"), NO_SCHEMAS)
def test_validator_says_the_same(schema, reason):
    errors = Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema)

    assert reason.removesuffix(".") in {
        inner.message for error in errors for inner in (error, *(each for each in error.context or ()))
    }


@pytest.mark.parametrize("schema", SCHEMAS)
def test_schema_is_one(schema):
    Draft202012Validator.check_schema(schema)

    assert why_no_schema(schema) is None


def function(parameters: Any, **more: Any) -> dict[str, Any]:
    return {"tools": [{"type": "function", "name": "f", "parameters": parameters, **more}]}


def output_format(schema: Any, **more: Any) -> dict[str, Any]:
    return {"text": {"format": {"type": "json_schema", "name": "f", "schema": schema, **more}}}


@pytest.mark.parametrize("strict", [True, False, None])
@pytest.mark.parametrize(
    ("body", "subject", "param", "code"),
    [
        pytest.param(function, "function", "tools[0].parameters", "invalid_function_parameters", id="function"),
        pytest.param(output_format, "response_format", "text.format.schema", "invalid_json_schema", id="format"),
    ],
)
def test_request_is_refused_however_strict(body, subject, param, code, strict):
    sent = {"model": "gpt-4o", "input": "x", **body(of(type="any"), strict=strict)}
    check_schema("responses.create", sent)

    with pytest.raises(ApiError) as refused:
        check_values(sent)

    reason = "'any' is not valid under any of the given schemas."
    assert (refused.value.status, refused.value.param, refused.value.code) == (400, param, code)
    assert refused.value.message == f"Invalid schema for {subject} 'f': {reason}"


@pytest.mark.parametrize("parameters", [{"type": "object"}, {"type": "object", "additionalProperties": False}])
def test_function_without_properties_is_refused(parameters):
    """Tools of MCP servers that take no arguments come like this."""
    with pytest.raises(ApiError) as refused:
        check_values({"model": "gpt-4o", "input": "x", **function(parameters)})

    assert refused.value.message == "Invalid schema for function 'f': In context=(), object schema missing properties."


@pytest.mark.parametrize("parameters", [{}, {"type": "object", "properties": {}}, of(type="object"), None])
def test_function_whose_properties_are_known_to_be_none_is_accepted(parameters):
    check_values({"model": "gpt-4o", "input": "x", **function(parameters)})
