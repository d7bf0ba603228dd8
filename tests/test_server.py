"""Starting and stopping: in a thread, in a loop, as a process."""

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mockserver import MockServer, MockServerError, ServerError, Settings, SettingsError, __version__
from mockserver.cli import main
from tests.support.bodies import ask
from tests.support.http import send

ROOT = Path(__file__).parents[1]
PATH = "/v1/responses"
WAIT = 10  # seconds after which a process that should have ended is taken for stuck


def address(server):
    host, port = server.origin.removeprefix("http://").split(":")
    return host, int(port)


def is_open(host, port):
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=5):
        return True
    return False


def test_server_answers_between_start_and_stop():
    server = MockServer()
    server.start()
    where = address(server)
    reply = send(server.base_url, "POST", PATH, ask(), key="k")
    server.stop()

    assert reply.status == 200
    assert not is_open(*where)


def test_start_and_stop_may_be_called_more_than_once():
    server = MockServer()
    server.stop()
    server.start()
    where = server.base_url
    server.start()
    assert server.base_url == where
    server.stop()
    server.stop()


async def test_astart_and_astop_may_be_called_more_than_once():
    server = MockServer()
    await server.astop()
    await server.astart()
    where = server.base_url
    await server.astart()
    assert server.base_url == where
    await server.astop()
    await server.astop()


async def test_server_of_a_loop_is_not_stopped_from_outside_of_it():
    async with MockServer() as server:
        with pytest.raises(ServerError, match=r"which only `await server.astop\(\)` can stop"):
            server.stop()
        assert server.base_url


async def test_server_of_a_thread_is_stopped_inside_a_running_loop():
    """As notebooks and `asyncTearDown` do it."""
    threads = set(threading.enumerate())
    server = MockServer()
    server.start()
    where = address(server)
    server.stop()

    assert not is_open(*where)
    assert set(threading.enumerate()) == threads


def test_paced_stream_goes_on_while_a_test_holds_the_time_still(monkeypatch):
    monkeypatch.setattr(time, "monotonic", lambda: 1_000.0)  # as freezegun does it
    with MockServer() as server:
        mock = server.workspace()
        mock.on().reply("One two three.").pace(first=0.01, rate=500)
        reply = send(server.base_url, "POST", PATH, ask(stream=True), key=mock.api_key)

    assert reply.types[-1] == "response.completed"


def test_server_starts_again_after_it_stopped():
    server = MockServer()
    for _ in range(2):
        with server:
            assert send(server.base_url, "GET", "/v1/models", key="k").status == 200


def test_thread_form_leaves_no_thread():
    before = set(threading.enumerate())
    with MockServer() as server:
        send(server.base_url, "POST", PATH, ask(stream=True), key="k")
        assert {thread.name for thread in set(threading.enumerate()) - before} == {"mockserver"}

    assert set(threading.enumerate()) <= before


async def test_loop_form_leaves_no_task_and_no_thread():
    threads, tasks = set(threading.enumerate()), asyncio.all_tasks()
    async with MockServer() as server:
        reply = await asyncio.to_thread(send, server.base_url, "POST", PATH, ask(stream=True), key="k")
        where = address(server)
    pool = {thread for thread in threading.enumerate() if thread.name.startswith("asyncio")}

    assert reply.status == 200
    assert asyncio.all_tasks() == tasks
    assert set(threading.enumerate()) - pool <= threads
    assert not is_open(*where)


def test_kept_connections_do_not_hold_up_the_end():
    with MockServer() as server, socket.create_connection(address(server), timeout=5) as connection:
        connection.sendall(b"GET /_mock/health HTTP/1.1\r\nHost: a\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 OK")
        server.stop()
        while connection.recv(1000):
            pass


def test_base_url_of_a_server_that_is_not_running_is_an_error():
    server = MockServer()

    with pytest.raises(ServerError, match=r"not running. Start it: `with MockServer\(\) as server"):
        _ = server.base_url
    with server:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1", server.base_url)
    with pytest.raises(ServerError):
        _ = server.base_url


def test_taken_port_is_an_error_that_tells_what_to_do():
    with MockServer() as first:
        host, port = address(first)
        with pytest.raises(ServerError, match=rf"Cannot listen on {host}:{port}: .* Port 0 picks a free one\."):
            MockServer(Settings(port=port)).start()


def test_failed_start_leaves_no_thread_and_may_be_tried_again():
    with MockServer() as first:
        second = MockServer(Settings(port=address(first)[1]))
        before = set(threading.enumerate())
        with pytest.raises(ServerError):
            second.start()
        assert set(threading.enumerate()) == before
        second.stop()
    with second:
        assert send(second.base_url, "GET", "/_mock/health").status == 200


def test_address_of_another_machine_is_an_error():
    with pytest.raises(ServerError, match=r"Cannot listen on 203\.0\.113\.1:0"):
        MockServer(Settings(host="203.0.113.1")).start()


def test_server_listens_on_loopback_alone():
    with MockServer() as server:
        assert server._runner is not None
        assert {found[0] for found in server._runner.addresses} == {"127.0.0.1"}


def test_ipv6_host_stands_in_brackets():
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        with MockServer(Settings(host="::1")) as server:
            assert server.base_url.startswith("http://[::1]:")
            assert send(server.base_url, "GET", "/_mock/health").status == 200
    except ServerError:
        pytest.skip("this machine has no IPv6 loopback")


def test_fresh_workspaces_have_keys_of_their_own(server):
    one, two = server.workspace(), server.workspace()

    assert one.api_key != two.api_key
    assert one.base_url == two.base_url == server.base_url


def test_workspace_of_a_key_is_the_one_that_requests_with_it_see(server):
    workspace = server.workspace("my-key")
    send(server.base_url, "GET", "/v1/models", key="my-key")

    assert server.workspace("my-key").space is workspace.space
    assert [exchange.path for exchange in workspace.requests] == ["/v1/models"]
    assert workspace.api_key == "my-key"


def command(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "mockserver", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextlib.contextmanager
def served(*arguments):
    """`mockserver serve` as a process, and its base URL."""
    with command("serve", "--port", "0", *arguments) as process:
        try:
            found = re.match(r"Base URL: (\S+)\n", process.stdout.readline())
            assert found, process.stderr.read()
            yield process, found[1]
        finally:
            process.kill()


def test_command_prints_its_version(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])

    assert ended.value.code == 0
    assert capsys.readouterr().out == f"mockserver {__version__}\n"


def test_command_without_arguments_tells_how_it_is_used(capsys):
    with pytest.raises(SystemExit) as ended:
        main([])

    assert ended.value.code == 2
    assert "usage: mockserver" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["serve", "--port", "70000"], "port is 70000; expected 0 (any free port) to 65535.", id="port"),
        pytest.param(["serve", "--body-limit", "0"], "body_limit is 0; expected", id="limit"),
        pytest.param(["serve", "--api-key", ""], "api_keys holds an empty key", id="key"),
    ],
)
def test_command_says_what_is_wrong_with_an_argument(capsys, arguments, said):
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith(f"mockserver: {said}")


def test_command_says_that_a_port_is_taken(capsys):
    with MockServer() as server:
        port = str(address(server)[1])
        assert main(["serve", "--port", port]) == 2

    assert capsys.readouterr().err.startswith(f"mockserver: Cannot listen on 127.0.0.1:{port}: ")


def test_module_runs_as_the_command_and_prints_a_line_to_try():
    with served("--api-key", "sk-one", "--api-key", "sk-two") as (process, base_url):
        line, page = process.stdout.readline(), process.stdout.readline()
        good = send(base_url, "POST", PATH, ask(), key="sk-two")
        bad = send(base_url, "POST", PATH, ask(), key="sk-three")

    assert line.startswith(f"Try it:   curl {base_url}/responses -H 'Authorization: Bearer sk-one'")
    assert page == f"Page:     {base_url.removesuffix('/v1')}/_mock/\n"
    assert (good.status, bad.status) == (200, 401)


def test_command_opens_the_page_in_a_browser(monkeypatch):
    monkeypatch.setenv("BROWSER", f"{sys.executable} -c 'import sys; print(sys.argv[1], file=sys.stderr)' %s")
    with served("--open") as (process, base_url):
        assert process.stderr.readline() == f"{base_url.removesuffix('/v1')}/_mock/\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_signal_ends_the_command_cleanly_while_a_stream_is_open(number, tmp_path):
    slow = tmp_path / "slow.yaml"
    slow.write_text("- reply: Slow words.\n  pace: {rate: 0.01}\n")
    body = json.dumps(ask(stream=True)).encode()
    head = f"POST {PATH} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer k\r\nContent-Length: {len(body)}\r\n\r\n"
    with served("--fixtures", str(slow)) as (process, base_url):
        host, port = base_url.removeprefix("http://").removesuffix("/v1").split(":")
        with socket.create_connection((host, int(port)), timeout=WAIT) as connection:
            connection.sendall(head.encode() + body)
            assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")
            process.send_signal(number)
            assert process.wait(WAIT) == 0

        lines = process.stderr.read().splitlines()
        assert [line.partition(" -> ")[0][9:] for line in lines] == [f"POST {PATH} gpt-4o 'Say hello.'"]


def test_command_logs_requests_as_it_is_asked():
    requests = {(): ["POST /v1/responses gpt-4o 'Say hello.'"], ("--quiet",): [], ("--log-format", "json"): [PATH]}
    logged = {}
    for options in requests:
        with served(*options) as (process, base_url):
            send(base_url, "POST", PATH, ask(), key="k")
            process.send_signal(signal.SIGTERM)
            assert process.wait(WAIT) == 0
            lines = process.stderr.read().splitlines()
        is_json = "json" in options
        logged[options] = [json.loads(line)["path"] if is_json else line.partition(" -> ")[0][9:] for line in lines]

    assert logged == requests


def test_command_logs_what_it_says_besides_with_the_time(tmp_path):
    fixtures = tmp_path / "rules.yaml"
    fixtures.write_text("- reply: One.\n")
    with served("--fixtures", str(fixtures)) as (process, base_url):
        fixtures.write_text("- reply: One.\n- reply: Two.\n")
        send(base_url, "POST", PATH, ask(), key="k")
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT) == 0
        first, *_ = process.stderr.read().splitlines()

    assert first[9:] == f"{fixtures} changed: 2 rules in all fixtures."


def test_errors_of_settings_are_errors_of_the_author():
    assert issubclass(SettingsError, MockServerError)
    assert issubclass(ServerError, MockServerError)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_forked_process_leaves_the_server_to_its_parent():
    with MockServer() as server:
        child = os.fork()
        if not child:
            server.stop()
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert send(server.base_url, "POST", PATH, ask(), key="k").status == 200


def test_server_that_several_threads_start_starts_once():
    before = threading.active_count()
    server = MockServer()
    threads = [threading.Thread(target=server.start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    started = threading.active_count() - before
    server.stop()

    assert started == 1


LEFT_OPEN = """
import sys
from mockserver import MockServer
from tests.support.http import Connection

server = MockServer()
server.start()
workspace = server.workspace(pace=5)
clients = [Connection(server.base_url) for _ in range(3)]
for number, client in enumerate(clients):
    if number == 2:
        workspace.hold()
    kind = {"background": True} if number == 1 else {"stream": True}
    client.request("POST", "/v1/responses", {"model": "m", "input": "x", **kind}, key=workspace.api_key)
    number == 2 or client._read()
sys.exit(3)
"""


def test_interpreter_exits_with_streams_open():
    done = subprocess.run(
        [sys.executable, "-c", LEFT_OPEN], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (3, "", "")
