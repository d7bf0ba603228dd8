"""Test suites of other people, run by pytest with nothing but the plugin."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.support.own_modules import OwnModules

ROOT = Path(__file__).parents[2]

Suite: TypeAlias = Callable[..., pytest.RunResult]

# An app as plain as can be: it finds the server in its environment, and swallows every error.
APP = '''\
import json
import os
import urllib.error
import urllib.request


def ask(words, key=None, **body):
    """The text of an answer; the status where it is an error."""
    request = urllib.request.Request(
        os.environ["OPENAI_BASE_URL"] + "/responses",
        data=json.dumps({"model": "gpt-4o", "input": words, **body}).encode(),
        headers={
            "authorization": "Bearer " + (key or os.environ["OPENAI_API_KEY"]),
            "content-type": "application/json",
        },
    )
    try:
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)["output"][0]["content"][0]["text"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code
'''


# Clients of the SDK that keep no connection open: nobody closes the client of a module.
SDK = """\
import openai


def client(kind=openai.OpenAI, **options):
    return kind(max_retries=0, default_headers={"connection": "close"}, **options)
"""


@pytest.fixture(autouse=True)
def lasting_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("_pytest.pytester.SysModulesSnapshot", OwnModules)


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """`suite(code, *arguments)` runs a test module beside `app.py`, in this process, with these plugins alone."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(app=APP, sdk=SDK)
    pytester.syspathinsert()

    def run(code: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(test_app=code)
        return pytester.runpytest_inprocess("-p", "pytest_plugin", *arguments)

    return run


@pytest.fixture
def suite_apart(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """The same in a process of its own."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(app=APP)

    def run(code: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(test_app=code)
        return pytester.run(sys.executable, "-m", "pytest", "-p", "pytest_plugin", *arguments)

    return run
