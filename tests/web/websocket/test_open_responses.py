"""The WebSocket cases that the Open Responses specification names, written from what they ask for."""

from collections.abc import Callable
from typing import Any

from mockserver import Workspace
from tests.support.bodies import ask
from tests.support.http import Raw
from tests.support.websocket import WebSocket

BAD_ITEM = [{"type": "function_call_output", "call_id": "call_nowhere", "output": "x"}]


def turn(socket: WebSocket, words: Any = "Hello.", **more: Any) -> Any:
    """The response of a turn, whose events have to be well formed."""
    events = socket.ask({"model": "gpt-4o", "input": words, **more})
    assert [event["type"] for event in (events[0], events[-1])] == ["response.created", "response.completed"], events
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    return events[-1]["response"]


def refusal(socket: WebSocket, words: Any = "Hello.", **more: Any) -> Any:
    """The code of the error that a turn gets; the frame has all that the specification requires."""
    (frame,) = socket.ask({"model": "gpt-4o", "input": words, **more})
    assert (frame["type"], isinstance(frame["status"], int), bool(frame["error"]["message"])) == ("error", True, True)
    return frame["error"]["code"]


def test_websocket_response(socket: WebSocket):
    assert turn(socket)["output"][0]["role"] == "assistant"
    assert socket.quiet()  # no `[DONE]`


def test_websocket_sequential_responses(socket: WebSocket):
    assert turn(socket, "One.")["id"] != turn(socket, "Two.")["id"]


def test_websocket_continuation(workspace: Workspace, socket: WebSocket):
    first = turn(socket, "My name is Ada.", store=False)
    second = turn(socket, "What is my name?", store=False, previous_response_id=first["id"])

    assert second["previous_response_id"] == first["id"]
    workspace.assert_called(message={"contains": "Ada"}, times=2)


def test_websocket_reconnect_store_false_recovery(connect: Callable[..., WebSocket]):
    first = turn(connect(), "One.", store=False)
    socket = connect()

    assert refusal(socket, store=False, previous_response_id=first["id"]) == "previous_response_not_found"
    assert turn(socket, "One, and two.", store=False)["status"] == "completed"


def test_websocket_previous_response_not_found(socket: WebSocket):
    assert refusal(socket, previous_response_id="resp_nowhere") == "previous_response_not_found"


def test_websocket_failed_continuation_evicts_cache(socket: WebSocket):
    first = turn(socket, "One.", store=False)
    refusal(socket, BAD_ITEM, store=False, previous_response_id=first["id"])

    assert refusal(socket, store=False, previous_response_id=first["id"]) == "previous_response_not_found"


def test_websocket_compact_new_chain(socket: WebSocket, raw: Raw):
    turn(socket, "One.", store=False)
    compacted = raw("POST", "/v1/responses/compact", ask("One.")).json
    fresh = turn(socket, [*compacted["output"], {"role": "user", "content": "Two."}], store=False)

    assert fresh["previous_response_id"] is None
    assert turn(socket, "Three.", store=False, previous_response_id=fresh["id"])["status"] == "completed"
