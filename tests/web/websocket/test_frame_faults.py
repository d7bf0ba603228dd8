"""Every fault of HTTP, where it makes sense on a socket."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from mockserver import Fault, Workspace
from mockserver.errors import ScriptError
from tests.support.bodies import ask
from tests.support.event_types import TEXT_EVENTS
from tests.support.http import Connection
from tests.support.websocket import DROPPED, ClosedError, WebSocket


def faulty(workspace: Workspace, **fault: Any) -> None:
    workspace.on(input="fault").reply("Hi").fault(**fault)
    workspace.on().reply("Well.")


def until_closed(socket: WebSocket) -> tuple[list[bytes], int]:
    """All text frames, and the code with which the connection ends."""
    frames = []
    try:
        while True:
            frames.append(socket.text())
    except ClosedError as closed:
        return frames, closed.code


def types(frames: list[bytes]) -> list[str]:
    return [json.loads(frame)["type"] for frame in frames]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504])
def test_http_error_is_an_error_frame(workspace: Workspace, socket: WebSocket, status: int):
    workspace.on(input="fault").fault(status=status)
    workspace.on().reply("Well.")
    (frame,) = socket.ask(ask("fault"))

    assert (frame["type"], frame["status"]) == ("error", status)
    assert workspace.requests[0].status == status
    assert socket.ask(ask())[-1]["type"] == "response.completed"


def test_rate_limit_has_its_headers_where_clients_read_them(workspace: Workspace, socket: WebSocket):
    workspace.on().fault(status=429, retry_after=1.5)
    (frame,) = socket.ask(ask(), stream_id="a")

    assert list(frame) == ["type", "status", "stream_id", "error", "headers"]
    assert frame["headers"]["retry-after-ms"] == "1500"
    assert frame["error"]["headers"] == frame["headers"]
    assert frame["error"]["code"] == "rate_limit_exceeded"


@pytest.mark.parametrize("after", [1, 4, 7])
def test_response_fails_after_some_events(workspace: Workspace, socket: WebSocket, after: int):
    faulty(workspace, fail_after=after, code="rate_limit_exceeded", message="Slow down.")
    events = socket.ask(ask("fault"))

    assert [event["type"] for event in events] == [*TEXT_EVENTS[:after], "response.failed"]
    assert socket.ask(ask())[-1]["type"] == "response.completed"


def test_error_event_comes_before_the_failure(workspace: Workspace, socket: WebSocket):
    faulty(workspace, error_after=3, message="On strike.")
    events = socket.ask(ask("fault"), stream_id="a")

    assert [event["type"] for event in events] == [*TEXT_EVENTS[:3], "error", "response.failed"]
    assert [event["sequence_number"] for event in events] == list(range(5))
    assert "status" not in events[3]
    assert {event["stream_id"] for event in events} == {"a"}


@pytest.mark.parametrize("after", [0, 1, 5, 9])
def test_connection_is_dropped_after_some_events(workspace: Workspace, connect: Callable[..., WebSocket], after: int):
    faulty(workspace, cut_after=after)
    socket = connect()
    socket.create(ask("fault"))
    frames, code = until_closed(socket)

    assert (types(frames), code) == (TEXT_EVENTS[:after], DROPPED)
    assert connect().ask(ask())[-1]["type"] == "response.completed"


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1011, 1012, 1013, 4000])
def test_connection_is_closed_with_a_code(workspace: Workspace, socket: WebSocket, code: int):
    faulty(workspace, cut_after=3, close_code=code)
    socket.create(ask("fault"))
    frames, closed = until_closed(socket)

    assert (types(frames), closed) == (TEXT_EVENTS[:3], code)


def test_close_code_is_a_plain_cut_over_http(workspace: Workspace):
    faulty(workspace, cut_after=3, close_code=1011)
    with Connection(workspace.base_url) as connection:
        connection.request("POST", "/v1/responses", ask("fault", stream=True), key=workspace.api_key)
        reply = connection.reply()

    assert (reply.end, reply.types) == ("closed", TEXT_EVENTS[:3])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"status": 500, "close_code": 1011}, "close_code needs cut_after.", id="alone"),
        *(
            pytest.param(
                {"cut_after": 1, "close_code": code},
                f"close_code is {code}; expected 1000 to 1003, 1007 to 1014, or 3000 to 4999.",
                id=f"{code}",
            )
            for code in (0, 999, 1005, 1006, 1015, 2999, 5000)
        ),
    ],
)
def test_close_code_that_cannot_be_sent_is_refused(fields: Any, message: str):
    with pytest.raises(ScriptError) as caught:
        Fault(**fields)

    assert str(caught.value) == message


def test_lane_stalls_and_the_others_go_on(workspace: Workspace, socket: WebSocket):
    faulty(workspace, stall_after=3)
    socket.create(ask("fault"), stream_id="a")
    events = [socket.event() for _ in range(3)]

    assert [event["type"] for event in events] == TEXT_EVENTS[:3]
    assert socket.quiet()
    assert socket.ask(ask(), stream_id="b")[-1]["stream_id"] == "b"
    socket.create(ask(), stream_id="a")
    assert socket.quiet()


@pytest.mark.parametrize(("words", "head"), [(1, 4), (20_000, 10)], ids=["short", "long"])
def test_connection_ends_in_half_a_frame(
    workspace: Workspace, connect: Callable[..., WebSocket], words: int, head: int
):
    text = " ".join(["word"] * words)
    workspace.on().times(1).reply(text)
    whole = connect().ask(ask())
    workspace.on().reply(text).fault(half_event=len(whole))
    socket = connect()
    socket.create(ask())
    frames, code = until_closed(socket)
    size = int.from_bytes(socket._received[2:head])

    assert (types(frames), code) == ([event["type"] for event in whole[:-1]], DROPPED)
    assert socket._received[0] == 0x81
    assert len(socket._received) == head + size // 2


@pytest.mark.parametrize("after", [0, 3, 9])
def test_garbage_is_a_text_frame_that_is_not_json(workspace: Workspace, socket: WebSocket, after: int):
    faulty(workspace, garbage_after=after)
    socket.create(ask("fault"))
    frames = [socket.text() for _ in range(10)]

    assert frames[after] == b"not an event{"
    assert types([*frames[:after], *frames[after + 1 :]]) == TEXT_EVENTS
    assert socket.ask(ask())[-1]["type"] == "response.completed"


def test_slow_frames_take_their_time(workspace: Workspace, socket: WebSocket):
    faulty(workspace, slow_body=0.2)
    started = time.monotonic()
    events = socket.ask(ask("fault"))

    assert [event["type"] for event in events] == TEXT_EVENTS
    assert 0.15 < time.monotonic() - started < 5


def test_wrong_length_is_nothing_on_a_socket(workspace: Workspace, socket: WebSocket):
    faulty(workspace, content_length=10)

    assert [event["type"] for event in socket.ask(ask("fault"))] == TEXT_EVENTS


def test_fault_for_sockets_leaves_http_alone(workspace: Workspace, socket: WebSocket, raw: Any):
    workspace.on(transport="websocket").fault(status=503)
    workspace.on().reply("Well.")

    assert raw("POST", "/v1/responses", ask()).status == 200
    assert socket.ask(ask())[0]["status"] == 503


def test_fault_for_one_lane_leaves_the_others_alone(workspace: Workspace, socket: WebSocket):
    workspace.on(lane="a").fault(status=503)
    workspace.on().reply("Well.")

    assert socket.ask(ask(), stream_id="a")[0]["status"] == 503
    assert socket.ask(ask(), stream_id="b")[-1]["type"] == "response.completed"
    assert socket.ask(ask())[-1]["type"] == "response.completed"


def test_chaos_reaches_sockets(workspace: Workspace, socket: WebSocket):
    workspace.chaos(1, Fault(status=500))
    # the handshake was before
    assert [socket.ask(ask(f"{number}"))[0]["status"] for number in range(3)] == [500] * 3


def test_chaos_does_not_use_up_a_rule(workspace: Workspace, connect: Callable[..., WebSocket]):
    workspace.on().times(1).reply("Once.")
    socket = connect()
    workspace.chaos(1, Fault(status=500))
    assert socket.ask(ask())[0]["status"] == 500
    workspace.chaos(0)

    assert socket.ask(ask())[-1]["response"]["output"][0]["content"][0]["text"] == "Once."


def test_scripted_limit_of_the_connection_has_the_words_of_the_wire(workspace: Workspace, socket: WebSocket):
    workspace.on().fault(status=400, code="websocket_connection_limit_reached")
    (frame,) = socket.ask(ask())

    assert frame["error"]["message"] == (
        "Responses websocket connection limit reached (60 minutes). Create a new websocket connection to continue."
    )
