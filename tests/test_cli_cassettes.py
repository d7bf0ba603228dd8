"""The commands about cassettes, as a user types them."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mockserver.cassette.format import Header
from mockserver.cassette.load import load
from mockserver.cassette.writer import CassetteWriter
from mockserver.cli import main
from mockserver.model.recorded import RecordedExchange
from tests.support.http import send

ROOT = Path(__file__).parents[1]
ASKED = {"model": "gpt-4o", "input": "hi"}


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    path = tmp_path / "session.yaml"
    with CassetteWriter(path, header=Header(upstream="https://api.openai.com")) as writer:
        writer.add(RecordedExchange(request_body=ASKED, headers={"content-type": "application/json"}, body={"n": 1}))
    return path


@pytest.mark.parametrize(
    ("options", "statuses"), [((), [200, 200, 200]), (("--no-repeat",), [200, 400, 200])], ids=["default", "no-repeat"]
)
def test_replay_answers_as_recorded(cassette: Path, options: tuple[str, ...], statuses: list[int]):
    """Again and again, unless a recording is to be used once; every key has the session for itself."""
    command = [sys.executable, "-m", "mockserver", "replay", str(cassette), "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    base_url = process.stdout.readline().split()[-1]
    replies = [send(base_url, "POST", "/v1/responses", ASKED, key=key) for key in ("one", "one", "other")]
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)

    assert [reply.status for reply in replies] == statuses
    assert replies[0].json == {"n": 1}
    assert process.returncode == 0


def test_record_without_an_address_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    code = main(["record", "--upstream", "api.openai.com", "--cassette", str(tmp_path / "x.yaml"), "--port", "0"])

    assert code == 2
    expected = "mockserver: upstream is 'api.openai.com'; expected a base URL like https://api.openai.com/v1.\n"
    assert capsys.readouterr().err == expected


def test_import_adds_recordings_of_other_tools(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    source, target = tmp_path / "reply.json", tmp_path / "new.yaml"
    answer = {"id": "resp_1", "object": "response", "note": "sk-proj-abcdefghijklmnopqrstuvwx0123456789"}
    source.write_text(json.dumps(answer))

    assert main(["import", str(source), str(source), "--to", str(target)]) == 0

    assert capsys.readouterr().out == "2 exchanges imported, 2 secrets left out.\n"
    bodies: list[Any] = [exchange.body for exchange in load(target).exchanges]
    assert [body["note"] for body in bodies] == ["sk-proj-REDACTED"] * 2


def test_show_prints_the_session(capsys: pytest.CaptureFixture[str], cassette: Path):
    assert main(["show", str(cassette)]) == 0

    assert "1. POST /v1/responses → 200" in capsys.readouterr().out


def test_check_looks_into_cassettes_and_fixtures(capsys: pytest.CaptureFixture[str], cassette: Path, tmp_path: Path):
    assert main(["check", str(tmp_path)]) == 0
    (tmp_path / "rules.yaml").write_text("- when: {input: hi}\n  reply: Hello.\n")
    text = cassette.read_text().replace('"input": "hi"', '"input": "sk-proj-abcdefghijklmnopqrstuvwx0123456789"')
    cassette.write_text(text)
    (tmp_path / "broken.yaml").write_text("format: 1\n...\n---\nrequest: [\n...\n")

    assert main(["check", str(tmp_path), "--max-age", "30"]) == 1

    found = capsys.readouterr().err.splitlines()
    assert [line.removeprefix(f"{tmp_path}/").partition(":")[0] for line in found] == [
        "broken.yaml, line 5",
        "session.yaml, line 1",
        "session.yaml, line 6",
    ]
    assert found[1].endswith("days ago, and 30 are allowed: record it again")
    assert "api key at request/body/input" in found[2]


def test_check_and_import_look_for_what_the_project_redacts(
    capsys: pytest.CaptureFixture[str], cassette: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "pyproject.toml").write_text('[tool.mockserver]\nredact = ["ACME-[0-9]+"]\n')
    source = tmp_path / "reply.json"
    source.write_text('{"note": "ACME-1234 of ann@example.com"}')
    cassette.write_text(cassette.read_text().replace('"hi"', '"ACME-1234 of ann@example.com"'))
    monkeypatch.chdir(tmp_path)

    assert main(["check", str(cassette), "--redact", "email"]) == 1
    assert main(["import", str(source), "--to", str(tmp_path / "new.yaml"), "--redact", "email"]) == 0

    said = capsys.readouterr()
    assert [line.partition(" at ")[0].rpartition(": ")[2] for line in said.err.splitlines()] == [
        "own pattern",
        "e-mail address",
    ]
    assert "REDACTED of REDACTED" in (tmp_path / "new.yaml").read_text()


def test_pattern_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], cassette: Path):
    assert main(["check", str(cassette), "--redact", "("]) == 2

    assert "redact is '('; expected a regular expression of Python, or `email`: missing )" in capsys.readouterr().err
