"""Script, recordings, upstream and default are asked once, in one order, and what they answer is one kind of run."""

import gc
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from mockserver import MockServer, Settings, Workspace, function_call
from mockserver.cassette.format import Header
from mockserver.cassette.writer import CassetteWriter
from mockserver.model.recorded import RecordedExchange
from mockserver.state.stored import OVERHEAD
from tests.support.bodies import WEATHER, ask
from tests.support.http import Connection, Raw, send

RESP = "resp_0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f607182"
MESSAGE = {
    "id": "msg_0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f607183",
    "type": "message",
    "status": "completed",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Recorded.", "annotations": [], "logprobs": []}],
}
RESPONSE = {"id": RESP, "object": "response", "status": "completed", "output": [MESSAGE], "model": "gpt-4o"}
EVENTS = [
    {"type": "response.created", "response": {**RESPONSE, "status": "in_progress", "output": []}, "sequence_number": 0},
    {"type": "response.completed", "response": RESPONSE, "sequence_number": 1},
]
HEADERS = {"content-type": "application/json"}
STREAM_HEADERS = {"content-type": "text/event-stream; charset=utf-8"}


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    """A turn as a body, the same as a stream, and a refusal."""
    with CassetteWriter(tmp_path / "session.yaml", header=Header()) as writer:
        writer.add(RecordedExchange(request_body=ask("turn 1"), headers=HEADERS, body=RESPONSE))
        writer.add(RecordedExchange(request_body=ask("turn 1", stream=True), headers=STREAM_HEADERS, events=EVENTS))
        writer.add(
            RecordedExchange(
                request_body=ask("held", stream=True, background=True), headers=STREAM_HEADERS, events=EVENTS
            )
        )
    return tmp_path / "session.yaml"


# Found 1 to 3: rules beside a cassette


def test_rules_beside_a_cassette_see_the_history(workspace: Workspace, raw: Raw, cassette: Path):
    workspace.replay(cassette)
    workspace.on(input="weather", tools="get_weather").reply(function_call("get_weather", city="Paris"))
    workspace.on(tool_output="get_weather").reply("It is sunny.")
    call = raw("POST", "/v1/responses", ask("The weather?", tools=[WEATHER])).json
    output = {"type": "function_call_output", "call_id": call["output"][0]["call_id"], "output": "sunny"}
    answered = raw("POST", "/v1/responses", {"model": "gpt-4o", "input": [output], "previous_response_id": call["id"]})

    assert answered.json["output"][0]["content"][0]["text"] == "It is sunny."


@pytest.mark.parametrize("streamed", [False, True])
def test_replayed_response_is_stored(
    workspace: Workspace, raw: Raw, client: openai.OpenAI, cassette: Path, streamed: Any
):
    workspace.replay(cassette)
    workspace.on(input="turn 2").reply("Scripted.")
    raw("POST", "/v1/responses", ask("turn 1") | ({"stream": True} if streamed else {}))
    retrieved = client.responses.retrieve(RESP)
    chained = client.responses.create(model="gpt-4o", input="turn 2", previous_response_id=RESP)
    listed = client.responses.input_items.list(chained.id, order="asc")

    assert retrieved.output_text == "Recorded."
    assert chained.output_text == "Scripted."
    items: list[Any] = list(listed)
    assert [item.content[0].text for item in items] == ["turn 1", "Recorded.", "turn 2"]
    client.responses.delete(RESP)
    with pytest.raises(openai.BadRequestError, match="No recording answers"):  # gone here, and never recorded
        client.responses.retrieve("resp_elsewhere")
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(RESP)


def test_replayed_background_stream_can_be_resumed(workspace: Workspace, raw: Raw, cassette: Path):
    workspace.replay(cassette)
    raw("POST", "/v1/responses", ask("held", stream=True, background=True))
    resumed = raw("GET", f"/v1/responses/{RESP}?stream=true&starting_after=0")

    assert resumed.events == EVENTS[1:]


@pytest.mark.parametrize("streamed", [False, True])
def test_replayed_turn_knows_what_came_before(workspace: Workspace, raw: Raw, cassette: Path, streamed: Any):
    second = ask("turn 2", previous_response_id=RESP, stream=streamed)
    answer = {"headers": STREAM_HEADERS, "events": EVENTS} if streamed else {"headers": HEADERS, "body": RESPONSE}
    with CassetteWriter(cassette.with_name("second.yaml"), header=Header()) as writer:
        writer.add(RecordedExchange(request_body=second, **answer))
    workspace.replay(cassette, cassette.with_name("second.yaml"))
    raw("POST", "/v1/responses", ask("turn 1"))
    raw("POST", "/v1/responses", second)

    assert [exchange.joined for exchange in workspace.requests] == [0, 2]


def test_stream_of_something_else_is_not_stored(workspace: Workspace, raw: Raw, tmp_path: Path):
    with CassetteWriter(tmp_path / "else.yaml", header=Header()) as writer:
        writer.add(RecordedExchange(request_body=ask(), headers=STREAM_HEADERS, events=[{"type": "ping"}]))
    workspace.replay(tmp_path / "else.yaml")

    assert raw("POST", "/v1/responses", ask()).events == [{"type": "ping"}]
    assert [*workspace.space.store.responses.newest_first()] == []


def test_recorded_response_is_stored(server: MockServer, client: openai.OpenAI, workspace: Workspace, tmp_path: Path):
    upstream = server.workspace()
    upstream.on(input="turn 1").reply("From upstream.")
    workspace.record(upstream=server.base_url, path=tmp_path / "c.yaml", key=upstream.api_key)
    workspace.on(input="turn 2").reply("Scripted.")
    made = client.responses.create(model="gpt-4o", input="turn 1")
    streamed = client.responses.create(model="gpt-4o", input="turn 1", stream=True)
    ids = [made.id, list(streamed)[-1].response.id]  # type: ignore[union-attr]
    workspace.space.upstream = None

    assert [client.responses.retrieve(one).output_text for one in ids] == ["From upstream."] * 2
    chained = client.responses.create(model="gpt-4o", input="turn 2", previous_response_id=ids[1])
    assert chained.output_text == "Scripted."
    assert [exchange.response and exchange.response["id"] for exchange in workspace.requests[:2]] == ids
    for stored in workspace.space.store.responses.newest_first():
        assert stored.size == OVERHEAD + len(stored.raw) + stored.rendering.size
    assert {entry.reply for entry in workspace.space.journal if entry.run is not None} == {b""}  # its run has it


def test_predicate_is_asked_once_beside_a_cassette(workspace: Workspace, raw: Raw, cassette: Path):
    asked: list[str] = []
    workspace.replay(cassette)

    def never(request: Any) -> bool:
        asked.append(request.user_text)
        return False

    workspace.on(predicate=never).reply("Never.")
    raw("POST", "/v1/responses", ask("turn 1"))

    assert asked == ["turn 1"]


def test_rules_under_a_profile_are_asked_about_the_translated_request(server: MockServer, cassette: Path):
    workspace = server.workspace(profile="modelverse")
    workspace.replay(cassette)
    workspace.on(json={"max_output_tokens": 50}).reply("Short.")
    body = {"model": "gpt-4o", "input": "hello", "max_tokens": 50}
    reply = send(workspace.base_url, "POST", "/v1/responses", body, key=workspace.api_key)

    assert (reply.status, workspace.requests[-1].rule is not None) == (200, True)


def test_request_that_is_refused_here_can_still_be_replayed(workspace: Workspace, raw: Raw, tmp_path: Path):
    elsewhere = ask("turn 2", previous_response_id="resp_of_a_session_before")
    with CassetteWriter(tmp_path / "late.yaml", header=Header()) as writer:
        writer.add(RecordedExchange(request_body=elsewhere, headers=HEADERS, body=RESPONSE))
    workspace.replay(tmp_path / "late.yaml")
    workspace.unmatched = "answer"

    assert raw("POST", "/v1/responses", elsewhere).json == RESPONSE
    assert raw("GET", f"/v1/responses/{RESP}").json["output"] == [MESSAGE]
    assert raw("POST", "/v1/responses", elsewhere).json["error"]["code"] == "previous_response_not_found"


def test_faults_befall_replayed_answers(workspace: Workspace, raw: Raw, cassette: Path):
    workspace.replay(cassette)
    workspace.on(input="turn 1", stream=True).fault(fail_after=1)
    events = raw("POST", "/v1/responses", ask("turn 1", stream=True)).events

    assert [event["type"] for event in events] == ["response.created", "response.failed"]
    assert workspace.requests[-1].fault is not None


def test_refusal_in_the_place_of_a_replayed_answer_leaves_the_recording(workspace: Workspace, raw: Raw, cassette: Path):
    workspace.replay(cassette)
    workspace.on(input="turn 1").times(1).fault(status=400)
    assert workspace.space.replay is not None
    assert raw("POST", "/v1/responses", ask("turn 1")).status == 400
    assert len(workspace.space.replay.unused()) == 3
    assert raw("POST", "/v1/responses", ask("turn 1")).status == 200


# What a recording says of a response that is there already

QUEUED = {**RESPONSE, "status": "queued", "output": [], "background": True}
CANCELLED = {**QUEUED, "status": "cancelled"}
DELETED = {"id": RESP, "object": "response.deleted", "deleted": True}
ONE = f"/v1/responses/{RESP}"


def about(method: str, path: str, answer: dict[str, Any]) -> RecordedExchange:
    return RecordedExchange(method=method, url_path=path, headers=HEADERS, body=answer)


def begun(answer: dict[str, Any], **more: Any) -> RecordedExchange:
    return RecordedExchange(request_body=ask("turn 1", **more), headers=HEADERS, body=answer)


@pytest.fixture
def told(server: MockServer, workspace: Workspace) -> Iterator[list[str]]:
    """The statuses of the responses of the workspace that have ended, as subscribers are told of them."""
    statuses: list[str] = []

    def finished(space: Any, run: Any) -> None:
        if space is workspace.space:
            statuses.append(run.final["status"])

    server.subscribe(finished)
    yield statuses
    server._engine._subscribers.remove(finished)


def replay(workspace: Workspace, path: Path, *exchanges: RecordedExchange) -> None:
    with CassetteWriter(path, header=Header()) as writer:
        for exchange in exchanges:
            writer.add(exchange)
    workspace.replay(path)


@pytest.fixture(params=["replayed", "recorded"])
def background_work(request: pytest.FixtureRequest, server: MockServer, workspace: Workspace, tmp_path: Path) -> None:
    """Let a cassette or an upstream answer background work, and polls for it."""
    if request.param == "recorded":
        upstream = server.workspace()
        upstream.on().reply("Recorded.")
        workspace.record(upstream=server.base_url, path=tmp_path / "c.yaml", key=upstream.api_key)
    else:
        polls = [about("GET", ONE, {**QUEUED, "status": "in_progress"}), about("GET", ONE, RESPONSE)]
        replay(workspace, tmp_path / "c.yaml", begun(QUEUED, background=True), *polls)


@pytest.mark.usefixtures("background_work")
def test_background_work_is_chained_to_as_it_was_polled(workspace: Workspace, raw: Raw, told: list[str]):
    workspace.on(input="turn 2").reply("Scripted.")
    made = raw("POST", "/v1/responses", ask("turn 1", background=True)).json
    early = raw("POST", "/v1/responses", ask("turn 2", previous_response_id=made["id"])).json
    seen = [raw("GET", f"/v1/responses/{made['id']}").json["status"] for _ in range(2)]
    late = raw("POST", "/v1/responses", ask("turn 2", previous_response_id=made["id"])).json
    workspace.space.upstream = None

    assert (made["status"], seen) == ("queued", ["in_progress", "completed"])
    roles = {
        name: [item["role"] for item in raw("GET", f"/v1/responses/{one['id']}/input_items?order=asc").json["data"]]
        for name, one in {"early": early, "late": late}.items()
    }
    assert roles["late"] == ["user", "assistant", "user"]
    assert roles["early"] == ["user", "assistant", "user"]  # the chain is what its responses are by now
    assert told == ["completed"] * 3


def test_response_is_gone_once_its_recorded_deletion_is_replayed(workspace: Workspace, raw: Raw, tmp_path: Path):
    replay(workspace, tmp_path / "c.yaml", begun(RESPONSE), about("DELETE", ONE, DELETED))
    raw("POST", "/v1/responses", ask("turn 1"))
    assert raw("GET", ONE).json["status"] == "completed"

    assert raw("DELETE", ONE).json == DELETED
    assert [raw(method, ONE).status for method in ("GET", "DELETE")] == [404, 404]


def test_rule_does_not_continue_what_was_deleted_beside_a_cassette(workspace: Workspace, raw: Raw, tmp_path: Path):
    replay(workspace, tmp_path / "c.yaml", begun(RESPONSE))
    workspace.unmatched = "answer"
    workspace.on(input="turn 2").reply("Scripted.")
    turn = ask("turn 2", previous_response_id=RESP)
    elsewhere = raw("POST", "/v1/responses", turn)
    raw("POST", "/v1/responses", ask("turn 1"))
    raw("DELETE", ONE)

    assert elsewhere.status == 200
    assert raw("POST", "/v1/responses", turn).json["error"]["code"] == "previous_response_not_found"


@pytest.mark.parametrize("stream", [False, True])
def test_recordings_without_events_fail_as_a_rule_says(
    workspace: Workspace, client: openai.OpenAI, tmp_path: Path, stream: Any
):
    body = ask("turn 1", background=True, stream=stream)
    empty = RecordedExchange(request_body=body, headers=STREAM_HEADERS, events=[], complete=False)
    replay(workspace, tmp_path / "c.yaml", empty if stream else begun(QUEUED, background=True, stream=False))
    workspace.on().fault(fail_after=1)
    made: Any = client.responses.create(**body)
    response = next(iter(made)).response if stream else made

    assert (response.status, response.error.code) == ("failed", "server_error")
    assert stream or client.responses.retrieve(RESP) == response


@pytest.mark.parametrize("recorded", [False, True], ids=["not recorded", "recorded"])
def test_polls_are_not_repeated_for_what_was_deleted(workspace: Workspace, raw: Raw, tmp_path: Path, recorded: Any):
    deleted = [about("DELETE", ONE, DELETED)] if recorded else []
    replay(workspace, tmp_path / "c.yaml", begun(QUEUED, background=True), about("GET", ONE, RESPONSE), *deleted)
    raw("POST", "/v1/responses", ask("turn 1", background=True))
    assert [raw("GET", ONE).json["status"] for _ in range(2)] == ["completed"] * 2

    assert raw("DELETE", ONE).json == DELETED
    assert raw("GET", ONE).status == 404


@pytest.mark.parametrize("recorded", [False, True], ids=["not recorded", "recorded"])
def test_recorded_background_work_is_cancelled(
    workspace: Workspace, raw: Raw, told: list[str], tmp_path: Path, recorded: Any
):
    cancelled = [about("POST", f"{ONE}/cancel", CANCELLED)] if recorded else []
    replay(workspace, tmp_path / "c.yaml", begun(QUEUED, background=True), *cancelled)
    raw("POST", "/v1/responses", ask("turn 1", background=True))
    early = raw("DELETE", ONE).json["error"]["message"]

    assert (early, told) == ("Cannot delete an in-flight response.", [])
    assert raw("POST", f"{ONE}/cancel").json == CANCELLED
    assert (raw("GET", ONE).json, raw("POST", f"{ONE}/cancel").json) == (CANCELLED, CANCELLED)
    assert told == ["cancelled"]
    assert raw("DELETE", ONE).status == 200


def test_poll_of_background_work_that_was_not_recorded_is_a_miss(workspace: Workspace, raw: Raw, tmp_path: Path):
    replay(workspace, tmp_path / "c.yaml", begun(QUEUED, background=True))
    assert raw("POST", "/v1/responses", ask("turn 1", background=True)).json["status"] == "queued"
    missed = raw("GET", ONE)
    assert (missed.status, missed.json["error"]["code"]) == (400, "no_matching_recording")
    assert len(workspace.problems()) == 1

    assert raw("POST", f"{ONE}/cancel").json["status"] == "cancelled"
    assert raw("GET", ONE).json == CANCELLED


def test_stream_that_broke_off_is_stored_as_it_was_resumed(
    workspace: Workspace, raw: Raw, told: list[str], tmp_path: Path
):
    body = ask("turn 1", stream=True, background=True)
    lost = RecordedExchange(request_body=body, headers=STREAM_HEADERS, events=EVENTS[:1], complete=False)
    path = f"{ONE}?stream=true&starting_after=0"
    resumed = RecordedExchange(method="GET", url_path=path, headers=STREAM_HEADERS, events=EVENTS[1:])
    replay(workspace, tmp_path / "c.yaml", lost, resumed)
    with Connection(workspace.base_url) as connection:
        connection.request("POST", "/v1/responses", body, key=workspace.api_key)
        assert connection.reply().end == "closed"
    assert (raw("GET", ONE).json["status"], told) == ("in_progress", [])

    assert raw("GET", path).events == EVENTS[1:]
    assert (raw("GET", ONE).json["status"], told) == ("completed", ["completed"])
    assert raw("GET", path).events == EVENTS[1:]
    assert told == ["completed"]


# Found 4 and 5: templates fail closed

HUGE = 2**70
MARKS = ["\ue0001\ue001", "9000000000000001", "\ud800"]


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(lambda rule: rule.reply("x", response={"big": HUGE}), id="integer over 64 bits"),
        pytest.param(lambda rule: rule.reply("\ud800"), id="lone surrogate"),
        *(pytest.param(lambda rule, text=text: rule.reply(text), id=f"text {text!r}") for text in MARKS[:2]),
    ],
)
def test_repeated_answers_say_the_same(workspace: Workspace, raw: Raw, streamed: Any, reply: Callable[[Any], Any]):
    reply(workspace.on())
    replies = [raw("POST", "/v1/responses", ask(stream=streamed)) for _ in range(4)]
    finals = [one.events[-1]["response"] if streamed else one.json for one in replies]
    items = [final["output"][0] for final in finals]

    assert len({item["content"][0]["text"] for item in items}) == 1
    assert all(item["id"].startswith("msg_") and len(item["id"]) == 54 for item in items)
    assert len({final["id"] for final in finals}) == 4
    assert all(final.get("big", HUGE) == HUGE for final in finals)


def test_reply_with_its_own_id_is_stored_under_it_however_often_it_comes(client: openai.OpenAI, workspace: Workspace):
    workspace.on().reply("x", id="resp_fixed")
    for _ in range(4):
        made = client.responses.create(model="gpt-4o", input="again")
        assert (made.id, client.responses.retrieve("resp_fixed").id) == ("resp_fixed", "resp_fixed")
        client.responses.delete("resp_fixed")


@pytest.mark.parametrize("streamed", [False, True])
def test_requests_that_differ_in_their_input_share_a_template(workspace: Workspace, raw: Raw, streamed: Any):
    workspace.on().reply("Hello.")
    texts = ["one", "one two", "one two three", "one two three four"]
    replies = [raw("POST", "/v1/responses", ask(text, stream=streamed)) for text in texts]
    finals = [one.events[-1]["response"] if streamed else one.json for one in replies]
    templates = [one for one in workspace.space.repeats.templates.values() if not isinstance(one, int)]

    assert len(templates) == 1
    assert [final["usage"]["input_tokens"] for final in finals] == [8, 9, 10, 11]
    assert all(final["usage"]["total_tokens"] == final["usage"]["input_tokens"] + 3 for final in finals)


def test_chained_requests_share_a_template(client: openai.OpenAI, workspace: Workspace):
    workspace.on().reply("Hello.")
    previous = None
    for turn in range(4):
        made = client.responses.create(model="gpt-4o", input=f"turn {turn}", previous_response_id=previous)
        assert made.previous_response_id == previous
        assert client.responses.retrieve(made.id).previous_response_id == previous
        previous = made.id
    templates = [one for one in workspace.space.repeats.templates.values() if not isinstance(one, int)]

    assert len(templates) == 1


def test_stated_usage_is_the_same_for_all(workspace: Workspace, raw: Raw):
    workspace.on().reply("Hello.", usage={"input_tokens": 7})
    usages = [raw("POST", "/v1/responses", ask("word " * number)).json["usage"] for number in range(1, 5)]

    assert [(usage["input_tokens"], usage["total_tokens"]) for usage in usages] == [(7, 10)] * 4


def test_third_equal_request_renders_nothing(workspace: Workspace, raw: Raw, monkeypatch: pytest.MonkeyPatch):
    workspace.on().reply("Hello.")
    rendered: list[int] = []
    from mockserver import runs  # noqa: PLC0415 - what is counted

    render = runs._render

    def counting(*args: Any, **more: Any) -> Any:
        rendered.append(1)
        return render(*args, **more)

    monkeypatch.setattr(runs, "_render", counting)
    counts = []
    for _ in range(4):
        raw("POST", "/v1/responses", ask())
        counts.append(len(rendered))

    assert counts == [1, 2, 2, 2]


# Found 8 and 9, and what was dropped


def test_recordings_go_with_their_workspace(server: MockServer, cassette: Path):
    workspace = server.workspace()
    workspace.replay(cassette)
    assert workspace.space.replay is not None
    entry = weakref.ref(workspace.space.replay)
    send(workspace.base_url, "POST", "/v1/responses", ask("turn 1", stream=True), key=workspace.api_key)
    server.discard(workspace)
    del workspace
    gc.collect()

    assert entry() is None


def test_dropped_space_is_freed_at_once():
    gc.collect()
    gc.disable()
    try:
        with MockServer(Settings(max_workspaces=2)) as server:
            for number in range(4):
                workspace = server.workspace(f"key {number}")
                workspace.on(input="hello").reply("Hello.")
                for body in (ask("hello"), ask("hello", stream=True), ask("hello", background=True)):
                    send(server.base_url, "POST", "/v1/responses", body, key=workspace.api_key)
                if number == 0:
                    workspace.reset()
                    dropped = weakref.ref(workspace.space)
            del workspace
            assert dropped() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("recording", [False, True], ids=["replayed", "recorded"])
def test_bytes_bound_what_the_journal_keeps_of_recordings(tmp_path: Path, recording: Any):
    text = "word " * 1000
    with MockServer(Settings(max_bytes=60_000)) as server:
        upstream = server.workspace("upstream")
        upstream.on().reply(text)
        made = server.workspace("recorder")
        made.record(upstream=server.base_url, path=tmp_path / "c.yaml", key="upstream")
        for number in range(12):
            send(server.base_url, "POST", "/v1/responses", ask(f"{number}", stream=True), key="recorder")
        made.close()
        if not recording:
            made = server.workspace("player")
            made.replay(tmp_path / "c.yaml")
            for number in range(12):
                send(server.base_url, "POST", "/v1/responses", ask(f"{number}", stream=True), key="player")
        kept = len(made.requests)

    assert 1 <= kept <= 3
