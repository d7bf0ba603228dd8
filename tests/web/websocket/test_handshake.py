"""Who gets a socket, and what the others are told, over HTTP."""

import pytest

from mockserver import Fault, MockServer, Settings
from mockserver.cassette.format import Header
from mockserver.cassette.writer import CassetteWriter
from tests.support.bodies import ask
from tests.support.http import data_of, refusal, send
from tests.support.websocket import WebSocket, refused


def test_request_with_a_key_gets_a_socket(socket):
    assert socket.head["upgrade"] == "websocket"
    assert socket.head["server"] == "cloudflare"
    assert "x-request-id" not in socket.head
    assert socket.quiet()


def test_missing_key_is_401_as_over_http(server):
    reply = refused(server.base_url)

    assert (reply.status, reply.json) == (401, refusal("Missing bearer or basic authentication in header"))


def test_wrong_key_is_401_as_over_http():
    with MockServer(Settings(api_keys=("sk-right",))) as server:
        reply = refused(server.base_url, key="sk-wrong-and-long")
        with WebSocket(server.base_url, key="sk-right") as socket:
            assert socket.ask(ask())[-1]["type"] == "response.completed"

    assert (reply.status, reply.json["error"]["code"]) == (401, "invalid_api_key")


def test_server_without_websockets_answers_426():
    with MockServer(Settings(websocket=False)) as server:
        reply = refused(server.base_url, key="k")
        (exchange,) = server.workspace("k").requests

    assert (reply.status, reply.json["error"]["code"]) == (426, "websocket_unavailable")
    assert (exchange.method, exchange.path, exchange.status) == ("GET", "/v1/responses", 426)


def test_provider_without_websockets_answers_426(server):
    mock = server.workspace(profile="new-api")

    assert refused(mock.base_url, key=mock.api_key).status == 426


def test_provider_with_websockets_is_spoken_like(server):
    mock = server.workspace(profile="open-responses")
    key, body = mock.api_key, ask(stream=True, tools=[{"type": "openai:web_search"}], tool_choice="required")
    stream = send(mock.base_url, "POST", "/v1/responses", body, key=key).body
    *sent, done = stream.rstrip().split(b"\n\n")
    over_http = list(map(data_of, sent))
    with WebSocket(mock.base_url, key=key) as socket:
        events = socket.ask(body)
        assert socket.quiet()

    assert done == b"data: [DONE]"
    assert [event["type"] for event in events] == [event["type"] for event in over_http]
    assert events[-1]["response"]["output"][0]["type"] == "openai:web_search_call"
    assert list(events[-1]["response"]) == list(over_http[-1]["response"])


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        pytest.param({"sec-websocket-version": "12"}, "'sec-websocket-version' has to be 13", id="version"),
        pytest.param({"sec-websocket-key": "c2hvcnQ="}, "'sec-websocket-key' has to be 16 bytes in base64", id="short"),
        pytest.param({"sec-websocket-key": "no base64"}, "'sec-websocket-key' has to be 16 bytes in base64", id="key"),
        pytest.param({"sec-websocket-key": None}, "'sec-websocket-key' has to be 16 bytes in base64", id="no key"),
        pytest.param({"connection": "keep-alive"}, "'connection' has to name 'upgrade'", id="connection"),
    ],
)
def test_handshake_that_lacks_something_is_400(workspace, headers, reason):
    reply = refused(workspace.base_url, key=workspace.api_key, headers=headers)

    assert (reply.status, reply.json) == (
        400,
        refusal(f"Invalid WebSocket handshake: {reason}.", code="invalid_handshake"),
    )
    assert reply.header("sec-websocket-version") == "13"


def test_plain_get_is_405(raw):
    reply = raw("GET", "/v1/responses")

    assert (reply.status, reply.json) == (405, refusal("Invalid method for URL (GET /v1/responses)"))
    assert reply.header("allow") == "POST"


@pytest.mark.parametrize("status", [401, 403, 404, 426, 429, 500, 503])
def test_rule_refuses_the_handshake(workspace, connect, status):
    workspace.on(operation="responses.connect", headers={"x-try": "1"}).times(1).fault(status=status)
    reply = refused(workspace.base_url, key=workspace.api_key, headers={"x-try": "1"})

    assert reply.status == status
    assert set(reply.json) == {"error"}
    assert connect(headers={"x-try": "1"}).ask(ask())[-1]["type"] == "response.completed"
    assert [exchange.status for exchange in workspace.requests] == [status, 200]


def test_chaos_may_refuse_the_handshake(workspace):
    workspace.chaos(1, Fault(status=503))

    assert refused(workspace.base_url, key=workspace.api_key).status == 503


def test_handshake_is_not_asked_of_recordings(workspace, connect, tmp_path):
    with CassetteWriter(tmp_path / "empty.yaml", header=Header()):
        workspace.replay(tmp_path / "empty.yaml")
        assert connect().ask(ask())[-1]["error"]["code"] == "no_matching_recording"


def test_handshake_is_no_request_of_the_journal(workspace, connect):
    connect()
    connect().ask(ask())

    assert [(one.method, one.path, one.connection) for one in workspace.requests] == [("POST", "/v1/responses", 2)]


def test_compression_is_used_where_it_is_offered(connect):
    plain = connect()
    packed = connect(headers={"sec-websocket-extensions": "permessage-deflate; client_max_window_bits"})
    plain.create(ask())
    packed.create(ask())

    assert "sec-websocket-extensions" not in plain.head
    assert packed.head["sec-websocket-extensions"].startswith("permessage-deflate")
    assert (plain.frame().compressed, packed.frame().compressed) == (False, True)


def test_workspace_is_that_of_the_key(server):
    one, other = server.workspace(), server.workspace()
    one.on().reply("One.")
    other.on().reply("Other.")
    for mock, text in ((one, "One."), (other, "Other.")):
        with WebSocket(mock.base_url, key=mock.api_key) as socket:
            assert socket.ask(ask())[-1]["response"]["output"][0]["content"][0]["text"] == text
