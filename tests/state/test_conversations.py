"""Conversations count what they hold, whatever becomes of their items."""

import pytest

from mockserver import Settings
from mockserver.codec import dumps
from mockserver.ids import Draws
from mockserver.state.conversations import OVERHEAD, Conversation
from tests.support.asking import workspace_apart

FIRST = {"id": "msg_1", "type": "message", "status": "completed", "content": [], "role": "user"}
SECOND = {**FIRST, "id": "msg_2"}
LONGER = {**FIRST, "content": [{"type": "input_text", "text": "x" * 100}]}


@pytest.mark.parametrize(
    ("added", "removed", "kept"),
    [
        pytest.param([FIRST, SECOND], [], [FIRST, SECOND], id="added"),
        pytest.param([FIRST, SECOND, LONGER], [], [LONGER, SECOND], id="replaced-in-its-place"),
        pytest.param([FIRST, SECOND], ["msg_1"], [SECOND], id="removed"),
        pytest.param([FIRST, FIRST], ["msg_1"], [], id="all-removed"),
    ],
)
def test_size_is_that_of_the_items(make_store, added, removed, kept):
    stored = workspace_apart(make_store=make_store).space.store.conversations
    conversation = Conversation("conv_1", created_at=0, metadata={})
    for item in added:
        conversation.append([item])
    for item_id in removed:
        conversation.remove(item_id)
    stored.put(conversation.id, conversation)

    for found in (conversation, stored.get(conversation.id)):
        assert found is not None
        assert list(found.items) == kept
        assert found.size == OVERHEAD + sum(len(dumps(item)) for item in kept)


def test_conversation_keeps_a_text_that_is_no_utf8(workspace, raw):
    workspace.on().reply("half a \ud83d")
    conversation = raw("POST", "/v1/conversations", {}).json["id"]
    response = raw("POST", "/v1/responses", {"model": "gpt-4o", "input": "Hi.", "conversation": conversation})
    items = raw("GET", f"/v1/conversations/{conversation}/items")

    assert (response.status, items.status) == (200, 200)
    assert items.json["data"][0] == response.json["output"][0]


def test_oldest_conversations_go_first(make_store):
    conversations = workspace_apart(Settings(max_conversations=2), make_store=make_store).space.conversations
    made = [conversations.create({}, draws=Draws(bytes([number])), epoch=0, created_at=0)["id"] for number in range(3)]

    assert [conversations.find(one) is not None for one in made] == [False, True, True]
