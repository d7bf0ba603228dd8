"""Random values of a schema: valid, different from each other, and the same again for the same seed."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mockserver.conformance.bodies import random_values

NODE: dict[str, Any] = {
    "type": "object",
    "required": ["kind"],
    "properties": {
        "kind": {"enum": ["leaf", "branch"]},
        "below": {"type": "array", "items": {"$ref": "#/$defs/Node"}, "maxItems": 2},
        "size": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 9}, {"type": "null"}]},
    },
}
SCHEMAS = [
    pytest.param({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "number"}}}, id="members"),
    pytest.param({"anyOf": [{"type": "string", "minLength": 2}, {"type": "integer"}, {"type": "null"}]}, id="union"),
    pytest.param({"type": ["string", "boolean"], "$defs": {}}, id="types"),
    pytest.param({"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 1}, id="list"),
    pytest.param({"allOf": [{"$ref": "#/$defs/Node"}], "$defs": {"Node": NODE}}, id="tree"),
    pytest.param(
        {"allOf": [{"properties": {"a": {"const": 1}}, "required": ["a"]}, {"properties": {"b": {"type": "string"}}}]},
        id="several at once",
    ),
]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_random_values_are_valid_and_various(schema: dict[str, Any]) -> None:
    made = list(random_values(schema, count=60))
    assert [list(Draft202012Validator(schema).iter_errors(value)) for value in made] == [[]] * 60
    assert len({str(value) for value in made}) > 1
    assert list(random_values(schema, count=60)) == made
    assert list(random_values(schema, count=60, seed=b"other")) != made


def test_all_branches_members_and_values_come() -> None:
    tree = {"$ref": "#/$defs/Node", "$defs": {"Node": NODE}}
    made = list(random_values(tree, count=100))
    assert {value["kind"] for value in made} == {"leaf", "branch"}
    assert {frozenset(value) - {"kind"} for value in made} == {
        frozenset(),
        frozenset({"below"}),
        frozenset({"size"}),
        frozenset({"below", "size"}),
    }
    assert {len(value["below"]) for value in made if "below" in value} == {0, 1, 2}
    assert {type(value["size"]) for value in made if "size" in value} == {int, type(None)}


def test_schema_without_values_gives_none() -> None:
    assert list(random_values({"allOf": [{"const": 1}, {"const": 2}]}, count=5)) == []
