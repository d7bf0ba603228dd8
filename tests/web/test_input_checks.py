"""Input that does not fit together: ids that are there twice, calls, outputs and approvals without each other."""

from typing import Any

import pytest

from mockserver import MockServer, function_call, mcp_approval_request, reasoning
from tests.support.bodies import ask
from tests.support.http import refusal
from tests.support.input_items import ANSWER, CALL, OUTPUT, SAID, TOOL


@pytest.fixture(scope="session")
def server(store_server: MockServer) -> MockServer:
    """With each kind of store."""
    return store_server


def duplicate(item_id):
    message = f"Duplicate item found with id {item_id}. Remove duplicate items from your input and try again."
    return 400, refusal(message, param="input")


APPROVAL = {"type": "mcp_approval_request", "id": "mcpr_1", "name": "n", "arguments": "{}", "server_label": "s"}
APPROVED = {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True}
SHELL = {"type": "exec", "command": ["ls"], "env": {}}
CALLS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "function call": (CALL, OUTPUT),
    "custom tool call": (
        {"type": "custom_tool_call", "call_id": "call_1", "name": "f", "input": "x"},
        {"type": "custom_tool_call_output", "call_id": "call_1", "output": "y"},
    ),
    "computer call": (
        {"type": "computer_call", "id": "cu_1", "call_id": "call_1", "pending_safety_checks": []},
        {
            "type": "computer_call_output",
            "call_id": "call_1",
            "output": {"type": "computer_screenshot", "image_url": "data:image/png;base64,aGk="},
        },
    ),
    "local shell call": (
        {"type": "local_shell_call", "id": "lsh_1", "call_id": "call_1", "action": SHELL},
        {"type": "local_shell_call_output", "call_id": "call_1", "output": "{}"},
    ),
    "shell call": (
        {"type": "shell_call", "call_id": "call_1", "action": {"commands": ["ls"]}},
        {"type": "shell_call_output", "call_id": "call_1", "output": []},
    ),
    "apply patch call": (
        {
            "type": "apply_patch_call",
            "call_id": "call_1",
            "status": "completed",
            "operation": {"type": "delete_file", "path": "a"},
        },
        {"type": "apply_patch_call_output", "call_id": "call_1", "status": "completed"},
    ),
    "tool search call": (
        {"type": "tool_search_call", "call_id": "call_1", "execution": "client", "arguments": {}},
        {"type": "tool_search_output", "call_id": "call_1", "execution": "client", "tools": []},
    ),
}
WITH_CALL_ID = [pytest.param(pair[1], id=name) for name, pair in CALLS.items() if name != "local shell call"]


@pytest.mark.parametrize(("call", "answer"), CALLS.values(), ids=CALLS)
def test_call_with_its_output_is_answered_in_either_order(create, call, answer):
    assert create(input=[SAID, call, answer])["status"] == "completed"
    assert create(input=[SAID, answer, call])["status"] == "completed"


@pytest.mark.parametrize(("name", "call"), [(name, pair[0]) for name, pair in CALLS.items()], ids=CALLS)
def test_call_without_its_output_is_refused(raw, name, call):
    reply = raw("POST", "/v1/responses", ask(input=[SAID, call]))

    assert (reply.status, reply.json) == (400, refusal(f"No tool output found for {name} call_1.", param="input"))


@pytest.mark.parametrize("key", ["async", "async_"])
@pytest.mark.parametrize("name", ["function call", "custom tool call"])
def test_output_of_a_call_that_runs_beside_the_turn_may_come_later(create, name, key):
    call, answer = CALLS[name]
    asked = create(input=[SAID, {**call, key: True}])
    later = create(input=[SAID], previous_response_id=asked["id"])

    assert create(input=[answer], previous_response_id=later["id"])["status"] == "completed"


@pytest.mark.parametrize("answer", WITH_CALL_ID)
def test_output_without_its_call_is_refused(raw, answer):
    reply = raw("POST", "/v1/responses", ask(input=[SAID, answer]))
    kind = answer["type"].replace("_", " ")

    assert (reply.status, reply.json) == (
        400,
        refusal(f"No tool call found for {kind} with call_id call_1.", param="input"),
    )


@pytest.mark.parametrize(
    "items",
    [
        pytest.param(
            [CALL, OUTPUT, ANSWER, {**CALL, "call_id": "call_2"}, {**OUTPUT, "call_id": "call_2"}], id="handoff"
        ),
        pytest.param([CALLS["local shell call"][0], OUTPUT], id="function-output-for-a-shell-call"),
        pytest.param(
            [CALLS["local shell call"][0], {"type": "local_shell_call_output", "id": "lsh_1", "output": "{}"}],
            id="shell-output-that-has-the-id-of-its-call",
        ),
        pytest.param(
            [
                {"type": "tool_search_call", "call_id": None, "execution": "server", "arguments": {}},
                {"type": "tool_search_output", "call_id": None, "execution": "server", "tools": []},
            ],
            id="search-that-the-server-ran",
        ),
        pytest.param(
            [{"type": "tool_search_call", "call_id": "call_1", "execution": "server", "arguments": {}}],
            id="search-of-the-server-with-a-call-id",
        ),
        pytest.param([APPROVAL, APPROVED], id="approval"),
        pytest.param([APPROVAL, {**APPROVED, "approve": False}, SAID], id="approval-denied"),
        pytest.param(
            [
                APPROVAL,
                {**APPROVAL, "type": "mcp_call", "id": "mcp_1", "approval_request_id": "mcpr_1"},
            ],
            id="approval-that-led-to-a-call",
        ),
        pytest.param([APPROVED], id="approval-that-nobody-knows"),
    ],
)
def test_input_that_fits_together_is_answered(create, items):
    assert create(input=[SAID, *items])["status"] == "completed"


def test_chain_with_an_open_call_is_refused(raw, create):
    first = create(tools=[TOOL], tool_choice="required")
    reply = raw("POST", "/v1/responses", ask(previous_response_id=first["id"]))
    call_id = first["output"][0]["call_id"]

    assert (reply.status, reply.json) == (
        400,
        refusal(f"No tool output found for function call {call_id}.", param="input"),
    )


def test_approvals_that_were_not_given_are_named(raw):
    reply = raw("POST", "/v1/responses", ask(input=[SAID, APPROVAL, {**APPROVAL, "id": "mcpr_2"}, SAID]))

    assert (reply.status, reply.json) == (
        400,
        refusal("The following MCP approval requests do not have an approval: mcpr_1, mcpr_2", param="input"),
    )


@pytest.mark.parametrize("state", ["chain", "conversation"])
def test_approval_of_an_earlier_turn_has_to_be_given(raw, create, conversation, workspace, state):
    workspace.enqueue(mcp_approval_request("docs", "search", {"query": "x"}))
    workspace.unmatched = "answer"
    first = create(conversation=conversation) if state == "conversation" else create()
    joined = {"conversation": conversation} if state == "conversation" else {"previous_response_id": first["id"]}
    asked_for = first["output"][0]["id"]
    reply = raw("POST", "/v1/responses", ask(**joined))
    answered = create(input=[{**APPROVED, "approval_request_id": asked_for}], **joined)

    assert (reply.status, reply.json) == (
        400,
        refusal(f"The following MCP approval requests do not have an approval: {asked_for}", param="input"),
    )
    assert answered["status"] == "completed"


# Ids that are there twice


@pytest.mark.parametrize(
    ("items", "item_id"),
    [
        pytest.param([{**SAID, "id": "msg_1"}, {**SAID, "id": "msg_1"}], "msg_1", id="message"),
        pytest.param([{**CALL, "id": "fc_1"}, OUTPUT, {**CALL, "id": "fc_1"}], "fc_1", id="call"),
        pytest.param([{**SAID, "id": "msg_1"}, {**SAID, "id": "msg_1", "content": "No."}], "msg_1", id="that-differ"),
    ],
)
def test_item_that_is_there_twice_is_refused(raw, items, item_id):
    reply = raw("POST", "/v1/responses", ask(input=items))

    assert (reply.status, reply.json) == duplicate(item_id)


FORMS = {
    "whole": list,
    "reference": lambda items: [{"type": "item_reference", "id": item["id"]} for item in items],
    "bare-id": lambda items: [{"id": item["id"]} for item in items],
    "changed": lambda items: [{**item, "summary": []} if item["type"] == "reasoning" else item for item in items],
}


@pytest.fixture
def turn(workspace):
    """A turn in which the model thinks and calls; what comes after it is answered by default."""
    workspace.enqueue(reasoning("Hm."), function_call("look", call_id="call_1"))
    workspace.unmatched = "answer"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.usefixtures("turn")
def test_own_items_sent_back_are_understood(create, form):
    first = create(model="o4-mini", tools=[TOOL])
    second = create(model="o4-mini", input=[SAID, *FORMS[form](first["output"]), OUTPUT])

    assert [item["type"] for item in second["output"]] == ["reasoning", "message"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("state", ["chain", "conversation"])
@pytest.mark.usefixtures("turn")
def test_own_items_sent_again_to_what_holds_them_are_refused(raw, create, conversation, form, state):
    first = create(model="o4-mini", tools=[TOOL], **({"conversation": conversation} if state == "conversation" else {}))
    joined = {"conversation": conversation} if state == "conversation" else {"previous_response_id": first["id"]}
    reply = raw("POST", "/v1/responses", ask(input=[*FORMS[form](first["output"]), OUTPUT], **joined))

    assert (reply.status, reply.json) == duplicate(first["output"][0]["id"])
    assert create(input=[OUTPUT], **joined)["status"] == "completed"


@pytest.mark.usefixtures("turn")
def test_item_beside_a_reference_to_it_is_refused(raw, create):
    thought, call = create(model="o4-mini", tools=[TOOL])["output"]
    reply = raw("POST", "/v1/responses", ask(input=[thought, call, {"id": call["id"]}, OUTPUT]))

    assert (reply.status, reply.json) == duplicate(call["id"])


def test_messages_without_ids_may_come_again(create, conversation):
    """Source: recorded by pydantic-ai, `conversation_id_preserves_mismatched_history`."""
    first = create(conversation=conversation, input=[SAID])

    assert create(conversation=conversation, input=[SAID, ANSWER, SAID])["status"] == "completed"
    assert create(previous_response_id=first["id"], input=[SAID, ANSWER, SAID])["status"] == "completed"


@pytest.mark.parametrize("path", ["/v1/conversations", "/v1/conversations/{}/items"], ids=["new", "more"])
def test_item_that_joins_a_conversation_twice_is_refused(raw, conversation, path):
    items = [{**SAID, "id": "msg_1"}, {**SAID, "id": "msg_1"}]
    reply = raw("POST", path.format(conversation), {"items": items})

    assert (reply.status, reply.json) == duplicate("msg_1")
    assert raw("GET", f"/v1/conversations/{conversation}/items").json["data"] == []
