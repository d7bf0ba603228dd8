"""Upstreams that do not speak as they should over a WebSocket: no client waits for what does not arrive."""

import json
import socket as sockets
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.server import ServerConnection, serve

from mockserver import MockServer
from mockserver.cassette.load import load
from mockserver.upstream import RecordingSession, Upstream
from tests.support.bodies import ask
from tests.support.websocket import BINARY, DROPPED, TEXT, ClosedError, WebSocket

RESPONSE = {"id": "resp_1", "object": "response", "model": "gpt-4o", "status": "completed", "output": []}
CREATED = {"type": "response.created", "response": {**RESPONSE, "status": "in_progress"}, "sequence_number": 0}
COMPLETED = {"type": "response.completed", "response": RESPONSE, "sequence_number": 1}
Says = Callable[[ServerConnection], None]


def say(upstream: ServerConnection, *frames: Any) -> None:
    """Send frames: events, or what is none as it is."""
    for frame in frames:
        upstream.send(json.dumps(frame) if isinstance(frame, dict) else frame)


@contextmanager
def upstream_that(says: Says) -> Iterator[str]:
    """The base URL of an upstream that says this to each request."""

    def handle(connection: ServerConnection) -> None:
        for _ in connection:
            says(connection)

    with serve(handle, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.socket.getsockname()[1]}/v1"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def recording(server: MockServer, tmp_path: Path) -> Iterator[Callable[..., WebSocket]]:
    """`recording(upstream)` opens a connection that is recorded in `c.yaml`."""
    with ExitStack() as stack:

        def opened(upstream: str) -> WebSocket:
            recorder = server.workspace()
            stack.callback(recorder.close)
            recorder.record(upstream=upstream, path=tmp_path / "c.yaml")
            return stack.enter_context(WebSocket(recorder.base_url, key=recorder.api_key))

        yield opened


@pytest.mark.parametrize(
    ("frame", "opcode", "payload"),
    [
        pytest.param("not JSON{", TEXT, b"not JSON{", id="no JSON"),
        pytest.param("[1, 2]", TEXT, b"[1, 2]", id="no object"),
        pytest.param('{"stream_id": "a"}', TEXT, b'{"stream_id": "a"}', id="no type"),
        pytest.param('{"type": 7}', TEXT, b'{"type": 7}', id="type that is no text"),
        pytest.param(
            '{"type": "x", "stream_id": []}', TEXT, b'{"type": "x", "stream_id": []}', id="lane that is no text"
        ),
        pytest.param(b"\x00\xff", BINARY, b"\x00\xff", id="binary"),
    ],
)
def test_frame_that_is_no_event_passes_as_it_is(
    recording: Callable[..., WebSocket], tmp_path: Path, frame: Any, opcode: int, payload: bytes
):
    with upstream_that(lambda upstream: say(upstream, CREATED, frame, COMPLETED)) as url:
        socket = recording(url)
        socket.create(ask())
        frames = [socket.frame() for _ in range(3)]
        socket.create(ask("And the next?"))
        while b'"response.completed"' not in socket.text():
            pass

    assert [one.payload for one in frames if one.opcode == opcode].count(payload) == 1
    assert sorted(one.opcode for one in frames) == sorted([TEXT, TEXT, opcode])
    assert [event["type"] for event in load(tmp_path / "c.yaml").exchanges[0].events or ()] == [
        "response.created",
        "response.completed",
    ]


def test_close_in_the_middle_ends_every_lane(recording: Callable[..., WebSocket], tmp_path: Path):
    def says(upstream: ServerConnection) -> None:
        say(upstream, {**CREATED, "stream_id": "a"})
        upstream.close(1012)

    with upstream_that(says) as url:
        socket = recording(url)
        socket.create(ask(), stream_id="a")
        assert socket.event()["type"] == "response.created"
        with pytest.raises(ClosedError) as closed:
            socket.event()
        assert closed.value.code == 1012

    (exchange,) = load(tmp_path / "c.yaml").exchanges
    assert (exchange.complete, len(exchange.events or ())) == (False, 1)


def test_idle_connection_is_dropped_where_its_upstream_drops(recording: Callable[..., WebSocket]):
    def says(upstream: ServerConnection) -> None:
        say(upstream, CREATED, COMPLETED)
        upstream.socket.shutdown(sockets.SHUT_RDWR)

    with upstream_that(says) as url:
        socket = recording(url)
        assert socket.ask(ask())[-1]["type"] == "response.completed"
        with pytest.raises(ClosedError) as closed:
            socket.event()

    assert closed.value.code == DROPPED


def test_upstream_that_never_agrees_is_a_502_for_all_lanes(server: MockServer, tmp_path: Path):
    with sockets.create_server(("127.0.0.1", 0)) as deaf:
        recorder = server.workspace()
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/v1"
        recorder.space.upstream = Upstream(RecordingSession(upstream=url, path=tmp_path / "c.yaml", timeout=0.3))
        with WebSocket(recorder.base_url, key=recorder.api_key) as socket:
            lanes = {"a", "b", "c"}
            for lane in sorted(lanes):
                socket.create(ask(), stream_id=lane)
            errors = [socket.event() for _ in lanes]
        recorder.close()

    assert {(error["stream_id"], error["status"], error["error"]["code"]) for error in errors} == {
        (lane, 502, "upstream_unreachable") for lane in lanes
    }


@pytest.mark.parametrize("pieces", [1, 20], ids=["one event", "many events"])
def test_reply_that_is_too_large_breaks_off(server: MockServer, tmp_path: Path, pieces: int):
    said = [{**CREATED, "padding": "x" * (2_000_000 // pieces)} for _ in range(pieces)]
    with upstream_that(lambda upstream: say(upstream, CREATED, *said, COMPLETED)) as url:
        recorder = server.workspace()
        session = RecordingSession(upstream=url, path=tmp_path / "c.yaml", max_bytes=1_000_000)
        recorder.space.upstream = Upstream(session)
        with WebSocket(recorder.base_url, key=recorder.api_key) as socket:
            socket.create(ask())
            with pytest.raises(ClosedError):
                list(iter(socket.event, COMPLETED))
        recorder.close()

    assert "more than 1,000,000 bytes" in recorder.problems()[-1]
    assert list(load(tmp_path / "c.yaml").exchanges) == []
