"""What joins a request: chains, compaction, items sent again; and input that does not fit together."""

import pytest

from mockserver import MockServer
from tests.support.bodies import ask
from tests.support.http import refusal
from tests.support.input_items import SAID, TOOL


@pytest.fixture(scope="session")
def server(store_server: MockServer) -> MockServer:
    """With each kind of store."""
    return store_server


def test_chain_keeps_history_and_drops_instructions(create):
    first = create(instructions="Be brief.", tools=[TOOL], tool_choice="none")
    second = create(previous_response_id=first["id"])

    assert (second["instructions"], second["tools"], second["previous_response_id"]) == (None, [], first["id"])
    assert second["usage"]["input_tokens"] > create()["usage"]["input_tokens"]


def test_chain_shares_its_partition(create):
    first = create()
    second = create(previous_response_id=first["id"])

    assert second["id"][5:21] == first["id"][5:21] == second["output"][0]["id"][4:20]


def test_items_sent_again_share_the_partition_of_their_response(create):
    first = create(store=False)
    second = create(store=False, input=[SAID, *first["output"], SAID])

    assert second["id"][5:21] == first["id"][5:21]


def test_input_items_are_the_whole_context_newest_first(raw, create):
    first = create(tools=[TOOL], tool_choice="required")
    call = first["output"][0]
    output = {"type": "function_call_output", "call_id": call["call_id"], "output": "found"}
    second = create(previous_response_id=first["id"], input=[output])
    listed = raw("GET", f"/v1/responses/{second['id']}/input_items").json

    assert [item["type"] for item in listed["data"]] == ["function_call_output", "function_call", "message"]
    assert listed["data"][1] == call
    assert list(listed) == ["object", "data", "first_id", "has_more", "last_id"]
    assert listed["data"][2] == {
        "id": listed["last_id"],
        "type": "message",
        "status": "completed",
        "content": [{"type": "input_text", "text": "Say hello."}],
        "role": "user",
    }


def test_chain_goes_through_a_response_that_was_deleted_since(raw, create):
    first = create()
    second = create(previous_response_id=first["id"])
    raw("DELETE", f"/v1/responses/{first['id']}")
    third = create(previous_response_id=second["id"])

    assert len(raw("GET", f"/v1/responses/{third['id']}/input_items").json["data"]) == 5


PREVIOUS = {"param": "previous_response_id", "code": "previous_response_not_found"}


@pytest.mark.parametrize("why", ["unknown", "unstored", "deleted"])
def test_chain_cannot_go_on_from_a_response_that_is_not_there(raw, create, why):
    response_id = "resp_unknown" if why == "unknown" else create(store=why != "unstored")["id"]
    if why == "deleted":
        raw("DELETE", f"/v1/responses/{response_id}")
    reply = raw("POST", "/v1/responses", ask(previous_response_id=response_id))

    assert (reply.status, reply.json) == (
        400,
        refusal(f"Previous response with id '{response_id}' not found.", **PREVIOUS),
    )


def test_conversation_joins_the_input_and_grows_by_each_request(raw, create, conversation):
    first = create(conversation=conversation)
    second = create(conversation={"id": conversation})
    items = raw("GET", f"/v1/conversations/{conversation}/items?order=asc").json["data"]

    assert first["conversation"] == second["conversation"] == {"id": conversation}
    assert first["previous_response_id"] is None
    assert [item["role"] for item in items] == ["user", "assistant", "user", "assistant"]
    assert [items[1], items[3]] == [*first["output"], *second["output"]]
    assert second["usage"]["input_tokens"] > first["usage"]["input_tokens"]


def test_conversation_gets_nothing_before_the_response_ends_and_nothing_if_it_is_cancelled(raw, create, conversation):
    response_id = create(conversation=conversation, background=True)["id"]
    before = raw("GET", f"/v1/conversations/{conversation}/items").json["data"]
    raw("POST", f"/v1/responses/{response_id}/cancel")

    assert before == raw("GET", f"/v1/conversations/{conversation}/items").json["data"] == []


def test_conversation_gets_nothing_of_a_response_that_fails(raw, create, conversation, workspace):
    workspace.enqueue(status="failed", error={"code": "server_error", "message": "No."})
    response = create(conversation=conversation)

    assert response["status"] == "failed"
    assert raw("GET", f"/v1/conversations/{conversation}/items").json["data"] == []


def test_conversation_gets_all_of_a_background_response_at_once(raw, create, conversation):
    response_id = create(conversation=conversation, background=True)["id"]
    counts = []
    for _ in range(3):
        raw("GET", f"/v1/responses/{response_id}")
        counts.append(len(raw("GET", f"/v1/conversations/{conversation}/items").json["data"]))

    assert counts == [0, 2, 2]


def test_history_that_a_client_sends_beside_a_conversation_joins_it_as_well(raw, create, conversation):
    """Source: recorded by pydantic-ai, `conversation_id_preserves_mismatched_history`."""
    create(conversation=conversation)
    create(conversation=conversation, input=[SAID, {"role": "assistant", "content": "Hello."}, SAID])
    items = raw("GET", f"/v1/conversations/{conversation}/items?order=asc").json["data"]

    assert [item["role"] for item in items] == ["user", "assistant", "user", "assistant", "user", "assistant"]
    assert len({item["id"] for item in items}) == 6


def test_reference_is_listed_as_the_item_that_it_names(raw, create):
    said = create()["output"][0]
    response_id = create(input=[{"type": "item_reference", "id": said["id"]}, SAID])["id"]

    assert raw("GET", f"/v1/responses/{response_id}/input_items").json["data"][1] == said


def test_compacting_keeps_what_the_user_said_and_one_item_for_the_rest(raw, create):
    first = create()
    reply = raw("POST", "/v1/responses/compact", {"model": "gpt-4.1", "input": [], "previous_response_id": first["id"]})
    message, compaction = reply.json["output"]

    assert list(reply.json) == ["id", "object", "created_at", "output", "usage"]
    assert (reply.json["object"], reply.json["id"][21:23]) == ("response.compaction", "01")
    assert message["content"] == [{"type": "input_text", "text": "Say hello."}]
    assert list(compaction) == ["id", "type", "encrypted_content"]
    assert compaction["encrypted_content"].startswith("gAAAAABp")
    assert raw("GET", f"/v1/responses/{reply.json['id']}").status == 404


def test_compaction_item_is_taken_as_input(raw, create):
    compacted = raw("POST", "/v1/responses/compact", {"model": "gpt-4.1", "input": "Say hello."}).json
    response = create(input=[*compacted["output"], SAID])

    assert response["status"] == "completed"
    assert response["id"][5:21] == compacted["id"][5:21]


@pytest.mark.parametrize(
    ("threshold", "kinds"),
    [pytest.param(1000, ["message", "compaction"], id="passed"), pytest.param(9000, ["message"], id="not-passed")],
)
def test_response_is_compacted_beyond_the_threshold(create, threshold, kinds):
    managed = [{"type": "compaction", "compact_threshold": threshold}]
    response = create(input="word " * 1200, context_management=managed)

    assert [item["type"] for item in response["output"]] == kinds


def test_what_stands_before_a_compaction_item_does_not_count_again(create):
    managed = [{"type": "compaction", "compact_threshold": 1000}]
    long = {**SAID, "content": "word " * 1200}
    first = create(input=[long], context_management=managed)
    second = create(input=[long, *first["output"], SAID], context_management=managed)

    assert [item["type"] for item in second["output"]] == ["message"]


@pytest.mark.parametrize(
    ("body", "count"),
    [
        pytest.param({}, 3, id="nothing"),
        pytest.param({"model": "gpt-4o-mini", "input": "Tell me a joke."}, 12, id="recorded"),
    ],
)
def test_input_tokens_are_counted(raw, body, count):
    reply = raw("POST", "/v1/responses/input_tokens", body)

    assert reply.json == {"object": "response.input_tokens", "input_tokens": count}
    assert reply.header("x-ratelimit-limit-requests") is None
