"""Fixture files that change under a running server: what is taken, and what is said about an edit that breaks them."""

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from time import time

import pytest

from mockserver import MismatchError, MockServer, Settings
from mockserver.script import reloading
from mockserver.script.reloading import FEW, SETTLED_SECONDS, ReloadingFixtures
from tests.support.http import send

GOOD = "- when: {input: hello}\n  reply: First.\n"
BROKEN = GOOD + "- whem: {input: bye}\n  reply: Bye.\n"
PROBLEM = ":3: whem: unknown key 'whem'. Did you mean 'when'? Allowed: "
STAYS = " The rules stay as they were before the edit."


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "one.yaml"
    path.write_text(GOOD)
    return path


@pytest.fixture
def server(file):
    with MockServer(Settings(fixtures=(str(file),))) as running:
        yield running


def ask(mock, words="hello"):
    reply = send(mock.base_url, "POST", "/v1/responses", {"model": "gpt-4.1", "input": words}, key=mock.api_key)
    return reply.json["output"][0]["content"][0]["text"] if reply.status == 200 else reply.json["error"]["code"]


def told(path):
    reply = send(path.base_url, "GET", "/_mock/verify", key=path.api_key)
    return reply.json


def health(server):
    return send(server.base_url, "GET", "/_mock/health").json


def test_broken_edit_is_a_problem_of_every_workspace(server, file):
    asked, idle = server.workspace(), server.workspace()
    assert ask(asked) == "First."
    file.write_text(BROKEN)

    assert ask(asked) == "First."
    for mock in (asked, idle):
        (problem,) = mock.problems()
        assert problem.startswith(f"Fixture {file}{PROBLEM}")
        assert problem.endswith(STAYS)
        assert told(mock) == {"complete": False, "problems": [problem]}
        with pytest.raises(MismatchError, match="whem"):
            mock.assert_complete()


def test_broken_edit_shows_before_any_request(server, file):
    file.write_text(BROKEN)
    assert len(server.workspace().problems()) == 1


def test_health_says_that_fixtures_are_broken(server, file):
    assert health(server)["status"] == "ok"
    file.write_text("- replay: a\n- replay: b\n")
    broken = health(server)
    assert (broken["status"], broken["fixture_problems"]) == ("degraded", 2)
    file.write_text(GOOD)
    assert health(server).keys() == {"status", "version", "loop_lag"}


def test_deleted_file_is_a_problem(server, file):
    file.unlink()
    (problem,) = server.workspace().problems()
    assert problem == f"Fixture {file}:1: there is no such file.{STAYS}"


def test_mended_file_is_no_problem_any_more(server, file):
    mock = server.workspace()
    assert ask(mock) == "First."
    file.write_text(BROKEN)
    assert mock.problems()
    file.write_text(GOOD.replace("First", "Second"))
    assert (mock.problems(), ask(mock)) == ([], "Second.")


def test_edit_taken_back_starts_nothing_again(server, file):
    mock = server.workspace()
    file.write_text("- reply: Once.\n  times: 1\n")
    assert [ask(mock), ask(mock)] == ["Once.", "no_matching_rule"]
    file.write_text(BROKEN)
    assert ask(mock) == "no_matching_rule"
    file.write_text("- reply: Once.\n  times: 1\n")
    assert ask(mock) == "no_matching_rule"


def test_edit_that_keeps_time_and_size_is_seen(server, file):
    mock = server.workspace()
    assert ask(mock) == "First."
    before = file.stat()
    file.write_text(GOOD.replace("First", "Other"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (file.stat().st_mtime_ns, file.stat().st_size) == (before.st_mtime_ns, before.st_size)
    assert ask(mock) == "Other."


def test_file_put_in_the_place_of_another_is_seen(server, file, tmp_path):
    mock = server.workspace()
    assert ask(mock) == "First."
    before = file.stat()
    other = tmp_path / "other.txt"
    other.write_text(GOOD.replace("First", "Other"))
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(file)
    assert ask(mock) == "Other."


@pytest.fixture
def coarse(monkeypatch):
    """A file system whose clock moves every ten milliseconds; most edits that follow one another have one time."""
    tick, exact = 10_000_000, reloading._stamp_of

    def stamp_of(stat):
        inode, size, *times = exact(stat)
        return inode, size, *(moment // tick * tick for moment in times)

    monkeypatch.setattr(reloading, "_stamp_of", stamp_of)


@pytest.mark.usefixtures("coarse")
@pytest.mark.parametrize("kept", [False, True], ids=["written", "copied with its time"])
def test_edit_right_after_the_start_is_seen(file, kept):
    def write(text):
        file.write_text(text)
        if kept:
            os.utime(file, (10**9, 10**9))

    for n in range(10):
        write(f"- reply: a{n}\n")
        watched = ReloadingFixtures([str(file)])
        write(f"- reply: b{n}\n")
        watched.refresh()
        assert watched.version == 2


@pytest.mark.usefixtures("coarse")
def test_file_that_comes_right_after_one_that_is_no_fixture_is_seen(folder):
    watched = ReloadingFixtures([str(folder)])
    watched.refresh()
    for n in range(10):
        (folder / f"log-{n}.txt").write_text("x")
        watched.refresh()
        (folder / f"rule-{n}.yaml").write_text(GOOD)
        watched.refresh()
        assert watched.version == 2 + n


def test_edit_during_the_start_is_seen(file, monkeypatch):
    file.write_text("- reply: v")
    monkeypatch.setattr(reloading, "time", lambda: time() + 1)  # the start takes a second
    with monkeypatch.context() as patched:
        write_the_rest_in(patched, "load_fixtures", file)
        watched = ReloadingFixtures([str(file)])
    watched.refresh()
    assert said(watched) == "version 12"


def test_file_from_the_future_is_waited_for_as_others_are(file, monkeypatch):
    watched = ReloadingFixtures([str(file)])
    slept: list[float] = []
    monkeypatch.setattr(reloading, "sleep", slept.append)
    file.write_text("- reply: Later.\n")
    os.utime(file, (time() + 3600, time() + 3600))
    changed = file.stat().st_ctime
    monkeypatch.setattr(reloading, "time", lambda: changed + 0.005)
    watched.refresh()
    assert slept == [pytest.approx(SETTLED_SECONDS - 0.005, abs=1e-4)]
    assert said(watched) == "Later."


def test_touched_file_starts_nothing_again(file):
    watched = ReloadingFixtures([str(file)])
    file.touch()
    watched.refresh()
    assert watched.version == 1


def said(watched):
    (rule,) = watched.fixtures.rules
    return rule.steps[0].reply.parts[0]["content"][0]["text"]


def write_the_rest_in(monkeypatch, where, file):
    """Let somebody end the file, begun with `- reply: v`, at the moment when this function of the module is called."""
    function = getattr(reloading, where)

    def ended(*args):
        made = function(*args)
        file.write_text("- reply: version 12\n")
        return made

    monkeypatch.setattr(reloading, where, ended)


@pytest.mark.parametrize("where", ["sleep", "read_fixtures"])
def test_edit_that_is_half_written_waits_for_the_next_look(file, monkeypatch, where):
    watched = ReloadingFixtures([str(file)])
    file.write_text("- reply: v")
    with monkeypatch.context() as patched:
        write_the_rest_in(patched, where, file)
        watched.refresh()
        assert (watched.version, said(watched)) == (1, "First.")
    watched.refresh()
    assert (watched.version, said(watched)) == (2, "version 12")


def test_file_that_is_written_all_the_time_is_left_alone(file, monkeypatch):
    watched = ReloadingFixtures([str(file)])
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        file.write_text("- reply: v")

    monkeypatch.setattr(reloading, "sleep", sleep)
    for _ in range(3):
        file.write_text("- reply: version 12\n")
        watched.refresh()
    assert (watched.version, said(watched)) == (1, "First.")
    assert all(0 < seconds <= SETTLED_SECONDS for seconds in slept)


def test_edit_is_logged_with_the_file_that_changed(file, caplog):
    caplog.set_level("INFO", logger="mockserver")
    watched = ReloadingFixtures([str(file)])
    watched.refresh()
    file.write_text("- reply: Second.\n- reply: Third.\n")
    for _ in range(2):
        watched.refresh()

    assert caplog.messages == [f"{file} changed: 2 rules in all fixtures."]


def test_broken_edit_is_logged_once(file, caplog):
    watched = ReloadingFixtures([str(file)])
    file.write_text(BROKEN)
    for _ in range(3):
        watched.refresh()
    assert [record.message.partition("\n")[0] for record in caplog.records] == ["The rules stay as they were:"]
    assert f"{file}{PROBLEM}" in caplog.text


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


CHANGES_OF_FOLDERS = {
    "a file in a new folder": lambda folder: write(folder / "new" / "newer" / "two.yaml", GOOD),
    "a file in an old folder": lambda folder: write(folder / "below" / "two.yml", GOOD),
    "a file with another name": lambda folder: (folder / "notes.txt").rename(folder / "two.json"),
    "a file that is gone": lambda folder: (folder / "below" / "one.yaml").unlink(),
    "a link to another file": lambda folder: (folder / "two.yaml").symlink_to(folder / "notes.txt"),
    "another folder": lambda folder: [folder.rename(folder.with_name("old")), write(folder / "one.yaml", GOOD)],
}


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "fixtures"
    write(folder / "below" / "one.yaml", GOOD.replace("First", "Before"))
    write(folder / "zero.yaml", GOOD)
    write(folder / "notes.txt", '[{"reply": "Noted."}]')
    return folder


@pytest.mark.parametrize("change", CHANGES_OF_FOLDERS.values(), ids=CHANGES_OF_FOLDERS)
def test_files_that_come_and_go_are_seen(folder, change):
    watched = ReloadingFixtures([str(folder)])
    watched.refresh()
    change(folder)
    watched.refresh()
    assert watched.version == 2


@pytest.fixture
def many(tmp_path):
    """A folder of so many files that requests share a look at them."""
    for number in range(FEW + 1):
        write(tmp_path / "many" / f"{number}.yaml", GOOD)
    return tmp_path / "many"


async def test_requests_that_were_read_together_look_once(many):
    watched = ReloadingFixtures([str(many)])
    watched.refresh()
    watched.refresh_for_requests()
    (many / "0.yaml").write_text(GOOD.replace("First", "Second"))
    watched.refresh_for_requests()
    assert watched.version == 1

    await asyncio.sleep(0)
    watched.refresh_for_requests()
    assert watched.version == 2


def test_each_loop_looks_for_itself(many):
    watched = ReloadingFixtures([str(many)])
    for text in ("Second", "Third"):
        (many / "0.yaml").write_text(GOOD.replace("First", text))
        loop = asyncio.new_event_loop()
        loop.call_soon(watched.refresh_for_requests)
        loop.call_soon(loop.stop)  # before it comes to what the look has scheduled
        loop.run_forever()
        loop.close()
    assert watched.version == 3


def test_edit_is_seen_by_the_next_request_whatever_else_is_asked(many):
    with MockServer(Settings(fixtures=(str(many),))) as server:
        said = _edited_while_busy(server, many / "0.yaml")
    assert said == [f"Edit {number}." for number in range(25)]


def _edited_while_busy(server, file):
    """What each of 25 edits is answered with, while eight others ask."""
    mock, busy = server.workspace(), server.workspace()
    done = threading.Event()

    def keep_busy():
        while not done.is_set():
            ask(busy)

    with ThreadPoolExecutor(8) as others:
        for _ in range(8):
            others.submit(keep_busy)
        said = []
        for number in range(25):
            file.write_text(f"- reply: Edit {number}.\n")
            said.append(ask(mock))
        done.set()
    return said


def test_folder_that_is_gone_for_a_while_is_a_problem_for_so_long(folder):
    watched = ReloadingFixtures([str(folder)])
    folder.rename(folder.with_name("old"))
    watched.refresh()
    assert [problem.message for problem in watched.problems] == ["there is no such file."]
    folder.with_name("old").rename(folder)
    watched.refresh()
    assert (watched.version, watched.problems) == (1, [])


def test_other_files_in_a_folder_change_nothing(folder):
    watched = ReloadingFixtures([str(folder)])
    for name in ("log.txt", "more.txt"):
        (folder / name).write_text("x")
        watched.refresh()
    (folder / "zero.yaml").write_text(GOOD.replace("First", "Second"))
    watched.refresh()
    assert (watched.version, len(watched.fixtures.rules)) == (2, 2)


def test_link_is_followed_again_when_its_target_comes_back(folder, tmp_path):
    target = tmp_path / "elsewhere.yaml"
    (folder / "link.yaml").symlink_to(target)
    watched = ReloadingFixtures([str(folder)])
    versions = []
    for change in (lambda: write(target, GOOD), target.unlink, lambda: write(target, GOOD)):
        change()
        watched.refresh()
        versions.append(watched.version)
    assert versions == [2, 3, 4]


def test_file_that_comes_while_its_folder_is_listed_is_seen(folder, monkeypatch):
    monkeypatch.setattr(reloading, "SETTLED_SECONDS", 0)  # as if listing took long
    watched = ReloadingFixtures([str(folder)])
    listed = reloading._entries

    def entries(name):
        found = listed(name)
        write(folder / "two.yaml", GOOD)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(reloading, "_entries", entries)
        (folder / "more.txt").write_text("x")
        watched.refresh()
    watched.refresh()
    assert watched.version == 2
