"""Calls that the SDKs' generated tests make of a stateless mock of the schema, with ids that nobody has created."""

from collections.abc import Iterator
from typing import Any

import openai
import pytest

from mockserver import MockServer, Settings
from mockserver.state.store import MakeStore
from tests.support.http import send

RESPONSE = "resp_677efb5139a88190b512bc3fef8e535d"
MESSAGE = {"type": "message", "role": "user", "content": "string", "phase": "commentary"}
TOOL = {"type": "function", "name": "name", "parameters": {"foo": "bar"}, "strict": True}
EVERYTHING = {
    "background": True,
    "context_management": [{"type": "type", "compact_threshold": 1000}],
    "conversation": "string",
    "include": ["file_search_call.results"],
    "input": "string",
    "max_tool_calls": 0,
    "metadata": {"foo": "string"},
    "previous_response_id": "previous_response_id",
    "prompt": {"id": "id", "variables": {"foo": "string"}, "version": "version"},
    "reasoning": {"effort": "none", "generate_summary": "auto", "summary": "auto"},
    "temperature": 1,
    "tools": [TOOL],
    "top_logprobs": 0,
}
LISTED = {"after": "after", "include": ["file_search_call.results"], "limit": 0, "order": "asc"}

# (operation of the SDK, its arguments, `object` or `type` of what it gives)
CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("responses.create", {}, "response"),
    ("responses.create", {"model": "gpt-5.1", **EVERYTHING}, "response"),
    ("responses.retrieve", {"response_id": RESPONSE}, "response"),
    ("responses.retrieve", {"response_id": RESPONSE, "starting_after": 0, "stream": False}, "response"),
    ("responses.cancel", {"response_id": RESPONSE}, "response"),
    ("responses.compact", {"model": "gpt-5.6-sol"}, "response.compaction"),
    ("responses.input_items.list", {"response_id": "response_id"}, "list"),
    ("responses.input_items.list", {"response_id": "response_id", **LISTED}, "list"),
    ("responses.input_tokens.count", {}, "response.input_tokens"),
    ("responses.input_tokens.count", {"conversation": "string", "tools": [TOOL]}, "response.input_tokens"),
    ("conversations.create", {}, "conversation"),
    ("conversations.create", {"items": [MESSAGE], "metadata": {"foo": "string"}}, "conversation"),
    ("conversations.retrieve", {"conversation_id": "conv_123"}, "conversation"),
    ("conversations.update", {"conversation_id": "conv_123", "metadata": {"foo": "string"}}, "conversation"),
    ("conversations.delete", {"conversation_id": "conv_123"}, "conversation.deleted"),
    ("conversations.items.create", {"conversation_id": "conv_123", "items": [MESSAGE]}, "list"),
    ("conversations.items.retrieve", {"conversation_id": "conv_123", "item_id": "msg_abc"}, "message"),
    ("conversations.items.list", {"conversation_id": "conv_123"}, "list"),
    ("conversations.items.list", {"conversation_id": "conv_123", **LISTED}, "list"),
    ("conversations.items.delete", {"conversation_id": "conv_123", "item_id": "msg_abc"}, "conversation"),
]


@pytest.fixture(scope="module")
def synthesizing(make_store: MakeStore) -> Iterator[MockServer]:
    with MockServer(Settings(unknown_ids="synthesize"), make_store=make_store) as running:
        yield running


@pytest.fixture
def key(synthesizing):
    return synthesizing.workspace().api_key


@pytest.fixture
def client(synthesizing, key):
    """An SDK that checks what it gets against its types."""
    with openai.OpenAI(
        base_url=synthesizing.base_url, api_key=key, max_retries=0, _strict_response_validation=True
    ) as strict:
        yield strict


@pytest.fixture
def ask_raw(synthesizing, key):
    return lambda method, path, body=None: send(synthesizing.base_url, method, path, body, key=key)


@pytest.mark.parametrize(
    ("operation", "arguments", "kind"), CALLS, ids=[f"{name}-{len(arguments)}" for name, arguments, _ in CALLS]
)
def test_call_is_answered_with_an_object_of_its_type(client, operation, arguments, kind):
    call = client
    for name in operation.split("."):
        call = getattr(call, name)
    answer = call(**arguments)

    assert (getattr(answer, "object", None) or getattr(answer, "type", "list")) == kind


def test_delete_is_answered(client):
    assert client.responses.delete(RESPONSE) is None


@pytest.mark.parametrize("arguments", [{}, {"starting_after": 0}], ids=["whole", "rest"])
def test_stream_of_an_unknown_response_is_told(client, arguments):
    events = list(client.responses.retrieve(RESPONSE, stream=True, **arguments))

    assert {event.response.id for event in events if hasattr(event, "response")} == {RESPONSE}
    assert events[-1].type == "response.completed"


def test_synthetic_object_follows_from_its_id_alone(client):
    first, second = client.responses.retrieve(RESPONSE), client.responses.retrieve(RESPONSE)

    assert first == second
    assert (first.id, first.status, first.output_text) == (RESPONSE, "completed", "Hello.")
    assert first.output[0].id != client.responses.retrieve("resp_2").output[0].id


def test_cancelled_response_is_cancelled(client):
    assert client.responses.cancel(RESPONSE).status == "cancelled"
    assert client.responses.retrieve(RESPONSE).status == "completed"


def test_chain_may_begin_at_an_unknown_response(client):
    response = client.responses.create(previous_response_id="resp_123", model="gpt-4o", input="More.")
    items = client.responses.input_items.list(response.id)

    assert response.previous_response_id == "resp_123"
    assert [item.type for item in items] == ["message"]


def test_unknown_response_may_be_compacted(ask_raw):
    """What the user said stays, for which the SDK's types have no place: a client that is not strict takes it."""
    body = {"model": "gpt-4o", "input": "string", "previous_response_id": "resp_123"}
    output = ask_raw("POST", "/v1/responses/compact", body).json["output"]

    assert [item["type"] for item in output] == ["message", "message", "compaction"]


def test_unknown_item_may_be_referred_to(client):
    items = [{"type": "item_reference", "id": "msg_1"}, {"type": "message", "role": "user", "content": "More."}]

    assert client.responses.create(model="gpt-4o", input=items).status == "completed"


def test_what_was_created_is_answered_as_always(ask_raw):
    made = ask_raw("POST", "/v1/conversations", {"items": [{"role": "user", "content": "Hi."}]}).json["id"]
    items = ask_raw("GET", f"/v1/conversations/{made}/items").json
    response = ask_raw("POST", "/v1/responses", {"model": "gpt-4o", "input": "Hi.", "conversation": made})

    assert [item["content"][0]["text"] for item in items["data"]] == ["Hi."]
    assert ask_raw("GET", f"/v1/responses/{response.json['id']}").body == response.body
    assert len(ask_raw("GET", f"/v1/conversations/{made}/items").json["data"]) == 3


def test_what_was_deleted_stays_deleted(ask_raw):
    made = ask_raw("POST", "/v1/conversations", {"items": [{"role": "user", "content": "Hi."}]}).json["id"]
    item = ask_raw("GET", f"/v1/conversations/{made}/items").json["first_id"]
    response = ask_raw("POST", "/v1/responses", {"model": "gpt-4o", "input": "Hi."}).json["id"]
    paths = [f"/v1/conversations/{made}/items/{item}", f"/v1/conversations/{made}", f"/v1/responses/{response}"]

    assert [ask_raw("DELETE", path).status for path in paths] == [200, 200, 200]
    assert [ask_raw("GET", path).status for path in paths] == [404, 404, 404]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param({"model": "gpt-4o", "input": "x", "temperature": 5}, "Invalid 'temperature'", id="value"),
        pytest.param({"model": "gpt-4o", "input": "x", "n": 1}, "Unknown parameter: 'n'", id="parameter"),
        pytest.param({"model": 1, "input": "x"}, "Invalid type for 'model'", id="type"),
        pytest.param(
            {"model": "gpt-4o", "input": [{"type": "function_call_output", "call_id": "c", "output": ""}]},
            "No tool call found",
            id="orphan",
        ),
    ],
)
def test_faulty_request_is_refused_as_always(ask_raw, body, message):
    reply = ask_raw("POST", "/v1/responses", body)

    assert reply.status == 400
    assert reply.json["error"]["message"].startswith(message)


def test_unknown_ids_are_refused_unless_the_setting_says_otherwise(raw):
    assert raw("GET", f"/v1/responses/{RESPONSE}").status == 404
    assert raw("POST", "/v1/responses", {}).status == 400


@pytest.mark.parametrize("parameters", [True, 1, "x", ["type"]])
def test_parameters_that_are_no_schema_are_refused(ask_raw, parameters):
    tool = {"type": "function", "name": "f", "parameters": parameters, "strict": True}
    reply = ask_raw("POST", "/v1/responses", {"tools": [tool]})

    assert (reply.status, reply.json["error"]["param"]) == (400, "tools[0].parameters")
