"""An exchange copied as a rule, a test, a cassette: each has to do again what the exchange did."""

import json
import shlex

import pytest
import yaml

from mockserver import MockServer, Settings, cassette, function_call
from mockserver.clock import RealClock
from mockserver.model.recorded import RecordedExchange
from mockserver.page.forms import recorded_forms
from tests.support.http import send

MODEL = "gpt-4.1"
KEY = "sk-forms-of-exchanges-0001"
TOOLS = [{"type": "function", "name": "get_weather", "parameters": {"type": "object", "properties": {}}}]
CALL = {"model": MODEL, "input": "How's the weather?", "tools": TOOLS, "stream": True}
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
CITY = {"format": {"type": "json_schema", "name": "city", "schema": SCHEMA, "strict": True}}
FORMS = ["YAML rule", "mock.on(…)", "pytest test", "curl", "TypeScript", "Cassette", "HAR", "JSONL"]


@pytest.fixture(scope="module")
def copied():
    """A streamed call, an error, a request to another route and a tool's output, each in its forms."""
    with MockServer() as server:
        workspace = server.workspace(KEY)
        workspace.on(input="weather").reply(function_call("get_weather", city="Paris"), "Let me look.")
        workspace.on(input="flaky").fault(status=429, retry_after=1)
        workspace.on(tool_output="get_weather").reply("It is warm.")
        send(server.base_url, "POST", "/v1/responses", CALL, key=KEY)
        send(server.base_url, "POST", "/v1/responses", {"model": MODEL, "input": "flaky"}, key=KEY)
        send(server.base_url, "POST", "/v1/embeddings", {"model": "m", "input": "word"}, key=KEY)
        turn = {"model": MODEL, "input": "How's the weather?", "tools": TOOLS}
        called = send(server.base_url, "POST", "/v1/responses", turn, key=KEY).json
        output = {"type": "function_call_output", "call_id": called["output"][0]["call_id"], "output": "18"}
        turn = {"model": MODEL, "previous_response_id": called["id"], "input": [output]}
        send(server.base_url, "POST", "/v1/responses", turn, key=KEY)
        yield [forms_of(server, number) for number in (1, 2, 3, 5)]


def forms_of(server, number):
    forms = send(server.base_url, "GET", f"/_mock/exchanges/{number}/forms").json["forms"]
    return {form["title"]: form["text"] for form in forms}


def test_every_form_is_there(copied):
    assert [*copied[0]] == FORMS
    assert [*copied[1]] == [form for form in FORMS if form not in {"pytest test", "TypeScript"}]


@pytest.mark.parametrize("form", ["YAML rule", "mock.on(…)"])
def test_rule_answers_as_the_exchange_did(copied, workspace, raw, form):
    if form == "YAML rule":
        raw("POST", "/_mock/rules", yaml.safe_load(copied[0][form]))
    else:
        exec(copied[0][form], {"mock": workspace, "function_call": function_call})  # noqa: S102 - what a person pastes

    output = raw("POST", "/v1/responses", {**CALL, "stream": False}).json["output"]

    assert [item["type"] for item in output] == ["function_call", "message"]
    assert json.loads(output[0]["arguments"]) == {"city": "Paris"}
    assert output[1]["content"][0]["text"] == "Let me look."


@pytest.mark.parametrize("form", ["YAML rule", "mock.on(…)"])
def test_rule_of_an_error_fails_as_the_exchange_did(copied, workspace, raw, form):
    if form == "YAML rule":
        raw("POST", "/_mock/rules", yaml.safe_load(copied[1][form]))
    else:
        exec(copied[1][form], {"mock": workspace})  # noqa: S102 - what a person pastes

    assert raw("POST", "/v1/responses", {"model": MODEL, "input": "flaky"}).status == 429


@pytest.mark.parametrize("form", ["YAML rule", "mock.on(…)"])
def test_rule_for_another_route_answers_as_the_exchange_did(copied, workspace, raw, form):
    if form == "YAML rule":
        raw("POST", "/_mock/rules", yaml.safe_load(copied[2][form]))
    else:
        exec(copied[2][form], {"mock": workspace})  # noqa: S102 - what a person pastes

    reply = raw("POST", "/v1/embeddings", {"model": "m", "input": "another word"}).json

    assert reply == json.loads(copied[2]["JSONL"])["response"]


def test_rule_for_a_tool_output_names_the_tool_that_an_earlier_turn_called(copied):
    (rule,) = yaml.safe_load(copied[3]["YAML rule"])

    assert rule["when"] == {"tool_output": "get_weather"}


def test_test_passes(copied, workspace):
    written: dict = {}
    exec(copied[0]["pytest test"], written)  # noqa: S102 - what a person pastes

    written["test_recorded_turn"](workspace)

    assert len(workspace.requests) == 1


def test_cassette_is_replayed(copied, workspace, raw, tmp_path):
    path = tmp_path / "session.yaml"
    path.write_text(copied[0]["Cassette"])

    workspace.replay(path)

    reply = raw("POST", "/v1/responses", CALL)
    assert b"Let me look." in reply.body
    assert len(cassette.load_cassette(path).exchanges[0].events or ()) > 5


def test_command_is_quoted_for_a_shell(copied):
    words = shlex.split(copied[0]["curl"].replace("\\\n", " "))

    assert words[:2] == ["curl", words[1]]
    assert words[1].endswith("/v1/responses")
    assert json.loads(words[words.index("-d") + 1]) == CALL
    assert KEY not in copied[0]["curl"]


def test_archive_has_the_frames_of_the_stream(copied):
    (entry,) = json.loads(copied[0]["HAR"])["log"]["entries"]

    assert json.loads(entry["request"]["postData"]["text"]) == CALL
    assert entry["response"]["content"]["mimeType"] == "text/event-stream; charset=utf-8"
    assert entry["response"]["content"]["text"].startswith("event: response.created\ndata: {")


def test_line_of_json_has_request_and_response(copied):
    (line,) = copied[0]["JSONL"].splitlines()

    assert json.loads(line)["request"] == CALL
    assert json.loads(line)["response"]["output"][1]["content"][0]["text"] == "Let me look."


def test_typescript_names_the_server(copied):
    assert 'import OpenAI from "openai";' in copied[0]["TypeScript"]
    assert "for await (const event of response)" in copied[0]["TypeScript"]


MISSED = [
    pytest.param("/v1/responses", {"model": MODEL, "input": "A joke?"}, "Write the answer here.", id="text"),
    pytest.param(
        "/v1/responses",
        {"model": MODEL, "input": [{"role": "user", "content": ""}]},
        "Write the answer here.",
        id="no words",
    ),
    pytest.param("/v1/responses", {"model": MODEL, "input": "A city?", "text": CITY}, '{"city":', id="schema"),
    pytest.param("/elsewhere", {"input": "word"}, "{}", id="another route"),
]


@pytest.mark.parametrize(("path", "body", "answered"), MISSED)
@pytest.mark.parametrize("form", ["YAML rule", "mock.on(…)"])
def test_rule_of_a_miss_answers_it(form, path, body, answered):
    with MockServer(Settings(unmatched="fail")) as server:
        workspace = server.workspace(KEY)
        missed = send(server.base_url, "POST", path, body, key=KEY)
        forms = forms_of(server, 1)
        if form == "YAML rule":
            send(server.base_url, "POST", "/_mock/rules", yaml.safe_load(forms[form]), key=KEY)
        else:
            exec(forms[form], {"mock": workspace})  # noqa: S102 - what a person pastes
        reply = send(server.base_url, "POST", path, body, key=KEY)

    assert (missed.status >= 400, reply.status) == (True, 200)
    said = reply.json["output"][0]["content"][0]["text"] if path == "/v1/responses" else reply.body.decode()
    assert said.startswith(answered)


def test_marks_of_placeholders_stand_for_themselves(server, workspace, raw):
    workspace.on(input="shell").reply("Use ${input} in bash")
    asked = {"model": MODEL, "input": "shell?"}
    said = raw("POST", "/v1/responses", asked).json["output"][0]["content"][0]["text"]
    newest = send(server.base_url, "GET", "/_mock/exchanges?limit=1").json["rows"][0]["id"]
    forms = forms_of(server, newest)
    workspace.script.clear()

    raw("POST", "/_mock/rules", yaml.safe_load(forms["YAML rule"]))
    assert raw("POST", "/v1/responses", asked).json["output"][0]["content"][0]["text"] == said == "Use ${input} in bash"


def test_cassette_passes_the_check(copied, tmp_path):
    path = tmp_path / "session.yaml"
    path.write_text(copied[0]["Cassette"])

    assert list(cassette.check_cassette(path, now=RealClock().now(), max_age_days=90)) == []


def form_of(exchange, title):
    return next(form["text"] for form in recorded_forms(exchange, base_url="http://mock/v1") if form["title"] == title)


@pytest.mark.parametrize(("method", "stated"), [("DELETE", True), ("PUT", True), ("GET", False), ("POST", False)])
def test_command_states_a_method_that_curl_would_not_choose(method, stated):
    body = {"a": 1} if method == "POST" else None
    command = form_of(RecordedExchange(method=method, url_path="/v1/files/f", request_body=body, body={}), "curl")

    assert (f"-X {method}" in command) is stated


def test_copied_rule_keeps_annotations():
    note = {"type": "url_citation", "url": "https://example.com", "title": "A", "start_index": 0, "end_index": 1}
    part = {"type": "output_text", "text": "Yes.", "annotations": [note]}
    message = {"id": "msg_1", "type": "message", "status": "completed", "role": "assistant", "content": [part]}
    response = {"id": "resp_1", "object": "response", "output": [message]}
    exchange = RecordedExchange(url_path="/v1/responses", request_body={"input": "Why?"}, body=response)

    (reply,) = yaml.safe_load(form_of(exchange, "YAML rule"))[0]["reply"]

    assert reply["content"][0]["annotations"] == [note]
