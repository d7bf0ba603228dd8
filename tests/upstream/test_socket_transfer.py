"""Recording over WebSockets: frames pass as they come, and what is kept of them replays over either transport."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer, Settings, Workspace, function_call
from mockserver.cassette.check import check
from mockserver.cassette.load import load
from mockserver.cassette.show import show
from tests.support.bodies import WEATHER, ask
from tests.support.http import send
from tests.support.websocket import DROPPED, ClosedError, WebSocket


class Session:
    """An upstream, a recorder of it, and a player of what was recorded."""

    def __init__(self, server: MockServer, path: Path, stack: ExitStack) -> None:
        self.server = server
        self.path = path
        self._stack = stack
        self.upstream = server.workspace()
        self.recorder = server.workspace()
        self.recorder.record(upstream=server.base_url, path=path, key=self.upstream.api_key)

    def connect(self, mock: Workspace, **options: Any) -> WebSocket:
        return self._stack.enter_context(WebSocket(mock.base_url, key=mock.api_key, **options))

    def recording(self, **options: Any) -> WebSocket:
        return self.connect(self.recorder, **options)

    def playing(self, **options: Any) -> tuple[Workspace, WebSocket]:
        self.recorder.close()
        player = self.server.workspace()
        player.replay(self.path)
        return player, self.connect(player, **options)

    def exchanges(self) -> Any:
        self.recorder.close()
        return load(self.path).exchanges


@pytest.fixture
def session(server: MockServer, tmp_path: Path) -> Iterator[Session]:
    with ExitStack() as stack:
        yield Session(server, tmp_path / "session.yaml", stack)


def without_lane(events: list[Any]) -> list[Any]:
    return [{key: value for key, value in event.items() if key != "stream_id"} for event in events]


def test_events_pass_as_they_come_and_are_kept(session: Session):
    session.upstream.on().reply("From upstream.")
    events = session.recording(headers={"openai-beta": "responses_websockets=2026-02-06"}).ask(ask(), stream_id="a")
    (exchange,) = session.exchanges()

    assert events[-1]["type"] == "response.completed"
    assert {event["stream_id"] for event in events} == {"a"}
    assert list(exchange.events) == without_lane(events)
    assert (exchange.method, exchange.url_path, exchange.status) == ("POST", "/v1/responses", 200)
    assert (exchange.channel.connection, exchange.channel.lane) == (1, "a")
    assert exchange.request_body == {**ask(), "stream": True}
    assert exchange.request_headers["openai-beta"] == "responses_websockets=2026-02-06"
    assert not any(name.startswith("sec-websocket") or name == "authorization" for name in exchange.request_headers)
    assert len(exchange.times) == len(exchange.events)
    assert list(exchange.times) == sorted(exchange.times)
    assert session.upstream.requests[0].connection == 1
    assert session.upstream.requests[0].lane == "a"


def test_upstream_that_repeats_the_key_shows_it_to_nobody(session: Session):
    session.upstream.on().reply(session.upstream.api_key)
    events = session.recording().ask(ask())
    shown = events[-1]["response"]["output"][0]["content"][0]["text"]

    assert len(shown) == len(session.upstream.api_key)
    assert "****" in shown
    assert session.upstream.api_key not in str(events)


def test_cassette_has_an_event_a_line(session: Session):
    events = session.recording().ask(ask(), stream_id="a")
    session.recorder.close()
    lines = session.path.read_text().splitlines()

    assert sum('"type":"response.' in line or '"type": "response.' in line for line in lines) == len(events)
    assert '  websocket: {"connection": 1, "lane": "a"}' in lines
    shown = show(load(session.path))
    assert "POST /v1/responses over WebSocket 1, lane a → 200" in shown
    assert check(session.path, now=0) == []


def test_session_replays_over_a_socket(session: Session):
    session.upstream.on(input="weather").reply(function_call("get_weather", city="Paris"))
    session.upstream.on(tool_output="get_weather").reply("Sunny.")

    def turns(socket: WebSocket) -> list[Any]:
        call = socket.ask(ask("The weather?", tools=[WEATHER], store=False), stream_id="a")
        item = call[-1]["response"]["output"][0]
        output = {"type": "function_call_output", "call_id": item["call_id"], "output": "sunny"}
        more = {
            "model": "gpt-4o",
            "input": [output],
            "store": False,
            "previous_response_id": call[-1]["response"]["id"],
        }
        return [*call, *socket.ask(more, stream_id="a")]

    recorded = turns(session.recording())
    player, socket = session.playing()

    assert turns(socket) == recorded
    assert [exchange.rule is not None for exchange in player.requests] == [True, True]


def test_recording_of_a_socket_replays_over_http(session: Session):
    events = session.recording().ask(ask(), stream_id="a")
    player, _ = session.playing()
    reply = send(player.base_url, "POST", "/v1/responses", ask(stream=True), key=player.api_key)

    assert reply.events == without_lane(events)
    assert reply.header("content-type") == "text/event-stream; charset=utf-8"


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "json"])
def test_recording_of_http_replays_over_a_socket(session: Session, stream: Any):
    plain = {"include_obfuscation": False}  # what pads a stream is not kept letter by letter
    body = ask(stream=True, stream_options=plain) if stream else ask(stream_options=plain)
    mock = session.recorder
    reply = send(mock.base_url, "POST", "/v1/responses", body, key=mock.api_key)
    _, socket = session.playing()
    events = socket.ask(ask(stream_options=plain), stream_id="b")
    final = reply.events[-1]["response"] if stream else reply.json

    assert {event["stream_id"] for event in events} == {"b"}
    assert not stream or without_lane(events) == reply.events
    assert events[-1]["response"]["output"] == final["output"]


@pytest.mark.parametrize("over_socket", [True, False])
def test_error_is_kept_as_over_http(session: Session, over_socket: Any):
    session.upstream.on().fault(status=429, retry_after=2)
    (frame,) = session.recording().ask(ask())
    (exchange,) = session.exchanges()
    player, socket = session.playing()

    assert (frame["status"], frame["headers"]["retry-after"]) == (429, "2")
    assert (exchange.status, exchange.body["error"]["code"]) == (429, "rate_limit_exceeded")
    if over_socket:
        assert socket.ask(ask()) == [frame]
    else:
        reply = send(player.base_url, "POST", "/v1/responses", ask(stream=True), key=player.api_key)
        assert (reply.status, reply.header("retry-after")) == (429, "2")
        assert reply.json["error"]["message"] == frame["error"]["message"]


def test_warm_up_is_another_request(session: Session):
    socket = session.recording()
    warm = socket.ask(ask(store=False), generate=False)[-1]["response"]
    answer = socket.ask(ask(store=False))[-1]["response"]
    player, socket = session.playing()

    assert socket.ask(ask(store=False))[-1]["response"] == answer
    assert socket.ask(ask(store=False), generate=False)[-1]["response"] == warm
    assert socket.ask(ask(store=False), generate=False)[-1]["error"]["code"] == "no_matching_recording"
    body: Any = load(session.path).exchanges[0].request_body
    assert body["generate"] is False
    assert len(player.problems()) == 1


def test_lanes_are_recorded_apart(session: Session):
    session.upstream.pace = session.upstream.pace.__class__(rate=500)
    socket = session.recording()
    names = [f"lane-{number}" for number in range(8)]
    for name in names:
        session.upstream.on(lane=name).reply(f"This is {name}, as it was recorded.")
        socket.create(ask(name), stream_id=name)
    events: list[Any] = []
    while sum(event["type"] == "response.completed" for event in events) < 8:
        events.append(socket.event())
    exchanges = session.exchanges()

    assert sorted(exchange.channel.lane for exchange in exchanges) == names
    for exchange in exchanges:
        mine = [event for event in events if event["stream_id"] == exchange.channel.lane]
        assert list(exchange.events) == without_lane(mine)


def test_connection_that_the_upstream_drops_is_dropped(session: Session):
    session.upstream.on().reply("Hi").fault(cut_after=4)
    socket = session.recording()
    socket.create(ask())
    events = [socket.event() for _ in range(4)]
    with pytest.raises(ClosedError):
        socket.event()
    (exchange,) = session.exchanges()
    _, socket = session.playing()
    socket.create(ask())

    assert (exchange.complete, list(exchange.events)) == (False, events)
    assert [socket.event() for _ in range(4)] == events
    with pytest.raises(ClosedError) as closed:
        socket.event()
    assert closed.value.code == DROPPED


def test_close_of_the_upstream_is_passed_on_with_its_code(session: Session):
    session.upstream.on(input="close").reply("Hi").fault(cut_after=0, close_code=1012)
    session.upstream.on().reply("Hello.")
    socket = session.recording()
    socket.ask(ask())
    socket.create(ask("close"))
    with pytest.raises(ClosedError) as closed:
        [socket.text() for _ in range(3)]
    assert closed.value.code == 1012


def test_refusal_of_the_upstream_is_passed_on(server: MockServer, tmp_path: Path):
    with MockServer(Settings(api_keys=("sk-right",))) as upstream:
        recorder = server.workspace()
        recorder.record(upstream=upstream.base_url, path=tmp_path / "c.yaml", key="sk-wrong")
        with WebSocket(recorder.base_url, key=recorder.api_key) as socket:
            (frame,) = socket.ask(ask())
        recorder.close()

    assert (frame["status"], frame["error"]["code"]) == (401, "invalid_api_key")
    assert load(tmp_path / "c.yaml").exchanges[0].status == 401


def test_upstream_that_is_not_there_is_a_502(server: MockServer, tmp_path: Path):
    recorder = server.workspace()
    recorder.record(upstream="http://127.0.0.1:9/v1", path=tmp_path / "c.yaml")
    with WebSocket(recorder.base_url, key=recorder.api_key) as socket:
        (frame,) = socket.ask(ask())
    recorder.close()

    assert (frame["status"], frame["error"]["code"]) == (502, "upstream_unreachable")


def test_client_that_goes_away_leaves_a_whole_recording(session: Session):
    gate = session.upstream.gates[session.upstream.hold()]
    socket = session.recording()
    socket.create(ask())
    gate.step(2)
    assert [socket.event()["type"] for _ in range(2)] == ["response.created", "response.in_progress"]
    socket.reset()
    gate.open()
    (exchange,) = session.exchanges()

    assert (exchange.complete, exchange.events[-1]["type"]) == (True, "response.completed")


def test_input_is_passed_on_and_kept_with_its_response(session: Session):
    session.upstream.on(input="short").reply("The end.")
    session.upstream.on(input="story").reply("Once upon a time", "there was a server.")
    gate = session.upstream.gates[session.upstream.hold()]
    gate.until("response.output_text.delta")
    socket = session.recording()
    socket.create({"model": "gpt-6-astra", "input": "A story."}, stream_id="a")
    events = [socket.event() for _ in range(5)]
    steer = {
        "type": "response.steer",
        "previous_response_id": events[0]["response"]["id"],
        "input": "Make it short.",
    }
    socket.send(steer)
    events.append(socket.event())
    gate.open()
    while events[-1]["type"] != "response.completed":
        events.append(socket.event())
    (exchange,) = session.exchanges()
    _, player = session.playing()
    player.create({"model": "gpt-6-astra", "input": "A story."}, stream_id="a")
    replayed = [player.event() for _ in range(5)]
    player.send(steer)
    replayed += [player.event() for _ in events[5:]]

    assert replayed == events
    assert player.quiet()
    assert events[5]["type"] == "response.steer.accepted"
    assert [event["type"] for event in events if event["type"].startswith("response.incomplete")]
    assert list(exchange.events) == without_lane(events)
    assert list(exchange.steers) == [(5, steer)]
    assert "after 5 events: Make it short." in show(load(session.path))
    assert check(session.path, now=0) == []
    assert [one.asked.head.operation for one in session.recorder.requests] == ["responses.create", "response.steer"]


def test_outputs_are_passed_on_and_kept_with_their_response(session: Session):
    call = function_call("get_weather", {"city": "Paris"}, call_id="call_paris")
    session.upstream.on().reply(call, "It is 18 °C.")
    beta = {"openai-beta": "responses_multi_agent=v1"}
    output = {"type": "function_call_output", "call_id": "call_paris", "output": "18 °C"}

    def turn(socket: WebSocket) -> list[Any]:
        socket.create(ask("The weather?", model="gpt-5.6-sol", multi_agent={"enabled": True}))
        events = [socket.event()]
        while events[-1]["type"] != "response.output_item.done":
            events.append(socket.event())
        event = {"type": "response.inject", "response_id": events[0]["response"]["id"], "input": [output]}
        socket.send(event)
        while events[-1]["type"] != "response.completed":
            events.append(socket.event())
        return events

    recorded = turn(session.recording(headers=beta))
    (exchange,) = session.exchanges()
    player, socket = session.playing(headers=beta)

    assert turn(socket) == recorded
    assert socket.quiet()
    assert [event["type"] for event in recorded].count("response.inject.created") == 1
    sent_after = [event["type"] for event in recorded].index("response.inject.created")
    assert [(before, event["type"]) for before, event in exchange.steers] == [(sent_after, "response.inject")]
    assert re.search(rf"^ +inject +after {sent_after} events: ", show(load(session.path)), re.MULTILINE)
    assert check(session.path, now=0) == []
    assert [one.status for one in player.requests] == [200, 200]
