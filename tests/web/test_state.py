"""What is remembered, as bytes on the wire: stored responses, background work, chains, conversations, their errors."""

import pytest

from mockserver import ManualClock, Pace
from tests.bodies import ask

TOOL = {
    "type": "function",
    "name": "look",
    "parameters": {"type": "object", "properties": {}, "required": [], "additionalProperties": False},
    "strict": True,
}
SAID = {"type": "message", "role": "user", "content": "Say hello."}


def refusal(message, *, param=None, code=None):
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


@pytest.fixture
def create(raw):
    """`create(**body)` answers a request; the response."""

    def made(**body):
        reply = raw("POST", "/v1/responses", ask(**body))
        assert reply.status == 200, reply.body
        return reply.json

    return made


@pytest.fixture
def conversation(raw):
    return raw("POST", "/v1/conversations", {}).json["id"]


@pytest.fixture
def lists(create, conversation):
    """The paths of both kinds of list."""
    return f"/v1/conversations/{conversation}/items", f"/v1/responses/{create()['id']}/input_items"


# Stored responses


def test_retrieved_response_is_the_created_one_byte_for_byte(raw):
    created = raw("POST", "/v1/responses", ask())

    assert raw("GET", f"/v1/responses/{created.json['id']}").body == created.body


def test_retrieved_response_of_a_stream_is_what_the_stream_ended_with(raw):
    streamed = raw("POST", "/v1/responses", ask(stream=True)).events[-1]["response"]
    retrieved = raw("GET", f"/v1/responses/{streamed['id']}").json

    assert retrieved.pop("billing") == {"payer": "developer"}
    assert retrieved == streamed


def test_unstored_response_is_not_there(raw, create):
    response_id = create(store=False)["id"]
    reply = raw("GET", f"/v1/responses/{response_id}")

    assert (reply.status, reply.json) == (404, refusal(f"Response with id '{response_id}' not found."))


def test_deleted_response_is_not_there(raw, create):
    response_id = create()["id"]
    deleted = raw("DELETE", f"/v1/responses/{response_id}")

    assert deleted.json == {"id": response_id, "object": "response.deleted", "deleted": True}
    for method, more in (("GET", ""), ("DELETE", ""), ("GET", "/input_items"), ("POST", "/cancel")):
        assert raw(method, f"/v1/responses/{response_id}{more}").status == 404


def test_workspaces_do_not_see_each_others_responses(raw, create):
    assert raw("GET", f"/v1/responses/{create()['id']}", key="another").status == 404


# Background


def test_background_response_is_queued_then_in_progress_then_completed(raw, create):
    begun = create(background=True)
    polls = [raw("GET", f"/v1/responses/{begun['id']}").json for _ in range(4)]

    assert [begun["status"], *(poll["status"] for poll in polls)] == [
        *("queued", "in_progress", "completed", "completed", "completed")
    ]
    for early in (begun, polls[0]):
        assert (early["output"], early["usage"], early["completed_at"], early["service_tier"]) == (
            [],
            None,
            None,
            "auto",
        )
        assert "billing" not in early
    assert polls[1]["billing"] == {"payer": "developer"}
    assert polls[1]["output"][0]["status"] == "completed"


def test_background_reply_does_not_count_against_rate_limits(raw):
    assert raw("POST", "/v1/responses", ask(background=True)).header("x-ratelimit-limit-requests") is None


def test_background_stream_shows_the_queue(raw):
    events = raw("POST", "/v1/responses", ask(background=True, stream=True)).events

    assert [event["type"] for event in events[:3]] == ["response.created", "response.queued", "response.in_progress"]
    assert [event["response"]["status"] for event in events[:3]] == ["queued", "queued", "in_progress"]
    assert not any("obfuscation" in event for event in events)


@pytest.mark.parametrize("seen", [-1, 0, 1, 5, 10_000])
def test_stream_told_again_is_the_rest_of_the_first_one(raw, seen):
    first = raw("POST", "/v1/responses", ask(background=True, stream=True))
    response_id = first.events[0]["response"]["id"]
    again = raw("GET", f"/v1/responses/{response_id}?stream=true&starting_after={seen}")

    assert again.header("content-type") == "text/event-stream; charset=utf-8"
    assert again.events == first.events[seen + 1 :]


def test_stream_false_in_the_query_gives_json(raw, create):
    response_id = create(background=True, stream=False)["id"]

    assert raw("GET", f"/v1/responses/{response_id}?stream=false").json["object"] == "response"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param({}, "background=true", id="not-in-the-background"),
        pytest.param({"background": True}, "stream=true or the stream TTL has expired", id="not-streamed"),
    ],
)
def test_response_that_was_no_background_stream_cannot_be_streamed(raw, create, body, reason):
    reply = raw("GET", f"/v1/responses/{create(**body)['id']}?stream=true")
    message = f"This response cannot be streamed because it was not created with {reason}."

    assert (reply.status, reply.json) == (400, refusal(message, param="stream"))


def test_queued_response_can_be_cancelled_and_stays_so(raw, create):
    response_id = create(background=True)["id"]
    first, second, polled = (
        raw(method, f"/v1/responses/{response_id}{more}")
        for method, more in (("POST", "/cancel"), ("POST", "/cancel"), ("GET", ""))
    )

    assert first.json["status"] == "cancelled"
    assert (first.json["output"], first.json["usage"], first.json["error"], first.json["completed_at"]) == (
        *([], None, None, None),
    )
    assert first.body == second.body == polled.body


@pytest.mark.parametrize(
    ("body", "polls", "message"),
    [
        pytest.param({}, 0, "Cannot cancel a synchronous response.", id="synchronous"),
        pytest.param({"background": True}, 2, "Cannot cancel a completed response.", id="completed"),
    ],
)
def test_response_that_is_not_on_its_way_cannot_be_cancelled(raw, create, body, polls, message):
    response_id = create(**body)["id"]
    for _ in range(polls):
        raw("GET", f"/v1/responses/{response_id}")
    reply = raw("POST", f"/v1/responses/{response_id}/cancel")

    assert (reply.status, reply.json) == (400, refusal(message))


def test_response_on_its_way_cannot_be_deleted(raw, create):
    reply = raw("DELETE", f"/v1/responses/{create(background=True)['id']}")

    assert (reply.status, reply.json) == (400, refusal("Cannot delete an in-flight response."))


def test_running_response_shows_how_far_it_has_come(raw, create, workspace):
    workspace.clock, workspace.pace = ManualClock(), Pace(first=1, rate=1)
    workspace.enqueue("one two three")
    response_id = create(background=True, stream=False)["id"]

    def shown():
        return raw("GET", f"/v1/responses/{response_id}").json

    assert shown()["status"] == "queued"
    workspace.clock.advance(3)
    assert (shown()["status"], shown()["usage"]) == ("in_progress", None)
    workspace.clock.advance(100)
    assert shown()["output"][0]["content"][0]["text"] == "one two three"


# Chains


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


# What does not fit together

CALL = {"type": "function_call", "call_id": "call_1", "name": "look", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "found"}
THOUGHT = {"type": "reasoning", "id": "rs_1", "summary": []}
ANSWER = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Yes."}]}


@pytest.mark.parametrize(
    ("items", "status", "message"),
    [
        pytest.param(
            [SAID, OUTPUT], 400, "No tool call found for function call output with call_id call_1.", id="output"
        ),
        pytest.param([SAID, CALL], 400, "No tool output found for function call call_1.", id="call"),
        pytest.param(
            [{**SAID, "id": "msg_1"}, {**SAID, "id": "msg_1"}],
            400,
            "Duplicate item found with id msg_1. Remove duplicate items from your input and try again.",
            id="duplicate",
        ),
        pytest.param(
            [THOUGHT],
            400,
            "Item 'rs_1' of type 'reasoning' was provided without its required following item.",
            id="reasoning-last",
        ),
        pytest.param(
            [THOUGHT, SAID],
            400,
            "Item 'rs_1' of type 'reasoning' was provided without its required following item.",
            id="reasoning-before-the-user",
        ),
        pytest.param(
            [{"type": "item_reference", "id": "msg_1"}],
            404,
            "Item with id 'msg_1' not found. Items are not persisted when `store` is set to false. "
            "Try again with `store` set to true, or remove this item from your input.",
            id="reference",
        ),
    ],
)
def test_input_that_does_not_fit_together_is_refused(raw, items, status, message):
    reply = raw("POST", "/v1/responses", ask(input=items))

    assert (reply.status, reply.json) == (status, refusal(message, param="input"))


def test_chain_with_an_open_call_is_refused(raw, create):
    first = create(tools=[TOOL], tool_choice="required")
    reply = raw("POST", "/v1/responses", ask(previous_response_id=first["id"]))
    call_id = first["output"][0]["call_id"]

    assert (reply.status, reply.json) == (
        400,
        refusal(f"No tool output found for function call {call_id}.", param="input"),
    )


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([SAID, CALL, OUTPUT], id="call-and-output"),
        pytest.param([SAID, OUTPUT, CALL], id="in-either-order"),
        pytest.param([SAID, THOUGHT, CALL, OUTPUT], id="reasoning-then-call"),
        pytest.param([SAID, THOUGHT, {**THOUGHT, "id": "rs_2"}, ANSWER, SAID], id="reasoning-twice"),
        pytest.param([SAID, {"type": "reasoning", "summary": []}, SAID], id="reasoning-without-id"),
        pytest.param(
            [SAID, CALL, OUTPUT, ANSWER, {**CALL, "call_id": "call_2"}, {**OUTPUT, "call_id": "call_2"}], id="handoff"
        ),
        pytest.param(
            [
                SAID,
                {
                    "type": "local_shell_call",
                    "id": "lsh_1",
                    "call_id": "call_1",
                    "status": "completed",
                    "action": {"type": "exec", "command": ["ls"], "env": {}},
                },
                OUTPUT,
            ],
            id="function-output-for-a-shell-call",
        ),
        pytest.param(
            [
                SAID,
                {"type": "mcp_approval_request", "id": "mcpr_1", "name": "n", "arguments": "{}", "server_label": "s"},
                SAID,
            ],
            id="approval-not-given",
        ),
    ],
)
def test_input_that_fits_together_is_answered(create, items):
    assert create(model="o4-mini", input=items)["status"] == "completed"


@pytest.mark.parametrize("form", ["whole", "reference", "bare-id"])
@pytest.mark.parametrize("chained", [True, False], ids=["chained", "stateless"])
def test_own_items_sent_back_are_understood(create, form, chained):
    first = create(model="o4-mini", tools=[TOOL], tool_choice="required")
    forms = {
        "whole": list,
        "reference": lambda items: [{"type": "item_reference", "id": item["id"]} for item in items],
        "bare-id": lambda items: [{"id": item["id"]} for item in items],
    }
    items = [SAID, *forms[form](first["output"]), {**OUTPUT, "call_id": first["output"][-1]["call_id"]}]
    second = create(model="o4-mini", input=items, **({"previous_response_id": first["id"]} if chained else {}))

    assert [item["type"] for item in second["output"]] == ["reasoning", "message"]


def test_reference_is_listed_as_the_item_that_it_names(raw, create):
    said = create()["output"][0]
    response_id = create(input=[{"type": "item_reference", "id": said["id"]}, SAID])["id"]

    assert raw("GET", f"/v1/responses/{response_id}/input_items").json["data"][1] == said


def test_encrypted_reasoning_is_taken_back_from_a_stateless_client(create):
    first = create(model="o4-mini", store=False, include=["reasoning.encrypted_content"])
    second = create(model="o4-mini", store=False, input=[SAID, *first["output"], SAID])

    assert first["output"][0]["encrypted_content"].startswith("gAAAAA")
    assert second["status"] == "completed"


# Compaction


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


# Counting


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


# Conversations


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


ITEMS = {
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


def test_item_is_deleted_with_the_answer_that_was_recorded(raw, conversation):
    """The SDK's types say the conversation; the recording of agent-framework says this."""
    path = f"/v1/conversations/{conversation}/items"
    item_id = raw("POST", path, {"items": [SAID]}).json["first_id"]
    deleted = raw("DELETE", f"{path}/{item_id}")

    assert deleted.json == {"id": item_id, "object": "conversation.item.deleted", "deleted": True}
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


# Pages


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


# Refused bodies and unknown ids


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
