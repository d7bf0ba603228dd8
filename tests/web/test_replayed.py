"""Recorded answers on the wire: their bytes, their times, gates, and who else may answer."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from mockserver import Fault, ManualClock, MismatchError, MockServer, Workspace
from mockserver.cassette.format import Header
from mockserver.cassette.writer import CassetteWriter
from mockserver.model.recorded import RecordedExchange
from tests.support.http import Connection, Raw
from tests.support.loop import wait_all_tasks_blocked

ASKED = {"model": "gpt-4o", "input": "hi"}
JSON = {"content-type": "application/json", "x-request-id": "req_1", "content-length": "5"}
RESPONSE = {"id": "resp_1", "object": "response", "status": "completed", "output": [], "zeta": 1, "alpha": [1.0]}
DELTA = {"type": "response.output_text.delta", "delta": "Hi", "sequence_number": 1}
EVENTS = [
    {"type": "response.created", "response": RESPONSE, "sequence_number": 0},
    DELTA,
    {"type": "response.completed", "response": RESPONSE, "sequence_number": 2, "unknown": {"b": 1, "a": 2}},
]
STREAM = RecordedExchange(
    request_body=ASKED | {"stream": True},
    headers={"content-type": "text/event-stream; charset=utf-8"},
    events=EVENTS,
    other_frames=((1, ": keep-alive"), (3, "data: [DONE]")),
    times=(1.0, 2.0, 4.0),
)
WHOLE = RecordedExchange(request_body=ASKED, headers=JSON, body=RESPONSE, times=(3.0,))
LISTED = RecordedExchange(method="GET", url_path="/v1/files", headers=JSON, body={"object": "list"}, times=(3.0,))


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    path = tmp_path / "session.yaml"
    with CassetteWriter(path, header=Header()) as writer:
        writer.add(STREAM)
        writer.add(WHOLE)
    return path


def frame(event: dict[str, Any]) -> str:
    return f"event: {event['type']}\ndata: {json.dumps(event, separators=(',', ':'))}\n\n"


PIECES = [f"{frame(EVENTS[0])}: keep-alive\n\n", frame(EVENTS[1]), f"{frame(EVENTS[2])}data: [DONE]\n\n"]
"""Each event, with what stands between it and the next."""
TOLD = "".join(PIECES)


def test_stream_is_told_byte_for_byte(workspace: Workspace, raw: Raw, cassette: Path):
    workspace.replay(cassette)

    reply = raw("POST", "/v1/responses", {"stream": True, **ASKED})

    assert reply.body.decode() == TOLD
    assert reply.header("content-type") == "text/event-stream; charset=utf-8"


def test_body_is_indented_and_has_the_recorded_headers(workspace: Workspace, raw: Raw, cassette: Path):
    workspace.replay(cassette)

    reply = raw("POST", "/v1/responses", ASKED)

    assert reply.body.decode() == json.dumps(RESPONSE, indent=2)
    assert (reply.header("x-request-id"), reply.header("content-length")) == ("req_1", str(len(reply.body)))


def test_recorded_error_answers_a_request_that_no_rule_can_read(workspace: Workspace, raw: Raw, tmp_path: Path):
    misshapen = {"model": "gpt-4o", "input": [1]}
    error = {"error": {"message": "No.", "type": "invalid_request_error", "param": "input[0]", "code": None}}
    with CassetteWriter(tmp_path / "error.yaml", header=Header()) as writer:
        writer.add(
            RecordedExchange(
                request_body=misshapen, status=400, headers={"content-type": "application/json"}, body=error
            )
        )
    workspace.on(input="hello").reply("Hi.")
    workspace.replay(tmp_path / "error.yaml")

    reply = raw("POST", "/v1/responses", misshapen)

    assert (reply.status, reply.json) == (400, error)


def test_journal_knows_what_was_replayed(workspace: Workspace, raw: Raw, cassette: Path):
    workspace.replay(cassette)
    raw("POST", "/v1/responses", {"stream": True, **ASKED})
    raw("POST", "/v1/responses", ASKED)

    streamed, whole = workspace.requests
    assert (streamed.status, streamed.response, streamed.events) == (200, RESPONSE, EVENTS)
    assert (whole.status, whole.response) == (200, RESPONSE)
    assert streamed.rule == f"{cassette}:5"


BROKEN = {
    "stream": RecordedExchange(
        request_body=ASKED, headers=STREAM.headers, events=EVENTS[:2], times=(0.0, 0.0), complete=False
    ),
    "body": RecordedExchange(request_body=ASKED, headers=JSON, body='{"id": "re', times=(0.0,), complete=False),
}


@pytest.mark.parametrize("speed", [0.0, 1.0], ids=["at once", "as recorded"])
@pytest.mark.parametrize("kind", BROKEN)
def test_answer_that_broke_off_breaks_off_again(workspace: Workspace, tmp_path: Path, kind: str, speed: float):
    with CassetteWriter(tmp_path / "broken.yaml", header=Header()) as writer:
        writer.add(BROKEN[kind])
    workspace.replay(tmp_path / "broken.yaml", speed=speed)

    with Connection(workspace.base_url) as connection:
        connection.request("POST", "/v1/responses", ASKED, key=workspace.api_key)
        reply = connection.reply()

    said = "".join(map(frame, EVENTS[:2])) if kind == "stream" else '{"id": "re'
    assert (reply.status, reply.end, reply.body.decode()) == (200, "closed", said)


@pytest.fixture
async def near(cassette: Path) -> AsyncIterator[tuple[Workspace, ManualClock, ClientSession]]:
    """A workspace that replays, its clock and a client, in the test's own event loop, so that nothing hides in it."""
    async with MockServer() as server:
        clock = ManualClock()
        workspace = server.workspace(clock=clock)
        workspace.replay(cassette)
        headers = {"authorization": f"Bearer {workspace.api_key}"}
        async with ClientSession(workspace.base_url + "/", headers=headers) as http:
            yield workspace, clock, http


async def held(coming: "asyncio.Future[Any]") -> None:
    """Something that has begun to come does not come."""
    await wait_all_tasks_blocked()
    assert not coming.done()


@pytest.mark.parametrize(
    ("speed", "deadlines"),
    [pytest.param(1.0, [1.0, 1.0, 2.0], id="as recorded"), pytest.param(4.0, [0.25, 0.25, 0.5], id="faster")],
)
async def test_events_come_at_their_times(
    near: tuple[Workspace, ManualClock, ClientSession], cassette: Path, speed: float, deadlines: list[float]
):
    workspace, clock, http = near
    workspace.replay(cassette, speed=speed)
    async with http.post("responses", json={"stream": True, **ASKED}) as reply:
        for seconds, piece in zip(deadlines, PIECES, strict=True):
            coming = asyncio.ensure_future(reply.content.readany())
            await held(coming)
            clock.advance(seconds * 0.99)
            await held(coming)
            clock.advance(seconds * 0.01 + 1e-9)
            assert (await asyncio.wait_for(coming, 5)).decode() == piece
        assert await asyncio.wait_for(reply.content.read(), 5) == b""


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        pytest.param("POST", "responses", ASKED, RESPONSE, id="response"),
        pytest.param("GET", "files", None, LISTED.body, id="no response"),
    ],
)
async def test_body_comes_at_its_time(
    near: tuple[Workspace, ManualClock, ClientSession], tmp_path: Path, *, method: str, path: str, body: Any, said: Any
):
    workspace, clock, http = near
    with CassetteWriter(tmp_path / "bodies.yaml", header=Header()) as writer:
        writer.add(WHOLE)
        writer.add(LISTED)
    workspace.replay(tmp_path / "bodies.yaml", speed=2.0)
    asking = asyncio.ensure_future(http.request(method, path, json=body))
    await held(asking)
    clock.advance(1.49)
    await held(asking)
    clock.advance(0.02)
    async with await asyncio.wait_for(asking, 5) as reply:
        assert await reply.json() == said


async def test_gate_holds_a_replayed_stream(near: tuple[Workspace, ManualClock, ClientSession]):
    workspace, _, http = near
    with workspace.gate() as gate:
        async with http.post("responses", json={"stream": True, **ASKED}) as reply:
            for piece in PIECES:
                coming = asyncio.ensure_future(reply.content.readany())
                await held(coming)
                gate.step()
                assert (await asyncio.wait_for(coming, 5)).decode() == piece
            assert await asyncio.wait_for(reply.content.read(), 5) == b""


@pytest.mark.parametrize("speed", [0.0, 1000.0], ids=["gate", "speed"])
def test_background_body_is_what_was_recorded(workspace: Workspace, raw: Raw, tmp_path: Path, speed: float):
    asked = {**ASKED, "background": True}
    queued = {**RESPONSE, "status": "queued", "background": True}
    with CassetteWriter(tmp_path / "queued.yaml", header=Header()) as writer:
        writer.add(RecordedExchange(request_body=asked, headers=JSON, body=queued, times=(0.5,)))
    workspace.replay(tmp_path / "queued.yaml", speed=speed)
    if not speed:
        workspace.gates[workspace.hold()].open()

    assert raw("POST", "/v1/responses", asked).json == queued
    assert workspace.requests[0].response == queued


async def test_background_stream_goes_on_without_its_client(
    near: tuple[Workspace, ManualClock, ClientSession], tmp_path: Path
):
    workspace, clock, http = near
    asked = {**ASKED, "stream": True, "background": True}
    with CassetteWriter(tmp_path / "held.yaml", header=Header()) as writer:
        writer.add(RecordedExchange(request_body=asked, headers=STREAM.headers, events=EVENTS, times=STREAM.times))
    workspace.replay(tmp_path / "held.yaml", speed=1.0)
    async with http.post("responses", json=asked) as reply:
        assert reply.status == 200
    await wait_all_tasks_blocked()
    clock.advance(1)  # the first event
    async with http.get("responses/resp_1", params={"stream": "true", "starting_after": "0"}) as resumed:
        clock.advance(9)
        assert await asyncio.wait_for(resumed.text(), 5) == "".join(map(frame, EVENTS[1:]))
    async with http.get("responses/resp_1", params={"stream": "true"}) as reply:
        assert await asyncio.wait_for(reply.text(), 5) == "".join(map(frame, EVENTS))


def test_script_answers_before_the_cassette(workspace: Workspace, raw: Raw, cassette: Path):
    workspace.replay(cassette)
    workspace.on(input="hi").times(1).reply("From the script.")

    texts = [raw("POST", "/v1/responses", ASKED).json["id"] for _ in range(2)]

    assert [text == "resp_1" for text in texts] == [False, True]


def test_unmatched_requests_are_answered_where_that_is_asked_for(workspace: Workspace, raw: Raw, cassette: Path):
    workspace.replay(cassette)
    workspace.unmatched = "answer"

    assert raw("POST", "/v1/responses", {"model": "gpt-4o", "input": "else"}).status == 200
    workspace.assert_complete()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        pytest.param("POST", "/v1/responses", {"input": "else"}, id="create"),
        pytest.param("POST", "/v1/responses", {"input": [{"role": "user", "content": 5}]}, id="create misshapen"),
        pytest.param("GET", "/v1/responses/resp_1", None, id="retrieve"),
        pytest.param("POST", "/v1/conversations", {}, id="conversation"),
        pytest.param("GET", "/v1/files", None, id="a route that the server does not have"),
    ],
)
def test_miss_is_loud_and_not_retried(
    workspace: Workspace, raw: Raw, cassette: Path, *, method: str, path: str, body: Any
):
    workspace.replay(cassette)

    reply = raw(method, path, body)

    assert (reply.status, reply.header("x-should-retry")) == (400, "false")
    error = reply.json["error"]
    assert (error["type"], error["code"]) == ("mock_server_error", "no_matching_recording")
    assert error["message"].startswith(f"No recording answers this request: {method} {path}")
    with pytest.raises(MismatchError, match="No recording answers"):
        workspace.assert_complete()


def test_unused_recordings_fail_where_that_is_asked_for(workspace: Workspace, raw: Raw, cassette: Path):
    workspace.replay(cassette, all_used=True)
    raw("POST", "/v1/responses", ASKED)

    with pytest.raises(MismatchError) as error:
        workspace.assert_complete()
    assert str(error.value) == f"Recording {cassette}:5: POST /v1/responses 'hi' was not used."


def test_reset_begins_the_session_again(workspace: Workspace, raw: Raw, cassette: Path):
    workspace.replay(cassette)
    asked = ("POST", "/v1/responses", ASKED)

    statuses = [raw(*asked).status, raw(*asked).status, raw("POST", "/_mock/reset").status, raw(*asked).status]

    assert statuses == [200, 400, 200, 200]


def test_rule_answers_in_a_conversation_that_only_the_cassette_knows(workspace: Workspace, raw: Raw, cassette: Path):
    workspace.replay(cassette)
    workspace.on(input="Go on.").reply("From the script.")

    replies = [
        raw("POST", "/v1/responses", {"model": "gpt-4o", "input": "Go on.", **begun})
        for begun in ({"conversation": "conv_recorded"}, {"previous_response_id": "resp_recorded"})
    ]

    assert [(one.status, one.json["output"][0]["content"][0]["text"]) for one in replies] == [
        (200, "From the script.")
    ] * 2


def test_recorded_items_without_ids_join_their_conversation(workspace: Workspace, raw: Raw, tmp_path: Path):
    conversation = raw("POST", "/v1/conversations", {}).json["id"]
    items: list[dict[str, Any]] = [
        {"type": kind, "role": "assistant", "content": []} for kind in ("message", "unheard_of")
    ]
    asked = {**ASKED, "conversation": conversation}
    with CassetteWriter(tmp_path / "other.yaml", header=Header()) as writer:
        writer.add(RecordedExchange(request_body=asked, headers=JSON, body={**RESPONSE, "output": items}))
    workspace.replay(tmp_path / "other.yaml")

    assert raw("POST", "/v1/responses", asked).json["output"] == items
    kept = raw("GET", f"/v1/conversations/{conversation}/items?order=asc").json["data"]
    assert [item["id"].partition("_")[0] for item in kept] == ["msg", "msg", "item"]


def test_recording_is_what_it_was_after_a_test_has_changed_what_it_shows(
    workspace: Workspace, raw: Raw, cassette: Path
):
    workspace.replay(cassette)
    first = raw("POST", "/v1/responses", {"stream": True, **ASKED})
    shown = workspace.requests[-1]
    assert shown.response is not None
    shown.response["output"].append("changed")
    shown.events[1]["delta"] = "changed"
    workspace.reset()

    assert raw("POST", "/v1/responses", {"stream": True, **ASKED}).body == first.body


@pytest.mark.parametrize(
    ("fault", "statuses"),
    [
        pytest.param({"garbage_after": 1}, [200, 200, 400], id="broken"),
        pytest.param({"slow_body": 0.01}, [200, 400, 400], id="slow"),
    ],
)
def test_recording_that_a_fault_broke_answers_the_retry(
    workspace: Workspace, raw: Raw, cassette: Path, *, fault: dict[str, Any], statuses: list[int]
):
    workspace.replay(cassette)
    workspace.on().fault(**fault).times(1)

    assert [raw("POST", "/v1/responses", {"stream": True, **ASKED}).status for _ in range(3)] == statuses


def test_recording_of_another_request_that_chaos_broke_answers_the_retry(
    workspace: Workspace, raw: Raw, tmp_path: Path
):
    made = ("POST", "/v1/vector_stores")
    with CassetteWriter(tmp_path / "other.yaml", header=Header()) as writer:
        writer.add(RecordedExchange(method=made[0], url_path=made[1], headers=JSON, body={"object": "vector_store"}))
    workspace.replay(tmp_path / "other.yaml")
    workspace.chaos(1, Fault(garbage_after=0))
    raw(*made)
    workspace.chaos(0)

    assert [raw(*made).status for _ in range(2)] == [200, 400]


def test_fault_of_a_rule_strikes_a_recording_and_both_are_the_rules(workspace: Workspace, raw: Raw, cassette: Path):
    rule = workspace.on(input="hi").fault(slow_body=0.001)
    workspace.replay(cassette)

    raw("POST", "/v1/responses", ASKED)
    (exchange,) = workspace.requests

    assert exchange.rule == str(rule)
    assert exchange.fault is not None
    assert exchange.response is not None
    assert exchange.response["id"] == RESPONSE["id"]


def test_fault_alone_of_a_rule_is_no_miss(workspace: Workspace, raw: Raw):
    rule = workspace.on(input="hi").fault(slow_body=0.001)

    reply = raw("POST", "/v1/responses", ASKED)
    (exchange,) = workspace.requests

    assert (reply.status, exchange.miss, exchange.rule) == (200, None, str(rule))
