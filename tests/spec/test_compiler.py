"""Whatever the contract describes is accepted, and its faults are told, for every item, tool, format and choice."""
# ruff: noqa: E501 - a row of a table is one line

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.errors import ApiError
from mockserver.spec.checks.body import check_query, check_schema
from mockserver.spec.checks.compiler import alternatives
from mockserver.spec.checks.values import check_values
from mockserver.spec.contract import contract
from mockserver.spec.item_types import ITEM_TYPES, UNKNOWN
from tests.support.contract_examples import NARROWER, example


def create(**keys):
    return {"model": "gpt-4o", "input": "ping", **keys}


def message_of(body):
    try:
        check_schema("responses.create", body)
    except ApiError as error:
        return error.message
    return None


def branches(schema):
    """Each branch of a union of objects that has a `type`, by that type."""
    for branch in alternatives(schema):
        if "type" in branch.get("properties", {}):
            kind = next(alternatives(branch["properties"]["type"]))
            for name in [kind["const"]] if "const" in kind else kind["enum"]:
                yield pytest.param(branch, name, id=name)


PARAMETERS = contract()["$defs"]["ResponseCreateParams"]["properties"]
TOOLS = {"anyOf": [each["items"] for each in alternatives(PARAMETERS["tools"]) if each["type"] == "array"]}
FORMATS = next(alternatives(PARAMETERS["text"]))["properties"]["format"]
ITEMS = [
    (name, branch) for name in contract()["input_items"] for branch in alternatives(contract()["input_items"][name])
]


EVERYTHING = pytest.mark.parametrize("everything", [False, True], ids=["required members", "all members"])


def item_of(name, schema, *, everything):
    absent = {"message": ("id", "phase"), "reasoning": ("status",)}.get(name, ())
    item = {key: value for key, value in example(schema, everything=everything).items() if key not in absent}
    named = {"id": f"{ITEM_TYPES.get(name, UNKNOWN).prefix}_1"} if "id" in item else {}
    said = {"content": "ping"} if name == "message" else {}
    return {**item, **named, **said, "type": name} | NARROWER.get(name, {})


@EVERYTHING
@pytest.mark.parametrize(("name", "schema"), ITEMS, ids=[name for name, _ in ITEMS])
def test_every_item_of_the_contract_is_accepted(name, schema, everything):
    item = item_of(name, schema, everything=everything)
    assert message_of(create(input=[item])) is None
    assert message_of(create(input=[item, {**item, "bogus": 1}])) == "Unknown parameter: 'input[1].bogus'."


@EVERYTHING
@pytest.mark.parametrize(("schema", "name"), list(branches(TOOLS)))
def test_every_tool_of_the_contract_is_accepted(schema, name, everything):
    tool = {**example(schema, everything=everything), "type": name}
    tool |= {"partial_images": 3} if "partial_images" in tool else {}
    assert message_of(create(tools=[tool])) is None
    assert message_of(create(tools=[{**tool, "bogus": 1}])) == "Unknown parameter: 'tools[0].bogus'."


@EVERYTHING
@pytest.mark.parametrize(("schema", "name"), list(branches(FORMATS)))
def test_every_text_format_of_the_contract_is_accepted(schema, name, everything):
    form = {**example(schema, everything=everything), "type": name}
    assert message_of(create(text={"format": form})) is None
    assert message_of(create(text={"format": {**form, "x": 1}})) == "Unknown parameter: 'text.format.x'."


@EVERYTHING
@pytest.mark.parametrize(("schema", "name"), list(branches(PARAMETERS["tool_choice"])))
def test_every_tool_choice_of_the_contract_is_accepted(schema, name, everything):
    choice = {**example(schema, everything=everything), "type": name} | NARROWER.get(name, {})
    assert message_of(create(tool_choice=choice)) is None
    assert message_of(create(tool_choice={**choice, "x": 1})) == "Unknown parameter: 'tool_choice.x'."


@pytest.mark.parametrize("key", sorted(PARAMETERS.keys() - {"model", "input"}))
def test_null_is_an_omitted_key(key):
    assert message_of(create(**{key: None})) is None


CODEX = {
    "model": "gpt-5.3-codex",
    "instructions": "You are a coding agent.",
    "input": [
        {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "rules"}]},
        {"type": "reasoning", "summary": [], "encrypted_content": "gAAAA"},
        {"type": "local_shell_call", "call_id": "call_1", "status": "completed", "action": {"type": "exec", "command": ["ls"], "env": {}}},
        {"type": "function_call", "name": "shell", "arguments": "{}", "call_id": "call_2"},
        {"type": "function_call_output", "call_id": "call_2", "output": [{"type": "input_text", "text": "done"}]},
        {"type": "web_search_call", "status": "completed"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Done."}]},
    ],
    "tools": [
        {"type": "function", "name": "shell", "description": "", "strict": False, "parameters": {"type": "object", "properties": {}}},
        {"type": "namespace", "name": "mcp", "description": "", "tools": [{"type": "function", "name": "f"}]},
        {"type": "custom", "name": "patch", "format": {"type": "grammar", "syntax": "lark", "definition": "start: x"}},
        {"type": "web_search", "external_web_access": True},
    ],
    "tool_choice": "auto",
    "parallel_tool_calls": True,
    "reasoning": {"effort": "high", "summary": "auto"},
    "store": False,
    "stream": True,
    "include": ["reasoning.encrypted_content"],
    "prompt_cache_key": "019a0f5e-7c1e-7d32-9ad1-1f6d5ad8a0b1",
    "client_metadata": {"x-codex-installation-id": "019a0f5e-7c1e-7d32-9ad1-1f6d5ad8a0b1"},
    "text": {"verbosity": "low"},
}  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(CODEX, id="Codex CLI"),
        pytest.param(create(include=[]), id="empty include"),
        pytest.param(create(tools=[{"type": "function", "name": "f"}]), id="tool of a name alone"),
        pytest.param(create(tools=[{"type": "function", "name": "f", "strict": None, "parameters": {}}]), id="strict null"),
        pytest.param(create(input=[{"id": "msg_1"}]), id="item reference without a type"),
        pytest.param(create(input=[{"type": "agent_message", "author": "/root", "recipient": "/root/a", "content": []}]), id="item type of the beta"),
        pytest.param(create(input=[{"role": "user", "content": "x", "id": "019a0f5e-7c1e-7d32-9ad1-1f6d5ad8a0b1"}]), id="UUID as id"),
        pytest.param(create(input=[{"role": "user", "content": [{"type": "scoped_content", "x": 1}]}]), id="part that only the wire has"),
        pytest.param(create(input=[{"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}", "status": None}]), id="null status"),
        pytest.param(create(service_tier="scale"), id="value that the wire's list lacks and the contract has"),
        pytest.param(create(conversation={"id": "conv_1"}), id="conversation object"),
    ],
)  # fmt: skip
def test_what_real_clients_send_is_accepted(body):
    check_schema("responses.create", body)
    check_values(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
WORDS = st.sampled_from(
    ["type", "role", "content", "id", "name", "user", "assistant", "message", "function", "function_call", "input_text"]
)
NEARLY = st.recursive(
    JSON | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
BODIES = st.dictionaries(st.sampled_from(sorted(PARAMETERS)), NEARLY, max_size=5).map(lambda keys: create(**keys))


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(operation=st.sampled_from(sorted(contract()["requests"])), body=JSON | BODIES)
def test_no_body_gets_anything_but_an_api_error(operation, body):
    with suppress(ApiError):
        check_schema(operation, body)
        if operation == "responses.create":
            check_values(body)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(
    operation=st.sampled_from(sorted(contract()["queries"])),
    query=st.lists(
        st.tuples(st.sampled_from(["limit", "order", "include[]", "stream", "after", "x"]), st.text(max_size=30))
    ),
)
def test_no_query_gets_anything_but_an_api_error(operation, query):
    with suppress(ApiError):
        assert check_query(operation, query).keys() <= {"limit", "order", "include", "stream", "after"}
