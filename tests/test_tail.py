"""`mockserver tail`: the log of a running server, as whoever follows it from elsewhere sees it."""

import http.client
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from urllib.parse import urlsplit

import pytest

from mockserver import MockServer, Settings
from mockserver.cli import main
from mockserver.model.request import HEADLESS, Asked
from tests.support.bodies import ask
from tests.support.http import send

KEY, OTHER = "sk-first-key-0001", "sk-other-key-0002"
TRIES = 300


@contextmanager
def followed(server: MockServer, query: str = "", *, key: str = "") -> Iterator[http.client.HTTPResponse]:
    """The log from now on."""
    place = urlsplit(server.origin)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
    connection.request("GET", f"/_mock/log?{query}", headers={"authorization": f"Bearer {key}"} if key else {})
    reply = connection.getresponse()
    assert reply.status == 200
    assert reply.readline() == b"\n"
    yield reply
    connection.close()


@pytest.fixture
def own_server() -> Iterator[MockServer]:
    with MockServer() as running:
        yield running


def post(server: MockServer, words: str, *, key: str = KEY) -> None:
    send(server.base_url, "POST", "/v1/responses", ask(input=words), key=key)


def test_exchanges_of_all_keys_are_lines_from_now_on(own_server: MockServer) -> None:
    post(own_server, "before")
    with followed(own_server) as log:
        post(own_server, "first")
        post(own_server, "second", key=OTHER)

        assert b"POST /v1/responses gpt-4o 'first' -> 200 default, " in log.readline()
        assert b"\xe2\x80\xa60002 POST /v1/responses gpt-4o 'second' -> 200 default, " in log.readline()


def test_key_has_its_own_exchanges_alone(own_server: MockServer) -> None:
    with followed(own_server, key=OTHER) as log:
        post(own_server, "first")
        post(own_server, "second", key=OTHER)

        assert b"'second'" in log.readline()


def test_stream_is_a_line_when_it_has_ended(own_server: MockServer) -> None:
    workspace = own_server.workspace(KEY)
    with followed(own_server) as log, workspace.gate() as gate:
        body = ask(input="gated", stream=True)
        asking = threading.Thread(
            target=send, args=(own_server.base_url, "POST", "/v1/responses", body), kwargs={"key": KEY}
        )
        asking.start()
        workspace.wait_for()
        post(own_server, "other", key=OTHER)
        assert b"'other'" in log.readline()
        gate.open()
        assert b"'gated'" in log.readline()
        asking.join()


def test_json_has_what_the_log_of_the_server_has(own_server: MockServer) -> None:
    with followed(own_server, "format=json&bodies=True") as log:
        post(own_server, "first")
        line = json.loads(log.readline())

    assert line["key"] == "sk-first*****0001"
    assert (line["path"], line["status"], line["answered_by"]) == ("/v1/responses", 200, "default")
    assert line["body"]["input"] == "first"


def test_unknown_format_is_refused(own_server: MockServer) -> None:
    refused = send(own_server.base_url, "GET", "/_mock/log?format=xml", key="")

    assert (refused.status, refused.json["error"]["message"]) == (400, "format is 'xml'; expected text or json.")


def test_command_prints_lines_until_the_server_stops() -> None:
    with MockServer() as server:
        command = subprocess.Popen(
            [sys.executable, "-m", "mockserver", "tail", server.base_url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        lines: list[str] = []
        printed = threading.Event()

        def read() -> None:
            assert command.stdout is not None
            with command.stdout:
                for line in command.stdout:
                    lines.append(line)
                    printed.set()

        reader = threading.Thread(target=read)
        reader.start()
        for _ in range(TRIES):  # the command may not have connected yet
            post(server, "again")
            if printed.wait(0.1):
                break
    reader.join()
    assert command.stderr is not None
    assert (command.stderr.read(), command.wait()) == ("The server has stopped.\n", 0)
    assert "POST /v1/responses gpt-4o 'again' -> 200 default, " in lines[0]
    command.stderr.close()


def test_server_that_is_not_there_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tail", "http://127.0.0.1:9"]) == 2

    assert capsys.readouterr().err == (
        "mockserver: http://127.0.0.1:9 cannot be reached: Connection refused."
        " Is that a mock server, with its control API?\n"
    )


def test_server_without_a_control_api_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with MockServer(Settings(control_api=False)) as server:
        url = server.base_url
        assert main(["tail", url]) == 2

    assert capsys.readouterr().err.startswith(f"mockserver: {url} answered 404. Is that a mock server")


def test_key_that_the_server_asks_for_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with MockServer(Settings(api_keys=(KEY,))) as server:
        assert main(["tail", server.origin]) == 2

    assert "needs an API key that the server accepts: state it with --key." in capsys.readouterr().err


def test_json_log_has_all_that_end_at_once() -> None:
    with MockServer() as server:
        journal = server.workspace("sk-many-at-once-0001").space.journal
        connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc, timeout=20)
        connection.request("GET", "/_mock/log?format=json")
        reply = connection.getresponse()
        reply.readline()  # it follows from now on
        for _ in range(400):
            journal.add(Asked(HEADLESS, b"{}"), 200)
        lines = [json.loads(line) for line in islice((line for line in reply if line.strip()), 400)]
        connection.close()

    assert [line["number"] for line in lines] == [*range(1, 401)]
