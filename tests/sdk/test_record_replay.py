"""A session of the official SDK, recorded once through the proxy and replayed in processes of their own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import openai
import pytest

from mockserver import MismatchError, MockServer, Pace, Workspace, function_call
from mockserver.cassette.check import check
from tests.support.recorded_sessions import ROOT, SESSIONS, record, run

PROMPT = "Look up five things, one after the other."


def start(workspace: Workspace, prompt: str = PROMPT) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.support.agent_session", workspace.base_url, workspace.api_key, prompt]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def told(process: subprocess.Popen[str]) -> Any:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return json.loads(out)


@pytest.fixture
def upstream(server: MockServer) -> Workspace:
    """An upstream with a script of six turns, told at a pace."""
    workspace = server.workspace(pace=Pace(rate=200))
    for number in range(5):
        workspace.enqueue(function_call("look_up", what=f"thing {number}"))
    workspace.enqueue("All five things were found.")
    return workspace


@pytest.fixture
def cassette(server: MockServer, upstream: Workspace, tmp_path: Path) -> Path:
    """That session, recorded; its client's results are beside it."""
    path = tmp_path / "session.yaml"
    workspace = server.workspace()
    workspace.record(upstream=upstream.base_url, path=path, key=upstream.api_key)
    path.with_suffix(".json").write_text(json.dumps(told(start(workspace))))
    server.discard(workspace)
    return path


def test_session_replays_in_fresh_processes(server: MockServer, cassette: Path):
    recorded = json.loads(cassette.with_suffix(".json").read_text())
    workspaces = [server.workspace() for _ in range(3)]
    for workspace in workspaces:
        workspace.replay(cassette, all_used=True)

    replayed = [told(process) for process in [start(workspace) for workspace in workspaces]]

    assert recorded["text"] == "All five things were found."
    assert len(recorded["ids"]) == 6
    assert replayed == [recorded] * 3
    for workspace in workspaces:
        workspace.assert_complete()
        assert [exchange.status for exchange in workspace.requests] == [200] * 6


def test_session_with_another_prompt_is_loud_and_names_the_prompt(server: MockServer, cassette: Path):
    workspace = server.workspace()
    workspace.replay(cassette)

    process = start(workspace, PROMPT.replace("five", "six"))
    _, errors = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "BadRequestError" in errors
    wanted = "'Look up five things, one after the other.', got 'Look up six things, one after the other.'"
    assert f"input[0].content: wanted {wanted}" in errors
    with pytest.raises(MismatchError, match=r"input\[0\]\.content: wanted 'Look up five"):
        workspace.assert_complete()


def test_caller_key_goes_upstream_and_never_into_the_cassette(server: MockServer, tmp_path: Path):
    path = tmp_path / "key.yaml"
    upstream = server.workspace("sk-proj-abcdefghijklmnopqrstuvwx0123456789")
    origin = MockServer()
    with origin:
        workspace = origin.workspace(upstream.api_key)
        workspace.record(upstream=upstream.base_url, path=path)
        with openai.OpenAI(base_url=workspace.base_url, api_key=workspace.api_key) as client:
            client.responses.create(model="gpt-4.1", input=f"My key is {workspace.api_key}, keep it.")
        origin.discard(workspace)

    assert [exchange.headers["authorization"] for exchange in upstream.requests] == [f"Bearer {upstream.api_key}"]
    text = path.read_text()
    assert "abcdefghijklmnopqrstuvwx" not in text
    assert "My key is sk-proj-REDACTED, keep it." in text


def test_redacted_requests_match_when_they_come_again(server: MockServer, tmp_path: Path):
    path = tmp_path / "secret.yaml"
    words = "My key is sk-proj-abcdefghijklmnopqrstuvwx0123456789, my badge B-4711, I am ann@example.org."
    redact = ["email", r"B-\d+"]
    upstream, recorder, player = (server.workspace() for _ in range(3))

    def ask(workspace: Workspace) -> str:
        with openai.OpenAI(base_url=workspace.base_url, api_key=workspace.api_key) as client:
            return client.responses.create(model="gpt-4.1", input=words).id

    recorder.record(upstream=upstream.base_url, path=path, key=upstream.api_key, redact=redact)
    recorded = ask(recorder)
    server.discard(recorder)
    player.replay(path, all_used=True, redact=redact)

    assert ask(player) == recorded
    player.assert_complete()
    assert '"input": "My key is sk-proj-REDACTED, my badge REDACTED, I am REDACTED."' in path.read_text()


@pytest.mark.parametrize("name", SESSIONS)
def test_recorded_session_comes_back(server: MockServer, tmp_path: Path, name: str):
    path = tmp_path / "session.yaml"
    recorded = record(SESSIONS[name], server, path)
    player = server.workspace()
    player.replay(path, all_used=True)

    assert run(SESSIONS[name], player) == recorded
    player.assert_complete()


@pytest.mark.parametrize("name", SESSIONS)
def test_session_of_our_own_cassettes_replays(server: MockServer, name: str):
    player = server.workspace()
    player.replay(ROOT / "cassettes" / f"{name}.yaml", all_used=True)

    assert run(SESSIONS[name], player)
    player.assert_complete()


def test_cassettes_of_our_own_have_no_problems():
    problems = [problem for path in (ROOT / "cassettes").glob("*.yaml") for problem in check(path, now=0)]

    assert problems == []
    assert {path.stem for path in (ROOT / "cassettes").glob("*.yaml")} == set(SESSIONS)
