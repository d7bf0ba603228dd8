"""What depends on when it is asked: turns of one conversation that overlap, and streams that are too old."""

import pytest
from openai import BadRequestError

from mockserver.clock import ManualClock
from tests.support.bodies import ask

RESPONSES = "/v1/responses"
LOCKED = {
    "error": {
        "message": "Another process is currently operating on this conversation. Please retry in a few seconds.",
        "type": "invalid_request_error",
        "param": "conversation",
        "code": "conversation_locked",
    }
}
TOO_OLD = {
    "error": {
        "message": "This response can no longer be streamed because it is more than 5 minutes old",
        "type": "invalid_request_error",
        "param": "stream",
        "code": None,
    }
}


@pytest.fixture
def conversation(raw):
    return raw("POST", "/v1/conversations", {}).json["id"]


def test_conversation_takes_no_second_turn_while_a_stream_runs(client, raw, workspace, conversation):
    with workspace.gate() as gate:
        stream = iter(client.responses.create(**ask(), conversation=conversation, stream=True))
        gate.step()
        next(stream)
        for named in (conversation, {"id": conversation}):
            refused = raw("POST", RESPONSES, ask(conversation=named))
            assert (refused.status, refused.json) == (400, LOCKED)
    assert [event.type for event in stream][-1] == "response.completed"

    assert raw("POST", RESPONSES, ask(conversation=conversation)).status == 200


def test_conversation_is_free_when_the_client_of_its_turn_has_gone(client, raw, workspace, conversation):
    with workspace.gate() as gate:
        stream = client.responses.create(**ask(), conversation=conversation, stream=True)
        gate.step()
        next(iter(stream))
        stream.close()
    asked = (raw("POST", RESPONSES, ask(conversation=conversation)) for _ in range(1000))

    assert next(reply for reply in asked if reply.json != LOCKED).status == 200  # once the server has seen it


def test_a_locked_conversation_comes_before_what_the_model_takes(client, raw, conversation):
    client.responses.create(**ask(), conversation=conversation, background=True)
    refused = raw("POST", RESPONSES, ask(model="gpt-5", temperature=0.5, conversation=conversation))

    assert (refused.status, refused.json) == (400, LOCKED)


def test_a_reset_frees_the_conversations_of_turns_that_still_run(raw, workspace, conversation):
    workspace.clock = ManualClock()
    for _ in range(2):
        workspace.on().reply("One, two, three.").pace(rate=1)
        turn = raw("POST", RESPONSES, ask(conversation=conversation, background=True))
        assert (turn.status, turn.json["status"]) == (200, "queued")
        workspace.reset()
        assert raw("POST", "/v1/conversations", {}).json["id"] == conversation


def test_background_turn_holds_its_conversation_until_it_is_cancelled(client, raw, conversation):
    running = client.responses.create(**ask(), conversation=conversation, background=True)
    assert raw("POST", RESPONSES, ask(conversation=conversation)).json == LOCKED

    client.responses.cancel(running.id)
    assert raw("POST", RESPONSES, ask(conversation=conversation)).status == 200


def test_background_turn_holds_its_conversation_until_it_is_polled_to_its_end(client, raw, conversation):
    running = client.responses.create(**ask(), conversation=conversation, background=True)
    while client.responses.retrieve(running.id).status != "completed":
        assert raw("POST", RESPONSES, ask(conversation=conversation)).json == LOCKED

    assert raw("POST", RESPONSES, ask(conversation=conversation)).status == 200


def test_instant_turns_follow_each_other_and_items_may_be_added_meanwhile(client, raw, conversation):
    for _ in range(3):
        assert raw("POST", RESPONSES, ask(conversation=conversation)).status == 200
    client.responses.create(**ask(), conversation=conversation, background=True)
    added = {"items": [{"role": "user", "content": "More."}]}
    assert raw("POST", f"/v1/conversations/{conversation}/items", added).status == 200


def test_background_stream_can_be_resumed_for_five_minutes(client, raw, workspace):
    clock = workspace.clock = ManualClock()
    stream = list(client.responses.create(**ask(), background=True, stream=True))
    path = f"{RESPONSES}/{stream[0].response.id}"

    clock.advance(300)
    assert raw("GET", f"{path}?stream=true&starting_after=3").status == 200
    clock.advance(1)
    refused = raw("GET", f"{path}?stream=true&starting_after=3")
    assert (refused.status, refused.json) == (400, TOO_OLD)
    assert raw("GET", path).json["status"] == "completed"
    with pytest.raises(BadRequestError, match="more than 5 minutes old"):
        client.responses.retrieve(stream[0].response.id, stream=True)
