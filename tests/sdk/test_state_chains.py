"""Chains and conversations as the SDK sees them, one after the other and all at once."""

import asyncio
from itertools import pairwise

import openai
import pytest

from mockserver import MockServer
from tests.support.bodies import WEATHER, ask

REQUESTS = 80


@pytest.fixture(scope="session")
def server(store_server: MockServer) -> MockServer:
    """With each kind of store."""
    return store_server


def test_tool_output_finds_its_call_in_the_chain(client):
    first = client.responses.create(**ask("What is the weather in Paris?", tools=[WEATHER]))
    output = {"type": "function_call_output", "call_id": first.output[0].call_id, "output": "18 °C"}
    second = client.responses.create(**ask(input=[output]), previous_response_id=first.id)

    assert second.output[0].type == "message"


def test_tool_output_finds_its_call_in_the_conversation(client):
    conversation = client.conversations.create().id
    first = client.responses.create(**ask("What is the weather in Paris?", tools=[WEATHER]), conversation=conversation)
    output = {"type": "function_call_output", "call_id": first.output[0].call_id, "output": "18 °C"}
    client.responses.create(**ask(input=[output]), conversation=conversation)
    items = client.conversations.items.list(conversation, order="asc")

    assert [item.type for item in items] == ["message", "function_call", "function_call_output", "message"]


def test_rule_sees_what_was_said_earlier(client, workspace):
    workspace.on(input="my name").reply("Hello Ada.")
    workspace.on(previous_response_id=None).reply("Who?")
    workspace.on().reply("You are Ada.")
    first = client.responses.create(**ask("Hear my name: Ada."))
    second = client.responses.create(**ask("Who am I?"), previous_response_id=first.id)

    assert [first.output_text, second.output_text] == ["Hello Ada.", "You are Ada."]


def test_input_of_a_chain_is_counted_with_its_history(client):
    first = client.responses.create(**ask())
    alone = client.responses.input_tokens.count(model="gpt-4o", input="More.")
    chained = client.responses.input_tokens.count(model="gpt-4o", input="More.", previous_response_id=first.id)

    assert chained.input_tokens > alone.input_tokens


def test_compacted_window_goes_on(client):
    first = client.responses.create(**ask())
    compacted = client.responses.compact(model="gpt-4o", previous_response_id=first.id)
    window = compacted.output[-1].to_dict()  # the types have no place for the user's messages before it
    response = client.responses.create(**ask(input=[window, {"role": "user", "content": "Go on."}]))

    assert [item.type for item in compacted.output] == ["message", "compaction"]
    assert response.status == "completed"


def test_deleted_conversation_is_not_found(client):
    conversation = client.conversations.create()
    client.conversations.delete(conversation.id)

    with pytest.raises(openai.NotFoundError, match=f"Conversation with id '{conversation.id}' not found"):
        client.conversations.retrieve(conversation.id)


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
async def test_parallel_requests_on_one_conversation_neither_lose_nor_mix_items(async_client, streamed):
    conversation = (await async_client.conversations.create()).id

    async def say(number):
        said = [{"role": "user", "content": f"{number} {part}"} for part in "ab"]
        answer = await async_client.responses.create(**ask(input=said), conversation=conversation, stream=streamed)
        if streamed:
            answer = [event async for event in answer][-1].response
        return answer.output[0].id

    answers = await asyncio.gather(*(say(number) for number in range(REQUESTS)))
    items = [item async for item in async_client.conversations.items.list(conversation, order="asc", limit=100)]
    turns = [items[start : start + 3] for start in range(0, len(items), 3)]

    assert len(items) == len({item.id for item in items}) == 3 * REQUESTS
    assert {(turn[0].content[0].text, turn[1].content[0].text, turn[2].id) for turn in turns} == {
        (f"{number} a", f"{number} b", answer) for number, answer in enumerate(answers)
    }


async def test_parallel_additions_to_one_conversation_stay_together(async_client):
    conversation = (await async_client.conversations.create()).id

    async def add(number):
        said = [{"type": "message", "role": "user", "content": str(number)}] * 5
        await async_client.conversations.items.create(conversation, items=said)

    await asyncio.gather(*(add(number) for number in range(40)))
    items = [item async for item in async_client.conversations.items.list(conversation, limit=100)]
    texts = [item.content[0].text for item in items]

    assert len(texts) == 200
    assert sum(one != other for one, other in pairwise(texts)) == 39
