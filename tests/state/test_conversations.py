"""Conversations count what they hold, whatever becomes of their items."""

import pytest

from mockserver import Settings, Workspace
from mockserver.codec import compact
from mockserver.ids import Draws
from mockserver.state.conversations import OVERHEAD, Conversation

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
def test_size_is_that_of_the_items(added, removed, kept):
    conversation = Conversation("conv_1", created_at=0, metadata={})
    for item in added:
        conversation.append([item])
    for item_id in removed:
        conversation.remove(item_id)

    assert list(conversation.items) == kept
    assert conversation.size == OVERHEAD + sum(len(compact(item)) for item in kept)


def test_oldest_conversations_go_first():
    conversations = Workspace(api_key="k", settings=Settings(max_conversations=2)).conversations
    made = [conversations.create({}, draws=Draws(bytes([number])), epoch=0, created_at=0)["id"] for number in range(3)]

    assert [conversations.find(one) is not None for one in made] == [False, True, True]
