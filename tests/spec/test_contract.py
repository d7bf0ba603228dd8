"""The generated contract, the rows of the wire on top of it, and what the checks say."""

import importlib.metadata
import importlib.util
import json
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_type_hints

import pytest
from openai.types.beta import beta_response_input_item_param as agent_input
from openai.types.beta import beta_response_item as agent_stored
from openai.types.beta import beta_response_output_item as agent_output
from openai.types.conversations import ConversationItem
from openai.types.responses import ResponseInputItemParam, ResponseItem, ResponseOutputItem, ResponseStreamEvent

from mockserver.spec import wire
from mockserver.spec.contract import ContractTable, contract, definitions, schema_of, violations

ROOT = Path(__file__).parents[2]


def of_agents(module: ModuleType) -> Any:
    """The types of items that only the beta has."""
    return module.AgentMessage | module.MultiAgentCall | module.MultiAgentCallOutput


UNIONS: dict[ContractTable, Any] = {
    "events": ResponseStreamEvent,
    "output_items": ResponseOutputItem | of_agents(agent_output),
    "stored_items": ResponseItem | of_agents(agent_stored),
    "conversation_items": ConversationItem,
    "input_items": ResponseInputItemParam | of_agents(agent_input),
}


@pytest.fixture(scope="module")
def make_contract() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_contract", Path(__file__).with_name("make_contract.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# The generated file


def test_contract_is_what_the_installed_package_gives(make_contract, capsys):
    assert make_contract.main(["--check"]) == 0, capsys.readouterr().out


def test_contract_is_of_the_pinned_package_and_the_pinned_one_is_installed(make_contract):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (pinned,) = [each for each in project["dependency-groups"]["dev"] if each.startswith("openai==")]
    source = json.loads(make_contract.CONTRACT.read_text(encoding="utf-8"))["source"]
    wanted = pinned.replace("==", " ")

    assert source == wanted, "the contract is of another version than the pin: run `make spec`"
    assert f"openai {importlib.metadata.version('openai')}" == wanted, "another version than the pin is installed"


def test_rows_are_read_as_the_file_has_them(make_contract):
    whole = json.loads(make_contract.CONTRACT.read_text(encoding="utf-8"))
    assert {table: dict(rows) for table, rows in contract().items()} == {
        table: rows for table, rows in whole.items() if table != "source"
    }


def test_check_shows_what_differs(make_contract, capsys, monkeypatch, tmp_path):
    old = tmp_path / "contract.json"
    text = make_contract.CONTRACT.read_text(encoding="utf-8")
    old.write_text(text.replace('"const":"response.queued"', '"const":"response.queueing"'), encoding="utf-8")
    monkeypatch.setattr(make_contract, "CONTRACT", old)
    assert make_contract.main(["--check"]) == 1
    diff = [line for line in capsys.readouterr().out.splitlines() if line.startswith(("- ", "+ "))]
    assert diff == ['-     "const": "response.queueing",', '+     "const": "response.queued",']


@pytest.mark.parametrize(
    ("mangled", "readable"),
    [
        pytest.param("FunctionTool", "FunctionTool", id="no collision"),
        pytest.param(
            "openai__types__responses__web_search_tool__Filters", "WebSearchTool.Filters", id="part of a type"
        ),
        pytest.param("openai__types__shared__reasoning__Reasoning", "Reasoning", id="named like its module"),
        pytest.param("openai__types__shared_params__reasoning__Reasoning", "ReasoningParam", id="of a request"),
    ],
)
def test_definition_names_are_readable(make_contract, mangled, readable):
    assert make_contract.readable(mangled) == readable


def test_contract_keeps_only_what_is_checked(make_contract):
    prose = {"type": "object", "title": "T", "description": "D", "additionalProperties": True}
    properties = {"title": {"type": "string", "title": "Title", "default": None}}
    assert make_contract.stripped({**prose, "properties": properties}) == {
        "type": "object",
        "properties": {"title": {"type": "string"}},
    }
    assert make_contract.stripped(prose) == {"type": "object", "additionalProperties": True}


@pytest.mark.parametrize(
    ("table", "count"),
    [
        pytest.param("events", 59, id="events"),
        pytest.param("output_items", 31, id="output items"),
        pytest.param("stored_items", 32, id="stored items"),
        pytest.param("conversation_items", 29, id="conversation items"),
        pytest.param("input_items", 34, id="input items"),
    ],
)
def test_contract_has_every_member_of_the_union(table, count):
    types = {name for member in classes(UNIONS[table]) for name in strings(type_annotation(member))}
    assert set(contract()[table]) == types
    assert len(types) == count


def classes(annotation: Any) -> Iterator[type]:
    """Every class in a union, under whatever it is annotated with."""
    if isinstance(annotation, type):
        yield annotation
    for argument in get_args(annotation):
        yield from classes(argument)


def type_annotation(member: Any) -> Any:
    """What a model or a TypedDict says of its key ``type``."""
    return member.model_fields["type"].annotation if hasattr(member, "model_fields") else get_type_hints(member)["type"]


def strings(annotation: Any) -> Iterator[str]:
    """Every string in the Literals of an annotation."""
    if isinstance(annotation, str):
        yield annotation
    for argument in get_args(annotation):
        yield from strings(argument)


def test_contract_has_no_dangling_reference():
    tables = [dict(rows) for table, rows in contract().items() if table != "$defs"]
    wanted = set(references([tables, definitions(), [shape.value for shape in wire.SHAPES]]))
    assert {name.removeprefix("#/$defs/") for name in wanted} - definitions().keys() == set()


def references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
    for each in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from references(each)


def test_stream_of_a_request_is_true_false_or_null():
    stream = {"anyOf": [{"type": "boolean"}, {"type": "null"}]}
    assert schema_of("requests", "responses.create")["properties"]["stream"] == stream
    assert schema_of("queries", "responses.retrieve")["properties"]["stream"] == stream


def test_body_and_query_of_one_method_are_told_apart():
    assert set(schema_of("requests", "conversations.items.create")["properties"]) == {"items"}
    assert set(schema_of("queries", "conversations.items.create")["properties"]) == {"include"}


# The rows of the wire: one that the types have caught up with has to go.


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row.schema}.{row.key}") for row in wire.OMITTED])
def test_omitted_key_is_required_by_the_types(row):
    assert row.key in contract()["$defs"][row.schema]["required"]


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row.schema}.{row.key}") for row in wire.ADDED])
def test_added_key_is_not_what_the_types_say(row):
    assert contract()["$defs"][row.schema]["properties"].get(row.key) != row.value


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in wire.SHAPES])
def test_shape_is_not_in_the_types(row):
    assert row.name == "error" or row.name not in contract()[row.table]


# What the checks say

TEXT = {"type": "output_text", "annotations": [], "logprobs": [], "text": "Hi"}
MESSAGE = {"id": "msg_1", "type": "message", "status": "completed", "content": [TEXT], "role": "assistant"}
REASONING = {"id": "rs_1", "type": "reasoning", "content": [], "summary": []}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1700000000,
    "status": "completed",
    "model": "gpt-4o-2024-08-06",
    "output": [REASONING, MESSAGE],
    "parallel_tool_calls": True,
    "store": True,
    "tool_choice": "auto",
    "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": True}],
}
COMPLETED = {"type": "response.completed", "response": RESPONSE, "sequence_number": 9}


def changed(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    """A copy with one value set, or left out where `new` is ``...``."""
    copy = deepcopy(value)
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    if new is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = new
    return copy


def test_event_that_keeps_to_the_contract_has_no_violation():
    assert violations("events", COMPLETED, strict=True) == []


@pytest.mark.parametrize(
    ("path", "new", "expected"),
    [
        pytest.param(("sequence_number",), ..., "sequence_number: is missing", id="missing key"),
        pytest.param(("type",), ..., "type: is missing", id="missing type"),
        pytest.param(
            ("type",),
            "response.complete",
            "type: 'response.complete' is none of the 66 types that fit here; "
            "nearest: ['response.completed', 'response.incomplete', 'response.created']",
            id="unknown event",
        ),
        pytest.param(("response", "id"), 7, "response.id: 7 is not of type 'string'", id="wrong type"),
        pytest.param(
            ("response", "id"),
            ["x" * 300],
            "response.id: ['" + "x" * 118 + " … " + "x" * 74 + "'] is not of type 'string'",
            id="long value, cut",
        ),
        pytest.param(("response", "output", 1, "id"), ..., "response.output[1].id: is missing", id="in an item"),
        pytest.param(
            ("response", "output", 1, "content", 0, "type"),
            "input_text",
            "response.output[1].content[0].type: 'input_text' is none of the 2 types that fit here; "
            "nearest: ['output_text']",
            id="content of another kind",
        ),
        pytest.param(
            ("response", "output", 1, "content", 0),
            "Hi",
            "response.output[1].content[0]: 'Hi' is not of type object",
            id="text in place of a part",
        ),
        pytest.param(
            ("response", "output", 1, "role"),
            "user",
            "response.output[1].role: 'assistant' was expected",
            id="constant",
        ),
        pytest.param(
            ("response", "output", 0, "status"),
            "done",
            "response.output[0].status: 'done' is not one of ['in_progress', 'completed', 'incomplete']",
            id="value of a nullable enum",
        ),
        pytest.param(
            ("response", "tools", 0, "name"),
            None,
            "response.tools[0].name: None is not of type 'string'",
            id="in a tool",
        ),
        pytest.param(
            ("response", "tool_choice"),
            "always",
            "response.tool_choice: 'always' is not one of ['none', 'auto', 'required']",
            id="union of strings and objects",
        ),
    ],
)
def test_broken_event_is_told_by_its_path(path, new, expected):
    assert [str(bad) for bad in violations("events", changed(COMPLETED, path, new))] == [expected]


def test_unknown_key_is_told_only_when_strict():
    event = changed(changed(COMPLETED, ("response", "output", 0, "mood"), "fine"), ("response", "zip"), 1)
    assert violations("events", event) == []
    assert {bad.path for bad in violations("events", event, strict=True)} == {"response.output[0].mood", "response.zip"}


def test_free_form_object_may_hold_anything_when_strict():
    event = changed(COMPLETED, ("response", "tools", 0, "parameters", "made_up"), {"x": 1})
    assert violations("events", event, strict=True) == []


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        pytest.param({"role": "user", "content": "Hi"}, [], id="message without a type"),
        pytest.param({"id": "msg_1"}, [], id="reference without a type"),
        pytest.param({"type": "message", "role": "user"}, ["content: is missing"], id="message without content"),
        pytest.param(
            {"type": "message", "role": "user", "content": [{"type": "input_text"}]},
            ["content[0].text: is missing"],
            id="message of the shape that fits best",
        ),
        pytest.param(
            {"type": "function_call_output", "call_id": "call_1"},
            ["output: is missing"],
            id="tool output without output",
        ),
        pytest.param("Hi", ["'Hi' is not of type object"], id="not an item"),
    ],
)
def test_input_item_is_checked_by_the_shape_that_was_meant(item, expected):
    assert [str(bad) for bad in violations("input_items", item)] == expected


@pytest.mark.parametrize(
    ("table", "name", "value", "expected"),
    [
        pytest.param("objects", "response", RESPONSE, [], id="response"),
        pytest.param(
            "objects",
            "conversation",
            {"id": "conv_1", "object": "conversation", "created_at": 1},
            ["metadata: is missing"],
            id="conversation",
        ),
        pytest.param(
            "objects",
            "response.deleted",
            {"id": "resp_1", "object": "response.deleted", "deleted": False},
            ["deleted: True was expected"],
            id="no type has it",
        ),
        pytest.param(
            "requests", "responses.create", {"stream": 1}, ["stream: 1 is not of type boolean or null"], id="request"
        ),
    ],
)
def test_object_is_checked_by_its_name(table, name, value, expected):
    assert [str(bad) for bad in violations(table, value, name=name)] == expected


def test_error_event_is_nested():
    error = {"type": "server_error", "code": "server_error", "message": "Sorry", "param": None}
    nested = {"type": "error", "sequence_number": 2, "error": error}
    assert violations("events", nested, strict=True) == []
    assert [str(bad) for bad in violations("events", {"sequence_number": 2, **error, "type": "error"})] == [
        "error: is missing"
    ]


@pytest.mark.parametrize(
    ("table", "name", "message"),
    [
        pytest.param("objects", None, "violations() of 'objects': this table needs a name", id="no name"),
        pytest.param(
            "events",
            "error",
            "violations() of 'events': this table chooses by `type`, so it takes no name",
            id="a name",
        ),
    ],
)
def test_name_that_cannot_be_used_is_told(table, name, message):
    with pytest.raises(TypeError) as raised:
        violations(table, {}, name=name)
    assert str(raised.value) == message
