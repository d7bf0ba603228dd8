"""The pytest plugin of mockserver: fixtures, a marker and a report. It speaks pytest only; the library does the work.

Fixtures:
    mockserver           one running server for the whole session, started when a test first asks for it
    mock_openai          a fresh workspace for one test, with OPENAI_BASE_URL and OPENAI_API_KEY set to it
    mock_openai_factory  makes more workspaces in the same test; the environment stays as it is

Importing this module imports nothing of the server: tests that do not use it pay nothing.
"""

import os
import re
from collections.abc import Callable, Generator
from os import PathLike
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockserver import MockServer, Workspace

__all__ = ["mock_openai", "mock_openai_factory", "mockserver"]

CASSETTE_MARKER = (
    "cassette(name=None, speed=0, all_used=False, ignore=(), redact=()): replay or record cassettes/NAME.yaml; "
    "its name follows from the test's own where there is none"
)
MODES = ("none", "once", "new", "all")
UPSTREAM = "https://api.openai.com/v1"

MARKER = (
    "mockserver(fixtures=(), pace=None, unmatched=None, clock=None, profile=None): how the test's workspaces are set up"
)
OPTIONS = ("fixtures", "pace", "unmatched", "clock", "profile")
WORKSPACES = pytest.StashKey["list[Workspace]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of recording."""
    group = parser.getgroup("mockserver")
    group.addoption(
        "--mockserver-record",
        choices=MODES,
        default="none",
        help="record mode of tests with a cassette. none: replay only; once: record cassettes that do not exist; "
        "new: also record requests that are not in the cassette; all: record everything again (default: %(default)s)",
    )
    parser.addini("mockserver_upstream", "upstream base URL to record cassettes from", default=UPSTREAM)


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    config.addinivalue_line("markers", MARKER)
    config.addinivalue_line("markers", CASSETTE_MARKER)


@pytest.fixture(scope="session")
def mockserver() -> Generator["MockServer", None, None]:
    """A running `MockServer`, in a thread of its own."""
    from mockserver import MockServer  # noqa: PLC0415 - only sessions that use it pay for it

    with MockServer() as server:
        yield server


@pytest.fixture
def mock_openai(mock_openai_factory: Callable[[], "Workspace"], monkeypatch: pytest.MonkeyPatch) -> "Workspace":
    """A fresh `Workspace`; `OpenAI()` and subprocesses find it through the environment.

    When the test ends it fails on requests that no rule matched and on rules that were not used up.
    """
    workspace = mock_openai_factory()
    monkeypatch.setenv("OPENAI_BASE_URL", workspace.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", workspace.api_key)
    return workspace


@pytest.fixture
def mock_openai_factory(
    mockserver: "MockServer", request: pytest.FixtureRequest
) -> Generator[Callable[[], "Workspace"], None, None]:
    """A function that makes fresh workspaces, set up by the test's marker and verified when the test ends."""
    options = _options(request.node)
    made = request.node.stash[WORKSPACES] = []  # a new list: a test that runs again has nothing to do with its last run

    def make() -> "Workspace":
        clock = options.get("clock")
        fresh = {"clock": clock()} if isinstance(clock, type) else {}
        workspace = mockserver.workspace(**options | fresh)
        made.append(workspace)
        _use_cassette(request.node, workspace, made[0])
        return workspace

    yield make
    for workspace in made:
        mockserver.discard(workspace)


def _options(node: pytest.Item) -> dict[str, Any]:
    """The arguments of all `mockserver` markers; the nearest one wins. Fixture files are found from the root folder."""
    options: dict[str, Any] = {}
    for marker in reversed(list(node.iter_markers("mockserver"))):
        wrong = [*map(repr, marker.args), *(key for key in marker.kwargs if key not in OPTIONS)]
        if wrong:
            pytest.fail(
                f"The mockserver marker got {', '.join(wrong)}; it takes {MARKER.partition(':')[0]}", pytrace=False
            )
        options |= marker.kwargs
    if "fixtures" in options:
        given = options["fixtures"]
        paths = [given] if isinstance(given, str | PathLike) else given
        options["fixtures"] = [node.config.rootpath / path for path in paths]
    return options


def _use_cassette(node: pytest.Item, workspace: "Workspace", first: "Workspace") -> None:
    """Put in the cassette of the nearest marker; the workspaces of one test share it."""
    marker = node.get_closest_marker("cassette")
    if marker is None:
        return
    if workspace is not first:
        workspace.share_cassette(first)
        return
    from mockserver import MockServerError  # noqa: PLC0415 - only sessions that use it pay for it

    name = marker.args[0] if marker.args else marker.kwargs.get("name") or _cassette_name(node)
    mode = node.config.getoption("--mockserver-record")
    try:
        workspace.use_cassette(
            node.config.rootpath / "cassettes" / f"{name}.yaml",
            mode=mode,
            upstream=node.config.getini("mockserver_upstream"),
            key=os.environ.get("MOCKSERVER_UPSTREAM_KEY") or os.environ.get("OPENAI_API_KEY"),
            **{key: value for key, value in marker.kwargs.items() if key != "name"},
        )
    except MockServerError as error:
        hint = "\nRecord it with --mockserver-record=once." if mode == "none" else ""
        pytest.fail(f"{error}{hint}", pytrace=False)


def _cassette_name(node: pytest.Item) -> str:
    """`tests/test_app/test_name` for `tests/test_app.py::test_name`; with what file names cannot hold replaced."""
    module, *inner = node.nodeid.split("::")
    return re.sub(r"[^\w./\[\]-]", "_", "/".join([module.removesuffix(".py"), ".".join(inner).replace("/", "_")]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """A test that passed is still wrong if its client asked for what no rule scripted."""
    result = yield
    problems = [problem for workspace in item.stash.get(WORKSPACES, ()) for problem in workspace.problems()]
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what was asked and answered beside a failure."""
    report = yield
    if report.failed:
        for workspace in item.stash.get(WORKSPACES, ()):
            lines = [exchange.report() for exchange in workspace.requests] or ["no request came"]
            report.sections.append((f"mockserver {workspace.base_url}", "\n".join(lines)))
    return report
