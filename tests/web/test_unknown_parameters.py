"""Unknown parameters: the API's error with a hint on the log, or accepted at any depth where the setting says so."""

import logging

import pytest

from mockserver import MockServer, Settings, SettingsError
from tests.support.bodies import ask
from tests.support.http import refusal, send
from tests.support.input_items import SAID, TOOL

# What a newer client may send, by where it stands.
BODIES = [
    pytest.param("/v1/responses", ask(mood="calm"), "mood", id="body"),
    pytest.param("/v1/responses", ask(reasoning={"pace": 1}), "reasoning.pace", id="object"),
    pytest.param("/v1/responses", ask(tools=[{**TOOL, "mood": {}}]), "tools[0].mood", id="tool"),
    pytest.param("/v1/responses", ask(tool_choice={"type": "web_search", "mood": 1}), "tool_choice.mood", id="choice"),
    pytest.param("/v1/responses", ask(input=[{**SAID, "mood": None}]), "input[0].mood", id="message"),
    pytest.param(
        "/v1/responses",
        ask(input=[{"role": "user", "content": [{"type": "input_text", "text": "x", "mood": []}]}]),
        "input[0].content[0].mood",
        id="part",
    ),
    pytest.param("/v1/responses/input_tokens", ask(mood="calm"), "mood", id="counting"),
    pytest.param("/v1/responses/compact", ask(mood="calm"), "mood", id="compacting"),
    pytest.param("/v1/conversations", {"mood": "calm"}, "mood", id="conversation"),
    pytest.param("/v1/conversations", {"items": [{**SAID, "mood": "calm"}]}, "items[0].mood", id="its items"),
]
HINT = "A newer client may send it: `--unknown-parameters accept` accepts what is not known."


@pytest.mark.parametrize(("path", "body", "param"), BODIES)
def test_an_unknown_parameter_is_the_apis_error_and_the_log_names_the_setting(raw, caplog, path, body, param):
    with caplog.at_level(logging.WARNING, "mockserver"):
        reply = raw("POST", path, body)

    message = f"Unknown parameter: '{param}'."
    assert (reply.status, reply.json) == (400, refusal(message, param=param, code="unknown_parameter"))
    assert [record.getMessage() for record in caplog.records] == [f"{message} {HINT}"]


def test_other_errors_leave_no_hint(raw, caplog):
    assert raw("POST", "/v1/responses", ask(temperature="warm")).status == 400
    assert caplog.records == []


@pytest.fixture
def accepting(server):
    return server.workspace(unknown_parameters="accept")


@pytest.mark.parametrize(("path", "body", "param"), BODIES)
def test_an_unknown_parameter_is_accepted_at_any_depth(accepting, caplog, path, body, param):
    if "tool_choice" in body:
        body = {**body, "tools": [{"type": "web_search"}]}
    reply = send(accepting.base_url, "POST", path, body, key=accepting.api_key)

    assert reply.status == 200, (param, reply.body)
    assert caplog.records == []


def test_an_unknown_parameter_does_not_change_the_answer(accepting):
    plain, newer = (
        send(accepting.base_url, "POST", "/v1/responses", body, key=accepting.api_key).json
        for body in (ask(input=[SAID]), ask(input=[SAID], mood="calm"))
    )
    assert newer.keys() == plain.keys()


def test_items_of_a_conversation_are_accepted_too(accepting):
    made = send(accepting.base_url, "POST", "/v1/conversations", {}, key=accepting.api_key).json
    body = {"items": [{**SAID, "mood": "calm"}], "mood": "calm"}
    added = send(accepting.base_url, "POST", f"/v1/conversations/{made['id']}/items", body, key=accepting.api_key)
    updated = send(
        accepting.base_url,
        "POST",
        f"/v1/conversations/{made['id']}",
        {"metadata": {}, "mood": 1},
        key=accepting.api_key,
    )
    assert (added.status, updated.status) == (200, 200)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(
            ask(mood=1, temperature="warm"),
            "Invalid type for 'temperature': expected a decimal, but got a string instead.",
            id="type of a known one",
        ),
        pytest.param({"input": "x", "mood": 1}, "Missing required parameter: 'model'.", id="missing one"),
        pytest.param(
            ask(reasoning={"generate_summary": {}}),
            "Invalid type for 'reasoning.generate_summary': expected one of 'auto', 'concise', or 'detailed', but got"
            " an object instead.",
            id="type of one that the API has dropped",
        ),
    ],
)
def test_known_parameters_are_still_checked(accepting, body, message):
    reply = send(accepting.base_url, "POST", "/v1/responses", body, key=accepting.api_key)

    assert (reply.status, reply.json["error"]["message"]) == (400, message)


def test_the_setting_is_that_of_all_workspaces_and_each_may_have_its_own():
    with MockServer(Settings(unknown_parameters="accept")) as server:
        lenient, strict = server.workspace(), server.workspace(unknown_parameters="refuse")
        found = [
            send(one.base_url, "POST", "/v1/responses", ask(mood="calm"), key=one.api_key).status
            for one in (lenient, strict)
        ]
        assert (lenient.unknown_parameters, strict.unknown_parameters, found) == ("accept", "refuse", [200, 400])


def test_a_request_that_was_accepted_is_refused_when_the_setting_says_so(server, accepting):
    def status():
        return send(accepting.base_url, "POST", "/v1/responses", ask(mood="calm"), key=accepting.api_key).status

    before = status()
    server.workspace(accepting.api_key, unknown_parameters="refuse")
    assert (before, status()) == (200, 400)


def test_a_value_that_is_none_of_the_two_is_an_error(server):
    with pytest.raises(SettingsError) as caught:
        server.workspace(unknown_parameters="ignore")
    assert str(caught.value) == "unknown_parameters is 'ignore'; expected refuse or accept."


def test_what_a_recording_answers_leaves_no_hint(server, tmp_path, caplog):
    upstream, recorder, player = server.workspace(unknown_parameters="accept"), server.workspace(), server.workspace()
    path = tmp_path / "newer.yaml"
    recorder.record(upstream=upstream.base_url, path=path, key=upstream.api_key)
    body = ask(mood="calm")
    recorded = send(recorder.base_url, "POST", "/v1/responses", body, key=recorder.api_key)
    recorder.close()
    player.replay(path)
    replayed = send(player.base_url, "POST", "/v1/responses", body, key=player.api_key)

    assert (recorded.status, replayed.status) == (200, 200)
    assert caplog.records == []


def test_a_scripted_error_leaves_no_hint(raw, workspace, caplog):
    workspace.on().fault(status=400, code="unknown_parameter")

    assert raw("POST", "/v1/responses", ask()).json["error"]["code"] == "unknown_parameter"
    assert caplog.records == []
