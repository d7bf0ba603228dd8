"""The commands about cassettes, as a user types them."""

import itertools
import json
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mockserver.cassette.format import Header
from mockserver.cassette.load import load
from mockserver.cassette.writer import CassetteWriter
from mockserver.cli import main, parsed
from mockserver.clock import ManualClock
from mockserver.commands.check_report import as_sarif, finding
from mockserver.errors import CassetteError
from mockserver.model.recorded import RecordedExchange
from tests.support.http import send

ROOT = Path(__file__).parents[1]
MOVING = ROOT / "docs" / "moving.md"
FORMATS = Path(__file__).parent / "cassette" / "formats"
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


def test_import_adds_what_the_cassette_lacks(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    source, target = tmp_path / "reply.json", tmp_path / "new.yaml"
    answer = {"id": "resp_1", "object": "response", "note": "sk-proj-abcdefghijklmnopqrstuvwx0123456789"}
    source.write_text(json.dumps(answer))

    assert main(["import", str(source), "--to", str(target)]) == 0
    first = target.read_bytes()
    assert main(["import", str(source), str(source), "--to", str(target)]) == 0

    assert capsys.readouterr().out == (
        f"{target}: 1 exchange imported from {source} (reply), for any request, 1 secret redacted.\n"
        + f"{target}: nothing new in {source} (reply), 1 exchange already present.\n" * 2
    )
    assert target.read_bytes() == first
    bodies: list[Any] = [exchange.body for exchange in load(target).exchanges]
    assert [body["note"] for body in bodies] == ["sk-proj-REDACTED"]


def test_import_keeps_what_a_session_has_twice(tmp_path: Path):
    source, target = tmp_path / "replies.jsonl", tmp_path / "new.yaml"
    answer = json.dumps({"id": "resp_1", "object": "response"})
    source.write_text(f"{answer}\n")
    assert main(["import", str(source), "--to", str(target)]) == 0
    source.write_text(f"{answer}\n{answer}\n")

    assert [main(["import", str(source), "--to", str(target)]) for _ in range(2)] == [0, 0]

    assert len(load(target).exchanges) == 2


def test_import_keeps_the_names_of_a_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    source, target = tmp_path / "cassettes", tmp_path / "recorded"
    for name in (
        "test_a/test_one.yaml",
        "test_a/test_two[x].yaml",
        "test_b/test_one.yml",
        "session.har",
        "test_a/test_simple_response.yaml",
        "test_a/test_another_response.json",
    ):
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        example = {".har": "chrome.har", ".json": "vcr.json"}.get(path.suffix, "vcr.yaml")
        path.write_bytes((FORMATS / example).read_bytes())
    (source / "broken.yaml").write_text("interactions:\n- {}\n")
    (source / "README.md").write_text("Not a recording.")
    (source / "own.yaml").write_text("format: 1\n...\n")
    (source / ".hidden.yaml").write_text("interactions:\n- {}\n")

    assert main(["import", str(source), "--to", str(target)]) == 1

    written = sorted(str(path.relative_to(target)) for path in target.rglob("*.yaml"))
    assert written == [
        "session.yaml",
        "test_a/test_another_response.yaml",
        "test_a/test_one.yaml",
        "test_a/test_simple_response.yaml",
        "test_a/test_two[x].yaml",
        "test_b/test_one.yaml",
    ]
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        f"{source}/README.md: in no known format",
        f"{source}/broken.yaml, exchange 1 has no `request.uri`",
        f"{source}/own.yaml: is a cassette already; replay it as it is",
    ]
    assert (
        f"{target}/session.yaml: 3 exchanges imported from {source}/session.har (har); "
        "skipped: 1 page asset, 1 preflight, 1 request outside the API.\n"
    ) in said.out


def test_import_into_one_cassette_takes_a_folder_too(tmp_path: Path):
    assert main(["import", str(FORMATS / "folders"), "--to", str(tmp_path / "one.yaml")]) == 0
    assert main(["import", str(FORMATS / "trace"), "--to", str(tmp_path)]) == 0

    assert len(load(tmp_path / "one.yaml").exchanges) == len(load(tmp_path / "trace.yaml").exchanges) == 2


def test_file_that_cannot_be_written_is_named(capsys: pytest.CaptureFixture[str], cassette: Path, tmp_path: Path):
    target = tmp_path / "taken"
    target.mkdir()
    commands = [
        ["export", str(cassette), "--to", "har", "-o", str(target)],
        ["show", str(cassette), "--html", str(target)],
    ]

    assert [main(command) for command in commands] == [2, 2]

    said = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("left out")]
    assert said == [f"mockserver: {target}: cannot be opened: Is a directory"] * 2


def test_export_makes_the_folder_of_its_file(cassette: Path, tmp_path: Path):
    target = tmp_path / "new" / "session.har"

    assert main(["export", str(cassette), "--to", "har", "-o", str(target)]) == 0

    assert target.exists()


@pytest.mark.parametrize("folder", ["new", "new/", "of.2026/"])
def test_import_of_files_takes_a_folder_that_is_not_there_yet(tmp_path: Path, folder: str):
    sources = [str(FORMATS / name) for name in ("chrome.har", "vcr.yaml")]

    assert main(["import", *sources, "--to", f"{tmp_path}/{folder}"]) == 0

    assert sorted(path.name for path in (tmp_path / folder).iterdir()) == ["chrome.yaml", "vcr.yaml"]


def test_import_says_that_a_stream_has_no_end(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    source = tmp_path / "stream.txt"
    source.write_text((FORMATS / "stream.txt").read_text().partition("event: response.completed")[0])

    assert main(["import", str(source), "--to", str(tmp_path / "new.yaml")]) == 0

    assert (
        f"1 exchange imported from {source} (sse), for any request, without the end of the stream.\n"
        in capsys.readouterr().out
    )


def test_import_of_nothing_is_said_and_fails(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    folder = tmp_path / "empty"
    folder.mkdir()
    archive, cassette, target = folder / "x.har", folder / "x.yaml", tmp_path / "new.yaml"
    archive.write_text('{"log": {"entries": []}}')
    cassette.write_text("interactions: []\nversion: 1\n")

    assert [main(["import", str(source), "--to", str(target)]) for source in (archive, cassette, folder)] == [1, 1, 1]
    assert main(["import", str(tmp_path / "none"), "--to", str(target)]) == 2

    said = capsys.readouterr()
    lines = [f"nothing to import from {archive} (har).\n", f"nothing to import from {cassette} (vcr).\n"]
    assert said.out == "".join(lines) * 2
    assert said.err == (
        f"Nothing was imported from {folder}.\nmockserver: {tmp_path}/none: cannot be read: No such file or directory\n"
    )
    assert not target.exists()


def test_import_counts_what_it_leaves_out(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """By its kind, in the plural where there are several; what is lost of an exchange that is imported, by its name."""
    source, target = tmp_path / "mappings.json", tmp_path / "new.yaml"
    answer = {"jsonBody": {"id": "resp_1", "object": "response"}}
    asked = {"method": "POST", "url": "/v1/responses"}
    mappings = [
        {"request": asked, "response": answer, "scenarioName": "retry"},
        {"request": {**asked, "url": "/v1/files"}, "response": answer, "scenarioName": "retry"},
        {"request": asked, "response": {"fault": "EMPTY_RESPONSE"}},
        {"request": asked, "response": {"status": 200}},
        {"request": asked, "response": {"status": 200}},
        {"request": {**asked, "method": "OPTIONS"}, "response": {"status": 204}},
        {"request": {**asked, "method": "OPTIONS"}, "response": {"status": 204}},
    ]
    source.write_text(json.dumps({"mappings": mappings}))

    assert main(["import", str(source), "--to", str(target)]) == 0

    said = capsys.readouterr()
    assert said.out == (
        f"{target}: 2 exchanges imported from {source} (wiremock), for any request; skipped: "
        "1 exchange with a fault instead of a response, 2 exchanges with no response body, 2 preflights; "
        "not kept: `scenarioName` (2).\n"
    )
    assert said.err.splitlines() == [
        f"{source}, exchange 1: not kept: `scenarioName`",
        f"{source}, exchange 2: not kept: `scenarioName`",
        f"{source}, exchange 3: skipped: a fault instead of a response",
        f"{source}, exchange 4: skipped: no response body",
        f"{source}, exchange 5: skipped: no response body",
    ]


def test_import_takes_hosts_paths_and_a_request(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    request = tmp_path / "request.json"
    request.write_text(json.dumps(ASKED))
    target = str(tmp_path / "new.yaml")

    assert main(["import", str(FORMATS / "chrome.har"), "--host", "stats.*", "--path", "/c*", "--to", target]) == 0
    assert main(["import", str(FORMATS / "reply.json"), "--request", str(request), "--to", target]) == 0
    request.write_text("[]")
    assert main(["import", str(FORMATS / "reply.json"), "--request", str(request), "--to", target]) == 2

    assert [one.request_body for one in load(Path(target)).exchanges] == [{"event": "click"}, ASKED]
    assert "request.json: the JSON body of a request was expected, an object" in capsys.readouterr().err


def test_import_says_how_far_it_is(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    clock = ManualClock()
    monkeypatch.setattr("mockserver.commands.import_recordings.RealClock", lambda: clock)
    monkeypatch.setattr(clock, "elapsed", itertools.count(step=0.4).__next__)

    assert main(["import", str(FORMATS / "vcr.json"), "--to", str(tmp_path / "new.yaml")]) == 0

    assert capsys.readouterr().err == f"{FORMATS}/vcr.json: 100% read, 3 exchanges …\n"


@pytest.mark.parametrize("command", re.findall(r"^mockserver .*", MOVING.read_text(encoding="utf-8"), re.MULTILINE))
def test_commands_of_the_page_about_moving_are_right(command: str):
    _, *arguments = shlex.split(command, comments=True)

    assert parsed(arguments).run


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
    assert found[1].endswith("days ago, and the limit is 30 days: record it again")
    assert main(["check", str(tmp_path), "--max-age", "-1"]) == 2
    assert capsys.readouterr().err == "mockserver: --max-age is -1; expected a number of days.\n"
    assert "api key at request/body/input" in found[2]


@pytest.fixture
def faulty(cassette: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a cassette that has a secret, a broken one, and a fixture with a mistake."""
    secret = "sk-proj-abcdefghijklmnopqrstuvwx0123456789"
    cassette.write_text(cassette.read_text().replace('"input": "hi"', f'"input": "{secret}"'))
    (cassette.parent / "more").mkdir()
    (cassette.parent / "more" / "broken one.yaml").write_text("format: 2\n...\n")
    (cassette.parent / "rules.yaml").write_text("- wenn: {input: hi}\n  reply: Hello.\n")
    monkeypatch.chdir(cassette.parent)
    return cassette.parent


def test_check_reports_as_json(capsys: pytest.CaptureFixture[str], faulty: Path):
    assert main(["check", ".", "--json"]) == 1

    said = capsys.readouterr()
    found = json.loads(said.out)
    assert [(one["kind"], one["file"], one["line"]) for one in found] == [
        ("fixture", "rules.yaml", 1),
        ("cassette", "more/broken one.yaml", 1),
        ("secret", "session.yaml", 6),
    ]
    assert found[1]["message"] == "format 2: this version reads format 1"
    assert [*found[0]] == ["kind", "file", "line", "message"]
    assert said.err == ""

    assert main(["check", str(faulty / "session.yaml"), "--max-age", "1", "--json"]) == 1
    assert [one["kind"] for one in json.loads(capsys.readouterr().out)] == ["age", "secret"]


def test_check_reports_as_sarif(capsys: pytest.CaptureFixture[str], faulty: Path):
    assert main(["check", str(faulty), "--sarif"]) == 1

    log = json.loads(capsys.readouterr().out)
    (run,) = log["runs"]
    assert (log["version"], run["tool"]["driver"]["name"]) == ("2.1.0", "mockserver")
    assert run["results"][1:] == [
        {
            "ruleId": "cassette",
            "level": "error",
            "message": {"text": "format 2: this version reads format 1"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "more/broken%20one.yaml"},
                        "region": {"startLine": 1},
                    }
                }
            ],
        },
        {
            "ruleId": "secret",
            "level": "error",
            "message": {"text": "api key at request/body/input: record it again, redacted"},
            "locations": [
                {"physicalLocation": {"artifactLocation": {"uri": "session.yaml"}, "region": {"startLine": 6}}}
            ],
        },
    ]
    assert {result["ruleId"] for result in run["results"]} <= {rule["id"] for rule in run["tool"]["driver"]["rules"]}


def test_finding_about_a_whole_file_has_no_region():
    found = finding(CassetteError("cannot be read: no such file", file="/nowhere/x.yaml"))

    assert found.text == "/nowhere/x.yaml: cannot be read: no such file"
    assert (found.file, found.line, found.message) == ("/nowhere/x.yaml", 0, "cannot be read: no such file")
    place = json.loads(as_sarif([found]))["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "file:///nowhere/x.yaml"}}


@pytest.mark.parametrize("report", ["--json", "--sarif"])
def test_check_of_nothing_wrong_reports_nothing(capsys: pytest.CaptureFixture[str], cassette: Path, report: str):
    assert main(["check", str(cassette), report]) == 0
    log = json.loads(capsys.readouterr().out)
    assert (log if report == "--json" else log["runs"][0]["results"]) == []

    assert main(["check", "--profile", "openai", report]) == 2
    assert "check --profile prints text only" in capsys.readouterr().err


def test_check_and_import_look_for_what_the_project_redacts(
    capsys: pytest.CaptureFixture[str], cassette: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "pyproject.toml").write_text('[tool.mockserver]\nredact = ["ACME-[0-9]+"]\n')
    source = tmp_path / "reply.json"
    source.write_text('{"id": "resp_1", "object": "response", "note": "ACME-1234 of ann@example.com"}')
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

    assert (
        "redact is '('; expected a regular expression of Python, `email` or `phone`: missing )"
        in capsys.readouterr().err
    )
