"""One exchange of a session, recorded anew: the rest stays as it is, and the session replays."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer, Settings, Workspace, function_call
from mockserver.cassette.load import load
from mockserver.cassette.writer import replace_exchange
from mockserver.cli import main
from tests.support.bodies import WEATHER
from tests.support.http import send


def ask(workspace: Workspace, given: Any, **more: Any) -> Any:
    body = {"model": "gpt-4.1", "input": given, **more}
    return send(workspace.base_url, "POST", "/v1/responses", body, key=workspace.api_key).json


def session(workspace: Workspace) -> list[str]:
    """Three turns: a call, its output, and a question that goes on."""
    called = ask(workspace, "The weather?", tools=[WEATHER])
    output = {"type": "function_call_output", "call_id": called["output"][0]["call_id"], "output": "18"}
    answer = ask(workspace, [output], previous_response_id=called["id"], tools=[WEATHER])
    last = ask(workspace, "Thanks", previous_response_id=answer["id"])
    return [one["output"][0]["content"][0]["text"] for one in (answer, last)]


def scripted(workspace: Workspace, answer: str) -> Workspace:
    workspace.on(input="weather").reply(function_call("get_weather", city="Paris"))
    workspace.on(tool_output="get_weather").reply(answer)
    workspace.on().reply("You are welcome.")
    return workspace


@pytest.fixture
def cassette(server: MockServer, tmp_path: Path) -> Path:
    path = tmp_path / "session.yaml"
    upstream, recorder = scripted(server.workspace(), "Sunny."), server.workspace()
    recorder.record(upstream=upstream.base_url, path=path, key=upstream.api_key)
    session(recorder)
    server.discard(recorder)
    path.write_text(path.read_text().replace("...\n---", "...\n# as on Monday\n---", 1))
    return path


def rewrite(path: Path, upstream: Workspace, *numbers: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", upstream.api_key)
        return main(["rewrite", str(path), *numbers, "--upstream", upstream.base_url])


def test_exchange_is_answered_anew_and_the_session_replays(
    server: MockServer, cassette: Path, capsys: pytest.CaptureFixture[str]
):
    before = load(cassette)
    with MockServer(Settings(seed="another")) as other:
        upstream = scripted(other.workspace(), "Rainy.")
        assert rewrite(cassette, upstream, "2") == 0
        assert [exchange.status for exchange in upstream.requests] == [200, 200]

    assert capsys.readouterr().out == "1 exchange recorded anew.\n"
    after = load(cassette)
    assert (after.exchanges[0], after.exchanges[2]) == (before.exchanges[0], before.exchanges[2])
    assert "# as on Monday" in cassette.read_text()
    player = server.workspace()
    player.replay(cassette, all_used=True)
    assert session(player) == ["Rainy.", "You are welcome."]
    player.assert_complete()


def test_exchange_that_is_answered_anew_has_its_time(server: MockServer, cassette: Path):
    recorded = load(cassette).exchanges[1]
    replace_exchange(cassette, 2, replace(recorded, started=1_767_225_600.0))

    assert rewrite(cassette, scripted(server.workspace(), "Rainy."), "2") == 0

    assert (load(cassette).exchanges[1].started or 0) > 1_767_225_600


def test_what_no_longer_fits_is_named(server: MockServer, cassette: Path, capsys: pytest.CaptureFixture[str]):
    recorded: Any = load(cassette).exchanges[0].body
    call = recorded["output"][0]
    upstream = server.workspace()
    upstream.on().reply("I do not know.")

    assert rewrite(cassette, upstream, "1") == 1

    said = f"{cassette}: exchange 2 names {call['call_id']}, which no answer gives any more: record it again\n"
    assert capsys.readouterr().err == said


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("4", "there is no exchange 4; it has 3, counted from 1"),
        ("2", "exchange 1 cannot be sent again: a secret in its request was redacted"),
    ],
)
def test_exchange_that_cannot_be_sent_changes_nothing(
    server: MockServer, cassette: Path, number: str, message: str, capsys: pytest.CaptureFixture[str]
):
    text = cassette.read_text().replace("The weather?", "sk-proj-REDACTED")
    cassette.write_text(text)

    assert rewrite(cassette, scripted(server.workspace(), "Rainy."), number) == 2

    assert message in capsys.readouterr().err
    assert cassette.read_text() == text
