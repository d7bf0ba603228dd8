"""A user's repository, whose apps find the server in many ways, tested with the installed wheel."""

import subprocess
from pathlib import Path

import pytest

from tests.installed.conftest import ROOT, Ran, Suite

LATE = ("-o", "mockserver_early=false", "-o", "mockserver_env=openai")
AT_RANDOM = ("-p", "randomly", "-n", "4")
DENIED = ("--disable-socket",)
EARLY_REMEDY = "Did the app make its client, or read its settings, before the test began? Set `mockserver_early = true`"


def test_package_comes_from_the_wheel(python: Path) -> None:
    """It is not that of the checkout."""
    code = "import sys, mockserver, pytest_plugin; print(mockserver.__file__, pytest_plugin.__file__, *sys.path)"
    found = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True, cwd="/").stdout.split()

    packages = str(python.parents[1])
    assert [name.startswith(packages) for name in found[:2]] == [True, True]
    assert str(ROOT) not in found


@pytest.mark.parametrize(
    ("arguments", "passed"),
    [
        pytest.param(AT_RANDOM, 16, id="early-at-random"),
        pytest.param((*LATE, "--ignore", "tests/test_triage.py"), 14, id="no-client-at-import"),
        pytest.param((*LATE, *AT_RANDOM, "tests/test_async.py", "tests/test_unittest.py"), 5, id="at-random"),
        pytest.param(("frozen",), 1, id="frozen-time"),
        pytest.param((*DENIED, "--allow-hosts=127.0.0.1,::1", "tests/test_chat.py"), 2, id="pytest-socket"),
    ],
)
def test_apps_are_tested_through_the_plugin(suite: Suite, arguments: tuple[str, ...], passed: int) -> None:
    ran = suite(*arguments)

    assert ran.outcomes == {"passed": passed}, ran.printed


WRONG = {
    "test_client_made_at_import": (
        "mockserver blocked a connection to api.openai.com:",
        "Point the client at the workspace (OPENAI_BASE_URL, or mock_openai.adopt(client))",
        EARLY_REMEDY,
    ),
    "test_swallowed_miss": (
        'Add a rule that matches it, or change the request; or let unmatched requests be answered: unmatched="answer".',
    ),
    "test_key_of_a_settings_object": ("-app, which no workspace has.", EARLY_REMEDY),
    "test_no_key": ("came without an API key.", EARLY_REMEDY),
    "test_path_of_a_gateway": ("name the path: --prefix /gateway, in Python Settings(prefix='/gateway').",),
    "test_azure_without_its_variables": ("mark the test with @pytest.mark.mockserver(env='azure'), or set",),
    "test_route_that_nobody_serves": (
        'Write a rule that does: mock.on(method="GET", path="/v1/files").reply(json={…})',
    ),
    "test_misspelt_condition": ("imput: unknown key 'imput'. Did you mean 'input'?",),
    "test_misspelt_option": ("The mockserver marker got unmached; it takes mockserver(fixtures=(),",),
    "test_unknown_environment": ("env is 'gemini'; expected 'openai' or 'azure'.",),
    "test_cassette_that_does_not_exist": (
        "greeting.yaml: cannot be read: ",
        "Record it with --mockserver-record=once.",
    ),
}
"""What the report of each test says: what happened, and what to do."""


@pytest.fixture(scope="module")
def wrong(suite: Suite) -> Ran:
    """All wrong set-ups, run once."""
    return suite(*LATE, "wrong/test_setups.py")


@pytest.mark.parametrize("name", WRONG)
def test_wrong_set_up_says_what_to_do(wrong: Ran, name: str) -> None:
    report = wrong.report(name)

    assert [sentence for sentence in WRONG[name] if sentence not in report] == [], report


def test_every_wrong_set_up_fails(wrong: Ran) -> None:
    assert sum(wrong.outcomes.values()) == wrong.outcomes["failed"] + wrong.outcomes["errors"] == len(WRONG)


@pytest.mark.parametrize(
    ("arguments", "heading", "sentence"),
    [
        pytest.param((*LATE, "wrong/test_import.py"), "wrong/test_import.py", EARLY_REMEDY, id="no-key-at-import"),
        pytest.param(
            (*DENIED, *LATE, "tests/test_chat.py"),
            "test_answer_is_given",
            "Allow them: --allow-hosts=127.0.0.1,::1 instead of --disable-socket",
            id="pytest-socket",
        ),
        pytest.param(
            ("wrong/late_settings.py",),
            "test_settings_come_too_late",
            "With mockserver_early the server runs before mockserver_config is asked. State the settings in "
            "[tool.mockserver] of pyproject.toml",
            id="settings-too-late",
        ),
    ],
)
def test_run_that_cannot_work_says_what_to_do(
    suite: Suite, arguments: tuple[str, ...], heading: str, sentence: str
) -> None:
    assert sentence in suite(*arguments).report(heading)


def test_folder_that_hides_the_package_is_named(suite: Suite, tmp_path: Path) -> None:
    hiding = tmp_path / "mockserver"
    hiding.mkdir()
    (hiding / "__init__.py").touch()

    ran = suite(*LATE, "-o", f"pythonpath=. {tmp_path}", "tests/test_chat.py")

    assert f"{hiding} hides the package mockserver that this plugin needs: both have the same name. Rename it" in (
        ran.report("test_answer_is_given")
    )
