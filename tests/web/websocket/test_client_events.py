"""Frames that ask for nothing that there is: a clear error, or a close, and never a traceback."""

import json
from typing import Any

import pytest
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosedError

from mockserver import Workspace
from tests.support.bodies import ask
from tests.support.websocket import BINARY, ClosedError, WebSocket

INVALID_JSON = (
    "Invalid body: failed to parse JSON value. Please check the value to ensure it is valid JSON. (Common errors "
    "include trailing commas, missing closing brackets, missing quotation marks, etc.)"
)


@pytest.mark.parametrize(
    ("sent", "code", "param", "message"),
    [
        pytest.param(b"not json", "invalid_json", None, INVALID_JSON, id="no-json"),
        pytest.param(b"", "invalid_json", None, INVALID_JSON, id="empty"),
        pytest.param(b"[" * 200 + b"]" * 200, "invalid_json", None, INVALID_JSON, id="deep"),
        pytest.param(
            b"[]",
            "invalid_type",
            None,
            "Invalid type for request body: expected an object, but got an array instead.",
            id="array",
        ),
        pytest.param(b"{}", "missing_required_parameter", "type", "Missing required parameter: 'type'.", id="no-type"),
        pytest.param(
            b'{"type":5}',
            "invalid_type",
            "type",
            "Invalid type for 'type': expected a string, but got an integer instead.",
            id="type",
        ),
        pytest.param(
            b'{"type":"session.update"}',
            "invalid_value",
            "type",
            "Invalid value: 'session.update'. Supported values are: 'response.create' and 'response.steer'.",
            id="unknown",
        ),
        pytest.param(
            b'{"type":"response.create","generate":"no"}',
            "invalid_type",
            "generate",
            "Invalid type for 'generate': expected a boolean, but got a string instead.",
            id="generate",
        ),
    ],
)
def test_frame_that_asks_for_nothing_is_an_error(connect, workspace, sent, code, *, param, message):
    socket = connect()
    error = {"type": "invalid_request_error", "code": code, "message": message, "param": param}
    socket.send_frame(sent)

    assert socket.event() == {"type": "error", "status": 400, "error": error}
    assert socket.ask(ask())[-1]["type"] == "response.completed"
    assert [(exchange.status, exchange.error) for exchange in workspace.requests] == [(400, error), (200, None)]


def test_binary_frame_is_an_error(socket: WebSocket):
    socket.send_frame(json.dumps({"type": "response.create", **ask()}).encode(), opcode=BINARY)
    frame = socket.event()

    assert (frame["status"], frame["error"]["code"]) == (400, "invalid_frame")
    assert socket.ask(ask())[-1]["type"] == "response.completed"


def test_text_that_is_not_utf8_closes_with_1007(socket: WebSocket):
    socket.send_frame(b'{"type":"\xff"}')

    with pytest.raises(ClosedError, match="1007"):
        socket.text()


def whole(size: int) -> bytes:
    """A `response.create` of so many bytes."""
    empty = json.dumps({"type": "response.create", **ask("")}).encode()
    return empty.replace(b'"input": ""', b'"input": "%b"' % (b"x" * (size - len(empty))))


def test_message_of_16_mib_is_too_large_and_one_below_is_read(connect: Any):
    socket = connect()
    assert len(whole(16_777_000)) == 16_777_000
    socket.send_frame(whole(16_777_000))
    assert socket.events()[-1]["type"] == "response.completed"

    socket.send_frame(whole(16_777_300))
    with pytest.raises(ClosedError, match="1009"):
        socket.text()


async def test_client_that_is_still_sending_gets_the_close_and_no_reset(workspace: Workspace):
    headers = {"authorization": f"Bearer {workspace.api_key}"}
    async with connect_async(f"ws{workspace.base_url[4:]}/responses", additional_headers=headers) as socket:
        await socket.send("x" * (30 << 20))
        with pytest.raises(ConnectionClosedError) as closed:
            await socket.recv()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


def test_processed_is_ignored(workspace, socket: WebSocket):
    socket.send({"type": "response.processed", "response_id": "resp_1"})

    assert socket.ask(ask())[-1]["type"] == "response.completed"
    assert len(workspace.requests) == 1


def test_ping_is_answered(socket: WebSocket):
    socket.send_frame(b"still there?", opcode=9)
    frame = socket.frame()

    assert (frame.opcode, frame.payload) == (10, b"still there?")


@pytest.mark.parametrize("code", [1000, 1001])
def test_close_is_answered(socket: WebSocket, code):
    assert socket.close(code) == 1000
