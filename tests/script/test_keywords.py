"""The keywords that editors and type checkers know, and what becomes of those that nobody knows."""

import inspect
import re
import subprocess
import sys
import textwrap
import traceback
from pathlib import Path

import pytest

from mockserver import MismatchError, MockServer, ScriptError
from mockserver.ids import Draws, ObjectIds
from mockserver.model.fault import Fault
from mockserver.model.finish import finish
from mockserver.model.plan import Pace, Plan
from mockserver.model.request import CreateRequest
from mockserver.script.keywords import FaultKeywords, PaceKeywords, ReplyKeywords, ResponseKeywords, WhenKeywords
from mockserver.script.reply_options import OPTIONS
from mockserver.script.when import WHEN

ROOT = Path(__file__).parents[2]
TYPED = Path(__file__).parent / "typed_scripts"


def test_keywords_of_when_are_its_keys():
    assert {key.removesuffix("_") for key in WhenKeywords.__annotations__} == set(WHEN)


def test_keywords_of_a_fault_are_its_options():
    assert set(FaultKeywords.__annotations__) == set(inspect.signature(Fault).parameters)


def test_keywords_of_a_pace_are_its_fields():
    assert set(PaceKeywords.__annotations__) == set(inspect.signature(Pace).parameters)


def test_keywords_of_a_response_are_its_fields():
    body = {"prompt": {"id": "pmpt_1"}, "conversation": "conv_1", "prompt_cache_options": {"mode": "auto"}}
    body |= {"access_programs": {"cyber": "standard"}, "image": {"context_compression": "enabled"}}
    ids = ObjectIds(Draws(b"x"), unix_seconds=0)
    made = finish(CreateRequest(body), Plan(), ids=ids, created_at=0, completed_at=0)
    options_of_a_reply = {"status", "error", "usage"}

    assert set(ResponseKeywords.__annotations__) == set(made) - options_of_a_reply


def test_keywords_of_a_reply_are_its_options():
    has_a_method = {"events"}
    of_other_routes = {"json", "text", "body", "status", "headers"}

    assert set(OPTIONS) - has_a_method | of_other_routes <= set(ReplyKeywords.__annotations__)


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda mock: mock.on(imput="x"), "imput: unknown key 'imput'. Did you mean 'input'?"),
        (lambda mock: mock.on().reply("Hi.", modle="x"), "modle: unknown key 'modle'. Did you mean 'model'?"),
        (lambda mock: mock.on().reply("Hi.", statsu="failed"), "statsu: unknown key 'statsu'. Did you mean 'status'?"),
        (lambda mock: mock.enqueue("Hi.", usages={}), "usages: unknown key 'usages'. Did you mean 'usage'?"),
        (lambda mock: mock.on().reply("Hi.", response=5), "expected a mapping of response fields, got an integer 5."),
        (lambda mock: mock.on().fault(stauts=429), "stauts: unknown key 'stauts'. Did you mean 'status'?"),
        (lambda mock: mock.on().fault(status="429"), "status: expected an integer, got a string '429'."),
        (lambda mock: mock.on().pace(frist=1), "frist: unknown key 'frist'. Did you mean 'first'?"),
        (lambda mock: mock.search(inputs="x"), "inputs: unknown key 'inputs'. Did you mean 'input'?"),
    ],
)
def test_keyword_that_does_not_exist_is_an_error_at_the_line_of_its_author(workspace, write, message):
    with pytest.raises(ScriptError) as raised:
        write(workspace)
    *_, author, last = traceback.extract_tb(raised.value.__traceback__)

    assert str(raised.value).startswith(message)
    assert (author.filename, last.name) == (__file__, "called")


def test_other_fields_of_a_response_are_stated_by_name(workspace, raw):
    workspace.on().reply("Hi.", model="gpt-own", user=None, response={"x_provider": "acme"})
    made = raw("POST", "/v1/responses", {"model": "gpt-4o", "input": "x", "user": "ann"}).json

    assert (made["model"], made["user"], made["x_provider"]) == ("gpt-own", None, "acme")


def test_type_checker_knows_the_keywords():
    """Each marked line is an error of mypy, and no other."""
    right, wrong = TYPED / "right.py", TYPED / "wrong.py"
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", str(right), str(wrong)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = {int(line.split(":")[1]) for line in checked.splitlines() if "wrong.py" in line}
    marked = {n for n, line in enumerate(wrong.read_text().splitlines(), start=1) if line.endswith("# wrong")}

    assert "right.py" not in checked
    assert found == marked
    assert len(marked) >= 20
    assert len(re.findall(r"^    (mock|server)\.", right.read_text(), re.MULTILINE)) >= 40


# Waiting, and what a workspace looks like


def test_wait_for_returns_what_came_before(workspace, raw):
    raw("POST", "/v1/responses", {"model": "gpt-4o", "input": "early"})

    assert workspace.wait_for(input="early").input_text == "early"


LATE = """
    import threading, urllib.request
    from mockserver import MockServer

    with MockServer() as server:
        mock = server.workspace()

        def ask():
            for words in (b"other", b"late"):
                urllib.request.urlopen(urllib.request.Request(
                    mock.base_url + "/responses",
                    data=b'{"model": "m", "input": "%b"}' % words,
                    headers={"authorization": "Bearer " + mock.api_key, "content-type": "application/json"},
                )).close()

        threading.Timer(0.1, ask).start()
        print(mock.wait_for(input="late").number)
"""


def test_wait_for_waits_for_what_is_still_to_come():
    code = textwrap.dedent(LATE)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)

    assert done.stdout.strip() == b"2"


def test_wait_for_gives_up(workspace):
    with pytest.raises(MismatchError, match=r"Expected at least 1 request with \{'input': 'never'\}, got 0 of 0"):
        workspace.wait_for(input="never", timeout=0.01)


def test_repr_names_the_workspace_and_not_its_key():
    with MockServer() as server:
        mock = server.workspace("sk-a-very-secret-key")
        mock.on().reply("Hi.")

        assert repr(mock) == f"<Workspace sk-a-ver********-key at {mock.base_url}: 1 rules, 0 requests>"
