"""Lanes: one response after the other on each, all lanes at the same time, and their limits."""

from collections.abc import Callable
from itertools import groupby, pairwise
from typing import Any

import pytest

from mockserver import Pace, Workspace
from tests.support.bodies import ask
from tests.support.websocket import WebSocket, by_lane

MESSAGE = (
    "The 'stream_id' field must be a non-empty string with at most 256 characters and may only contain letters, "
    "numbers, underscores, hyphens, and periods."
)


def completed(socket: WebSocket, count: int) -> list[Any]:
    """All events until so many responses are complete."""
    events = []
    while count:
        events.append(socket.event())
        count -= events[-1]["type"] == "response.completed"
    return events


def test_every_event_of_a_lane_has_its_name(socket: WebSocket):
    events = socket.ask(ask(), stream_id="lane-1._X")

    assert {event["stream_id"] for event in events} == {"lane-1._X"}
    assert all(list(event)[-1] == "stream_id" for event in events)
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert not any("stream_id" in event for event in socket.ask(ask()))


def test_error_of_a_request_has_the_name_of_its_lane(socket: WebSocket):
    (frame,) = socket.ask(ask(model=""), stream_id="a")

    assert list(frame) == ["type", "status", "stream_id", "error"]
    assert (frame["stream_id"], frame["error"]["code"]) == ("a", "model_not_found")
    assert socket.ask(ask(), stream_id="a")[-1]["type"] == "response.completed"


@pytest.mark.parametrize("name", ["", " ", "a b", "ä", "x" * 257, "a/b", "a\n", 5, False, ["a"]], ids=repr)
def test_name_that_no_lane_can_have_is_an_error(socket: WebSocket, name: Any):
    (frame,) = socket.ask(ask(), stream_id=name)

    assert frame == {
        "type": "error",
        "status": 400,
        "error": {
            "type": "invalid_request_error",
            "code": "invalid_stream_id",
            "message": MESSAGE,
            "param": "stream_id",
        },
    }


@pytest.mark.parametrize("name", ["x" * 256, "0", "A.b-c_d"])
def test_name_may_have_256_characters(socket: WebSocket, name: str):
    assert socket.ask(ask(), stream_id=name)[-1]["stream_id"] == name


def test_null_is_the_default_lane(socket: WebSocket):
    assert "stream_id" not in socket.ask(ask(), stream_id=None)[0]


def test_name_33_is_one_too_many_and_old_ones_go_on(workspace: Workspace, socket: WebSocket):
    for number in range(32):
        socket.ask(ask(), stream_id=f"lane {number}".replace(" ", "_"))
    socket.ask(ask())
    (frame,) = socket.ask(ask(), stream_id="lane_32")

    assert frame == {
        "type": "error",
        "status": 400,
        "stream_id": "lane_32",
        "error": {
            "type": "invalid_request_error",
            "code": "websocket_stream_limit_reached",
            "message": (
                "This WebSocket connection has reached its maximum number of distinct stream IDs (32). Reuse an "
                "existing stream_id or open a new WebSocket connection."
            ),
            "param": "stream_id",
        },
    }
    assert [socket.ask(ask(), stream_id=name)[-1]["type"] for name in ("lane_0", None)] == ["response.completed"] * 2
    assert workspace.requests[-3].status == 400


def test_new_connection_has_lanes_of_its_own(connect: Callable[..., WebSocket]):
    for _ in range(2):
        socket = connect()
        for number in range(32):
            assert socket.ask(ask(), stream_id=f"{number}")[-1]["type"] == "response.completed"


@pytest.mark.parametrize("lane", [None, "a"])
def test_responses_of_one_lane_never_overlap(workspace: Workspace, socket: WebSocket, lane: str | None):
    workspace.pace = Pace(rate=5000)
    for number in range(5):
        workspace.on(input=f"number {number}").reply(f"This is answer {number}.")
        socket.create(ask(f"number {number}"), **({"stream_id": lane} if lane else {}))
    events = completed(socket, 5)
    texts = [event["text"] for event in events if event["type"] == "response.output_text.done"]
    runs = [len(list(group)) for _, group in groupby(event["sequence_number"] == 0 for event in events)]

    assert texts == [f"This is answer {number}." for number in range(5)]
    assert runs[::2] == [1] * 5


def test_error_comes_when_it_is_its_turn(workspace: Workspace, socket: WebSocket):
    gate = workspace.gates[workspace.hold()]
    socket.create(ask())
    socket.create(ask(model=""))
    assert socket.quiet()
    gate.open()
    events = socket.events()

    assert events[-1]["type"] == "response.completed"
    assert socket.event()["error"]["code"] == "model_not_found"


def test_lanes_do_not_wait_for_each_other(workspace: Workspace, socket: WebSocket):
    workspace.on(input="slow").reply("Slow.").pace(first=60)
    workspace.on(input="fast").reply("Fast.")
    socket.create(ask("slow"), stream_id="slow")
    socket.create(ask("slow"))

    assert socket.ask(ask("fast"), stream_id="fast")[-1]["stream_id"] == "fast"


def test_sixteen_lanes_interleave_and_never_mix(workspace: Workspace, socket: WebSocket):
    workspace.pace = Pace(rate=300, jitter=0.5)
    names = [f"lane-{number}" for number in range(16)]
    for name in names:
        workspace.on(lane=name).reply(" ".join([name] * 30))
        socket.create(ask(), stream_id=name)
    events = completed(socket, 16)
    lanes = by_lane(events)
    switches = sum(one["stream_id"] != next_one["stream_id"] for one, next_one in pairwise(events))

    assert sorted(map(str, lanes)) == sorted(names)
    for lane, told in lanes.items():
        assert [event["sequence_number"] for event in told] == list(range(len(told)))
        text = "".join(event["delta"] for event in told if event["type"] == "response.output_text.delta")
        assert text == " ".join([str(lane)] * 30)
        assert {event["response"]["id"] for event in told if "response" in event} == {told[-1]["response"]["id"]}
    assert switches > 16


def test_sixteen_responses_are_in_flight_and_more_wait(workspace: Workspace, socket: WebSocket):
    gate = workspace.gates[workspace.hold()]
    for number in range(20):
        socket.create(ask(), stream_id=f"{number}")
    gate.step()
    begun = [socket.event() for _ in range(16)]
    assert socket.quiet()
    assert {event["type"] for event in begun} == {"response.created"}
    gate.open()
    rest = completed(socket, 20)

    assert {event["stream_id"] for event in (*begun, *rest)} == {str(number) for number in range(20)}
    assert sum(event["type"] == "response.created" for event in rest) == 4


def test_journal_and_control_api_show_the_lane(workspace: Workspace, connect: Callable[..., WebSocket], raw: Any):
    connect().ask(ask(), stream_id="a")
    connect().ask(ask())
    first, second = raw("GET", "/_mock/requests").json["requests"]

    assert [(one.connection, one.lane) for one in workspace.requests] == [(1, "a"), (2, None)]
    assert (first["operation"], first["connection"], first["lane"]) == ("responses.create", 1, "a")
    assert (second["connection"], second["lane"]) == (2, None)
    assert "lane 'a'" in str(workspace.requests[0])
