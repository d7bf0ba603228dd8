"""The data behind the page: who may ask, what of a key is shown, how a page that lost its connection goes on."""

import http.client
import json
import socket
from urllib.parse import urlsplit

import pytest

from mockserver import MockServer, Settings
from tests.support.http import send

MODEL = "gpt-4.1"
KEY = "sk-whose-requests-these-are-0001"
ASK = {"model": MODEL, "input": "Hello."}
DATA = ["events", "exchanges", "exchanges/1", "exchanges/1/why", "exchanges/1/forms", "keys", "keys/1/rules"]


@pytest.fixture
def asked():
    """A server with one exchange."""
    with MockServer() as server:
        send(server.base_url, "POST", "/v1/responses", ASK, key=KEY)
        yield server


@pytest.fixture
def get(asked):
    return lambda path, **options: send(asked.base_url, "GET", f"/_mock/{path}", **options)


@pytest.fixture
def ask(asked):
    return lambda words="Hello.", **more: send(
        asked.base_url, "POST", "/v1/responses", {"model": MODEL, "input": words, **more}, key=KEY
    )


class Events:
    """The stream of changes, read by hand."""

    def __init__(self, server, after=""):
        place = urlsplit(server.base_url)
        self.socket = socket.create_connection((place.hostname, place.port), timeout=20)
        self.socket.sendall(f"GET /_mock/events?after={after} HTTP/1.1\r\nhost: {place.netloc}\r\n\r\n".encode())
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.socket.close()

    def until(self, name):
        """The data of the next event of this name, and its id."""
        while True:
            frame, found, rest = self.rest.partition(b"\n\n")
            if not found:
                self.rest += self.socket.recv(65536)
                continue
            self.rest = rest
            lines = dict(line.split(": ", 1) for line in frame.decode().splitlines() if ": " in line)
            if lines.get("event") == name:
                return json.loads(lines["data"]), lines["id"]


def test_page_is_served_with_a_strict_policy(get):
    reply = get("")
    headers = dict(reply.headers)

    assert reply.status == 200
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert b"<script>" not in reply.body
    assert b" style=" not in reply.body


def test_page_without_a_slash_is_sent_to_the_page(asked):
    reply = send(asked.base_url, "GET", "/_mock")

    assert (reply.status, dict(reply.headers)["location"]) == (308, "_mock/")


@pytest.mark.parametrize("name", ["main.js", "page.css", "icon.svg"])
def test_files_of_the_page_are_served(get, name):
    assert get(f"page/{name}").status == 200


@pytest.mark.parametrize("name", ["nothing.js", "..%2Fstatic.py", "..%2F..%2Fserver.py", "%2Fetc%2Fpasswd"])
def test_no_other_file_is_served(get, name):
    assert get(f"page/{name}").status == 404


def status_of(server, path, *, key=None, headers=None):
    """The status of a reply, whose body may never end."""
    connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc, timeout=20)
    own = {} if key is None else {"authorization": f"Bearer {key}"}
    connection.request("GET", f"/_mock/{path}", headers={**own, **(headers or {})})
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize("path", ["", "page/main.js", *DATA])
@pytest.mark.parametrize(
    "headers", [{"host": "rebound.example"}, {"origin": "https://elsewhere.example"}], ids=["host", "origin"]
)
def test_page_answers_no_other_site(asked, path, headers):
    assert status_of(asked, path, headers=headers) == 403


@pytest.mark.parametrize("path", DATA)
def test_data_needs_a_key_where_only_stated_keys_are_accepted(path):
    with MockServer(Settings(api_keys=("sk-stated",))) as server:
        send(server.base_url, "POST", "/v1/responses", ASK, key="sk-stated")
        assert status_of(server, path) == 401
        assert status_of(server, path, key="sk-other") == 401
        assert status_of(server, "") == 200
        status_of(server, "exchanges", key="sk-stated")  # views have numbers once somebody has looked
        assert status_of(server, path, key="sk-stated") == 200


def test_no_key_leaves_the_server(get):
    for path in ("exchanges", "exchanges/1", "exchanges/1/forms", "keys"):
        assert KEY.encode() not in get(path).body
    assert get("keys").json["keys"] == [
        {"view": 1, "name": "sk-whose********************0001", "requests": 1, "gates": []}
    ]


def test_exchanges_are_listed_in_pages_newest_first(get, ask):
    for number in range(2, 6):
        ask(f"Question {number}")

    first = get("exchanges?limit=2").json
    second = get(f"exchanges?limit=5&before={first['rows'][-1]['id']}").json

    assert [row["asked"] for row in first["rows"]] == ["Question 5", "Question 4"]
    assert first["has_more"]
    assert [row["asked"] for row in second["rows"]] == ["Question 3", "Question 2", "Hello."]
    assert not second["has_more"]


def test_events_bring_what_comes_and_after_a_break_what_was_missed(asked, ask):
    with Events(asked) as events:
        events.until("start")
        ask("First")
        rows, seen = events.until("rows")
    ask("Second")
    ask("Third")

    with Events(asked, after=seen) as events:
        missed, _ = events.until("rows")

    assert [row["asked"] for row in rows["rows"]] == ["First"]
    assert [row["asked"] for row in missed["rows"]] == ["Second", "Third"]


def test_events_say_that_a_workspace_was_reset(asked, get):
    get("exchanges")
    with Events(asked) as events:
        events.until("start")
        send(asked.base_url, "POST", "/_mock/reset", key=KEY)

        assert events.until("rows")[0] == {"gone": [1], "rows": []}
    assert get("exchanges/1").json["error"]["code"] == "unknown_exchange"


def test_row_follows_a_stream_that_a_gate_holds(asked):
    workspace = asked.workspace(KEY)
    gate = workspace.hold()
    with Events(asked) as events:
        events.until("start")
        sent = socket.create_connection(urlsplit(asked.base_url).netloc.split(":"), timeout=20)
        body = json.dumps({**ASK, "stream": True})
        head = f"POST /v1/responses HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\n"
        sent.sendall(f"{head}content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode())
        held = events.until("rows")[0]["rows"][-1]
        workspace.gates[gate].step(2)
        while (stepped := events.until("rows")[0]["rows"][-1])["shown"] != 2:
            pass
        workspace.release(gate)
        while (ended := events.until("rows")[0]["rows"][-1])["open"]:
            pass
        sent.close()

    assert (held["open"], held["shown"]) == (True, 0)
    assert stepped["open"]
    assert ended["status"] == 200


def test_closed_page_leaves_nothing_behind(asked):
    with Events(asked) as events:
        events.until("start")
        assert len(open_connections(asked)) == 1

    for _ in range(1000):  # the server notices when its loop comes round
        if not open_connections(asked):
            break
        send(asked.base_url, "POST", "/v1/responses", ASK, key=KEY)

    assert open_connections(asked) == []


def open_connections(server):
    """The connections that a request keeps busy; one that idles may stay."""
    assert server._runner is not None
    return [one for one in server._runner.server.connections if one._current_request is not None]


def test_calls_of_the_control_api_work_by_the_number_of_a_key(asked, get):
    get("exchanges")
    added = send(asked.base_url, "POST", "/_mock/keys/1/rules", [{"reply": "By number."}])

    assert added.status == 200
    assert [str(rule) for rule in asked.workspace(KEY).script.rules] == ["POST /_mock/rules 0"]
    assert send(asked.base_url, "POST", "/_mock/keys/7/reset", {}).json["error"]["code"] == "unknown_workspace"
    assert send(asked.base_url, "POST", "/_mock/keys/one/reset", {}).json["error"]["code"] == "script_error"


def test_page_is_switched_off_with_the_control_api():
    with MockServer(Settings(control_api=False)) as server:
        assert send(server.base_url, "GET", "/_mock/").status == 404
        assert send(server.base_url, "GET", "/_mock/exchanges").status == 404


def test_head_of_the_events_ends(asked):
    reply = send(asked.base_url, "HEAD", "/_mock/events")

    assert (reply.status, dict(reply.headers)["content-type"]) == (200, "text/event-stream")


def test_requests_of_the_page_are_not_in_the_journal(asked, get):
    with Events(asked) as events:
        events.until("start")
        get("exchanges/1")

        assert [row["number"] for row in get("exchanges").json["rows"]] == [1]
