"""A profile that names an OpenAPI document: what the document says, and how it checks requests."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockserver import MockServer, SettingsError, Workspace
from mockserver.errors import ApiError
from mockserver.web.profiles.openapi import EVENT, REPLY, REQUEST, OpenApiDocument
from tests.support import openapi_document as gateways
from tests.support.http import Reply, send
from tests.support.openapi_document import document, gateway


def written(folder: Path, said: Any, *, name: str = "document.json") -> OpenApiDocument:
    """A document from a file."""
    path = folder / name
    path.write_text(json.dumps(said) if path.suffix == ".json" else said, encoding="utf-8")
    return OpenApiDocument(path)


def with_request(schema: Any, **components: Any) -> dict[str, Any]:
    """A document whose requests have a schema."""
    made = document(REQUEST=schema)
    made["components"]["schemas"] |= components
    return made


def refused(described: OpenApiDocument, body: Any) -> tuple[str | None, str | None, str] | None:
    """How a request is refused: code, param and message."""
    try:
        described.check(body)
    except ApiError as error:
        return error.code, error.param, error.message
    return None


GOOD = {"model": "small", "question": "Why?"}
REFUSED = [
    pytest.param({}, ("missing_required_parameter", "model", "Missing required parameter: 'model'."), id="missing"),
    pytest.param({**GOOD, "colour": 1}, ("unknown_parameter", "colour", "Unknown parameter: 'colour'."), id="unknown"),
    pytest.param(
        {**GOOD, "model": "huge"},
        ("invalid_value", "model", "Invalid value: 'huge'. Supported values are: 'small' and 'large'."),
        id="value",
    ),
    pytest.param(
        {**GOOD, "question": 1},
        ("invalid_type", "question", "Invalid type for 'question': expected a string, but got an integer instead."),
        id="type",
    ),
    pytest.param(
        {**GOOD, "limit": "x"},
        ("invalid_type", "limit", "Invalid type for 'limit': expected an integer or null, but got a string instead."),
        id="nullable type",
    ),
    pytest.param(
        {**GOOD, "limit": 101},
        ("invalid_value", "limit", "Invalid 'limit': 101 is greater than the maximum of 100."),
        id="limit",
    ),
    pytest.param(
        {**GOOD, "tags": ["a", 2]},
        ("invalid_type", "tags[1]", "Invalid type for 'tags[1]': expected a string, but got an integer instead."),
        id="element",
    ),
    pytest.param(
        {**GOOD, "tools": [{"type": "lookup"}, {"type": "lookup", "depth": 0}]},
        ("invalid_value", "tools[1].depth", "Invalid 'tools[1].depth': 0 is less than the minimum of 1."),
        id="branch of a union",
    ),
    pytest.param(
        [1],
        ("invalid_type", "", "Invalid type for '': expected an object, but got an array instead."),
        id="no object",
    ),
    pytest.param(
        {"question": 1, "colour": 1},
        ("missing_required_parameter", "model", "Missing required parameter: 'model'."),
        id="what is missing comes first",
    ),
]


@pytest.mark.parametrize(("body", "expected"), REFUSED)
def test_document_refuses_a_request(body: Any, expected: Any, tmp_path: Path) -> None:
    assert refused(written(tmp_path, document()), body) == expected


@pytest.mark.parametrize("body", [GOOD, {**GOOD, "limit": None}, {**GOOD, "tags": [], "tools": [{"type": "lookup"}]}])
def test_document_takes_what_it_describes(body: Any, tmp_path: Path) -> None:
    assert refused(written(tmp_path, document()), body) is None


UNION = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"oneOf": [{"$ref": "#/components/schemas/A"}]}}]}
A = {"properties": {"type": {"const": "a"}, "n": {"type": "integer"}}, "required": ["type"], "type": "object"}


def test_error_is_about_the_branch_that_is_meant(tmp_path: Path) -> None:
    other = {**A, "properties": {"type": {"const": "b"}, "s": {"type": "string"}}, "required": ["type", "s"]}
    union = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"oneOf": [other, A]}}]}
    described = written(tmp_path, with_request({"properties": {"input": union}}))
    assert refused(described, {"input": [{"type": "a", "n": "x"}]}) == (
        "invalid_type",
        "input[0].n",
        "Invalid type for 'input[0].n': expected an integer, but got a string instead.",
    )
    assert refused(described, {"input": [{"type": "b"}]}) == (
        "missing_required_parameter",
        "input[0].s",
        "Missing required parameter: 'input[0].s'.",
    )


SLIPS = [
    pytest.param({"type": "str"}, "/type: is 'str', which is not a type; read as string.", "x", 1, id="type"),
    pytest.param({"type": "Integer"}, "/type: is 'Integer', which is not a type; read as integer.", 1, "x", id="case"),
    pytest.param({"type": "thing"}, "/type: is 'thing', which is not a type; anything passes.", 1, None, id="no type"),
    pytest.param({"type": None}, None, None, 1, id="null"),
    pytest.param(
        {"$ref": "#/components/schemas/Gone"},
        ": refers to '#/components/schemas/Gone', which is not in the document; anything passes.",
        1,
        None,
        id="reference",
    ),
    pytest.param(
        {"$ref": "other.yaml#/A"},
        ": refers to 'other.yaml#/A', which is not in the document; anything passes.",
        1,
        None,
        id="other file",
    ),
    pytest.param({"enum": "a"}, "/enum: is not a list; read as its only value.", "a", "b", id="enum"),
    pytest.param(
        {"type": "string", "pattern": "["},
        "/pattern: cannot be read (unterminated character set at position 0); any text passes.",
        "x",
        1,
        id="pattern",
    ),
    pytest.param({"anyOf": {}}, "/anyOf: is not a list of schemas; anything passes.", 1, None, id="union"),
    pytest.param({"properties": []}, "/properties: is not a mapping of schemas; anything passes.", {}, None, id="map"),
    pytest.param("text", ": is str, expected a schema.", 1, None, id="no schema"),
    pytest.param(
        {"type": "array", "items": [{"type": "string"}]},
        "/items: is a list of schemas; read as a union.",
        ["x"],
        [1],
        id="items",
    ),
    pytest.param(
        {"additionalProperties": "false", "properties": {"a": {}}},
        "/additionalProperties: is the text 'false'.",
        {"a": 1},
        {"b": 1},
        id="flag as text",
    ),
    pytest.param(
        {"type": "object", "properties": {"a": {"type": "string", "required": True}}},
        "/properties/a: says `required` itself; read as its owner's.",
        {"a": "x"},
        {},
        id="required of a property",
    ),
    pytest.param({"required": "a"}, "/required: is not a list of names; nothing is required.", {}, None, id="required"),
    pytest.param({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, None, 2, 1, id="limit of 3.0"),
    pytest.param({"type": "string", "enum": ["a"], "nullable": True}, None, None, "b", id="null of 3.0"),
    pytest.param({"$ref": "#/components/schemas/Lookup", "nullable": True}, None, None, 1, id="null of a reference"),
]


@pytest.mark.parametrize(("schema", "slip", "right", "wrong"), SLIPS)
def test_slip_is_read_as_it_was_meant(schema: Any, slip: str | None, right: Any, wrong: Any, tmp_path: Path) -> None:
    described = written(tmp_path, with_request({"type": "object", "properties": {"x": schema}}))
    at = "#/components/schemas/Request/properties/x"
    assert described.slips == ([] if slip is None else [at + slip])
    assert refused(described, {"x": right}) is None
    assert wrong is None or refused(described, {"x": wrong}) is not None


def test_nullable_in_a_document_of_3_1_is_a_slip(tmp_path: Path) -> None:
    said = with_request({"properties": {"x": {"type": "string", "nullable": True}}}) | {"openapi": "3.1.0"}
    described = written(tmp_path, said)
    at = "#/components/schemas/Request/properties/x"
    assert described.slips == [f"{at}: says `nullable`, a word of OpenAPI 3.0; read as there."]
    assert refused(described, {"x": None}) is None


def test_schema_may_lead_back_to_itself(tmp_path: Path) -> None:
    tree = {"type": "object", "properties": {"below": {"$ref": "#/components/schemas/Tree"}, "n": {"type": "integer"}}}
    described = written(
        tmp_path, with_request({"properties": {"tree": {"$ref": "#/components/schemas/Tree"}}}, Tree=tree)
    )
    assert refused(described, {"tree": {"below": {"below": {"n": 1}}}}) is None
    assert refused(described, {"tree": {"below": {"below": {"n": "x"}}}}) == (
        "invalid_type",
        "tree.below.below.n",
        "Invalid type for 'tree.below.below.n': expected an integer, but got a string instead.",
    )


def test_bodies_may_stand_elsewhere_in_the_document(tmp_path: Path) -> None:
    said = document()
    operation = said["paths"]["/v1/responses"]["post"]
    said["components"] |= {"requestBodies": {"R": operation.pop("requestBody")}}
    said["components"] |= {"responses": {"OK": operation["responses"].pop("200")}}
    operation |= {"requestBody": {"$ref": "#/components/requestBodies/R"}}
    operation["responses"] = {"200": {"$ref": "#/components/responses/OK"}}
    described = written(tmp_path, said)
    assert set(described.schemas) == {REQUEST, REPLY, EVENT}
    assert [example.value for example in described.examples(REQUEST)] == [GOOD]


FENCED = f"# A page\n\nSome text.\n\n````yaml POST /v1/responses\n{yaml.safe_dump(document())}````\n\nMore text.\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [("d.md", FENCED), ("d.yaml", yaml.safe_dump(document())), ("d.yml", json.dumps(document())), ("d.json", None)],
)
def test_document_is_read_from_a_page_from_yaml_and_from_json(name: str, text: str | None, tmp_path: Path) -> None:
    described = written(tmp_path, text or document(), name=name)
    assert refused(described, {**GOOD, "limit": 101}) is not None


def test_documents_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"d\.json has no 'POST …/responses'; expected an OpenAPI document"):
        written(tmp_path, {"openapi": "3.1.0", "paths": {"/v1/chat": {"post": {}}}}, name="d.json")
    with pytest.raises(SettingsError, match=r"d\.md holds no OpenAPI document; expected one between two lines of ```"):
        written(tmp_path, "# Nothing\n", name="d.md")
    with pytest.raises(SettingsError, match=r"none\.md cannot be read"):
        OpenApiDocument(tmp_path / "none.md")
    with pytest.raises(SettingsError, match=r"d\.yaml:2: invalid YAML"):
        written(tmp_path, "openapi: 3.1.0\npaths: }\n", name="d.yaml")


def test_rule_that_an_example_breaks_is_passed_over_and_listed(tmp_path: Path) -> None:
    said = document()
    said["paths"]["/v1/responses"]["post"]["requestBody"]["content"]["application/json"]["examples"]["odd"] = {
        "value": {"model": "medium", "question": "Why?"}
    }
    described = written(tmp_path, said)
    assert refused(described, {"model": "huge", "question": "Why?"}) is None
    assert refused(described, {"model": "huge", "question": "?"}) is not None
    assert described.slips == [
        "the request of example odd breaks its own schema at model: 'medium' is not one of ['small', 'large']"
    ]


def create(workspace: Workspace, body: Any) -> Reply:
    return send(workspace.base_url, "POST", "/v1/responses", body, key=workspace.api_key)


@pytest.fixture
def described(server: MockServer, tmp_path: Path) -> Workspace:
    """A workspace under a profile with a document."""
    return server.workspace(profile=str(gateway(tmp_path)))


def test_request_is_checked_by_the_document_and_refused_as_the_profile_says(described: Workspace) -> None:
    refused = create(described, {"model": "small", "question": "?"})
    assert (refused.status, refused.json) == (
        400,
        {"problem": "Invalid 'question': '?' is too short.", "field": "question"},
    )
    refused = create(described, {"model": "gpt-4o", "input": "Hi"})
    assert refused.json == {"problem": "Missing required parameter: 'question'.", "field": "question"}


def test_request_that_the_document_takes_is_answered(described: Workspace) -> None:
    body = {"model": "small", "question": "Why?", "limit": 90, "tags": ["x"], "metadata": {"deep": [1, {"a": None}]}}
    for _ in range(3):
        answered = create(described, {**body, "tools": [{"type": "lookup", "depth": 2}]}).json
        assert list(answered) == ["id", "answer", "tags"]
        assert answered["answer"].startswith("Mock reply to")
        assert answered["tags"] == ["x"]
    [delta, *_, last] = create(described, {**body, "stream": True}).events
    assert (delta["type"], last["type"]) == ("response.output_text.delta", "response.completed")
    assert last["response"]["tags"] == ["x"]


ODD = [
    {"model": 5},
    {"input": 7},
    {"input": [1, None, {"type": 3}, {"role": "user", "content": 4}, {"role": "user", "content": "Hi"}]},
    {"tools": [{"name": "f"}, 3, {"type": "function"}, {"type": "function", "name": "f"}], "tool_choice": 4},
    {"tools": {"a": 1}, "reasoning": "much", "text": {"format": {"kind": "x"}}, "metadata": "x", "stream": "yes"},
    {"include": 1, "instructions": {"a": 1}, "max_output_tokens": "many", "temperature": "warm", "store": "no"},
    {"text": {"format": {"type": "json_schema"}}, "stream_options": 1, "background": 0, "truncation": 1},
    {},
]


@pytest.mark.parametrize("body", ODD)
@pytest.mark.parametrize("streamed", [False, True])
def test_whatever_a_document_takes_is_answered(streamed: bool, body: Any, server: MockServer, tmp_path: Path) -> None:  # noqa: FBT001
    path = gateway(tmp_path, "openapi: gateway.json\n", REQUEST={})
    answered = create(server.workspace(profile=str(path)), {**body, "stream": streamed})
    assert answered.status == 200, answered.body


def test_offered_function_is_called_where_it_can_be_read(server: MockServer, tmp_path: Path) -> None:
    path = gateway(tmp_path, "openapi: gateway.json\n", REQUEST={})
    body = {"model": "m", "input": "Hi", "tools": [{"type": "function"}, {"type": "function", "name": "f"}]}
    answered = create(server.workspace(profile=str(path)), {**body, "tool_choice": "required"}).json
    assert [(item["type"], item["name"]) for item in answered["output"]] == [("function_call", "f")]


def test_recording_answers_before_the_document_is_asked(server: MockServer, tmp_path: Path) -> None:
    upstream, recorder = server.workspace(), server.workspace()
    recorder.record(upstream=upstream.base_url, path=tmp_path / "own.yaml", key=upstream.api_key)
    body = {"model": "gpt-4o", "input": "Hi"}
    recorded = create(recorder, body)
    recorder.close()
    player = server.workspace(profile=str(gateway(tmp_path)))
    player.replay(tmp_path / "own.yaml")
    assert create(player, body).body == recorded.body


def test_other_profile_of_the_same_server_checks_as_openai_does(described: Workspace, server: MockServer) -> None:
    body = {"model": "small", "question": "Why?"}
    assert create(described, body).status == 200
    refused = create(server.workspace(), body)
    assert (refused.status, refused.json["error"]["param"]) == (400, "input")
    assert gateways.REQUEST["required"] == ["model", "question"]


def test_document_of_a_profile_is_found_beside_it(tmp_path: Path, server: MockServer) -> None:
    path = gateway(tmp_path)
    (tmp_path / "gateway.json").unlink()
    with pytest.raises(SettingsError, match=r"gateway\.json has no 'POST …/responses'.*\n.*cannot be read"):
        server.workspace(profile=str(path))
