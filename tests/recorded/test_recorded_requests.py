"""What real clients sent, and what OpenAI said to it: the checks agree on every recorded request."""

import re

import pytest

from mockserver.errors import ApiError
from mockserver.spec.checks.body import check_query, check_schema, parse_body
from mockserver.spec.checks.values import check_values
from mockserver.spec.item_types import ITEM_TYPES
from tests.support.real_traffic import RECORDINGS, RecordedExchange, recorded_files

pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not here")

OPERATIONS = {
    r"/v1/responses": "responses.create",
    r"/v1/responses/input_tokens": "responses.input_tokens",
    r"/v1/responses/compact": "responses.compact",
    r"/v1/conversations": "conversations.create",
    r"/v1/conversations/[^/]+": "conversations.update",
    r"/v1/conversations/[^/]+/items": "conversations.items.create",
}
# Traces that keep no path. The others of that source are bodies of `responses.create`.
TRACES = {
    "Conversations/add_items/response.json": "conversations.items.create",
    "Conversations/update_conversation/response.json": "conversations.update",
}
# Accepted when it was recorded, and why it is refused now.
REFUSED_SINCE = {
    "test_openai_responses_reasoning_generate_summary.yaml": "an unknown parameter since 2026-08 at the latest",
}
# Refused for what the server knows, not for what the request says.
STATE = {"mutually_exclusive_parameters"}


def operation_of(exchange: RecordedExchange) -> str | None:
    if exchange.source in TRACES:
        return TRACES[exchange.source]
    path = exchange.path.partition("?")[0]
    return next((name for pattern, name in OPERATIONS.items() if re.fullmatch(pattern, path)), None)


def sent() -> list[RecordedExchange]:
    """Every recorded request with a JSON body to an operation that has one."""
    exchanges = [exchange for _, found in recorded_files() for exchange in found]
    return [
        exchange
        for exchange in exchanges
        if exchange.method == "POST" and isinstance(exchange.request, dict) and operation_of(exchange) is not None
    ]


def error_of(exchange: RecordedExchange) -> dict[str, object] | None:
    error = exchange.body.get("error") if isinstance(exchange.body, dict) else None
    return error if isinstance(error, dict) and "object" not in exchange.body else None


ACCEPTED = [each for each in sent() if error_of(each) is None and each.source not in REFUSED_SINCE]
REFUSED = [each for each in sent() if (error := error_of(each)) is not None and error["code"] not in STATE]


@pytest.mark.parametrize("exchange", ACCEPTED, ids=[each.source for each in ACCEPTED])
def test_a_request_that_was_answered_passes(exchange):
    operation = operation_of(exchange)
    assert operation is not None
    check_schema(operation, exchange.request)
    if operation == "responses.create":
        check_values(exchange.request)


@pytest.mark.parametrize("exchange", REFUSED, ids=[each.source for each in REFUSED])
def test_a_request_that_was_refused_gets_the_recorded_error(exchange):
    operation = operation_of(exchange)
    assert operation is not None
    with pytest.raises(ApiError) as refused:
        check_schema(operation, exchange.request)
    assert (refused.value.status, refused.value.body) == (exchange.status, exchange.body)


def answered() -> list[tuple[str, list[dict[str, object]]]]:
    """The output of every recorded response, with ids of our own: some sources have scrubbed them."""
    found = []
    for exchange in (each for _, exchanges in recorded_files() for each in exchanges):
        events = [event["response"] for event in exchange.events or () if event["type"] == "response.completed"]
        response = events[-1] if events else exchange.body
        if isinstance(response, dict) and response.get("output"):
            output = [
                {**item, "id": f"{ITEM_TYPES[item['type']].prefix}_{n}"} for n, item in enumerate(response["output"])
            ]
            found.append((exchange.source, output))
    return found


ANSWERED = answered()


@pytest.mark.parametrize("output", [output for _, output in ANSWERED], ids=[source for source, _ in ANSWERED])
def test_an_answer_can_be_sent_back_as_input(output):
    check_schema("responses.create", {"model": "gpt-4o", "input": output})


def test_the_recordings_have_requests_of_every_kind():
    kinds = {operation_of(each) for each in ACCEPTED}
    assert kinds == set(OPERATIONS.values())
    assert len(ACCEPTED) > 100
    assert len(REFUSED) == 1


def test_malformed_json_gets_the_recorded_error():
    folder = RECORDINGS / "agent-framework" / "Conversations" / "error_invalid_json"
    with pytest.raises(ApiError) as refused:
        parse_body((folder / "request.txt").read_bytes(), content_type="application/json")
    assert refused.value.body == parse_body((folder / "response.json").read_bytes(), content_type="")


def test_a_limit_too_high_gets_the_recorded_error():
    answer = RECORDINGS / "agent-framework" / "Conversations" / "error_invalid_limit" / "response.json"
    with pytest.raises(ApiError) as refused:
        check_query("conversations.items.list", [("limit", "1000")])
    assert refused.value.body == parse_body(answer.read_bytes(), content_type="")
