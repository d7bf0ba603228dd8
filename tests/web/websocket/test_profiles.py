"""Under a profile whose provider has WebSocket mode, what passes over a socket is in the provider's dialect."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer, Workspace, function_call, message, reasoning, web_search_call
from tests.support.http import send
from tests.support.websocket import WebSocket

ODD = """\
websocket: true
ids: {resp_: answer-}
request:
  - rename: {question: input}
events:
  - where: {type: response.content_part.added}
    drop: [sequence_number]
  - where: {type: response.completed}
    set: {provider: odd}
error:
  - where: {status: 400}
    set: {status: 422}
error_body: {code: $code, reason: $message}
"""
Connect = Callable[[str], tuple[Workspace, WebSocket]]


@pytest.fixture
def speak(server: MockServer, tmp_path: Path) -> Iterator[Connect]:
    """`speak(profile)` is a workspace under a profile, and a socket in it; `odd` is a profile of the test's own."""
    (tmp_path / "odd.yaml").write_text(ODD)
    with ExitStack() as stack:

        def opened(profile: str) -> tuple[Workspace, WebSocket]:
            mock = server.workspace(profile=str(tmp_path / "odd.yaml") if profile == "odd" else profile)
            return mock, stack.enter_context(WebSocket(mock.base_url, key=mock.api_key))

        yield opened


def without_ids(event: Any) -> Any:
    """An event without what another request has otherwise."""
    if isinstance(event, dict):
        hidden = {"id", "item_id", "call_id", "created_at", "completed_at", "obfuscation", "encrypted_content"}
        return {key: without_ids(value) for key, value in event.items() if key not in hidden}
    return [without_ids(one) for one in event] if isinstance(event, list) else event


@pytest.mark.parametrize("profile", ["open-responses", "odd"])
def test_events_are_those_of_the_stream(speak: Connect, profile: str):
    mock, socket = speak(profile)
    mock.on().reply(reasoning("Hm.", content=["I see."]), web_search_call("otters"), message("Otters.\n" * 3))
    body = {"model": "gpt-5.6-sol", "question" if profile == "odd" else "input": "What?"}
    reply = send(mock.base_url, "POST", "/v1/responses", {**body, "stream": True}, key=mock.api_key)
    over_socket = [socket.ask(body) for _ in range(3)]  # the third comes from a template

    streamed = [json.loads(line[6:]) for line in reply.body.decode().splitlines() if line.startswith("data: {")]

    for events in over_socket:
        assert without_ids(events) == without_ids(streamed)
    assert over_socket[0][0]["response"]["id"].startswith("answer-" if profile == "odd" else "resp_")


@pytest.mark.parametrize(
    ("profile", "status", "error"),
    [
        pytest.param("open-responses", 400, {"type": "invalid_request"}, id="open-responses"),
        pytest.param("odd", 422, {"reason": "Previous response with id 'answer-nowhere' not found."}, id="odd"),
    ],
)
def test_errors_are_the_providers(speak: Connect, profile: str, status: int, error: dict[str, Any]):
    mock, socket = speak(profile)
    named = "answer-nowhere" if profile == "odd" else "resp_nowhere"
    body = {"model": "gpt-4o", "question" if profile == "odd" else "input": "Hello.", "previous_response_id": named}
    (frame,) = socket.ask(body, stream_id="a")
    over_http = send(mock.base_url, "POST", "/v1/responses", body, key=mock.api_key)

    assert (frame["type"], frame["status"], frame["stream_id"]) == ("error", status, "a")
    assert frame["error"]["code"] == "previous_response_not_found"
    assert {key: frame["error"].get(key) for key in error} == error
    assert (over_http.status, over_http.json.get("error", over_http.json)) == (status, frame["error"])
    assert [one.status for one in mock.requests] == [status, status]


@pytest.mark.parametrize("store", [True, False])
def test_chains_go_on_by_the_providers_ids(speak: Connect, *, store: bool):
    mock, socket = speak("odd")
    mock.on(tool_output="look").reply("Found.")
    mock.on().reply(function_call("look", {}, call_id="call_1"))
    first = socket.ask({"model": "gpt-4o", "question": "Look!", "store": store})[-1]["response"]
    output = {"type": "function_call_output", "call_id": "call_1", "output": "x"}
    more = {"model": "gpt-4o", "question": [output], "previous_response_id": first["id"], "store": store}
    last = socket.ask(more)[-1]

    assert (last["provider"], last["response"]["output"][0]["content"][0]["text"]) == ("odd", "Found.")
    assert last["response"]["previous_response_id"] == first["id"]


@pytest.mark.parametrize("profile", ["open-responses", "odd"])
def test_steered_response_and_its_successor(speak: Connect, profile: str):
    mock, socket = speak(profile)
    mock.on(message="Shorter!").reply("End.")
    mock.on().reply("Once upon a time", "there was a server.")
    gate = mock.gates[mock.hold()]
    gate.until("response.output_text.delta")
    body = {"model": "gpt-6-astra", "question" if profile == "odd" else "input": "A story."}
    socket.create(body)
    events = [socket.event()]
    while events[-1]["type"] != "response.output_text.delta":
        events.append(socket.event())
    target = events[0]["response"]["id"]
    socket.send({"type": "response.steer", "previous_response_id": target, "input": "Shorter!"})
    accepted = socket.event()
    gate.open()
    rest = [socket.event()]
    while rest[-1]["type"] != "response.completed":
        rest.append(socket.event())

    assert accepted["type"].endswith("response.steer.accepted")
    assert accepted["steer"]["previous_response_id"] == target
    assert [event["type"] for event in rest].count("response.incomplete") == 1
    assert rest[-1]["response"]["previous_response_id"] == target
    assert rest[-1].get("provider") == ("odd" if profile == "odd" else None)
    socket.send({"type": "response.steer", "previous_response_id": rest[-1]["response"]["id"], "input": "More!"})
    assert socket.event()["error"]["code"] == "response_already_completed"


def test_input_waits_for_a_tool_by_the_providers_id(speak: Connect):
    mock, socket = speak("odd")
    mock.on(message="Shorter!").reply("Found.")
    mock.on().reply(function_call("look", {}, call_id="call_1"))
    gate = mock.gates[mock.hold()]
    gate.until("response.output_item.added")
    socket.create({"model": "gpt-6-astra", "question": "Look!"})
    events = [socket.event() for _ in range(3)]
    target = events[0]["response"]["id"]
    socket.send({"type": "response.steer", "previous_response_id": target, "input": "Shorter!"})
    assert socket.event()["type"] == "response.steer.accepted"
    gate.open()
    while (pending := socket.event())["type"] != "response.steer.pending":
        pass
    outputs = [{**stub, "output": "x"} for stub in pending["required_input"]]
    answer = socket.ask({"model": "gpt-6-astra", "question": outputs, "previous_response_id": target})

    assert answer[-1]["response"]["output"][0]["content"][0]["text"] == "Found."
    kinds = [item["type"] for item in mock.requests[-1].input_items()]
    assert kinds == ["message", "function_call_output"]


def test_frames_that_are_no_requests_get_the_providers_errors(speak: Connect):
    _, socket = speak("odd")
    socket.send_frame(b"no JSON{")

    assert socket.event()["error"]["code"] == "invalid_json"
