"""Items that the service looks up: what only names an item, and what is sent back without what the service keeps."""

from typing import Any

import pytest

from mockserver import MockServer, Settings, function_call, image_generation_call, message, reasoning
from tests.support.bodies import ask
from tests.support.http import refusal, send
from tests.support.input_items import ANSWER, CALL, OUTPUT, SAID
from tests.web.test_state_conversations import ITEMS


@pytest.fixture(scope="session")
def server(store_server: MockServer) -> MockServer:
    """With each kind of store."""
    return store_server


def not_found(item_id, *, stored=True):
    """The answer about an item that is not there; `stored` is what the request says of itself."""
    message = f"Item with id '{item_id}' not found."
    if not stored:
        message += (
            " Items are not persisted when `store` is set to false. Try again with `store` set to true, or remove this"
            " item from your input."
        )
    return 404, refusal(message, param="input")


THOUGHT = {"type": "reasoning", "id": "rs_1", "summary": []}
LOOKED_UP = {
    "reasoning": THOUGHT,
    "reasoning-summed-up": {**THOUGHT, "summary": [{"type": "summary_text", "text": "Hm."}]},
    "reasoning-not-encrypted": {**THOUGHT, "encrypted_content": None},
    "reasoning-with-empty-content": {**THOUGHT, "encrypted_content": ""},
    "reference": {"type": "item_reference", "id": "rs_1"},
    "bare-id": {"id": "rs_1"},
}
PICTURE = {"type": "image_generation_call", "id": "ig_1"}


@pytest.mark.parametrize("streamed", [False, True], ids=["json", "stream"])
@pytest.mark.parametrize("stored", [False, True], ids=["unstored", "stored"])
@pytest.mark.parametrize("item", LOOKED_UP.values(), ids=LOOKED_UP)
def test_item_that_nobody_knows_is_refused(raw, item, stored, streamed):
    said = [SAID, item, {"role": "assistant", "content": "b"}, SAID]
    reply = raw("POST", "/v1/responses", ask(model="gpt-5", input=said, store=stored, stream=streamed))

    assert (reply.status, reply.json) == not_found("rs_1", stored=stored)


@pytest.mark.parametrize("item", [PICTURE, {**PICTURE, "result": None, "status": "completed"}], ids=["id", "null"])
def test_picture_that_nobody_knows_is_refused(raw, item):
    reply = raw("POST", "/v1/responses", ask(input=[item, SAID], store=False))

    assert (reply.status, reply.json) == not_found("ig_1", stored=False)


@pytest.mark.parametrize("stored", [False, True], ids=["unstored", "stored"])
def test_reasoning_of_a_response_that_was_not_stored_is_refused(raw, create, stored):
    thought, said = create(model="o4-mini", store=False)["output"]
    reply = raw("POST", "/v1/responses", ask(input=[SAID, thought, said, SAID], store=stored))

    assert (reply.status, reply.json) == not_found(thought["id"], stored=stored)


@pytest.mark.parametrize("stored", [False, True], ids=["unstored", "stored"])
@pytest.mark.parametrize("streamed", [False, True], ids=["json", "stream"])
def test_reasoning_of_a_stored_response_is_found(raw, create, streamed, stored):
    reply = raw("POST", "/v1/responses", ask(model="o4-mini", stream=streamed))
    thought, said = (reply.events[-1]["response"] if streamed else reply.json)["output"]

    assert create(input=[SAID, thought, said, SAID], store=stored)["status"] == "completed"


def test_items_of_several_turns_are_found(create, workspace):
    workspace.on().reply(reasoning("Hm."), "Yes.")
    turns = [create() for _ in range(3)]
    history = [item for turn in turns for item in (SAID, *turn["output"])]

    assert create(input=[*history, SAID])["status"] == "completed"


def test_items_that_a_client_sent_itself_are_found(create):
    create(input=[{**SAID, "id": "msg_of_mine"}])

    assert create(input=[{"type": "item_reference", "id": "msg_of_mine"}])["status"] == "completed"


def test_items_that_were_added_to_a_conversation_are_found(raw, create, conversation):
    added = raw("POST", f"/v1/conversations/{conversation}/items", {"items": [SAID]}).json["first_id"]
    response_id = create(input=[{"type": "item_reference", "id": added}])["id"]

    assert raw("GET", f"/v1/responses/{response_id}/input_items").json["data"][0]["id"] == added


def test_items_of_another_api_key_are_not_found(raw, create):
    said = create()["output"][0]
    reply = raw("POST", "/v1/responses", ask(input=[{"type": "item_reference", "id": said["id"]}]), key="another")

    assert (reply.status, reply.json) == not_found(said["id"])


def test_picture_is_listed_as_the_one_that_it_names(raw, create, workspace):
    workspace.enqueue(image_generation_call("aGk=", size="1024x1024"))
    workspace.unmatched = "answer"
    picture = create()["output"][0]
    response_id = create(input=[{"type": "image_generation_call", "id": picture["id"]}, SAID])["id"]

    assert raw("GET", f"/v1/responses/{response_id}/input_items").json["data"][1] == picture


ANSWERS: dict[str, Any] = {
    "function_call": [OUTPUT],
    "mcp_approval_request": [{"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True}],
}
NOT_WHOLE = {"compaction", "reasoning", *(name for name, item in ITEMS.items() if "call_id" in item)}
SELF_CONTAINED: dict[str, Any] = {
    **{name: item for name, item in ITEMS.items() if name not in NOT_WHOLE},
    "function_call": {**CALL, "id": "fc_1"},
    "answer": {**ANSWER, "id": "msg_1", "status": "completed"},
    "reasoning_without_id": {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]},
}


@pytest.mark.parametrize("item", SELF_CONTAINED.values(), ids=SELF_CONTAINED)
def test_item_that_is_whole_need_not_be_known(create, item):
    said = [SAID, item, *ANSWERS.get(item.get("type"), ())]

    assert create(input=said, store=False)["status"] == "completed"


def test_item_that_was_found_has_to_be_there_the_next_time(raw, workspace, create):
    thought, said = create(model="o4-mini")["output"]
    body = ask(input=[thought, said, SAID])
    found = [raw("POST", "/v1/responses", body).status for _ in range(3)]
    workspace.reset()
    reply = raw("POST", "/v1/responses", body)

    assert found == [200] * 3
    assert (reply.status, reply.json) == not_found(thought["id"])


def test_item_goes_with_the_last_response_that_holds_it(make_store):
    with MockServer(Settings(max_responses=1), make_store=make_store) as server:
        workspace = server.workspace()

        def create(**body):
            return send(server.base_url, "POST", "/v1/responses", ask(**body), key=workspace.api_key)

        thought, said = create(model="o4-mini").json["output"]
        kept = create(input=[thought, said, SAID])
        create()
        gone = create(input=[thought, said, SAID])

    assert kept.status == 200
    assert (gone.status, gone.json) == not_found(thought["id"])


# Where else input is sent


def test_compacting_looks_items_up(raw, create):
    said = create()["output"][0]
    body = {"model": "gpt-4.1", "input": [{"type": "item_reference", "id": said["id"]}, SAID]}
    known = raw("POST", "/v1/responses/compact", body)
    unknown = raw("POST", "/v1/responses/compact", {"model": "gpt-4.1", "input": [THOUGHT, SAID]})

    assert [item["type"] for item in known.json["output"]] == ["message", "compaction"]
    assert (unknown.status, unknown.json) == not_found("rs_1", stored=False)


def test_counting_tokens_looks_items_up(raw, create, workspace):
    workspace.enqueue(message("word " * 50))
    said = create()["output"][0]
    counts = [
        raw("POST", "/v1/responses/input_tokens", {"model": "gpt-4.1", "input": [item, SAID]}).json["input_tokens"]
        for item in (said, {"type": "item_reference", "id": said["id"]})
    ]
    unknown = raw("POST", "/v1/responses/input_tokens", {"model": "gpt-4.1", "input": [THOUGHT, SAID]})

    assert counts[0] == counts[1] > 50
    assert (unknown.status, unknown.json) == not_found("rs_1")


def test_reference_to_nothing_does_not_join_a_conversation(raw, conversation):
    path = f"/v1/conversations/{conversation}/items"
    reply = raw("POST", path, {"items": [{"type": "item_reference", "id": "msg_1"}]})

    assert (reply.status, reply.json) == not_found("msg_1")


def test_rule_answers_a_session_that_began_in_a_recording(raw, workspace, tmp_path):
    """What the recording told is not stored here, and known all the same."""
    (tmp_path / "empty.yaml").write_text("format: 1\nupstream: https://api.openai.com\n...\n")
    workspace.replay(tmp_path / "empty.yaml")
    workspace.on(input="Say").reply(function_call("look"))
    reply = raw("POST", "/v1/responses", ask(input=[THOUGHT, ANSWER, SAID]))

    assert reply.json["output"][0]["name"] == "look"
