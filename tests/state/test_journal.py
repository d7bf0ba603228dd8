"""The journal: typed readings of what came, what people see of it, and its bounds."""

import json
from typing import Any

import pytest

from mockserver.model.answer import Outcome
from mockserver.model.fault import Fault
from mockserver.model.recorded import RecordedExchange
from mockserver.model.request import Asked, RequestHead
from mockserver.replay.recorded_response import Recording
from mockserver.state.exchange import OVERHEAD, Exchange
from mockserver.state.gate import Gate
from mockserver.state.journal import Journal
from mockserver.state.timed_run import TimedRun
from tests.support.asking import HEAD

CALL = {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": '{"city":"Paris"}'}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "18 °C"}
TALK = [{"role": "user", "content": "The weather?"}, CALL, OUTPUT]
FAILED = {"object": "response", "error": {"code": "server_error", "message": "Sorry."}}
PROBLEM = {"error": {"message": "Too fast.", "type": "rate_limit_error", "param": None, "code": "slow_down"}}


def journal(*, max_count: int = 100, max_bytes: int = 1 << 20) -> Journal:
    return Journal(max_count=max_count, max_bytes=max_bytes)


def request(body: Any) -> Asked:
    """A request for a response; bodies are JSON."""
    return Asked(HEAD, json.dumps(body).encode())


def created(body: Any, *, reply: Any = None, status: int = 200, **more: Any) -> Exchange:
    """The only exchange of a journal, about a response."""
    answered = b"" if reply is None else json.dumps(reply).encode()
    return journal().add(request(body), status, reply=answered, **more)


def saying(given: Any, **more: Any) -> Asked:
    return request({"model": "gpt-4.1", "input": given, **more})


def asked(given: Any, **more: Any) -> Exchange:
    return journal().add(saying(given, **more), 200)


def test_exchange_reads_the_body():
    exchange = asked("Hello.", tools=[{"type": "web_search"}])

    assert exchange.body == {"model": "gpt-4.1", "input": "Hello.", "tools": [{"type": "web_search"}]}
    assert exchange.input_text == "Hello."
    assert exchange.tools == [{"type": "web_search"}]


def test_input_text_is_that_of_the_last_user_message():
    first, last = (
        {"role": "user", "content": "One."},
        {"role": "user", "content": [{"type": "input_text", "text": "Two."}]},
    )

    assert asked([first, last, {"role": "assistant", "content": "Three."}]).input_text == "Two."


def test_input_items_are_given_by_type_or_all():
    exchange = asked(TALK)

    assert exchange.input_items("function_call_output") == [OUTPUT]
    assert [item["type"] for item in exchange.input_items()] == ["message", "function_call", "function_call_output"]
    assert exchange.input_items("reasoning") == []


def test_tool_output_is_found_by_its_call():
    exchange = asked(TALK)

    assert exchange.tool_output("call_1") == "18 °C"
    assert exchange.tool_output("call_2") is None


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="no body"),
        pytest.param(b"{", id="no JSON"),
        pytest.param(b"[1]", id="no object"),
        pytest.param(b'{"model": "m", "input": 5}', id="input is a number"),
        pytest.param(b'{"model": "m", "input": [5]}', id="item is a number"),
        pytest.param(b'{"model": "m", "input": [{"role": "user", "content": 5}]}', id="content is a number"),
        pytest.param(b'{"model": "m", "input": [{"type": 5}]}', id="type is a number"),
        pytest.param(b'{"model": "m", "input": "Hi.", "tools": 5}', id="tools are a number"),
    ],
)
def test_request_that_could_not_be_read_has_no_readings(raw):
    exchange = journal().add(Asked(HEAD, raw), 400)

    assert (exchange.input_text, exchange.input_items(), exchange.tool_output("call_1"), exchange.tools) == (
        "",
        [],
        None,
        [],
    )
    assert str(exchange) == "#1 POST /v1/responses (no input) -> 400 by default"


@pytest.mark.parametrize(
    ("reply", "response", "error"),
    [
        pytest.param(
            {"object": "response", "id": "resp_1"}, {"object": "response", "id": "resp_1"}, None, id="response"
        ),
        pytest.param(PROBLEM, None, PROBLEM["error"], id="error"),
        pytest.param({"object": "list", "data": []}, None, None, id="list"),
        pytest.param(FAILED, FAILED, FAILED["error"], id="failed response"),
        pytest.param(None, None, None, id="nothing"),
    ],
)
def test_answer_is_a_response_or_an_error(reply, response, error):
    exchange = created({}, reply=reply)

    assert (exchange.response, exchange.error, exchange.events) == (response, error, ())


@pytest.mark.parametrize(
    ("exchange", "line"),
    [
        pytest.param(asked("Hello."), "#1 POST /v1/responses 'Hello.' -> 200 by default", id="text"),
        pytest.param(asked(TALK), "#1 POST /v1/responses function_call_output '18 °C' -> 200 by default", id="output"),
        pytest.param(asked("x" * 99), f"#1 POST /v1/responses '{'x' * 59}…' -> 200 by default", id="long text"),
        pytest.param(
            created({"model": "m", "input": "Hi."}, outcome=Outcome(by="test.py:1")),
            "#1 POST /v1/responses 'Hi.' -> 200 by test.py:1",
            id="rule",
        ),
        pytest.param(
            created({"model": "m", "input": "Hi."}, status=400, outcome=Outcome(miss="Why.")),
            "#1 POST /v1/responses 'Hi.' -> 400 by no rule",
            id="miss",
        ),
        pytest.param(
            journal().add(Asked(RequestHead("GET", "/v1/models")), 200),
            "#1 GET /v1/models -> 200 by default",
            id="other endpoint",
        ),
    ],
)
def test_exchange_as_text_is_one_line(exchange, line):
    assert str(exchange) == line


def test_report_tells_what_was_answered():
    output = [
        CALL,
        {"type": "message", "content": [{"type": "output_text", "text": "Wait."}]},
        {"type": "reasoning", "summary": []},
    ]
    exchange = created(
        {"model": "m", "input": "Hi."}, reply={"object": "response", "status": "incomplete", "output": output}
    )

    assert exchange.report().splitlines() == [
        "#1 POST /v1/responses 'Hi.' -> 200 by default",
        "    response incomplete",
        """    function_call get_weather '{"city":"Paris"}'""",
        "    message 'Wait.'",
        "    reasoning",
    ]


@pytest.mark.parametrize(
    ("item", "line"),
    [
        pytest.param({"type": "program_output", "result": "18"}, "program_output '18'", id="result"),
        pytest.param(
            {"type": "tool_search_output", "tools": [{"name": "f"}]},
            """tool_search_output '[{"name":"f"}]'""",
            id="tools",
        ),
        pytest.param(
            {"type": "apply_patch_call", "operation": {"type": "delete_file", "path": "a.txt"}},
            "apply_patch_call 'a.txt'",
            id="path",
        ),
        pytest.param({"type": "message", "content": [{"type": "output_text", "text": ""}]}, "message", id="empty"),
        pytest.param({"type": "hologram_call", "input": "a bird"}, "hologram_call 'a bird'", id="unknown type"),
    ],
)
def test_report_tells_what_each_item_says(item, line):
    exchange = created(
        {"model": "m", "input": "Hi."}, reply={"object": "response", "status": "completed", "output": [item]}
    )

    assert exchange.report().splitlines()[1:] == [f"    {line}"]


def test_report_tells_the_error():
    assert created({"model": "m", "input": "Hi."}, reply=PROBLEM, status=429).report().splitlines() == [
        "#1 POST /v1/responses 'Hi.' -> 429 by default",
        "    error slow_down: 'Too fast.'",
    ]


@pytest.mark.parametrize("streamed", [pytest.param(False, id="json"), pytest.param(True, id="stream")])
def test_error_of_a_response_that_failed_is_told(workspace, raw, streamed):
    failed = {"code": "server_error", "message": "It broke."}
    workspace.on().reply("Hello.", status="failed", error=failed)
    raw("POST", "/v1/responses", {"model": "gpt-4o", "input": "Hi.", "stream": streamed})

    assert workspace.requests[-1].error == failed


def test_journal_numbers_what_comes_newest_last():
    kept = journal()
    for text in ("One.", "Two."):
        kept.add(saying(text), 200)

    assert [(exchange.number, exchange.input_text) for exchange in kept] == [(1, "One."), (2, "Two.")]
    assert len(kept) == 2


@pytest.mark.parametrize(
    "bounds",
    [
        pytest.param({"max_count": 2}, id="count"),
        pytest.param({"max_bytes": 2 * (OVERHEAD + len(saying("One.").raw))}, id="bytes"),
    ],
)
def test_oldest_exchanges_go_first(bounds):
    kept = journal(**bounds)
    for text in ("One.", "Two.", "Six."):
        kept.add(saying(text), 200)

    assert [(exchange.number, exchange.input_text) for exchange in kept] == [(2, "Two."), (3, "Six.")]


def test_newest_exchange_stays_however_large():
    kept = journal(max_bytes=1)
    for text in ("One.", "Two."):
        kept.add(saying(text), 200)

    assert [exchange.input_text for exchange in kept] == ["Two."]


def test_exchange_tells_its_fault(client, workspace):
    workspace.on().reply("Hi.").fault(fail_after=3)
    client.responses.create(model="gpt-4.1", input="Hello.")

    assert workspace.requests[0].fault == Fault(fail_after=3)


def test_exchange_has_events_whether_or_not_they_were_asked_for(client, workspace):
    workspace.on().reply("Hi.")
    said = client.responses.create(model="gpt-4.1", input="Hello.")
    streamed = list(client.responses.create(model="gpt-4.1", input="Hello.", stream=True))

    quiet, loud = workspace.requests
    assert [event["type"] for event in quiet.events] == [event.type for event in streamed]
    assert quiet.response["id"] == said.id
    assert loud.response["id"] == streamed[-1].response.id
    assert loud.headers["content-type"] == "application/json"


def test_bytes_of_a_stream_count_when_it_has_ended():
    text = {"type": "response.output_text.delta", "delta": "x" * 1000}
    recording = Recording(name="c.yaml:1", exchange=RecordedExchange(events=[text] * 3))
    assert recording.response is not None
    run = TimedRun(recording.response, gate=Gate())
    kept = journal(max_bytes=3 * OVERHEAD + 2500)
    kept.add(saying("One."), 200)
    kept.add(saying("Two."), 200, run=run)
    assert len(kept) == 2

    run.finish()
    kept.settle(run)

    assert [exchange.number for exchange in kept] == [2]


def test_run_of_the_oldest_exchange_is_counted_and_told_once():
    recording = Recording(name="c.yaml:1", exchange=RecordedExchange(events=[{"type": "x", "delta": "x" * 1000}]))
    assert recording.response is not None
    run = TimedRun(recording.response, gate=Gate())
    told: list[Exchange] = []
    kept = journal(max_bytes=2 * OVERHEAD + 500)
    kept.watcher = told.append
    first = kept.add(saying("One."), 200, run=run)
    run.finish()
    for _ in range(2):
        kept.settle(run)
    assert told == [first]
    kept.add(saying("Two."), 200)

    assert [exchange.number for exchange in kept] == [2]


def test_exchange_is_found_by_its_number_while_it_is_kept():
    kept = journal(max_count=2)
    for text in ("One.", "Two.", "Three.", "Four."):
        kept.add(saying(text), 200)
    found = [kept.find(number) for number in range(6)]

    assert [exchange and exchange.number for exchange in found] == [None, None, None, 3, 4, None]


def test_exchanges_may_be_added_while_others_are_read():
    kept = journal()
    kept.add(saying("One."), 200)
    reading = iter(kept)
    kept.add(saying("Two."), 200)

    assert [exchange.number for exchange in reading] == [1]
