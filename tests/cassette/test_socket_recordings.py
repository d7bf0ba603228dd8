"""WebSocket sessions that Chrome or mitmproxy has saved become the exchanges that they were, and replay."""

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer
from mockserver.cassette.importing.importer import import_file
from mockserver.cli import main
from mockserver.model.request import Channel
from tests.support.bodies import ask
from tests.support.websocket import WebSocket

BEGAN = 1_767_225_600.0


def message(kind: str, at: float, event: Any, *, opcode: int = 1) -> dict[str, Any]:
    data = event if isinstance(event, str) else json.dumps(event)
    return {"type": kind, "time": BEGAN + at, "opcode": opcode, "data": data}


def create(**body: Any) -> dict[str, Any]:
    return {"type": "response.create", **body}


def har(*connections: list[dict[str, Any]]) -> str:
    """A file of these connections, each with its messages."""
    request = {
        "method": "GET",
        "url": "wss://api.openai.com/v1/responses",
        "headers": [{"name": "OpenAI-Beta", "value": "responses_websockets=2026-02-06"}],
    }
    response = {
        "status": 101,
        "headers": [{"name": "Upgrade", "value": "websocket"}],
        "content": {"size": 0, "mimeType": "x-unknown"},
    }
    entries = [
        {
            "_resourceType": "websocket",
            "_webSocketMessages": messages,
            "startedDateTime": "2026-01-01T00:00:00Z",
            "time": 1500.0,
            "request": request,
            "response": response,
        }
        for messages in connections
    ]
    return json.dumps({"log": {"version": "1.2", "entries": entries}})


def events(response_id: str, *, ending: str = "completed", **more: Any) -> list[dict[str, Any]]:
    """The events of a response that says nothing."""
    response = {"id": response_id, "object": "response", "model": "gpt-4o", "output": []}
    return [
        {"type": f"response.{kind}", "response": {**response, "status": status}, "sequence_number": number, **more}
        for number, (kind, status) in enumerate([("created", "in_progress"), (ending, ending)])
    ]


@pytest.fixture
def saved(tmp_path: Path) -> Any:
    """`saved(*connections)` is what is imported from a file of these connections."""

    def imported(*connections: list[dict[str, Any]]) -> Any:
        path = tmp_path / "session.har"
        path.write_text(har(*connections))
        return import_file(path)

    return imported


def test_request_is_what_it_would_be_over_http(saved: Any):
    first, last = events("resp_1")
    (exchange,) = saved(
        [
            message("send", 0.0, create(model="gpt-4o", input="Hello.", generate=False)),
            message("receive", 0.25, first),
            message("receive", 0.5, last),
        ]
    )

    assert (exchange.method, exchange.upstream, exchange.url_path, exchange.status) == (
        *("POST", "https://api.openai.com", "/v1/responses", 200),
    )
    assert exchange.request_body == {"model": "gpt-4o", "input": "Hello.", "stream": True, "generate": False}
    assert exchange.request_headers == {"openai-beta": "responses_websockets=2026-02-06"}
    assert (exchange.events, exchange.times, exchange.started) == ([first, last], (0.25, 0.5), BEGAN)
    assert (exchange.channel, exchange.complete, exchange.body) == (Channel(1, None), True, None)


def test_lanes_and_requests_that_wait_are_told_apart(saved: Any):
    ends = {name: events(f"resp_{name}") for name in ("a", "b", "c")}
    exchanges = saved(
        [
            message("send", 0.0, create(model="gpt-4o", input="a", stream_id="x")),
            message("send", 0.1, create(model="gpt-4o", input="b", stream_id="y")),
            message("send", 0.2, create(model="gpt-4o", input="c", stream_id="x")),
            message("receive", 0.3, {**ends["a"][0], "stream_id": "x"}),
            message("receive", 0.4, {**ends["b"][0], "stream_id": "y"}),
            message("receive", 0.5, {**ends["a"][1], "stream_id": "x"}),
            message("receive", 0.6, {**ends["c"][0], "stream_id": "x"}),
            message("receive", 0.7, {**ends["b"][1], "stream_id": "y"}),
        ],
        [message("send", 0.0, create(model="gpt-4o", input="d")), message("receive", 1.0, ends["a"][0])],
    )

    assert [(one.request_body["input"], one.channel, one.complete) for one in exchanges] == [
        ("a", Channel(1, "x"), True),
        ("b", Channel(1, "y"), True),
        ("c", Channel(1, "x"), False),
        ("d", Channel(2, None), False),
    ]
    assert [one.events for one in exchanges[:3]] == [ends["a"], ends["b"], ends["c"][:1]]
    assert exchanges[2].times == (0.4,)


def test_steering_is_part_of_the_exchange(saved: Any):
    steer = {"type": "response.steer", "previous_response_id": "resp_1", "input": "Shorter."}
    created, ended = events("resp_1", ending="incomplete")
    accepted = {
        "type": "response.steer.accepted",
        "sequence_number": 1,
        "steer": {"id": "steer_1", "previous_response_id": "resp_1"},
    }
    successor = events("resp_2")
    (exchange,) = saved(
        [
            message("send", 0.0, create(model="gpt-6-astra", input="A story.")),
            message("receive", 0.1, created),
            message("send", 0.2, steer),
            *(message("receive", 0.3, event) for event in (accepted, ended, *successor)),
        ]
    )

    assert list(exchange.events) == [created, accepted, ended, *successor]
    assert list(exchange.steers) == [(1, steer)]
    assert exchange.complete


def test_input_that_a_successor_does_not_take_up_is_answered_in_the_exchange(saved: Any):
    first, second = ({"type": "response.steer", "previous_response_id": "resp_1", "input": text} for text in "ab")
    created, ended = events("resp_1", ending="incomplete")
    named = {"previous_response_id": "resp_1"}
    accepted = {"type": "response.steer.accepted", "sequence_number": 1, "steer": {"id": "steer_1", **named}}
    failed = {"type": "response.steer.failed", "sequence_number": 4, "steer": {**named, "input": "b"}}
    begun, over = events("resp_2")
    (exchange,) = saved(
        [
            message("send", 0.0, create(model="gpt-6-astra", input="A story.")),
            message("receive", 0.1, created),
            message("send", 0.2, first),
            *(message("receive", 0.3, event) for event in (accepted, ended)),
            message("send", 0.4, second),
            *(message("receive", 0.5, event) for event in (begun, over, failed)),
        ]
    )

    assert list(exchange.events) == [created, accepted, ended, begun, over, failed]
    assert list(exchange.steers) == [(1, first), (3, second)]
    assert exchange.complete


@pytest.mark.parametrize("key", ["status", "status_code"])
def test_refusal_is_what_it_would_be_over_http(saved: Any, key: str):
    error = {"type": "rate_limit_error", "code": "rate_limit_exceeded", "message": "Slow down.", "param": None}
    (exchange,) = saved(
        [
            message("send", 0.0, create(model="gpt-4o", input="Hello.")),
            message("receive", 0.1, {"type": "error", key: 429, "error": error, "headers": {"Retry-After": 2}}),
        ]
    )

    assert (exchange.status, exchange.body, exchange.events) == (429, {"error": error}, None)
    assert exchange.headers["retry-after"] == "2"


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(message("receive", 0.05, "not JSON{"), id="no JSON"),
        pytest.param(message("receive", 0.05, "AP8=", opcode=2), id="binary"),
        pytest.param(message("receive", 0.05, "", opcode=-1), id="error of the browser"),
        pytest.param(message("receive", 0.05, {"type": "x", "stream_id": "nobodys"}), id="lane that nobody uses"),
        pytest.param(message("send", 0.05, {"type": "response.processed", "response_id": "resp_1"}), id="processed"),
    ],
)
def test_messages_that_belong_to_no_exchange_are_left_out(saved: Any, odd: Any):
    first, last = events("resp_1")
    (exchange,) = saved(
        [
            message("send", 0.0, create(model="gpt-4o", input="Hello.")),
            odd,
            message("receive", 0.1, first),
            message("receive", 0.2, last),
        ]
    )

    assert (exchange.events, exchange.steers) == ([first, last], ())


def test_session_that_a_proxy_has_seen_replays(server: MockServer, tmp_path: Path):
    upstream = server.workspace()
    upstream.on(input="one").reply("First.")
    upstream.on(input="two").reply("Second.")
    seen: list[dict[str, Any]] = []
    with WebSocket(upstream.base_url, key=upstream.api_key) as socket:
        recorded = []
        for words in ("one", "two"):
            body = ask(words)
            seen.append(message("send", len(seen), create(**body, stream_id="a")))
            recorded.append(socket.ask(body, stream_id="a"))
            seen += [message("receive", len(seen), event) for event in recorded[-1]]
    saved, cassette = tmp_path / "seen.har", tmp_path / "seen.yaml"
    saved.write_text(har(seen))
    assert main(["import", str(saved), "--to", str(cassette)]) == 0
    player = server.workspace()
    player.replay(cassette)

    with WebSocket(player.base_url, key=player.api_key) as socket:
        assert [socket.ask(ask(words), stream_id="a") for words in ("one", "two")] == recorded
