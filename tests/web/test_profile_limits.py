"""What a provider does not have or does not take: endpoints, requests that it refuses, lines of a stream."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer, Workspace
from mockserver.errors import SettingsError
from tests.support.bodies import ask
from tests.support.http import Reply, send
from tests.support.profile_examples import own

REFUSING = """
refuse:
  - where: {previous_response_id: {is: given}}
    message: Send everything each time.
    param: previous_response_id
  - where: {background: true}
    message: Nothing works in the background.
    status: 501
    type: unsupported
    code: $model
error:
  - where: {status: 501}
    set: {kind: $code}
"""


@pytest.fixture
def under(server: MockServer, tmp_path: Path) -> Callable[[str], Workspace]:
    """`under(text)`: a workspace under the profile with this text."""

    def make(text: str) -> Workspace:
        own(tmp_path, text)
        return server.workspace(profile=str(tmp_path / "own.yaml"))

    return make


def call(workspace: Workspace, method: str, path: str, body: Any = None) -> Reply:
    return send(workspace.base_url, method, f"/v1{path}", body, key=workspace.api_key)


def test_refused_request_gets_the_error_that_the_profile_states(under: Callable[[str], Workspace]) -> None:
    refused = call(under(REFUSING), "POST", "/responses", ask(previous_response_id="resp_1"))
    assert (refused.status, refused.json) == (
        400,
        {
            "error": {
                "message": "Send everything each time.",
                "type": "invalid_request_error",
                "param": "previous_response_id",
                "code": None,
            }
        },
    )


def test_refusal_names_values_of_the_request_and_goes_through_the_rows_for_errors(
    under: Callable[[str], Workspace],
) -> None:
    refused = call(under(REFUSING), "POST", "/responses", ask(model="gpt-4o", background=True))
    assert refused.status == 501
    assert refused.json["error"] == {
        "message": "Nothing works in the background.",
        "type": "unsupported",
        "param": None,
        "code": "gpt-4o",
        "kind": "gpt-4o",
    }


@pytest.mark.parametrize("value", [pytest.param(None, id="null"), pytest.param(..., id="nothing")])
def test_null_is_not_given(under: Callable[[str], Workspace], value: object) -> None:
    sent: dict[str, Any] = {} if value is ... else {"previous_response_id": value}
    assert call(under(REFUSING), "POST", "/responses", ask(**sent)).status == 200


def test_body_that_cannot_be_read_is_refused_as_such(under: Callable[[str], Workspace]) -> None:
    workspace = under(REFUSING)
    assert call(workspace, "POST", "/responses", b"[").json["error"]["code"] == "invalid_json"
    assert call(workspace, "POST", "/responses", [1]).status == 400


def test_endpoint_that_the_provider_lacks_is_an_unknown_url(under: Callable[[str], Workspace]) -> None:
    workspace = under("endpoints: [POST /responses, 'GET /responses/{id}']\n")
    made = call(workspace, "POST", "/responses", ask()).json["id"]
    assert call(workspace, "GET", f"/responses/{made}").status == 200
    missing = call(workspace, "DELETE", f"/responses/{made}")
    assert (missing.status, missing.json["error"]["message"]) == (404, f"Invalid URL (DELETE /v1/responses/{made})")
    assert call(workspace, "POST", "/conversations", {}).status == 404
    assert call(workspace, "GET", f"/responses/{made}").status == 200


def test_rule_answers_an_endpoint_that_the_provider_lacks(under: Callable[[str], Workspace]) -> None:
    workspace = under("endpoints: [POST /responses]\n")
    workspace.on(method="GET", path="/v1/models").reply(json={"object": "list", "data": []})
    assert call(workspace, "GET", "/models").json == {"object": "list", "data": []}


@pytest.mark.parametrize("stored", [False, True], ids=["created", "retrieved"])
def test_stream_without_event_lines_has_data_alone(under: Callable[[str], Workspace], *, stored: bool) -> None:
    workspace = under("event_lines: false\n")
    sent = call(workspace, "POST", "/responses", ask(stream=True, background=stored))
    lines = sent.body.split(b"\n")
    if stored:
        identifier = json.loads(lines[0].removeprefix(b"data: "))["response"]["id"]
        lines = call(workspace, "GET", f"/responses/{identifier}?stream=true&starting_after=0").body.split(b"\n")
    assert {line[:6] for line in lines} == {b"data: ", b""}


def test_ids_without_a_prefix_are_read_as_responses_alone(under: Callable[[str], Workspace]) -> None:
    workspace = under("ids: {resp_: ''}\n")
    first = call(workspace, "POST", "/responses", ask()).json["id"]
    assert "_" not in first
    again = call(workspace, "POST", "/responses", ask(previous_response_id=first)).json
    assert again["previous_response_id"] == first
    assert call(workspace, "GET", f"/responses/{first}").json["id"] == first
    conversation = call(workspace, "POST", "/conversations", {}).json["id"]
    assert call(workspace, "GET", f"/conversations/{conversation}").status == 200
    assert call(workspace, "GET", "/models/gpt-4o").status == 200


MISTAKES = [
    pytest.param("refuse: [{message: No.}]", ":1: refuse[0]: lacks 'where'.", id="no condition"),
    pytest.param("refuse: [{where: {a: 1}}]", ":1: refuse[0]: lacks 'message'.", id="no message"),
    pytest.param(
        "refuse: [{where: {a: 1}, message: No., status: 200}]",
        ":1: refuse[0].status: expected an HTTP status from 400 to 599, got 200.",
        id="status",
    ),
    pytest.param(
        "endpoints: [POST /response]",
        ":1: endpoints[0]: unknown endpoint 'POST /response'. Did you mean 'POST /responses'?",
        id="endpoint",
    ),
    pytest.param("event_lines: never", ":1: event_lines: expected true or false.", id="lines"),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_mistake_names_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        own(tmp_path, text)
    assert str(caught.value).startswith(f"1 problem in the profile:\n{tmp_path / 'own.yaml'}{message}")
