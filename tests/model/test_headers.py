"""Keys are shown to nobody: not in misses, reports, the journal over HTTP, nor where pytest prints an exchange."""

import json
from typing import Any

import pytest

from mockserver import MockServer, Workspace
from mockserver.model.headers import Headers, shown_header, shown_headers, shown_target
from tests.support.bodies import ask
from tests.support.http import Connection

KEYS = {
    "authorization": "Bearer sk-of-the-client-0123456789",
    "x-api-key": "x-api-of-the-client-0123456789",
    "cookie": "session=cookie-of-the-client-0123456789",
    "proxy-authorization": "Basic cHJveHktb2YtdGhlLWNsaWVudA==",
    "x-goog-iap-token": "token-of-the-client-0123456789",
    "cf-access-client-secret": "secret-of-the-client-0123456789",
}
WANTED = "wanted-by-the-rule-0123456789"


@pytest.fixture
def missed(server: MockServer) -> Workspace:
    """A workspace whose rules ask for each key, and do not get it."""
    workspace = server.workspace(KEYS["authorization"].split()[1])
    for name in KEYS:
        workspace.on(headers={name: WANTED}).reply("x")
    with Connection(server.base_url) as connection:
        connection.request("POST", "/v1/responses", ask(), headers=KEYS)
        assert connection.reply().json["error"]["code"] == "no_matching_rule"
    return workspace


def control(workspace: Workspace, path: str) -> Any:
    with Connection(workspace.base_url) as connection:
        connection.request("GET", path, key=workspace.api_key)
        return connection.reply().json


SHOWN = {
    "the miss": lambda workspace: workspace.requests[0].miss,
    "the problems": lambda workspace: "\n".join(workspace.problems()),
    "the report": lambda workspace: workspace.requests[0].report(),
    "the exchange": lambda workspace: repr(list(workspace.requests)),
    "the headers": lambda workspace: repr(workspace.requests[0].headers),
    "the workspace": repr,
    "the journal over HTTP": lambda workspace: json.dumps(control(workspace, "/_mock/requests")),
    "the verification over HTTP": lambda workspace: json.dumps(control(workspace, "/_mock/verify")),
    "the rules over HTTP": lambda workspace: json.dumps(control(workspace, "/_mock/rules")),
}


@pytest.mark.parametrize("show", SHOWN.values(), ids=SHOWN)
def test_nobody_sees_a_key(missed: Workspace, show: Any):
    text = show(missed)

    assert [secret for secret in (*KEYS.values(), WANTED) if secret.split()[-1] in text] == []


def test_failed_assertion_does_not_show_a_key(missed: Workspace):
    with pytest.raises(AssertionError) as failed:
        missed.assert_called(headers={"authorization": WANTED})

    assert KEYS["authorization"].split()[1] not in str(failed.value)
    assert "headers.authorization: wanted another value, got Bearer sk-of-th" in str(failed.value)


def test_headers_are_as_they_came(missed: Workspace):
    headers = missed.requests[0].headers

    assert {name: headers[name] for name in KEYS} == KEYS


def test_other_headers_are_shown():
    headers = Headers({"openai-organization": "org-1", "x-stainless-lang": "python"})

    assert repr(headers) == repr(dict(headers))
    assert shown_headers(headers) == headers


def test_scheme_and_the_ends_of_a_key_are_shown():
    assert shown_header("Bearer sk-0123456789abcdef") == "Bearer sk-01234*******cdef"


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("/v1/responses", "/v1/responses"),
        ("/v1/responses?limit=2&after=msg_1", "/v1/responses?limit=2&after=msg_1"),
        ("/x?api_key=sk-0123456789abcdef&b=1", "/x?api_key=sk-01234*******cdef&b=1"),
        ("/x?access%5Ftoken=short&Password", "/x?access%5Ftoken=*****&Password"),
    ],
)
def test_secret_parameters_are_not_shown(target: str, shown: str):
    assert shown_target(target) == shown
