"""Codex carries out a task and resumes it, against an empty server and against a script.

It reaches nothing but the server: whatever else it tries to reach goes to a proxy that is a closed door here.
"""

import json
import os
import select
import socket
import subprocess

import pytest

from mockserver import custom_tool_call, function_call, reasoning
from tests.support.node import MODULES, NODE, needs

pytestmark = needs("@openai/codex-*")  # the program itself, of this platform
WAIT = 120  # seconds after which a run is taken for stuck
TASK, MORE = "Show what is in this folder.", "Now once more, please."
CONFIG = """
model_provider = "mock"
check_for_update_on_startup = false

[model_providers.mock]
name = "mock"
base_url = "{base_url}"
wire_api = "responses"
env_key = "MOCK_KEY"
supports_websockets = {websockets}
request_max_retries = 0
stream_max_retries = 0

[analytics]
enabled = false

[features]
apps = false
plugins = false
remote_plugin = false
unbounded_connection_retries = false
"""


@pytest.fixture
def door():
    """Where a proxy would listen; nobody may knock."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        knocking, _, _ = select.select([listening], [], [], 0)
        assert not knocking, "Codex tried to reach something else than the server"


@pytest.fixture
def codex(request, workspace, tmp_path, door):
    """`codex(model, *arguments)` runs `codex exec` in a folder with one file, and gives its events.

    The parameter is whether it may use WebSockets; without one it does not.
    """
    websockets = json.dumps(getattr(request, "param", False))
    home, folder = tmp_path / "home", tmp_path / "folder"
    home.mkdir()
    folder.mkdir()
    (folder / "hello.txt").touch()
    (home / "config.toml").write_text(CONFIG.format(base_url=workspace.base_url, websockets=websockets))
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), door)
    known = {"PATH": os.environ["PATH"], "HOME": str(home), "CODEX_HOME": str(home), "MOCK_KEY": workspace.api_key}

    def run(model, *arguments):
        done = subprocess.run(
            [
                *(NODE, MODULES / "@openai" / "codex" / "bin" / "codex.js", "exec", "--json"),
                *("--strict-config", "--skip-git-repo-check", "--sandbox", "read-only", "--model", model, *arguments),
            ],
            cwd=folder,
            env={**known, **proxies, "NO_PROXY": "127.0.0.1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=WAIT,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


def items(events, kind):
    return [event["item"] for event in events if event["type"] == "item.completed" and event["item"]["type"] == kind]


def ran(events):
    return [(item["command"].partition("-lc ")[2], item["exit_code"]) for item in items(events, "command_execution")]


def said(events):
    assert events[-1]["type"] == "turn.completed"
    return items(events, "agent_message")[-1]["text"]


def outputs(exchange):
    """The texts of tool outputs that a request brings along."""
    return [json.dumps(item["output"]) for item in exchange.input_items() if item["type"].endswith("call_output")]


def test_task_and_its_resumption_complete_with_default_answers(codex, workspace):
    first, again = codex("gpt-5", TASK), codex("gpt-5", "resume", "--last", MORE)

    ((_, exit_code),) = ran(first)
    assert exit_code == 0
    assert said(first).startswith("Mock reply to the tool output. exec_command returned ")
    assert said(again).startswith("Mock reply to ")
    assert again[0] == first[0]  # the thread
    assert [exchange.status for exchange in workspace.requests] == [200] * len(workspace.requests)
    assert MORE in workspace.requests[-1].input_text


def test_model_that_writes_scripts_completes_with_default_answers(codex, workspace):
    first, again = codex("gpt-5.6-sol", TASK), codex("gpt-5.6-sol", "resume", "--last", MORE)

    assert said(first).startswith("Mock reply to the tool output. exec returned Script completed")
    assert said(again).startswith("Mock reply to ")
    assert again[0] == first[0]
    assert [exchange.status for exchange in workspace.requests] == [200] * len(workspace.requests)


SCRIPT = 'text((await tools.exec_command({ cmd: "ls" })).output)'
CALLS = {
    "gpt-5": function_call("exec_command", cmd="ls"),
    "gpt-5.6-sol": custom_tool_call("exec", SCRIPT, namespace="functions"),
}


@pytest.mark.parametrize("model", CALLS)
def test_task_and_its_resumption_follow_a_script(codex, workspace, model):
    workspace.on(input=MORE).reply(reasoning("Once more."), "Nothing new.")
    workspace.on(tool_output="*").reply(reasoning("One file."), "There is hello.txt.")
    workspace.on(input=TASK).reply(reasoning("I have to look."), CALLS[model])

    first, again = codex(model, TASK), codex(model, "resume", "--last", MORE)

    assert ran(first) == [("ls", 0)]
    assert (said(first), said(again)) == ("There is hello.txt.", "Nothing new.")
    workspace.assert_complete()
    assert "hello.txt" in outputs(workspace.requests[1])[0]
    assert len(workspace.requests) == 3


@pytest.mark.parametrize("model", CALLS)
@pytest.mark.parametrize("codex", [True], indirect=True, ids=["websocket"])
def test_task_over_a_socket_begins_with_a_warm_up_and_continues_it(codex, workspace, model):
    workspace.on(tool_output="*").reply(reasoning("One file."), "There is hello.txt.")
    workspace.on(input=TASK).reply(reasoning("I have to look."), CALLS[model])
    events = codex(model, TASK)
    warm_up, task, end = workspace.requests

    assert (ran(events), said(events)) == ([("ls", 0)], "There is hello.txt.")
    assert [(one.connection, one.status) for one in workspace.requests] == [(1, 200)] * 3
    assert warm_up.response["output"] == []
    assert task.body["previous_response_id"] == warm_up.response["id"]
    assert end.body["previous_response_id"] == task.response["id"]
    assert "hello.txt" in outputs(end)[0]
    workspace.assert_complete()
