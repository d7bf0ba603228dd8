"""Structured output of which a script states some values."""

import json

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field

from mockserver.script.rule_schema import read_rule

ADDRESS = {
    "type": "object",
    "properties": {"street": {"type": "string"}, "zip": {"type": "string", "pattern": "^[0-9]{5}$"}},
    "required": ["street", "zip"],
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "$defs": {"address": ADDRESS},
    "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer", "minimum": 0},
        "tone": {"type": "string", "enum": ["warm", "cold"]},
        "home": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/address"}]},
        "others": {"type": "array", "items": {"$ref": "#/$defs/address"}},
        "note": {"type": ["string", "null"]},
    },
    "required": ["name", "age", "tone", "home", "others", "note"],
    "additionalProperties": False,
}


def asking(schema, *, strict=True, **more):
    named = {"type": "json_schema", "name": "person", "strict": strict, "schema": schema}
    return {"model": "gpt-4o", "input": "Who?", "text": {"format": named}, **more}


@pytest.fixture
def said(raw):
    """`said(schema, …)` asks for structured output; the value that comes."""

    def said(schema, **more):
        return json.loads(raw("POST", "/v1/responses", asking(schema, **more)).json["output"][0]["content"][0]["text"])

    return said


def has(value, part):
    """Whether a value has a part in it: its members, and whatever else an object has."""
    if isinstance(part, dict):
        return isinstance(value, dict) and all(key in value and has(value[key], one) for key, one in part.items())
    if isinstance(part, list):
        return len(value) == len(part) and all(map(has, value, part))
    return value == part


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"name": "Ada"},
        {"age": 36, "tone": "cold"},
        {"home": {"zip": "10115"}},
        {"home": None, "note": None},
        {"others": []},
        {"others": [{"zip": "10115"}, {"street": "Main Street"}, {}]},
    ],
    ids=str,
)
def test_stated_values_stand_in_a_value_of_the_schema(workspace, said, stated):
    workspace.on().reply(fill=stated)
    made = said(SCHEMA)

    Draft202012Validator(SCHEMA).validate(made)
    assert has(made, stated)


def test_stream_says_what_json_says(workspace, raw, said):
    workspace.on().reply(fill={"name": "Ada"})
    events = raw("POST", "/v1/responses", asking(SCHEMA, stream=True)).events
    (done,) = [event for event in events if event["type"] == "response.output_text.done"]

    assert json.loads(done["text"]) == said(SCHEMA)


def test_schema_that_is_a_reference_is_filled(workspace, said):
    workspace.on().reply(fill={"zip": "10115"})

    assert said({"$ref": "#/$defs/address", "$defs": {"address": ADDRESS}}, strict=False)["zip"] == "10115"


class Place(BaseModel):
    city: str
    tags: list[str] = Field(min_length=3)
    near: "Place | None" = None


def test_sdk_parses_what_is_filled(workspace, client):
    workspace.on().reply(fill={"city": "Paris", "near": {"city": "Versailles", "near": None}})
    place = client.responses.parse(model="gpt-4o", input="Where?", text_format=Place).output_parsed

    assert place is not None
    assert place.near is not None
    assert (place.city, place.near.city, place.near.near) == ("Paris", "Versailles", None)


def test_fixture_file_fills_with_placeholders(workspace, said):
    rule = read_rule({"reply": {"fill": {"name": "${input}", "age": 36}}}, location="a.yaml:1")
    workspace.script.add([rule])

    assert has(said(SCHEMA, input="Ada"), {"name": "Ada", "age": 36})
    assert has(said(SCHEMA, input="Bob"), {"name": "Bob", "age": 36})


def test_fill_stands_among_other_parts(workspace, raw):
    workspace.on().reply({"reasoning": "Hm."}, {"fill": {"age": 1}})
    made = raw("POST", "/v1/responses", asking(SCHEMA)).json["output"]

    assert [item["type"] for item in made] == ["reasoning", "message"]


@pytest.mark.parametrize(
    ("body", "stated", "message"),
    [
        pytest.param(
            {"model": "gpt-4o", "input": "x"},
            {"name": "Ada"},
            "'fill' needs a request for structured output, whose text.format is of type json_schema; this one is of"
            " type text. Use 'json' to state the whole value.",
            id="no-schema",
        ),
        pytest.param(asking(SCHEMA), {"nmae": "Ada"}, "'nmae' was unexpected", id="unknown"),
        pytest.param(asking(SCHEMA), {"tone": "lukewarm"}, "The schema at $.tone allows no value", id="enum"),
        pytest.param(asking(SCHEMA), {"age": "36"}, "none of ['36'] has the type integer", id="type"),
        pytest.param(asking(SCHEMA), {"age": -1}, "$.age: -1 is less than the minimum of 0", id="bound"),
        pytest.param(asking(SCHEMA), {"home": {"zip": "1"}}, "$.home", id="branch"),
    ],
)
def test_value_that_the_schema_does_not_allow_is_an_error_of_the_script(workspace, raw, body, stated, message):
    workspace.on().named("person").reply(fill=stated)
    error = raw("POST", "/v1/responses", body).json["error"]

    assert error["code"] == "script_error"
    assert error["message"].startswith("Rule person (")
    assert message in error["message"]
