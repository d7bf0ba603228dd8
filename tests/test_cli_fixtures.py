"""The command line and fixture files: `mockserver check`, and `mockserver serve --fixtures` while they change."""

import contextlib
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mockserver.cli import main
from tests.support.http import send

ROOT = Path(__file__).parents[1]
BROKEN = ROOT / "tests" / "script" / "broken_fixtures"
WAIT = 10  # seconds after which a process that should have ended is taken for stuck
GOOD = "- when: {input: hello}\n  reply: First.\n"


@pytest.fixture
def write(tmp_path):
    """`write(name, text)` writes a file; its path."""

    def write(name, text):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


# check


def test_check_of_good_files_finds_nothing(capsys):
    assert main(["check", str(ROOT / "fixtures")]) == 0
    assert capsys.readouterr() == ("0 problems found.\n", "")


def test_check_tells_every_problem_with_file_line_key_and_what_was_expected(write, capsys):
    first = write("a.yaml", "- when: {input: hello}\n  replay: Hi.\n- times: none\n  reply: Hi.\n")
    second = write("b.yaml", "- reply:\n    - massage: Hi.\n")

    assert main(["check", str(first), str(second)]) == 1
    out, err = capsys.readouterr()
    assert out == "3 problems found.\n"
    assert [line.partition(" Allowed:")[0] for line in err.splitlines()] == [
        f"{first}:2: replay: unknown key 'replay'. Did you mean 'reply'?",
        f"{first}:3: times: expected a number of times, 1 or more, got a string 'none'.",
        f"{second}:2: reply[0].massage: unknown item 'massage'. Did you mean 'message'?",
    ]
    assert "Allowed: error, events, fault, incomplete_reason, name, pace, replies, reply" in err


def test_check_of_one_problem_says_one(write, capsys):
    assert main(["check", str(write("a.yaml", "5\n"))]) == 1
    assert capsys.readouterr().out == "1 problem found.\n"


def test_check_looks_into_folders(capsys):
    assert main(["check", str(BROKEN)]) == 1

    named = {re.sub(r":\d+: .+", "", line) for line in capsys.readouterr().err.splitlines()}
    assert named == {str(file) for file in BROKEN.iterdir()}
    assert len(named) >= 30


NOTHING = "the folder has nothing to check; expected fixture files (*.yaml, *.yml, *.json) or cassettes (*.yaml)."


def test_check_of_nothing_there_says_so(tmp_path, capsys):
    assert main(["check", str(tmp_path / "nowhere.yaml"), str(tmp_path)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{tmp_path}: {NOTHING}",
        f"{tmp_path}/nowhere.yaml:1: there is no such file.",
    ]


# serve --fixtures


class Serving:
    """A server in a process of its own; what it writes to stderr is collected."""

    def __init__(self, process):
        self.process = process
        self.base_url = process.stdout.readline().removeprefix("Base URL: ").strip()
        self.told = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            with self._changed:
                self.told.append(line.rstrip())
                self._changed.notify_all()

    def ask(self, words):
        reply = send(self.base_url, "POST", "/v1/responses", {"model": "gpt-4.1", "input": words}, key="any")
        return reply.json["output"][0]["content"][0]["text"] if reply.status == 200 else reply.json["error"]["code"]

    def wait_for(self, line):
        with self._changed:
            assert self._changed.wait_for(lambda: line in self.told, timeout=WAIT), self.told

    def end(self):
        self.process.terminate()
        self.process.wait(timeout=WAIT)
        self._reader.join(timeout=WAIT)


@pytest.fixture
def serve():
    """`serve(path, …)` starts a server with these fixtures."""
    with contextlib.ExitStack() as stack:

        def start(*paths):
            command = [
                sys.executable,
                "-m",
                "mockserver",
                "serve",
                "--quiet",
                "--port",
                "0",
                "--fixtures",
                *map(str, paths),
            ]
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            stack.enter_context(process)
            serving = Serving(process)
            stack.callback(serving.end)
            return serving

        yield start


def test_fixtures_are_read_again_when_they_change(serve, tmp_path, write):
    write("one.yaml", GOOD)
    server = serve(tmp_path)
    said = [server.ask("hello")]
    write("one.yaml", GOOD.replace("First", "Second"))
    said.append(server.ask("hello"))
    added = write("two.yaml", "- reply: From the second file.\n")
    said.append(server.ask("bye"))
    added.unlink()
    said.append(server.ask("bye"))

    assert said == ["First.", "Second.", "From the second file.", "no_matching_rule"]
    assert server.told == []


def test_broken_file_is_named_with_line_and_cause_and_the_old_rules_stay(serve, write):
    path = write("one.yaml", GOOD)
    server = serve(path)
    assert server.ask("hello") == "First."
    write("one.yaml", GOOD + "- whem: {input: bye}\n  reply: Bye.\n")

    assert [server.ask("hello"), server.ask("hello")] == ["First.", "First."]
    cause = f"{path}:3: whem: unknown key 'whem'. Did you mean 'when'?"
    server.wait_for(
        f"{cause} Allowed: error, events, fault, incomplete_reason, name, pace, replies, reply, response, status, "
        "times, usage, when."
    )
    assert len([line for line in server.told if line.startswith(cause)]) == 1
    write("one.yaml", GOOD + "- when: {input: bye}\n  reply: Bye.\n")
    assert [server.ask("hello"), server.ask("bye")] == ["First.", "Bye."]


def test_server_does_not_start_with_a_broken_file(write):
    path = write("one.yaml", "- reply: 5\n")
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--fixtures", str(path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=WAIT, check=False)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.splitlines() == [
        "mockserver: 1 problem in the fixtures:",
        f"{path}:1: reply: expected text, an item, or a list of these, got an integer 5.",
    ]
