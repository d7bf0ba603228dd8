"""Every fault, as bytes on a socket and as the official SDK takes it; streamed and as JSON."""

import json
import time
from collections.abc import Callable

import openai
import pytest

from mockserver import Fault, Workspace
from mockserver.model.fault import BrokenOff
from mockserver.web import transport_faults
from mockserver.web.transport_faults import GARBAGE
from tests.support.event_types import TEXT_EVENTS
from tests.support.http import Connection, Reply

MODEL = "gpt-4.1"
QUIET = 0.1  # seconds without a byte that count as a stall


@pytest.fixture
def wire(workspace: Workspace) -> Callable[..., Reply]:
    """`wire(stream=…)` asks for a response; one that `stalls` is not waited for."""

    def ask(*, stream: bool, stalls: bool = False) -> Reply:
        with Connection(workspace.base_url) as connection:
            body = {"model": MODEL, "input": "Hello.", "stream": stream}
            connection.request("POST", "/v1/responses", body, key=workspace.api_key)
            return connection.reply(patience=QUIET if stalls else None)

    return ask


def spoil(workspace, **fault):
    workspace.on().reply("Hi").fault(**fault)


# HTTP errors


ERRORS = [
    (
        {"status": 400, "message": "No.", "param": "tools", "code": "odd"},
        openai.BadRequestError,
        "invalid_request_error",
    ),
    ({"status": 401}, openai.AuthenticationError, "invalid_request_error"),
    ({"status": 403}, openai.PermissionDeniedError, "request_forbidden"),
    ({"status": 404}, openai.NotFoundError, "invalid_request_error"),
    ({"status": 409}, openai.ConflictError, "invalid_request_error"),
    ({"status": 429}, openai.RateLimitError, "rate_limit_error"),
    ({"status": 429, "code": "insufficient_quota"}, openai.RateLimitError, "insufficient_quota"),
    ({"status": 500}, openai.InternalServerError, "server_error"),
    ({"status": 503, "type": "odd_error"}, openai.InternalServerError, "odd_error"),
]


@pytest.mark.parametrize("stream", [False, True], ids=["json", "stream"])
@pytest.mark.parametrize("row", ERRORS, ids=lambda row: "-".join(map(str, row[0].values())))
def test_http_error_is_the_error_that_the_sdk_has_for_it(workspace, client, stream, row):
    fault, error, kind = row
    workspace.on().fault(**fault)
    with pytest.raises(error) as caught:
        client.responses.create(model=MODEL, input="Hello.", stream=stream)

    assert (caught.value.status_code, caught.value.type) == (fault["status"], kind)
    for word in ("code", "param"):
        assert getattr(caught.value, word) == fault.get(word, getattr(caught.value, word))
    assert fault.get("message", "") in caught.value.message
    assert workspace.requests[0].error["type"] == kind


def test_rate_limit_has_its_headers(workspace, raw):
    workspace.on().fault(status=429, retry_after=1.5, headers={"x-odd": "yes"})
    reply = raw("POST", "/v1/responses", {"model": MODEL, "input": "Hello."})

    assert reply.status == 429
    names = ("retry-after", "retry-after-ms", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests", "x-odd")
    assert [reply.header(name) for name in names] == ["2", "1500", "0", "1.5s", "yes"]
    assert reply.json["error"]["code"] == "rate_limit_exceeded"
    assert "Please try again in 1.5s." in reply.json["error"]["message"]


def test_sdk_waits_as_long_as_it_is_told_and_tries_again(workspace, client):
    workspace.on().times(2).fault(status=429, retry_after=0.05)
    workspace.on().reply("At last.")
    started = time.monotonic()
    said = client.with_options(max_retries=2).responses.create(model=MODEL, input="Hello.")

    assert said.output_text == "At last."
    assert 0.1 <= time.monotonic() - started < 0.8  # the SDK's own first wait would be half a second


def test_fault_alone_spoils_the_default_answer(workspace, wire):
    workspace.on().fault(cut_after=2)

    assert wire(stream=True).types == TEXT_EVENTS[:2]


# What a response says itself


@pytest.mark.parametrize("after", [1, 4, 7])
def test_stream_fails_after_some_events(workspace, wire, after):
    spoil(workspace, fail_after=after, code="rate_limit_exceeded", message="Slow down.")
    reply = wire(stream=True)

    assert reply.end == "whole"
    assert reply.types == [*TEXT_EVENTS[:after], "response.failed"]
    assert [event["sequence_number"] for event in reply.events] == list(range(after + 1))
    assert reply.events[-1]["response"]["error"] == {"code": "rate_limit_exceeded", "message": "Slow down."}
    assert reply.events[-1]["response"]["output"] == []


def test_failed_stream_keeps_the_items_that_were_done(workspace, wire):
    workspace.on().reply("One", "Two").fault(fail_after=9)
    reply = wire(stream=True)

    assert reply.types[-3:] == ["response.output_item.done", "response.output_item.added", "response.failed"]
    assert [item["content"][0]["text"] for item in reply.events[-1]["response"]["output"]] == ["One"]


def test_json_response_fails(workspace, client):
    spoil(workspace, fail_after=2, message="Slow down.")
    failed = client.responses.create(model=MODEL, input="Hello.")

    assert (failed.status, failed.error.code, failed.error.message) == ("failed", "server_error", "Slow down.")


def test_stream_has_an_error_event_and_fails(workspace, wire, client):
    spoil(workspace, error_after=3, message="On strike.")
    reply = wire(stream=True)

    assert reply.types == [*TEXT_EVENTS[:3], "error", "response.failed"]
    assert reply.events[3]["error"]["message"] == "On strike."
    assert [event["sequence_number"] for event in reply.events] == list(range(5))
    with pytest.raises(openai.APIError, match="On strike"):
        list(client.responses.create(model=MODEL, input="Hello.", stream=True))


def test_json_has_no_error_event_but_an_http_error(workspace, client):
    spoil(workspace, error_after=3, message="On strike.")

    with pytest.raises(openai.InternalServerError, match="On strike"):
        client.responses.create(model=MODEL, input="Hello.")


# What the transport does


@pytest.mark.parametrize("after", [0, 1, 5, 9])
def test_stream_is_cut_after_some_events(workspace, wire, client, after):
    spoil(workspace, cut_after=after)
    reply = wire(stream=True)

    assert (reply.end, reply.types) == ("closed", TEXT_EVENTS[:after])
    assert reply.head.startswith(b"HTTP/1.1 200 OK\r\n")
    stream = client.responses.create(model=MODEL, input="Hello.", stream=True)
    with pytest.raises(openai.APIConnectionError):
        list(stream)


def test_stream_stalls_after_some_events(workspace, wire, client):
    spoil(workspace, stall_after=3)
    reply = wire(stream=True, stalls=True)

    assert (reply.end, reply.types) == ("open", TEXT_EVENTS[:3])
    stream = client.with_options(timeout=QUIET).responses.create(model=MODEL, input="Hello.", stream=True)
    with pytest.raises(openai.APITimeoutError):
        list(stream)


def test_stream_ends_in_half_an_event(workspace, wire, client):
    spoil(workspace, half_event=4)
    reply = wire(stream=True)
    *before, half = reply.body.split(b"\n\n")

    assert (reply.end, len(before)) == ("closed", 3)
    assert half.startswith(b"event: response.content_part.added\ndata: {")
    assert not half.endswith(b"}")
    with pytest.raises(openai.APIConnectionError):
        list(client.responses.create(model=MODEL, input="Hello.", stream=True))


@pytest.mark.parametrize("after", [0, 3, 9])
def test_garbage_comes_after_some_events(workspace, wire, client, after):
    spoil(workspace, garbage_after=after)
    reply = wire(stream=True)
    before, garbage, rest = reply.body.partition(GARBAGE)

    assert (reply.end, garbage) == ("whole", GARBAGE)
    assert (before.count(b"event: "), rest.count(b"event: ")) == (after, 9 - after)
    with pytest.raises(UnicodeDecodeError):
        list(client.responses.create(model=MODEL, input="Hello.", stream=True))


def test_garbage_comes_after_some_of_the_events_that_are_told_again(workspace, raw):
    first = raw("POST", "/v1/responses", {"model": MODEL, "input": "Hello.", "background": True, "stream": True})
    workspace.chaos(1, Fault(garbage_after=1))
    again = raw("GET", f"/v1/responses/{first.events[0]['response']['id']}?stream=true&starting_after=3")
    _, _, _, _, fourth, *rest = first.body.split(b"\n\n")

    assert again.body == fourth + b"\n\n" + GARBAGE + b"\n\n".join(rest)


def test_stream_promises_more_than_it_sends(workspace, wire, client):
    spoil(workspace, content_length=10)
    reply = wire(stream=True)

    assert (reply.end, reply.types) == ("closed", TEXT_EVENTS)
    assert reply.length == len(reply.body) + 10
    with pytest.raises(openai.APIConnectionError):
        list(client.responses.create(model=MODEL, input="Hello.", stream=True))


def test_stream_sends_no_more_than_it_promises(workspace, wire):
    spoil(workspace, content_length=-10)
    reply = wire(stream=True)

    assert (reply.end, reply.body.endswith(b"\n\n")) == ("whole", False)
    assert reply.body.count(b"event: ") == 9


@pytest.mark.parametrize("stream", [False, True], ids=["json", "stream"])
def test_slow_body_takes_its_time_and_is_whole(workspace, wire, stream):
    spoil(workspace, slow_body=0.2)
    started = time.monotonic()
    reply = wire(stream=stream)

    assert 0.15 < time.monotonic() - started < 5
    assert reply.end == "whole"
    assert reply.reads > 2
    assert (reply.types == TEXT_EVENTS) if stream else (json.loads(reply.body)["status"] == "completed")


@pytest.mark.parametrize(
    ("fault", "end"),
    [
        pytest.param({"cut_after": 5}, "closed", id="cut"),
        pytest.param({"half_event": 5}, "closed", id="half event"),
        pytest.param({"stall_after": 5}, "open", id="stall"),
    ],
)
def test_json_body_breaks_off_in_its_middle(workspace, wire, fault, end):
    spoil(workspace, **fault)
    reply = wire(stream=False, stalls=end == "open")

    assert reply.end == end
    assert reply.length > len(reply.body) > 0
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.body)


def test_json_body_has_garbage_in_its_middle(workspace, wire):
    spoil(workspace, garbage_after=5)
    reply = wire(stream=False)

    assert (reply.end, GARBAGE in reply.body) == ("whole", True)


@pytest.mark.parametrize(
    ("more", "end"), [pytest.param(10, "closed", id="more"), pytest.param(-10, "whole", id="less")]
)
def test_json_body_has_a_wrong_length(workspace, wire, more, end):
    spoil(workspace, content_length=more)
    reply = wire(stream=False)

    assert reply.end == end
    assert reply.length == len(reply.body) + max(more, 0)
    assert reply.body.endswith(b"}") is (more > 0)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param({"cut_after": 1}, openai.APIConnectionError, id="cut"),
        pytest.param({"half_event": 1}, openai.APIConnectionError, id="half event"),
        pytest.param({"stall_after": 1}, openai.APITimeoutError, id="stall"),
        pytest.param({"content_length": 10}, openai.APIConnectionError, id="wrong length"),
    ],
)
def test_sdk_tries_a_broken_json_answer_again(workspace, client, fault, error):
    spoil(workspace, **fault)
    with pytest.raises(error):
        client.with_options(timeout=QUIET, max_retries=0).responses.create(model=MODEL, input="Hello.")
    workspace.enqueue("Whole again.")

    assert client.responses.create(model=MODEL, input="Hello.").output_text == "Whole again."


def test_http_error_may_trickle(workspace, wire):
    workspace.on().fault(status=503, slow_body=0.2)
    started = time.monotonic()
    reply = wire(stream=True)

    assert reply.head.startswith(b"HTTP/1.1 503 ")
    assert json.loads(reply.body)["error"]["code"] == "server_is_overloaded"
    assert time.monotonic() - started > 0.15


def test_invented_fault_is_a_kind_and_what_the_transport_does(workspace, wire, monkeypatch):
    class EchoAfter(BrokenOff):
        """The event comes twice."""

    async def echo_after(frames, ending, _garbage):
        number = 0
        async for frame in frames:
            number += 1
            for _ in range(2 if number == ending.at else 1):
                yield frame

    monkeypatch.setitem(transport_faults.BREAKS, EchoAfter, echo_after)
    fault = Fault(cut_after=1)
    object.__setattr__(fault, "ending", EchoAfter(4))
    workspace.on().reply("Hi").add_fault(fault)

    assert wire(stream=True).types == [*TEXT_EVENTS[:4], TEXT_EVENTS[3], *TEXT_EVENTS[4:]]


def test_kinds_of_faults_are_told_apart():
    assert Fault(cut_after=3) == Fault(cut_after=3)
    assert len({Fault(cut_after=3), Fault(stall_after=3), Fault(half_event=3), Fault(garbage_after=3)}) == 4


# Chaos


def test_chaos_reaches_every_endpoint(workspace, client):
    workspace.chaos(1, Fault(status=503))

    with pytest.raises(openai.InternalServerError):
        client.conversations.create()
    with pytest.raises(openai.InternalServerError):
        client.responses.create(model=MODEL, input="Hello.")


def test_chaos_may_break_the_transport(workspace, wire):
    workspace.chaos(1, Fault(cut_after=2))

    reply = wire(stream=True)
    assert (reply.end, reply.types) == ("closed", TEXT_EVENTS[:2])
