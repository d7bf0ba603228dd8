"""Pages of other sites cannot use the control API, nor spend a key of the server's own."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from mockserver import MockServer, Settings, Workspace
from tests.support.bodies import ask
from tests.support.http import Connection, Reply

RULES, HEALTH, RESPONSES = "/_mock/rules", "/_mock/health", "/v1/responses"
FOREIGN = [
    pytest.param({"host": "evil.example:8080"}, "host_not_allowed", id="another name"),
    pytest.param({"host": "localhost.evil.example"}, "host_not_allowed", id="a name that begins like ours"),
    pytest.param({"host": "[::1"}, "host_not_allowed", id="no name"),
    pytest.param({"host": ""}, "host_not_allowed", id="empty name"),
    pytest.param(
        {"host": "evil.example", "origin": "http://evil.example"}, "host_not_allowed", id="a name turned here"
    ),
    pytest.param({"origin": "https://evil.example"}, "origin_not_allowed", id="page of another site"),
    pytest.param({"host": "notlocalhost"}, "host_not_allowed", id="a name that ends like ours"),
    pytest.param({"host": "[::1].evil.example"}, "host_not_allowed", id="a name behind an address"),
    pytest.param({"host": "evil.example\\@localhost"}, "host_not_allowed", id="a user before a name"),
    pytest.param({"origin": "http://localhost:1"}, "origin_not_allowed", id="page of another port"),
    pytest.param({"origin": "http://127.0.0.1:1"}, "origin_not_allowed", id="page of another port of the host"),
    pytest.param({"origin": "null"}, "origin_not_allowed", id="page without an origin"),
]
OURS = [
    pytest.param({}, id="a program"),
    pytest.param({"host": None}, id="HTTP/1.0"),
    pytest.param({"host": "LocalHost:8080", "origin": "http://localhost:8080"}, id="a page of this server"),
    pytest.param({"host": "localhost."}, id="name with a dot at its end"),
    pytest.param({"host": "mock.localhost"}, id="name below localhost"),
    pytest.param({"host": "[::1]:8080", "origin": "http://[::1]:8080"}, id="IPv6"),
    pytest.param({"host": "192.168.1.7:8080"}, id="address"),
]


def sent(
    server: MockServer, path: str, headers: Mapping[str, str | None], body: object = None, key: str = "k"
) -> Reply:
    with Connection(server.base_url) as connection:
        version = "1.0" if headers.get("host", "") is None else "1.1"
        connection.request("GET" if body is None else "POST", path, body, key=key, headers=headers, version=version)
        return connection.reply()


@pytest.mark.parametrize(("headers", "code"), FOREIGN)
def test_control_api_refuses_other_sites(server: MockServer, headers: Mapping[str, str | None], code: str):
    reply = sent(server, RULES, headers)

    assert (reply.status, reply.json["error"]["code"]) == (403, code)


@pytest.mark.parametrize(("headers", "code"), FOREIGN)
def test_other_sites_change_nothing(server: MockServer, headers: Mapping[str, str | None], code: str):
    workspace = server.workspace()
    reply = sent(server, RULES, headers, [{"reply": "x"}], key=workspace.api_key)

    assert (reply.json["error"]["code"], list(workspace.script.rules)) == (code, [])


def test_page_without_an_origin_is_explained(server: MockServer):
    message = sent(server, RULES, {"origin": "null"}).json["error"]["message"]

    assert message.startswith("A page without an origin, such as a file or a sandboxed frame (`Origin: null`), may not")


@pytest.mark.parametrize("headers", OURS)
def test_control_api_answers_who_is_here(server: MockServer, headers: Mapping[str, str | None]):
    assert sent(server, RULES, headers).status == 200


@pytest.mark.parametrize(("headers", "code"), FOREIGN)
def test_health_and_synthetic_answers_are_for_everybody(
    server: MockServer, headers: Mapping[str, str | None], code: str
):
    """They tell and spend nothing; `code` is what other parts of the server say."""
    assert sent(server, HEALTH, headers).status == 200, code
    assert sent(server, RESPONSES, headers, ask()).status == 200


def test_names_that_are_allowed():
    with MockServer(Settings(allow_host=("mock.test", "App.test"))) as server:
        named = sent(server, RULES, {"host": "mock.test:8080"})
        page = sent(server, RULES, {"origin": "https://app.test:3000"})
        other = sent(server, RULES, {"host": "other.test"})

    assert (named.status, page.status, other.status) == (200, 200, 403)


@pytest.fixture
def recorder(server: MockServer, tmp_path: Path) -> Iterator[Workspace]:
    """A workspace that records what another one of the same server answers, with a key of its own."""
    workspace = server.workspace()
    workspace.record(upstream=server.base_url, path=tmp_path / "c.yaml", key=server.workspace().api_key)
    yield workspace
    workspace.close()


@pytest.mark.parametrize(("headers", "code"), FOREIGN)
def test_other_sites_do_not_spend_the_key_of_a_recorder(
    server: MockServer, recorder: Workspace, headers: Mapping[str, str | None], code: str
):
    reply = sent(server, RESPONSES, headers, ask(), key=recorder.api_key)

    assert (reply.status, reply.json["error"]["code"]) == (403, code)
    assert sent(server, RESPONSES, {}, ask(), key=recorder.api_key).status == 200


def test_pages_may_use_a_recorder_where_cors_is_allowed(tmp_path: Path):
    with MockServer() as upstream, MockServer(Settings(cors=True)) as server:
        workspace = server.workspace()
        workspace.record(upstream=upstream.base_url, path=tmp_path / "c.yaml", key="k")
        page = {"origin": "https://app.test"}
        used = sent(server, RESPONSES, page, ask(), key=workspace.api_key)
        controlled = sent(server, RULES, page)
        workspace.close()

    assert (used.status, controlled.status) == (200, 403)
