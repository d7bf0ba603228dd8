"""The log of requests: a line for each, when its answer has ended."""

import io
import json
import logging
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mockserver import MockServer, Pace
from mockserver.request_log import Allowance, MessageLog, RequestLog, Write, as_json, as_text
from tests.support.bodies import ask
from tests.support.http import Connection, send
from tests.support.websocket import WebSocket

TIME = re.compile(r"^\d\d:\d\d:\d\d ", re.MULTILINE)
MILLISECONDS = re.compile(r"\d+(\.\d+)?(e-\d+)? ms")
SECONDS = 10


class Lines(io.StringIO):
    """What was logged, which can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._written = threading.Condition()

    def flush(self) -> None:
        with self._written:
            self._written.notify_all()

    def wait_for(self, count: int) -> list[str]:
        """The lines, when there are so many, without what differs from run to run."""
        with self._written:
            assert self._written.wait_for(lambda: self.getvalue().count("\n") >= count, SECONDS), self.getvalue()
        text = MILLISECONDS.sub("N ms", TIME.sub("", self.getvalue()))
        return text.splitlines()


Started = Callable[[Write], tuple[MockServer, Lines]]


@pytest.fixture
def started() -> Iterator[Started]:
    """Starts a server whose requests are logged."""
    running: list[tuple[MockServer, RequestLog]] = []

    def start(write: Write) -> tuple[MockServer, Lines]:
        server, lines = MockServer(), Lines()
        log = RequestLog(lines, write)
        log.__enter__()
        server.watch(log)
        server.start()
        running.append((server, log))
        return server, lines

    yield start
    for server, log in running:
        server.stop()
        log.__exit__(None, None, None)


def post(server: MockServer, body: Any, *, key: str = "k") -> Any:
    return send(server.base_url, "POST", "/v1/responses", body, key=key)


@pytest.mark.parametrize("stream", [False, True])
def test_line_says_what_was_asked_and_what_answered(started: Started, stream: Any):
    server, lines = started(as_text(colors=False, bodies=False))
    post(server, ask(input="The weather?", stream=stream))

    [line] = lines.wait_for(1)
    assert re.fullmatch(r"POST /v1/responses gpt-4o 'The weather\?' -> 200 default, N ms, \d+ \+ \d+ tokens", line)


def test_rule_is_named(started: Started):
    server, lines = started(as_text(colors=False, bodies=False))
    server.workspace("k").on().reply("Sunny.").named("weather")
    post(server, ask(input="x"))

    [line] = lines.wait_for(1)
    assert " -> 200 weather (tests/test_request_log.py:" in line


def test_miss_has_its_nearest_rules_below_it(started: Started):
    server, lines = started(as_text(colors=False, bodies=False))
    server.workspace("k").on(input="rain").reply("Wet.")
    post(server, ask(input="sun"))

    first, *rest = lines.wait_for(5)
    assert first == "POST /v1/responses gpt-4o 'sun' -> 400 nothing matched, N ms"
    assert "         Nearest rules:" in rest
    assert any("input: wanted text containing 'rain', got 'sun'" in line for line in rest)


def test_refused_request_has_its_error_below_it(started: Started):
    server, lines = started(as_text(colors=False, bodies=False))
    post(server, ask(inptu="The weather?"))

    assert lines.wait_for(2)[1] == "         Unknown parameter: 'inptu'."


def test_fault_is_named(started: Started):
    server, lines = started(as_text(colors=False, bodies=False))
    server.workspace("k").on().fault(status=429)
    post(server, ask(input="x"))

    [line] = lines.wait_for(1)
    assert " -> 429 " in line
    assert "fault " in line


def test_stream_is_logged_when_it_has_ended(started: Started):
    server, lines = started(as_text(colors=False, bodies=False))
    workspace = server.workspace("k", pace=Pace(rate=1000))
    workspace.on().reply("a b c")
    with workspace.gate() as gate, Connection(server.base_url) as connection:
        connection.request("POST", "/v1/responses", ask(input="x", stream=True), key="k")
        gate.step(2)
        next(connection.events())
        assert lines.getvalue() == ""
        gate.open()
        connection.reply()

    assert len(lines.wait_for(1)) == 1


def test_keys_are_told_apart_from_the_second_on(started: Started):
    server, lines = started(as_text(colors=False, bodies=False))
    post(server, ask(input="x"), key="sk-first-0001")
    post(server, ask(input="x"), key="sk-other-0002")

    first, second = lines.wait_for(2)
    assert (first[:5], second[:6]) == ("POST ", "…0002 ")


def test_short_keys_are_told_apart_by_a_digest(started: Started):
    server, lines = started(as_json(bodies=False))
    for key in ("short-a", "short-b", "sk-long-enough-0003"):
        post(server, ask(input="x"), key=key)

    assert [json.loads(line)["key"] for line in lines.wait_for(3)] == [
        "******* #e0a9",
        "******* #ebff",
        "sk-long-*******0003",
    ]


def test_short_key_is_not_in_the_line(started: Started):
    server, lines = started(as_text(colors=False, bodies=False))
    for key in ("a", "pass"):
        post(server, ask(input="x"), key=key)

    assert lines.wait_for(2)[1].startswith("…#d74f POST ")


def test_request_without_input_says_so(started: Started):
    server, lines = started(as_text(colors=False, bodies=False))
    post(server, {"model": "gpt-4o"})

    assert lines.wait_for(2)[0] == "POST /v1/responses gpt-4o (no input) -> 400 refused, N ms"


def test_frames_of_a_socket_are_lines_as_well(started: Started):
    server, lines = started(as_text(colors=False, bodies=False))
    with WebSocket(server.base_url, key="k") as socket:
        socket.ask(ask(input="x"), stream_id="a")
        socket.send({"type": "response.steer", "previous_response_id": "resp_1", "input": "y"})
        socket.event()

    line, steered, why = lines.wait_for(3)
    assert line.startswith("POST /v1/responses socket 1 lane a gpt-4o 'x' -> 200 default, ")
    assert steered.startswith("POST /v1/responses socket 1 response.steer -> 400 refused, ")
    assert "resp_1" in why


def test_bodies_stand_below_where_they_are_wanted(started: Started):
    server, lines = started(as_text(colors=False, bodies=True))
    post(server, ask(input="x"))

    _, request, answer = lines.wait_for(3)
    assert json.loads(request.removeprefix("         request  ")) == ask(input="x")
    assert json.loads(answer.removeprefix("         answer   "))["object"] == "response"


@pytest.mark.parametrize("text", ["nothing matched", "default"])
def test_misses_are_red_on_a_terminal(started: Started, text: str):
    server, lines = started(as_text(colors=True, bodies=False))
    if text == "nothing matched":
        server.workspace("k").on(input="other").reply("x")
    post(server, ask(input="x"))

    first, *_ = lines.wait_for(1)
    assert text in first
    assert ("\x1b[31m" in first) is (text == "nothing matched")


def test_json_has_an_object_on_each_line(started: Started):
    server, lines = started(as_json(bodies=False))
    post(server, ask(input="x"))
    send(server.base_url, "GET", "/v1/responses/resp_none", key="k")

    created, retrieved = map(json.loads, lines.wait_for(2))
    assert (created["method"], created["path"], created["status"]) == ("POST", "/v1/responses", 200)
    assert (created["answered_by"], created["number"]) == ("default", 1)
    assert created["input_tokens"] > 0 < created["output_tokens"]
    assert (retrieved["status"], retrieved["input_tokens"]) == (404, None)


def test_every_request_is_logged_in_order_when_the_log_is_left():
    lines = Lines()
    server = MockServer()
    with RequestLog(lines, as_text(colors=False, bodies=False)) as log:
        server.watch(log)
        with server:
            for number in range(200):
                post(server, ask(input=f"number {number}"))

    assert [re.findall(r"'number (\d+)'", line) for line in lines.getvalue().splitlines()] == [
        [str(number)] for number in range(200)
    ]


def test_many_requests_at_once_are_counted():
    lines = Lines()
    server = MockServer()
    log = RequestLog(lines, as_text(colors=False, bodies=False), allowance=Allowance(burst=3, more=2))
    server.watch(log)
    with server:
        for number in range(5):
            post(server, ask(input=f"number {number}"))
    with log:  # all of them wait when it begins to write
        shown = lines.wait_for(4)

    assert [re.findall(r"number (\d)", line) for line in shown[:3]] == [["0"], ["1"], ["2"]]
    assert shown[3] == "… and 2 more requests; --log-format json logs all of them"


def test_lines_are_allowed_again_as_time_goes_by():
    allowance = Allowance(burst=5, more=2)

    assert [allowance.take(count) for count in (4, 9, 9, 0, 0, 0, 9, 1)] == [4, 3, 2, 0, 0, 0, 5, 1]


def test_reader_that_has_gone_stops_nothing():
    lines = Lines()
    server = MockServer()
    with RequestLog(lines, as_text(colors=False, bodies=False)) as log:
        server.watch(log)
        with server:
            lines.close()
            assert post(server, ask(input="x")).status == 200
            assert post(server, ask(input="x")).status == 200


@pytest.mark.parametrize(
    ("as_json", "written"),
    [
        (False, ["TIME c.yaml: recorded.", "TIME It failed:", "line 2"]),
        (
            True,
            [{"level": "info", "message": "c.yaml: recorded."}, {"level": "error", "message": "It failed:\nline 2"}],
        ),
    ],
    ids=["text", "json"],
)
def test_messages_stand_in_the_log_while_it_is_written(as_json: Any, written: Any):
    logger, out = logging.getLogger("mockserver"), io.StringIO()
    with MessageLog(out, as_json=as_json):
        logger.info("%s: recorded.", "c.yaml")
        logger.error("It failed:\nline 2")
    logger.info("Nobody hears this.")

    lines = out.getvalue().splitlines()
    if as_json:
        found = [json.loads(line) for line in lines]
        assert all(re.fullmatch(r"\d\d:\d\d:\d\d", one.pop("time")) for one in found)
        assert found == written
    else:
        assert [TIME.sub("TIME ", line) for line in lines] == written
