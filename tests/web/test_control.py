"""The control API: every call over HTTP, as a test in another language would make it."""

import json

import pytest

from mockserver import ManualClock, MockServer, Settings, __version__
from tests.support.http import Connection, send

MODEL = "gpt-4.1"
RULE = {"when": {"input": "weather"}, "reply": "Sunny.", "name": "weather", "times": 2}


@pytest.fixture
def control(raw):
    """`control(method, path, body)` gives the reply's JSON, which has to be a good one."""

    def call(method, path, body=None):
        reply = raw(method, f"/_mock/{path}", body)
        assert reply.status == 200, reply.json
        return reply.json

    return call


@pytest.fixture
def refused(raw):
    """`refused(method, path, body)` gives status, code and message of the error."""

    def call(method, path, body=None):
        reply = raw(method, f"/_mock/{path}", body)
        error = reply.json["error"]
        assert error["type"] == "mock_server_error"
        return reply.status, error["code"], error["message"]

    return call


@pytest.fixture
def ask(raw):
    return lambda words, **more: raw("POST", "/v1/responses", {"model": MODEL, "input": words, **more})


def text(reply):
    return reply.json["output"][0]["content"][0]["text"]


def test_health_needs_no_key(raw):
    reply = raw("GET", "/_mock/health", key=None)

    lag = reply.json["loop_lag"]
    assert (reply.status, reply.json) == (200, {"status": "ok", "version": __version__, "loop_lag": lag})
    assert isinstance(lag, int)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "rules"),
        ("POST", "rules"),
        ("DELETE", "rules"),
        ("POST", "reset"),
        ("GET", "requests"),
        ("POST", "requests/search"),
        ("GET", "verify"),
        ("POST", "gates"),
        ("POST", "gates/gate_1"),
        ("DELETE", "gates/gate_1"),
        ("POST", "clock"),
        ("GET", "workspace"),
        ("POST", "next"),
        ("POST", "pace"),
        ("POST", "chaos"),
        ("GET", "rules/usage"),
        ("GET", "rules/1"),
        ("POST", "rules/check"),
        ("GET", "cassettes"),
    ],
)
def test_everything_else_needs_a_key_and_can_be_switched_off(raw, method, path):
    assert raw(method, f"/_mock/{path}", key=None).status == 401
    with MockServer(Settings(control_api=False)) as server:
        assert send(server.base_url, method, f"/_mock/{path}", key="any").status == 404
        assert send(server.base_url, "GET", "/_mock/health").status == 200


def test_rules_are_added_listed_and_cleared(control, ask):
    listed = [{"rule": "weather (POST /_mock/rules 0)", "used": 0, "times": 2}]

    assert control("POST", "rules", [RULE]) == {"rules": listed}
    assert control("GET", "rules") == {"rules": listed}
    assert text(ask("The weather?")) == "Sunny."
    assert control("GET", "rules")["rules"][0]["used"] == 1
    assert control("DELETE", "rules") == {"rules": []}
    assert control("GET", "rules") == {"rules": []}
    assert text(ask("The weather?")) != "Sunny."


def test_rules_may_come_with_chaos(control, ask):
    control("POST", "rules", {"rules": [RULE], "chaos": {"rate": 1, "faults": [{"status": 503}]}})

    assert ask("The weather?").status == 503


def test_chaos_does_not_reach_the_control_api(control, ask):
    control("POST", "rules", {"rules": [RULE], "chaos": {"rate": 1, "faults": [{"status": 503}]}})
    control("POST", "reset")

    assert ask("The weather?").status == 200


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(
            [{"when": {"imput": "x"}, "reply": "y"}],
            "[0].when.imput: unknown key 'imput'. Did you mean 'input'?",
            id="key",
        ),
        pytest.param([{"when": {}}], "[0]: a rule lacks 'reply', 'replies' or 'fault'.", id="no answer"),
        pytest.param({"rule": []}, "rule: unknown key 'rule'. Did you mean 'rules'?", id="document"),
        pytest.param("weather", "expected a list of rules, or a mapping of rules, chaos and prompts, got", id="text"),
    ],
)
def test_wrong_rules_are_refused_with_the_keys_that_lead_there(control, refused, body, message):
    status, code, told = refused("POST", "rules", body)

    assert (status, code, told[: len(message)]) == (400, "script_error", message)
    assert control("GET", "rules") == {"rules": []}


def test_requests_are_listed_without_the_key(control, ask, workspace):
    control("POST", "rules", [RULE])
    ask("The weather?")
    missed = ask("The time?")
    answered, unmatched = control("GET", "requests")["requests"]

    assert (answered["number"], answered["method"], answered["path"]) == (1, "POST", "/v1/responses")
    assert (answered["status"], answered["rule"]) == (200, "weather (POST /_mock/rules 0)")
    assert (answered["miss"], answered["error"]) == (None, None)
    assert answered["body"] == {"model": MODEL, "input": "The weather?"}
    assert answered["response"]["output"][0]["content"][0]["text"] == "Sunny."
    assert answered["headers"]["content-type"] == "application/json"
    assert workspace.api_key not in json.dumps([answered, unmatched])
    assert (unmatched["status"], unmatched["rule"], unmatched["response"]) == (400, None, None)
    assert unmatched["miss"] == unmatched["error"]["message"] == missed.json["error"]["message"]


def test_requests_come_in_pages(control, ask):
    for number in range(5):
        ask(f"number {number}")
    first = control("GET", "requests?limit=2")
    second = control("GET", f"requests?limit=2&after={first['requests'][-1]['number']}")
    last = control("GET", f"requests?after={second['requests'][-1]['number']}")

    pages = (first, second, last)
    assert [[one["number"] for one in page["requests"]] for page in pages] == [[1, 2], [3, 4], [5]]
    assert [page["has_more"] for page in pages] == [True, True, False]


def test_page_of_large_requests_is_shorter(control, ask, monkeypatch):
    for number in range(5):
        ask(f"number {number} " + "x" * 10_000)
    for room, numbers in ((1, [1]), (30_000, [1, 2])):
        monkeypatch.setattr("mockserver.web.control.PAGE_BYTES", room)
        page = control("GET", "requests")
        assert ([one["number"] for one in page["requests"]], page["has_more"]) == (numbers, True)

    found = control("POST", "requests/search", {})
    assert ([one["number"] for one in found["requests"]], found["has_more"]) == ([4, 5], True)


@pytest.mark.parametrize("query", ["limit=x", "after=-1", "after=", "limit=%C2%B2", "after=" + "9" * 5000])
def test_page_that_is_no_number_is_refused(refused, query):
    status, code, message = refused("GET", f"requests?{query}")

    assert (status, code) == (400, "script_error")
    assert message.endswith("; expected a number, 0 or more.")


def test_calls_of_the_control_api_are_no_requests(control):
    control("GET", "rules")

    assert control("GET", "requests") == {"requests": [], "has_more": False}


def test_requests_are_searched_by_a_when(control, ask):
    ask("The weather?")
    ask("The time?")

    found = control("POST", "requests/search", {"input": {"regex": "^The t"}})["requests"]
    assert [one["number"] for one in found] == [2]
    assert len(control("POST", "requests/search", {})["requests"]) == 2


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param({"imput": "x"}, "imput: unknown key 'imput'. Did you mean 'input'?", id="key"),
        pytest.param([], "The body is list; expected a JSON object.", id="list"),
    ],
)
def test_wrong_search_is_refused(refused, body, message):
    status, code, told = refused("POST", "requests/search", body)

    assert (status, code, told[: len(message)]) == (400, "script_error", message)


def test_verify_tells_what_is_missing(control, ask):
    control("POST", "rules", [RULE])
    assert control("GET", "verify") == {
        "complete": False,
        "problems": ["Rule weather (POST /_mock/rules 0) answered 0 of 2 times."],
    }
    ask("The weather?")
    ask("The weather?")

    assert control("GET", "verify") == {"complete": True, "problems": []}


def test_reset_forgets_everything(control, ask, raw):
    control("POST", "rules", [RULE])
    created = ask("The weather?").json["id"]
    assert control("POST", "reset") == {"status": "ok"}

    assert control("GET", "requests") == {"requests": [], "has_more": False}
    assert control("GET", "rules") == {"rules": []}
    assert raw("GET", f"/v1/responses/{created}").status == 404


def test_calls_work_on_the_workspace_of_their_key(control, server):
    control("POST", "rules", [RULE])
    other = server.workspace()

    assert send(other.base_url, "GET", "/_mock/rules", key=other.api_key).json == {"rules": []}


@pytest.fixture
def streaming(workspace):
    """A reply that is being streamed: the types of its events, one by one."""
    with Connection(workspace.base_url) as connection:

        def start():
            body = {"model": MODEL, "input": "Hello.", "stream": True}
            connection.request("POST", "/v1/responses", body, key=workspace.api_key)
            return (event["type"] for event in connection.events())

        yield start


def test_gate_holds_and_lets_out(control, streaming):
    gate = control("POST", "gates")["gate"]
    events = streaming()
    assert control("POST", f"gates/{gate}", {"step": 2}) == {"gate": gate}
    assert [next(events), next(events)] == ["response.created", "response.in_progress"]
    control("POST", f"gates/{gate}", {"until": "response.content_part.added"})
    assert [next(events), next(events)] == ["response.output_item.added", "response.content_part.added"]
    assert control("GET", "requests")["requests"][0]["response"]["status"] == "in_progress"
    control("POST", f"gates/{gate}", {"open": True})

    assert list(events)[-1] == "response.completed"


def test_released_gate_lets_everything_out_and_is_gone(control, refused, streaming):
    gate = control("POST", "gates")["gate"]
    events = streaming()
    assert control("DELETE", f"gates/{gate}") == {"gate": gate}

    assert list(events)[-1] == "response.completed"
    assert refused("POST", f"gates/{gate}", {"step": 1}) == (
        404,
        "unknown_gate",
        "There is no gate 'gate_1'; there are: none.",
    )


@pytest.mark.parametrize("schema", [5, None, "x", [1], {"$schema": 5}, {"type": 5}])
def test_what_is_no_schema_is_refused_with_its_place(refused, schema):
    status, code, told = refused("POST", "rules", [{"when": {"schema": schema}, "reply": "x"}])
    assert (status, code, told.startswith("[0].when.schema")) == (400, "script_error", True)

    status, code, told = refused("POST", "requests/search", {"all": [{"input": {"schema": schema}}]})
    assert (status, code, told.startswith("all[0].input.schema")) == (400, "script_error", True)


def test_reset_opens_gates(control, streaming):
    control("POST", "gates")
    events = streaming()
    control("POST", "reset")

    assert list(events)[-1] == "response.completed"


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_unknown_gate_is_told_with_the_known_ones(control, refused, method):
    control("POST", "gates")

    assert refused(method, "gates/nope", {"step": 1}) == (
        404,
        "unknown_gate",
        "There is no gate 'nope'; there are: gate_1.",
    )


@pytest.mark.parametrize(
    "order",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"step": 0}, id="no step"),
        pytest.param({"step": "1"}, id="text"),
        pytest.param({"open": False}, id="not open"),
        pytest.param({"step": 1, "until": "response.created"}, id="two orders"),
    ],
)
def test_wrong_order_for_a_gate_is_refused(control, refused, order):
    control("POST", "gates")
    status, code, told = refused("POST", "gates/gate_1", order)

    assert (status, code) == (400, "script_error")
    assert told == f'{order} is not a valid gate command; expected {{"step": 1}}, {{"until": "…"}}, {{"open": true}}.'


def test_clock_becomes_manual_and_moves_on(control, workspace):
    assert control("POST", "clock", {"manual": True}) == {"elapsed": 0.0}
    clock = workspace.clock
    assert control("POST", "clock", {"advance": 1.5}) == {"elapsed": 1.5}
    assert control("POST", "clock", {"manual": True}) == {"elapsed": 1.5}

    assert isinstance(clock, ManualClock)
    assert workspace.clock is clock


def test_moving_the_clock_changes_no_stamp(control, ask):
    control("POST", "clock", {"manual": True})
    first = ask("Hello.").json["created_at"]
    control("POST", "clock", {"advance": 10})

    assert ask("Hello.").json["created_at"] == first + 1


@pytest.mark.parametrize(
    "order", [{"advance": 1}, {"manual": False}, {}], ids=["frozen clock", "not manual", "nothing"]
)
def test_wrong_order_for_the_clock_is_refused(refused, order):
    status, code, told = refused("POST", "clock", order)

    assert (status, code) == (400, "script_error")
    assert (
        told == f'{order} is not a valid command for this clock; expected {{"manual": true}}, then {{"advance": 1.5}}.'
    )


def test_next_answer_goes_before_all_rules(control, ask):
    control("POST", "rules", [RULE])
    control("POST", "next", {"reply": "Asked for."})
    control("POST", "next", {"fault": {"status": 503}})

    assert control("GET", "workspace")["queued"] == 2
    assert text(ask("weather")) == "Asked for."
    assert ask("weather").status == 503
    assert text(ask("weather")) == "Sunny."


def test_wrong_next_answer_is_refused(refused):
    status, code, message = refused("POST", "next", {"fault": {"stat": 500}})

    assert (status, code) == (400, "script_error")
    assert "unknown key 'stat'. Did you mean 'status'?" in message


def test_pace_and_chaos_are_set_and_ended(control, ask, refused):
    assert control("POST", "pace", {"rate": 50})["pace"] == {"first": 0.0, "rate": 50, "jitter": 0.0}
    assert control("POST", "pace", {})["pace"]["rate"] is None
    faults = [{"status": 500, "retry_after": 1}, {"cut_after": 3}]
    chaos = control("POST", "chaos", {"rate": 1, "faults": faults})["chaos"]
    assert chaos == {"rate": 1, "faults": ["http error 500", "cut after 3"]}
    assert ask("weather").status == 500
    assert control("POST", "chaos", {})["chaos"] is None
    assert ask("weather").status == 200
    assert "lacks 'faults'" in refused("POST", "chaos", {"rate": 1})[2]
