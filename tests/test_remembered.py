"""What is remembered of requests never shows in an answer, and nothing that depends on stored objects is remembered."""

import pytest

from mockserver import MockServer, Workspace
from mockserver.state.repeats import REMEMBERED
from tests.support.bodies import ask
from tests.support.http import Raw, send


def test_heads_that_come_again_are_read_once(workspace: Workspace, raw: Raw):
    for text in ("one", "two"):
        raw("POST", "/v1/responses", ask(text))
    first, second = (exchange.asked.head for exchange in workspace.requests)

    assert first is second


def test_requests_that_come_again_are_read_once(workspace: Workspace, raw: Raw):
    for _ in range(2):
        raw("POST", "/v1/responses", ask())
    first, second = (exchange.asked for exchange in workspace.requests)

    assert first is second


def test_request_that_names_a_response_is_checked_each_time(workspace: Workspace, raw: Raw):
    previous = raw("POST", "/v1/responses", ask()).json["id"]
    chained = ask("more", previous_response_id=previous)
    statuses = [raw("POST", "/v1/responses", chained).status for _ in range(3)]
    raw("DELETE", f"/v1/responses/{previous}")

    assert [*statuses, raw("POST", "/v1/responses", chained).status] == [200, 200, 200, 400]
    assert not any("previous" in repr(asked.raw) for asked in workspace.space.repeats.requests.values())


def test_request_in_a_conversation_sees_its_items_each_time(raw: Raw):
    conversation = raw("POST", "/v1/conversations", {}).json["id"]
    body = ask("count", conversation=conversation)
    counts = [raw("POST", "/v1/responses", body).json["usage"]["input_tokens"] for _ in range(4)]

    assert counts == sorted(set(counts))


@pytest.mark.parametrize("words", ["plain", [{"role": "user", "content": "a list"}]], ids=["text", "items"])
def test_response_in_an_empty_conversation_shares_its_partition(raw: Raw, words: object):
    conversation = raw("POST", "/v1/conversations", {}).json["id"]
    response = raw("POST", "/v1/responses", {"model": "gpt-4o", "input": words, "conversation": conversation}).json

    assert response["id"].startswith(f"resp_{conversation[-16:]}")


def test_equal_requests_of_two_keys_share_nothing(server: MockServer):
    one, two = server.workspace(), server.workspace()
    one.on().reply("One.")
    two.on().reply("Two.")
    texts = [
        send(server.base_url, "POST", "/v1/responses", ask(), key=space.api_key).json["output"][0]["content"][0]["text"]
        for _ in range(3)
        for space in (one, two)
    ]

    assert texts == ["One.", "Two."] * 3


def test_id_of_a_repeated_answer_is_the_one_that_it_is_stored_under(workspace: Workspace, raw: Raw):
    workspace.on().reply("Hello.")
    ids = [raw("POST", "/v1/responses", ask()).json["id"] for _ in range(4)]

    assert len(set(ids)) == 4
    assert [raw("GET", f"/v1/responses/{one}").json["id"] for one in ids] == ids
    assert [exchange.run.id for exchange in workspace.requests[:4] if exchange.run] == ids


def test_journal_keeps_no_checked_requests_beyond_the_bound(workspace: Workspace, raw: Raw):
    for number in range(REMEMBERED + 3):
        raw("POST", "/v1/responses", ask(f"{number}"))

    assert sum(exchange.asked.checked is not None for exchange in workspace.requests) == REMEMBERED
    assert len(workspace.space.repeats.requests) == REMEMBERED


@pytest.mark.parametrize("header", ["openai-processing-ms", "x-request-id", "cf-ray"])
def test_headers_follow_from_the_request(raw: Raw, header: str):
    one, again, other = (raw("POST", "/v1/responses", ask(text)).header(header) for text in ("one", "one", "other"))

    assert one == again != other
