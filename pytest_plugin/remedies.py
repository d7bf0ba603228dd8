"""What to do about failures that come from how a project is set up: each is known by what it says."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import pytest

from pytest_plugin.marker import is_of_set_up

EARLY = (
    "Did the app make its client, or read its settings, before the test began? Set `mockserver_early = true` in the "
    "configuration of pytest, call `mock_openai.adopt(client)`, or name the app's key: @pytest.mark.mockserver(key=…)."
)


ADOPT = (
    "Does the app read its key from elsewhere than the environment? Call `mock_openai.adopt(client)`, or name the "
    "app's key: @pytest.mark.mockserver(key=…)."
)
"""The same where the server starts early."""
NO_WORKSPACE = (
    "This test asks for no workspace, so nobody answers its requests: take the fixture `mock_openai`, or keep the app "
    "from sending any."
)


class Remedy(NamedTuple):
    """A sign in the text of a failure, and what to do then."""

    sign: str
    """A regular expression; compiled when a test has failed, not for every session."""
    text: str


# Source of what the clients say: openai 3.57.0, `OpenAI()` and `AzureOpenAI()`; pytest-socket 0.8.1.
REMEDIES = (
    Remedy(
        r"`(?:AZURE_OPENAI_\w+|OPENAI_API_VERSION)`.*environment variable",
        "The variables of Azure's client are not set: mark the test with @pytest.mark.mockserver(env='azure'), or set "
        "`mockserver_env = azure` in the configuration of pytest. A client that is made at import also needs "
        "`mockserver_early = true`.",
    ),
    Remedy(r"`OPENAI_API_KEY`.*environment variable", EARLY),
    Remedy(
        r"ScopeMismatch.* fixture mock_openai(?:_factory)? ",
        "`mock_openai` is for one test. A fixture for several takes `mock_openai_module` or `mock_openai_session`, or "
        "starts the app with a key that the tests name: @pytest.mark.mockserver(key=…).",
    ),
    Remedy(
        r"\bSocket(?:Connect)?BlockedError\b",
        "pytest-socket refuses connections to this machine as well. Allow them: --allow-hosts=127.0.0.1,::1 instead of "
        "--disable-socket, or @pytest.mark.allow_hosts(['127.0.0.1', '::1']).",
    ),
)


def remedies(failure: str) -> Sequence[str]:
    """What to do about a failure, by its text; nothing where it has no known sign."""
    return [remedy.text for remedy in REMEDIES if re.search(remedy.sign, failure)]


def advise(report: pytest.TestReport | pytest.CollectReport, *, otherwise: str = "") -> None:
    """Add what to do about a failure, unless the failure says it; `otherwise` is for one without a known sign."""
    said = report.longreprtext
    lines = [each for each in remedies(said) or (otherwise,) if each not in said]
    if lines:
        report.sections.append(("mockserver: what to do", "\n".join(lines)))


def is_of_test(call: pytest.CallInfo[None]) -> bool:
    """Whether a failure is about what the test itself writes: a script or a setting, or a method that is not there."""
    if call.excinfo is None:
        return False
    error = call.excinfo.value
    missed_by = type(error.obj).__module__ if isinstance(error, AttributeError) else ""
    return missed_by.startswith("mockserver.") or is_of_set_up(type(error))
