"""Items with a null in a field that may be left out, sent and stored: read like items without the field."""

from typing import Any

import pytest

from mockserver.spec.call_pairs import APPROVALS, OPEN_CALLS, OUTPUTS
from mockserver.spec.checks.compiler import alternatives, merged
from mockserver.spec.contract import contract, violations
from tests.support.bodies import BODIES, ask
from tests.support.contract_examples import FERNET, ITEM_NULLS, NULL_REFUSED
from tests.support.input_items import SAID


def types_of(shape):
    """The types that an object of a union may have."""
    kind = shape["properties"]["type"]
    return kind["enum"] if "enum" in kind else [kind["const"]]


LOOKED_UP = {"image_generation_call.result"}  # without its result a picture is one that is stored
TAKEN = [
    (place, item)
    for place, item in ITEM_NULLS
    if place not in {*NULL_REFUSED, *LOOKED_UP} and item["type"] != "item_reference"
]


def in_context(item):
    """A turn that the item belongs to: with the call that it answers, and the answer that it needs."""
    kind = item["type"]
    call_id = item.get("call_id")
    turn = [SAID, item, SAID]
    if call_id and kind in OUTPUTS:
        turn.insert(1, {"type": "function_call", "call_id": call_id, "name": "look", "arguments": "{}"})
    elif kind in OPEN_CALLS and call_id:
        turn.insert(2, {"type": "function_call_output", "call_id": call_id, "output": "found"})
    elif kind in APPROVALS:
        turn.insert(2, {"type": APPROVALS[kind], "approval_request_id": item["id"], "approve": True})
    return turn


def nulls_out_of_place(items):
    """Every null that the type of an item has no place for; types of requests have it where the wire has it."""
    found = [violation for item in items for violation in violations("input_items", item)]
    return [violation for violation in found if violation.message.startswith("None is not ")]


@pytest.mark.parametrize("item", [pytest.param(item, id=place) for place, item in TAKEN])
def test_an_item_with_a_null_is_answered_and_listed_as_the_types_have_it(raw, create, item):
    sent = in_context(item)
    made = create(input=sent, tool_choice="none")
    listed = raw("GET", f"/v1/responses/{made['id']}/input_items?limit=100&order=asc")

    assert listed.status == 200, listed.body
    assert [each["type"] for each in listed.json["data"]] == [each["type"] for each in sent]
    assert nulls_out_of_place(listed.json["data"]) == []
    assert create(previous_response_id=made["id"])["status"] == "completed"
    assert raw("POST", "/v1/responses/input_tokens", ask(input=sent)).status == 200


@pytest.mark.parametrize("kind", sorted({item["type"] for _, item in TAKEN}))
def test_items_with_nulls_join_a_conversation(raw, conversation, kind):
    items = [item for _, item in TAKEN if item["type"] == kind]
    for start in range(0, len(items), 20):
        batch = items[start : start + 20]
        added = raw("POST", f"/v1/conversations/{conversation}/items", {"items": batch})

        assert added.status == 200, added.body
        assert [each["type"] for each in added.json["data"]] == [kind] * len(batch)
        assert nulls_out_of_place(added.json["data"]) == []


def test_a_resumed_session_of_codex_is_taken(create, raw):
    thought: dict[str, Any] = {"type": "reasoning", "summary": [], "content": None, "encrypted_content": FERNET}
    made = create(input=[SAID, thought, {"role": "assistant", "content": "Hello.", "phase": None}, SAID])
    listed = raw("GET", f"/v1/responses/{made['id']}/input_items?order=asc").json["data"]

    assert {**listed[1], "id": "rs_1"} == {
        "id": "rs_1",
        "type": "reasoning",
        "content": [],
        "encrypted_content": FERNET,
        "summary": [],
    }


@pytest.mark.parametrize("written", [{"filename": None}, {}], ids=["null", "left out"])
def test_a_stored_file_has_no_name_where_none_was_sent(create, raw, written):
    file = {"type": "input_file", "file_id": "file-1", **written}
    made = create(input=[{"role": "user", "content": [file]}])
    listed = raw("GET", f"/v1/responses/{made['id']}/input_items").json["data"]

    assert listed[0]["content"] == [{"type": "input_file", "file_id": "file-1"}]


def test_arguments_keep_their_nulls(create, raw):
    search = {"type": "tool_search_call", "arguments": {"limit": None}, "status": None}
    made = create(input=[SAID, search, SAID])
    listed = raw("GET", f"/v1/responses/{made['id']}/input_items?order=asc").json["data"]

    assert (listed[1]["arguments"], listed[1]["status"]) == ({"limit": None}, "completed")


def test_an_item_of_a_type_without_a_row_gets_an_id_in_a_conversation(raw, conversation):
    update = {"type": "configuration_update", "reasoning": {"effort": "low"}}
    added = raw("POST", f"/v1/conversations/{conversation}/items", {"items": [update]}).json

    assert added["data"] == [{"id": added["first_id"], **update}]
    assert added["first_id"].startswith("item_")


TOOLS: dict[str, dict[str, Any]] = {tool["type"]: tool for body in BODIES.values() for tool in body.get("tools", ())}
(TOOL_LIST,) = alternatives(contract()["$defs"]["ResponseCreateParams"]["properties"]["tools"])
FIELDS = {kind: merged([each]).properties for each in alternatives(TOOL_LIST["items"]) for kind in types_of(each)}


@pytest.mark.parametrize("kind", TOOLS)
def test_null_is_an_omitted_field_of_a_tool(create, kind):
    tool = TOOLS[kind]
    nulls = dict.fromkeys(FIELDS[kind].keys() - tool.keys())
    given, left_out = (create(tools=[each], tool_choice="required") for each in ({**tool, **nulls}, tool))

    assert given["tools"] == left_out["tools"]
    assert [item["type"] for item in given["output"]] == [item["type"] for item in left_out["output"]]
