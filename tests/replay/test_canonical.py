"""Which requests are one and the same to replay, and which are not."""

from typing import Any

import pytest

from mockserver.authoring.json_path import parse_path
from mockserver.model.recorded import RecordedExchange
from mockserver.replay.canonical import CanonicalRequest, GivenIds, Volatile, canonical_request

GIVEN = "resp_0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f607182"
OTHER = "resp_0ffffffffffffff18293a4b5c6d7e8f90a1b2c3d4e5f607182"
PLAIN = ("019a3c1e7d4e7f0a9b1c2d3e4f5a6b7c", "6ba7b8109dad11d180b400c04fd430c8")
UUIDS = ("019a3c1e-7d4e-7f0a-9b1c-2d3e4f5a6b7c", "6ba7b810-9dad-11d1-80b4-00c04fd430c8")


def body(value: Any, **options: Any) -> CanonicalRequest:
    return canonical_request("POST", "/v1/responses", value, **options)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 3, "c": 2}, "a": 1}, id="order of keys"),
        pytest.param({"temperature": 1}, {"temperature": 1.0}, id="whole number as a float"),
        pytest.param({"input": f"Run {UUIDS[0]}"}, {"input": f"Run {UUIDS[1]}"}, id="uuid in a text"),
        pytest.param({"user": PLAIN[0]}, {"user": PLAIN[1]}, id="uuid without dashes"),
        pytest.param({"input": "On 2026-01-02."}, {"input": "On 2027-11-12."}, id="date"),
        pytest.param({"input": "2026-01-02T03:04:05.678Z"}, {"input": "2027-01-02T03:04:05+02:00"}, id="iso time"),
        pytest.param({"input": "It is 9:05 PM now"}, {"input": "It is 10:15:30 now"}, id="clock time"),
        pytest.param({"id": "msg_0a1b2c3d"}, {"id": "msg_9z8y7x6w5v"}, id="short id of the client's"),
        pytest.param({"id": "at_12345678"}, {"id": "at_87654321"}, id="short id of additional tools"),
        pytest.param({"id": "call_" + UUIDS[0]}, {"id": "call_" + UUIDS[1]}, id="uuid behind a prefix"),
        pytest.param({"id": "toolu_01A09q90qw90lq917835lq9"}, {"id": "toolu_7B12q90qw90lq917835abc"}, id="foreign id"),
        pytest.param({"output": '{"a": 1, "b": 2}'}, {"output": '{"b":2,"a":1}'}, id="order of keys in packed json"),
        pytest.param(
            '--a1\r\ncontent-disposition: form-data; name="x"\r\n\r\ny\r\n--a1--\r\n',
            '--b2\r\ncontent-disposition: form-data; name="x"\r\n\r\ny\r\n--b2--\r\n',
            id="boundary of a form",
        ),
    ],
)
def test_requests_that_differ_only_in_volatile_values_are_equal(one: Any, other: Any):
    assert body(one).key == body(other).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"input": "weather in Paris"}, {"input": "weather in Rome"}, id="prompt"),
        pytest.param({"input": ["a", "b"]}, {"input": ["b", "a"]}, id="order of a list"),
        pytest.param({"a": None}, {}, id="null and nothing"),
        pytest.param({"store": True}, {"store": 1}, id="true and one"),
        pytest.param({"model": "gpt-4o-2024-08-06"}, {"model": "gpt-4o-2024-11-20"}, id="date in a model's name"),
        pytest.param({"name": "call_center_v10"}, {"name": "call_center_v11"}, id="name of a tool"),
        pytest.param({"input": "16:9"}, {"input": "4:3"}, id="ratio"),
        pytest.param({"input": "call_customer_service"}, {"input": "call_another_service"}, id="words"),
        pytest.param({"output": '{"city": "Paris"}'}, {"output": '{"city": "Rome"}'}, id="packed json"),
        pytest.param({"id": GIVEN}, {"id": OTHER}, id="id that the server gave"),
    ],
)
def test_requests_that_ask_for_something_else_are_not_equal(one: Any, other: Any):
    assert body(one, given={GIVEN}).key != body(other, given={GIVEN}).key


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        pytest.param("/v1/responses", "/api/v1/responses/", True, id="base path"),
        pytest.param("/v1/responses", "/openai/responses", True, id="base path of azure"),
        pytest.param("/v1/items?a=1&b[]=2", "/v1/items?b%5B%5D=2&a=1", True, id="order and encoding of a query"),
        pytest.param(f"/v1/responses/{GIVEN}", f"/v1/responses/{OTHER}", False, id="id that the server gave"),
        pytest.param("/v1/items?limit=1", "/v1/items?limit=2", False, id="query"),
        pytest.param("/v1/items?a=1&a=2", "/v1/items?a=2&a=1", True, id="order of a repeated parameter"),
        pytest.param("/v1/responses", "/v1/conversations", False, id="path"),
    ],
)
def test_addresses_are_compared_below_the_base_path(one: str, other: str, *, equal: bool):
    keys = [canonical_request("GET", path, None, given={GIVEN}).key for path in (one, other)]

    assert (keys[0] == keys[1]) is equal


def test_volatile_values_stand_beside_in_the_order_of_sorted_keys():
    request = canonical_request(
        "POST",
        "/v1/responses/resp_abc12345?after=msg_abc12345",
        {"b": "at 10:30", "a": [UUIDS[0], GIVEN]},
        given={GIVEN},
    )

    assert request.path == "/responses/<resp_…>"
    assert request.query == {"after": ["<msg_…>"]}
    assert request.body == {"a": ["<uuid>", GIVEN], "b": "at <time>"}
    assert request.volatile == (
        Volatile("id", "msg_abc12345"),
        Volatile("id", "resp_abc12345"),
        Volatile("uuid", UUIDS[0]),
        Volatile("time", "10:30"),
    )


def test_ignored_paths_do_not_count():
    ignored = [parse_path("metadata.run"), parse_path("input[*].note")]
    given = {"input": [{"note": 1, "text": "a"}, {"note": 2}], "metadata": {"run": 5, "user": "x"}}

    assert body(given, ignored=ignored).body == {"input": [{"text": "a"}, {}], "metadata": {"user": "x"}}


def test_ignored_path_may_choose_elements():
    ignored = [parse_path("input[type=message].id"), parse_path("tools[-1]")]
    given = {"input": [{"type": "message", "id": 1}, {"type": "reasoning", "id": 2}], "tools": [1, 2, 3]}
    expected = {"input": [{"type": "message"}, {"type": "reasoning", "id": 2}], "tools": [1, 2]}

    assert body(given, ignored=ignored).body == expected


def test_payloads_are_left_alone():
    picture = "data:image/png;base64," + "0a1b2c3d4e5f60718293a4b5c6d7e8f9+" * 200

    assert body({"image_url": picture}).body == {"image_url": picture}


def test_given_ids_are_those_that_stood_in_an_answer_first():
    mine, yours = "msg_0a1b2c3d4e5f", "msg_9a8b7c6d5e4f"
    exchanges = [
        RecordedExchange(request_body={"input": [{"id": mine}]}, body={"id": GIVEN, "input": [{"id": mine}]}),
        RecordedExchange(
            request_body={"previous_response_id": GIVEN},
            events=[{"type": "response.output_item.added", "item": {"id": yours}}],
        ),
        RecordedExchange(request_body={"input": [{"id": yours}]}, body={}),
    ]

    given = GivenIds(exchanges)

    assert [one in given for one in (GIVEN, yours, mine)] == [True, True, False]
