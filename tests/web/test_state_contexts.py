"""What a response in a conversation was answered to: the items that the conversation had, then its own input."""

import pytest

from mockserver import MockServer
from tests.support.bodies import ask
from tests.support.input_items import SAID


@pytest.fixture(scope="session")
def server(store_server: MockServer) -> MockServer:
    """With each kind of store."""
    return store_server


@pytest.fixture
def listed(raw):
    """The input items of a response, oldest first."""

    def items(response):
        reply = raw("GET", f"/v1/responses/{response['id']}/input_items?order=asc&limit=100")
        assert reply.status == 200, reply.body
        return reply.json["data"]

    return items


@pytest.fixture
def texts(listed):
    """The texts of the input items of a response, oldest first."""
    return lambda response: [item["content"][0]["text"] for item in listed(response)]


def said(text):
    return {**SAID, "content": text}


@pytest.fixture
def started(raw):
    """The id of a conversation that began with two items."""
    return raw("POST", "/v1/conversations", {"items": [said("one"), said("two")]}).json["id"]


def test_items_of_the_conversation_come_before_the_input(raw, create, started, listed, texts):
    made = create(conversation=started, input="three")
    items = raw("GET", f"/v1/conversations/{started}/items?order=asc").json["data"]

    assert texts(made) == ["one", "two", "three"]
    assert listed(made) == items[:3]


def test_items_that_came_later_are_not_those_of_an_earlier_response(raw, create, started, texts):
    first = create(conversation=started, input="three")
    raw("POST", f"/v1/conversations/{started}/items", {"items": [said("four")]})
    second = create(conversation=started, input="five")
    answer = first["output"][0]["content"][0]["text"]

    assert texts(first) == ["one", "two", "three"]
    assert texts(second) == ["one", "two", "three", answer, "four", "five"]


def test_the_first_response_of_a_conversation_has_its_own_input_alone(create, conversation, texts):
    assert texts(create(conversation=conversation, input="one")) == ["one"]


@pytest.mark.parametrize(
    ("removed", "left"), [("0", ["two", "three"]), ("1", ["one", "three"]), ("10", ["three"]), ("01", ["three"])]
)
def test_items_that_were_deleted_are_gone(client, conversation, removed, left):
    for text in ("one", "two"):
        client.conversations.items.create(conversation, items=[said(text)])
    ids = [item.id for item in client.conversations.items.list(conversation, order="asc")]
    made = client.responses.create(model="gpt-4o", conversation=conversation, input="three")
    for index in map(int, removed):
        client.conversations.items.delete(ids[index], conversation_id=conversation)
    listed = client.responses.input_items.list(made.id, order="asc")

    assert [item.content[0].text for item in listed] == left


def test_input_is_left_of_a_conversation_that_was_deleted(raw, create, started, texts):
    made = create(conversation=started, input="three")
    raw("DELETE", f"/v1/conversations/{started}")

    assert texts(made) == ["three"]


def test_pages_go_through_the_items_of_the_conversation(raw, create, started):
    made = create(conversation=started, input="three")
    first = raw("GET", f"/v1/responses/{made['id']}/input_items?limit=2").json
    second = raw("GET", f"/v1/responses/{made['id']}/input_items?limit=2&after={first['last_id']}").json

    assert [item["content"][0]["text"] for page in (first, second) for item in page["data"]] == ["three", "two", "one"]
    assert (first["has_more"], second["has_more"]) == (True, False)


def test_a_response_under_way_has_the_items_before_it(raw, workspace, started, texts):
    with workspace.gate():
        queued = raw("POST", "/v1/responses", ask(conversation=started, input="three", background=True)).json

        assert texts(queued) == ["one", "two", "three"]


def test_a_chain_from_a_response_in_a_conversation_has_the_items_before_it(create, started, texts):
    first = create(conversation=started, input="three")
    second = create(previous_response_id=first["id"], input="four")
    third = create(previous_response_id=second["id"], input="five")

    assert texts(second)[:3] == ["one", "two", "three"]
    assert texts(third)[-1] == "five"
    assert len(texts(third)) == 7


def test_a_chain_reads_the_conversation_again_after_a_deletion(raw, create, started, texts):
    path = f"/v1/conversations/{started}/items"
    first = create(conversation=started, input="three")
    create(previous_response_id=first["id"], input="four")
    raw("DELETE", f"{path}/{raw('GET', f'{path}?order=asc').json['first_id']}")
    second = create(previous_response_id=first["id"], input="five")

    assert texts(second)[:2] == ["two", "three"]
