"""A request on a socket is answered as over HTTP: the same events, errors and objects."""

from typing import Any

import pytest

from mockserver import MockServer, Pace, Workspace, function_call
from mockserver.codec import dumps
from tests.support.bodies import BODIES, WEATHER, ask
from tests.support.http import Raw, send
from tests.support.websocket import WebSocket

WRONG: dict[str, dict[str, Any]] = {
    "no model": {"input": "Hello."},
    "empty model": ask(model=""),
    "no input": {"model": "gpt-4o"},
    "unknown parameter": ask(inptu="x"),
    "wrong type": ask(tools={}),
    "value": ask(temperature=3),
    "unknown response": ask(previous_response_id="resp_nowhere"),
    "unknown conversation": ask(conversation="conv_nowhere"),
    "sampling of a model that reasons": ask(model="gpt-5", temperature=0.5),
    "output without a call": ask() | {"input": [{"type": "function_call_output", "call_id": "call_x", "output": "x"}]},
}


def without_content(value: Any) -> Any:
    """A value without encrypted content, which follows from the API key."""
    if isinstance(value, list):
        return [without_content(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: without_content(each) for key, each in value.items() if key != "encrypted_content"}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_events_are_those_of_server_sent_events(server: MockServer, body: dict[str, Any]):
    over_http, over_socket = server.workspace(), server.workspace()
    key, asked = over_http.api_key, dumps({**body, "stream": True})
    replies = [send(server.base_url, "POST", "/v1/responses", asked, key=key) for _ in range(3)]
    expected = [event for reply in replies for event in reply.events]
    with WebSocket(server.base_url, key=over_socket.api_key) as socket:
        events = [event for _ in replies for event in socket.ask(body)]

    assert [without_content(event) for event in events] == [without_content(event) for event in expected]
    assert [list(event) for event in events] == [list(event) for event in expected]


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
def test_error_is_that_of_http_with_its_status(raw: Raw, socket: WebSocket, body: dict[str, Any]):
    over_http = raw("POST", "/v1/responses", body)
    (frame,) = socket.ask(body)
    error = over_http.json["error"]

    assert list(frame) == ["type", "status", "error"]
    assert list(frame["error"]) == ["type", "code", "message", "param"]
    assert frame == {"type": "error", "status": over_http.status, "error": error}
    assert socket.ask(ask())[-1]["type"] == "response.completed"  # it stays usable


def test_nested_body_lacks_a_model(socket: WebSocket):
    (frame,) = socket.ask({"response": ask()})

    assert frame["error"]["message"] == "Missing required parameter: 'model'."


def test_stream_is_said_and_not_needed(server: MockServer):
    events = []
    for stream in ({}, {"stream": True}, {"stream": False}, {"stream": None}):
        with WebSocket(server.base_url, key=server.workspace().api_key) as socket:
            events.append(socket.ask(ask(), **stream))

    assert events[1:] == events[:-1]


def test_background_is_refused(socket: WebSocket):
    (frame,) = socket.ask(ask(background=True))

    assert (frame["status"], frame["error"]["param"]) == (400, "background")
    assert frame["error"]["message"] == "Unsupported parameter: 'background' is not supported over WebSocket."
    assert socket.ask(ask(background=False))[-1]["response"]["background"] is False


def test_response_is_stored_and_found_over_http(raw: Raw, socket: WebSocket):
    final = socket.ask(ask())[-1]["response"]

    assert raw("GET", f"/v1/responses/{final['id']}").json["output"] == final["output"]


def test_response_that_is_not_stored_is_not_found_over_http(raw: Raw, socket: WebSocket):
    final = socket.ask(ask(store=False))[-1]["response"]

    assert raw("GET", f"/v1/responses/{final['id']}").status == 404


def test_conversation_gets_the_turn(raw: Raw, socket: WebSocket):
    conversation = raw("POST", "/v1/conversations", {}).json["id"]
    socket.ask(ask(conversation=conversation))

    assert len(raw("GET", f"/v1/conversations/{conversation}/items").json["data"]) == 2


def test_journal_has_an_exchange_for_each_request(workspace: Workspace, socket: WebSocket):
    workspace.on(input="weather").reply(function_call("get_weather", city="Paris"))
    socket.ask(ask("The weather?", tools=[WEATHER]))
    socket.ask(ask("The time?"))
    called, missed = workspace.requests

    assert (called.status, called.connection, called.lane, called.creates) == (200, 1, None, True)
    assert called.rule is not None
    assert called.events[-1]["type"] == "response.completed"
    assert called.body == {**ask("The weather?", tools=[WEATHER]), "stream": True}
    assert (missed.status, (missed.error or {})["code"]) == (400, "no_matching_rule")
    assert str(called).startswith("#1 POST /v1/responses (connection 1) 'The weather?' -> 200 by ")
    assert workspace.assert_called(input="weather") == [called]
    assert [problem.partition("\n")[0] for problem in workspace.problems()] == [f"Request {missed}"]


def test_error_of_a_miss_is_not_retried(workspace: Workspace, socket: WebSocket):
    workspace.on(input="weather").reply("Sunny.")
    (frame,) = socket.ask(ask("The time?"))

    assert frame["headers"] == frame["error"]["headers"] == {"x-should-retry": "false"}


def test_paced_events_leave_when_they_are_due(workspace: Workspace, socket: WebSocket):
    gate = workspace.gates[workspace.hold()]
    socket.create(ask())
    gate.step(2)
    assert [socket.event()["type"] for _ in range(2)] == ["response.created", "response.in_progress"]
    assert socket.quiet()
    gate.open()

    assert socket.events()[-1]["type"] == "response.completed"


def test_client_that_goes_away_takes_its_run_with_it(workspace: Workspace, socket: WebSocket, raw: Raw):
    workspace.pace = Pace(first=60)
    socket.create(ask())
    while not workspace.requests:
        raw("GET", "/v1/models/gpt-4o")
    (exchange,) = (one for one in workspace.requests if one.creates)
    socket.reset()
    while exchange.run is None or not exchange.run.done:
        raw("GET", "/v1/models/gpt-4o")

    assert exchange.run.final["status"] == "cancelled"


def test_requests_that_come_again_are_read_once(workspace: Workspace, socket: WebSocket):
    for _ in range(2):
        socket.ask(ask())
    first, second = (exchange.asked for exchange in workspace.requests)

    assert first is second


def test_reply_of_a_rule_that_cannot_be_made_is_an_error(workspace: Workspace, socket: WebSocket):
    workspace.on().reply(lambda _request: 1 / 0)
    (frame,) = socket.ask(ask())

    assert (frame["status"], frame["error"]["code"]) == (400, "script_error")
