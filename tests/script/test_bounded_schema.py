"""No JSON Schema of a test author stops the server, and none accepts otherwise than `jsonschema` does."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema.validators import Draft202012Validator

from mockserver import MockServer, ScriptError, json_schema
from mockserver.script.bounded_schema import MOST_STEPS, BoundedSchema
from tests.support.bodies import ask
from tests.support.http import send

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
BAD = "^(a+)+$"
TEXT = "a" * 40 + "b"
SEARCH = r"'\^\(a\+\)\+\$' takes too long on a text of 41 characters"
STEPS = f"takes too long to check: more than {MOST_STEPS:,} steps"


def doubling(word: str, levels: int = 30) -> dict[str, Any]:
    """References each of which leads to the next one twice."""
    links = {f"d{n}": {word: [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(levels)}
    return {"$ref": "#/$defs/d0", "$defs": {**links, f"d{levels}": {"type": "string"}}}


SLOW = [
    pytest.param({"items": {"pattern": BAD}}, [TEXT], SEARCH, id="pattern"),
    pytest.param({"patternProperties": {BAD: {}}}, {TEXT: 1}, SEARCH, id="patternProperties"),
    pytest.param({"additionalProperties": False, "patternProperties": {BAD: {}}}, {TEXT: 1}, SEARCH, id="additional"),
    pytest.param({"propertyNames": {"pattern": BAD}}, {TEXT: 1}, SEARCH, id="propertyNames"),
    pytest.param(
        {"unevaluatedProperties": False, "allOf": [{"patternProperties": {BAD: {}}}]},
        {TEXT: 1},
        SEARCH,
        id="unevaluated",
    ),
    pytest.param({"$schema": DRAFT_4, "patternProperties": {BAD: {}}}, {TEXT: 1}, SEARCH, id="old"),
    pytest.param(doubling("allOf"), "x", STEPS, id="references that double"),
    pytest.param(doubling("anyOf"), 1, STEPS, id="choices that double"),
    pytest.param({"unevaluatedProperties": False, **doubling("allOf")}, {}, STEPS, id="doubling that is evaluated"),
    pytest.param({"$ref": "#"}, {}, STEPS, id="reference to itself"),
    pytest.param({"uniqueItems": True}, [{"a": n} for n in range(3_000)], STEPS, id="uniqueItems"),
    pytest.param({"items": {"not": {"enum": list(range(1_000))}}}, [-1.5] * 1_000, STEPS, id="long enum for each item"),
]


@pytest.mark.parametrize(("schema", "value", "why"), SLOW)
def test_check_that_takes_too_long_is_an_error(schema: Any, value: Any, why: str):
    bounded = BoundedSchema(schema)
    with pytest.raises(ScriptError, match=why):
        bounded.allows(value)


def test_reason_that_takes_too_long_to_find_is_that():
    assert STEPS in BoundedSchema(doubling("anyOf")).why_not(1)


SCHEMAS: list[Any] = [
    {"type": "object", "properties": {"a": {"pattern": "^a+$"}}, "required": ["a"]},
    {"patternProperties": {"^a": {"type": "integer"}}, "additionalProperties": False},
    {"properties": {"a": {}}, "allOf": [{"patternProperties": {"b$": {}}}], "unevaluatedProperties": False},
    {"items": {"uniqueItems": True}, "contains": {"minItems": 1}},
    {"$defs": {"n": {"anyOf": [{"type": "null"}, {"properties": {"a": {"$ref": "#/$defs/n"}}}]}}, "$ref": "#/$defs/n"},
    True,
    False,
]
VALUES = st.recursive(
    st.none() | st.integers(0, 2) | st.text("ab", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=6,
)


@given(schema=st.sampled_from(SCHEMAS), value=VALUES)
def test_bounded_schema_allows_what_jsonschema_allows(schema: Any, value: Any):
    assert BoundedSchema(schema).allows(value) is Draft202012Validator(schema).is_valid(value)


def test_rule_is_named_whose_schema_takes_too_long(server: MockServer):
    workspace = server.workspace()
    workspace.on(input=json_schema({"type": "object", **doubling("anyOf")})).reply("x")
    reply = send(server.base_url, "POST", "/v1/responses", ask("{}"), key=workspace.api_key)

    assert (reply.status, reply.json["error"]["code"]) == (400, "script_error")
    assert "test_bounded_schema.py:" in reply.json["error"]["message"]
    assert STEPS in reply.json["error"]["message"]
