"""The SDK's own pagers over lists longer than a page."""

import pytest

from mockserver import MockServer
from tests.support.bodies import ask

COUNT = 250
TEXTS = [str(number) for number in range(COUNT)]
SAID = [{"type": "message", "role": "user", "content": text} for text in TEXTS]
EXPECTED = {"asc": TEXTS, "desc": TEXTS[::-1]}

orders = pytest.mark.parametrize("order", ["asc", "desc"])
limits = pytest.mark.parametrize("limit", [20, 100])


@pytest.fixture(scope="session")
def server(store_server: MockServer) -> MockServer:
    """With each kind of store."""
    return store_server


@pytest.fixture
def response_id(client):
    return client.responses.create(**ask(input=SAID)).id


@pytest.fixture
def conversation_id(client):
    made = client.conversations.create(items=SAID[:20])
    for start in range(20, COUNT, 20):
        client.conversations.items.create(made.id, items=SAID[start : start + 20])
    return made.id


def text_of(item):
    return item.content[0].text


@orders
@limits
def test_input_items_are_paged_through(client, response_id, order, limit):
    items = client.responses.input_items.list(response_id, order=order, limit=limit)

    assert [text_of(item) for item in items] == EXPECTED[order]


@orders
@limits
def test_conversation_items_are_paged_through(client, conversation_id, order, limit):
    items = client.conversations.items.list(conversation_id, order=order, limit=limit)

    assert [text_of(item) for item in items] == EXPECTED[order]


@orders
async def test_input_items_are_paged_through_asynchronously(async_client, response_id, order):
    items = async_client.responses.input_items.list(response_id, order=order, limit=100)

    assert [text_of(item) async for item in items] == EXPECTED[order]


@orders
async def test_conversation_items_are_paged_through_asynchronously(async_client, conversation_id, order):
    items = async_client.conversations.items.list(conversation_id, order=order, limit=100)

    assert [text_of(item) async for item in items] == EXPECTED[order]


def test_newest_item_comes_first_by_default(client, conversation_id):
    assert text_of(client.conversations.items.list(conversation_id).data[0]) == TEXTS[-1]
