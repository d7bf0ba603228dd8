"""Conversations, and lists in pages, as bytes on the wire."""

from typing import Any

import pytest

from mockserver import MockServer
from tests.support.bodies import ask
from tests.support.http import refusal
from tests.support.input_items import CALL, OUTPUT, SAID


@pytest.fixture(scope="session")
def server(store_server: MockServer) -> MockServer:
    """With each kind of store."""
    return store_server


@pytest.fixture
def lists(create, conversation):
    """The paths of both kinds of list."""
    return f"/v1/conversations/{conversation}/items", f"/v1/responses/{create()['id']}/input_items"


def test_conversation_is_made_changed_and_deleted(raw):
    made = raw("POST", "/v1/conversations", {"metadata": {"a": "b"}}).json
    path = f"/v1/conversations/{made['id']}"

    assert list(made) == ["id", "object", "created_at", "metadata"]
    assert raw("GET", path).json == made
    assert raw("POST", path, {"metadata": {"c": "d"}}).json == {**made, "metadata": {"c": "d"}}
    assert raw("GET", path).json["metadata"] == {"c": "d"}
    assert raw("DELETE", path).json == {"id": made["id"], "object": "conversation.deleted", "deleted": True}
    for method, more in (("GET", ""), ("POST", ""), ("DELETE", ""), ("GET", "/items"), ("POST", "/items")):
        reply = raw(method, path + more, {"metadata": {}} if not more else {"items": []})
        assert (reply.status, reply.json) == (404, refusal(f"Conversation with id '{made['id']}' not found."))


def test_conversation_may_be_made_with_an_empty_body(raw):
    assert raw("POST", "/v1/conversations").json["metadata"] == {}


def test_conversations_founded_alike_are_different(raw):
    ids = {raw("POST", "/v1/conversations", {}).json["id"] for _ in range(3)}

    assert {len(one) for one in ids} == {53}
    assert len(ids) == 3


ITEMS: dict[str, Any] = {
    "message": SAID,
    "system": {"type": "message", "role": "system", "content": "Be brief."},
    "assistant": {"type": "message", "role": "assistant", "content": "Hello."},
    "image": {"role": "user", "content": [{"type": "input_image", "image_url": "https://a.example/b.png"}]},
    "reasoning": {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]},
    "function_call": CALL,
    "function_call_output": OUTPUT,
    "custom_tool_call": {"type": "custom_tool_call", "call_id": "call_2", "name": "note", "input": "x"},
    "custom_tool_call_output": {"type": "custom_tool_call_output", "call_id": "call_2", "output": "y"},
    "web_search_call": {
        "type": "web_search_call",
        "id": "ws_1",
        "status": "completed",
        "action": {"type": "search", "query": "x"},
    },
    "file_search_call": {"type": "file_search_call", "id": "fs_1", "status": "completed", "queries": ["x"]},
    "code_interpreter_call": {
        "type": "code_interpreter_call",
        "id": "ci_1",
        "status": "completed",
        "code": "1",
        "container_id": "cntr_1",
        "outputs": None,
    },
    "image_generation_call": {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": "aGk="},
    "computer_call": {
        "type": "computer_call",
        "id": "cu_1",
        "call_id": "call_3",
        "status": "completed",
        "action": {"type": "screenshot"},
        "pending_safety_checks": [],
    },
    "mcp_list_tools": {"type": "mcp_list_tools", "id": "mcpl_1", "server_label": "s", "tools": []},
    "mcp_call": {"type": "mcp_call", "id": "mcp_1", "server_label": "s", "name": "n", "arguments": "{}"},
    "mcp_approval_request": {
        "type": "mcp_approval_request",
        "id": "mcpr_1",
        "server_label": "s",
        "name": "n",
        "arguments": "{}",
    },
    "compaction": {"type": "compaction", "id": "cmp_1", "encrypted_content": "gAAAAA"},
}


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_conversation_keeps_items_of_every_type(raw, conversation, item):
    path = f"/v1/conversations/{conversation}/items"
    added = raw("POST", path, {"items": [item]}).json["data"][0]

    assert added["type"] == item.get("type", "message")
    assert {key: value for key, value in item.items() if key != "content"}.items() <= added.items()
    assert raw("GET", f"{path}/{added['id']}").status == 200
    assert raw("GET", path).json["data"][0]["id"] == added["id"]


def test_added_items_come_back_in_the_order_of_the_request(raw, conversation):
    said = [{**SAID, "content": text} for text in ("one", "two")]
    added = raw("POST", f"/v1/conversations/{conversation}/items", {"items": said}).json

    assert [item["content"][0]["text"] for item in added["data"]] == ["one", "two"]
    assert (added["first_id"], added["last_id"]) == (added["data"][0]["id"], added["data"][1]["id"])
    assert {len(item["id"]) for item in added["data"]} == {52}
    assert added["data"][0]["id"][-16:] == conversation[-16:]


def test_reference_joins_a_conversation_as_the_item_that_it_names(raw, create, conversation):
    said = create()["output"][0]
    added = raw(
        "POST", f"/v1/conversations/{conversation}/items", {"items": [{"type": "item_reference", "id": said["id"]}]}
    )

    assert added.json["data"] == [said]


def test_item_is_deleted_with_the_conversation_as_the_answer(raw, conversation):
    path = f"/v1/conversations/{conversation}/items"
    item_id = raw("POST", path, {"items": [SAID]}).json["first_id"]
    deleted = raw("DELETE", f"{path}/{item_id}")

    assert (deleted.status, deleted.json) == (200, raw("GET", f"/v1/conversations/{conversation}").json)
    assert (deleted.json["id"], deleted.json["object"]) == (conversation, "conversation")
    assert raw("DELETE", f"{path}/{item_id}").json == refusal(f"Item with id '{item_id}' not found in conversation.")
    assert raw("GET", path).json == {"object": "list", "data": [], "first_id": None, "has_more": False, "last_id": None}


def test_item_cannot_be_added_twice(raw, conversation):
    path = f"/v1/conversations/{conversation}/items"
    added = raw("POST", path, {"items": [SAID]}).json["data"]
    reply = raw("POST", path, {"items": added})

    assert reply.status == 400
    assert reply.json["error"]["message"].startswith(f"Duplicate item found with id {added[0]['id']}.")


def test_image_is_shown_only_if_it_is_asked_for(raw, conversation):
    path = f"/v1/conversations/{conversation}/items"
    item_id = raw("POST", path, {"items": [ITEMS["image"]]}).json["first_id"]

    def url(query):
        listed = raw("GET", f"{path}{query}").json["data"][0]
        alone = raw("GET", f"{path}/{item_id}{query}").json
        assert listed == alone
        return alone["content"][0]["image_url"]

    assert url("") is None
    assert url("?include[]=message.input_image.image_url") == "https://a.example/b.png"
    assert url("?include=message.input_image.image_url") == "https://a.example/b.png"


@pytest.mark.parametrize(
    ("query", "texts", "has_more"),
    [
        pytest.param("", "54321", False, id="newest-first"),
        pytest.param("?order=asc", "12345", False, id="oldest-first"),
        pytest.param("?limit=2", "54", True, id="limit"),
        pytest.param("?limit=5", "54321", False, id="limit-of-all"),
        pytest.param("?limit=2&after=3", "21", False, id="after"),
        pytest.param("?limit=1&after=3", "2", True, id="after-with-more"),
        pytest.param("?order=asc&after=3", "45", False, id="after-oldest-first"),
        pytest.param("?before=3", "54", False, id="before"),
        pytest.param("?after=5&before=2", "43", False, id="between"),
        pytest.param("?after=1", "", False, id="after-the-last"),
    ],
)
def test_items_come_in_pages(raw, conversation, query, texts, has_more):
    path = f"/v1/conversations/{conversation}/items"
    added = raw("POST", path, {"items": [{**SAID, "content": text} for text in "12345"]}).json["data"]
    for word in ("after", "before"):
        for number, item in enumerate(added, start=1):
            query = query.replace(f"{word}={number}", f"{word}={item['id']}")
    listed = raw("GET", path + query).json

    assert "".join(item["content"][0]["text"] for item in listed["data"]) == texts
    assert listed["has_more"] is has_more
    assert (listed["first_id"], listed["last_id"]) == (
        (listed["data"][0]["id"], listed["data"][-1]["id"]) if texts else (None, None)
    )


@pytest.mark.parametrize(
    ("query", "status", "error"),
    [
        pytest.param(
            "limit=1000",
            400,
            refusal(
                "Invalid 'limit': integer above maximum value. Expected a value <= 100, but got 1000 instead.",
                param="limit",
                code="integer_above_max_value",
            ),
            id="limit-too-large",
        ),
        pytest.param(
            "limit=0",
            400,
            refusal(
                "Invalid 'limit': integer below minimum value. Expected a value >= 1, but got 0 instead.",
                param="limit",
                code="integer_below_min_value",
            ),
            id="limit-too-small",
        ),
        pytest.param(
            "order=up",
            400,
            refusal(
                "Invalid value: 'up'. Supported values are: 'asc' and 'desc'.", param="order", code="invalid_value"
            ),
            id="order",
        ),
        pytest.param("after=msg_1", 404, refusal("Item with id 'msg_1' not found.", param="after"), id="cursor"),
    ],
)
def test_page_that_cannot_be_given_is_refused(raw, lists, query, status, error):
    replies = [raw("GET", f"{path}?{query}") for path in lists]

    assert [(reply.status, reply.json) for reply in replies] == [(status, error)] * 2


@pytest.mark.parametrize(
    ("body", "error"),
    [
        pytest.param(
            {"items": [SAID] * 21},
            refusal(
                "Invalid 'items': array too long. Expected an array with maximum length 20, "
                "but got an array with length 21 instead.",
                param="items",
                code="array_above_max_length",
            ),
            id="too-many-items",
        ),
        pytest.param(
            {"metadata": {str(number): "" for number in range(17)}},
            refusal(
                "Invalid 'metadata': too many properties. Expected an object with at most 16 properties, "
                "but got an object with 17 properties instead.",
                param="metadata",
                code="object_above_max_properties",
            ),
            id="too-many-pairs",
        ),
        pytest.param(
            {"metadata": {"a": "x" * 513}},
            refusal(
                "Invalid 'metadata.a': string too long. Expected a string with maximum length 512, "
                "but got a string with length 513 instead.",
                param="metadata.a",
                code="string_above_max_length",
            ),
            id="value-too-long",
        ),
        pytest.param(
            {"metadata": {"a" * 65: ""}},
            refusal(
                "Invalid property name in 'metadata': 'aaa...aaa' is too long. Expected a string with maximum length "
                "64, but got a string with length 65 instead.",
                param=f"metadata.{'a' * 65}",
                code="property_name_above_max_length",
            ),
            id="key-too-long",
        ),
    ],
)
def test_conversation_beyond_the_limits_is_refused(raw, body, error):
    reply = raw("POST", "/v1/conversations", body)

    assert (reply.status, reply.json) == (400, error)


def test_limits_themselves_are_within_them(raw):
    metadata = {f"{number:064}": "x" * 512 for number in range(16)}
    made = raw("POST", "/v1/conversations", {"items": [SAID] * 20, "metadata": metadata}).json

    assert made["metadata"] == metadata
    assert len(raw("GET", f"/v1/conversations/{made['id']}/items?limit=100").json["data"]) == 20


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        pytest.param(
            {"conversation": "conv_1", "previous_response_id": "resp_1"},
            400,
            refusal(
                "Mutually exclusive parameters: ''. "
                "Ensure you are only providing one of: 'pre..._id' or 'conversation'.",
                code="mutually_exclusive_parameters",
            ),
            id="both",
        ),
        pytest.param(
            {"conversation": "conv_1"}, 404, refusal("Conversation with id 'conv_1' not found."), id="conversation"
        ),
        pytest.param(
            {"conversation": {"id": "conv_1"}}, 404, refusal("Conversation with id 'conv_1' not found."), id="object"
        ),
        pytest.param(
            {"conversation": "abc"},
            400,
            refusal(
                "Invalid 'conversation': 'abc'. Expected an ID that begins with 'conv'.",
                param="conversation",
                code="invalid_value",
            ),
            id="conversation-prefix",
        ),
        pytest.param(
            {"previous_response_id": "abc"},
            400,
            refusal(
                "Invalid 'previous_response_id': 'abc'. Expected an ID that begins with 'resp'.",
                param="previous_response_id",
                code="invalid_value",
            ),
            id="response-prefix",
        ),
        pytest.param(
            {"background": True, "store": False},
            400,
            refusal(
                "Unsupported parameter: 'background' is not supported when 'store' is false.",
                param="background",
                code="unsupported_parameter",
            ),
            id="background-unstored",
        ),
    ],
)
def test_request_for_a_state_that_cannot_be_is_refused(raw, body, status, error):
    reply = raw("POST", "/v1/responses", ask(**body))

    assert (reply.status, reply.json) == (status, error)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("DELETE", ""), ("POST", "/cancel"), ("GET", "/input_items"), ("GET", "?stream=true")],
)
@pytest.mark.parametrize("response_id", ["resp_1", "anything"])
def test_unknown_response_is_answered_404(raw, method, path, response_id):
    reply = raw(method, f"/v1/responses/{response_id}{path}")

    assert (reply.status, reply.json) == (404, refusal(f"Response with id '{response_id}' not found."))
