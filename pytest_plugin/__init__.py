"""The pytest plugin of mockserver: fixtures, markers and a report. It speaks pytest only; the library does the work.

Fixtures:
    mockserver           one running server for the whole session, started when a test first asks for it
    mockserver_config    its settings; override it in a conftest.py
    mock_openai          a fresh workspace for one test, with OPENAI_BASE_URL and OPENAI_API_KEY set to it
    mock_openai_factory  makes more workspaces in the same test; the environment stays as it is
    mock_openai_module, mock_openai_session  a workspace for all tests of a module, or of the session
    block_network        refuses connections to other machines

Importing this module imports nothing of the server: tests that do not use it pay nothing.
"""

import warnings
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_plugin import cassettes, early, marker, reports
from pytest_plugin.environment import set_variables, variables
from pytest_plugin.network import blocked_network
from pytest_plugin.remedies import ADOPT, EARLY, NO_WORKSPACE, advise, is_of_test

if TYPE_CHECKING:
    from mockserver import MockServer, Workspace

__all__ = [
    "block_network",
    "mock_openai",
    "mock_openai_factory",
    "mock_openai_module",
    "mock_openai_session",
    "mockserver",
    "mockserver_config",
]


WORKSPACES = pytest.StashKey["list[Workspace]"]()
SERVER = pytest.StashKey["MockServer"]()
STRAYS = pytest.StashKey[list[str]]()
"""Requests that came while a test ran and belong to no workspace, each in a sentence."""


# Configuration


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the command line and of the configuration file."""
    group = parser.getgroup("mockserver")
    cassettes.add_options(parser, group)
    reports.add_options(group)
    marker.add_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start the server before a conftest.py or a test module makes a client."""
    marker.check_options(early_config)
    if not early_config.getini("mockserver_early"):
        return
    server = early_config.stash[SERVER] = _started(early_config.rootpath, {})
    env = early_config.getini(marker.ENV)
    early.begin(early_config, variables(server.base_url, early.KEY, env, ca_file=server.ca_file))


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known, and refuse a configuration that cannot work."""
    marker.check_options(config)
    config.addinivalue_line("markers", marker.MARKER)
    config.addinivalue_line("markers", cassettes.MARKER)
    cassettes.begin_list(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server, and take back the environment."""
    if SERVER in config.stash:
        config.stash[SERVER].stop()
    early.end(config)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give a test that has a marker the workspace that the marker is about."""
    names: list[str] | None = getattr(item, "fixturenames", None)
    if names is None:
        return
    marked = [node for name in ("mockserver", "cassette") for node, _ in item.iter_markers_with_node(name)]
    if "mock_openai_module" in names:  # which has what the markers of its module say
        marked = [node for node in marked if not isinstance(node, pytest.Module | pytest.Directory | pytest.Session)]
    if marked and not {"mock_openai", "mock_openai_factory"} & {*names}:
        names.insert(0, "mock_openai")
    if item.config.getini("mockserver_block_network") and "block_network" not in names:
        names.insert(0, "block_network")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Warn of requests that came while tests were collected: no rule can have been there for them.

    Raises: UsageError where warnings are errors.
    """
    early.note_changes(session.config)
    for stray in session.config.stash[SERVER].strays() if SERVER in session.config.stash else ():
        try:
            warnings.warn(
                pytest.PytestWarning(f"{stray} Tests were being collected: let no import send."), stacklevel=1
            )
        except pytest.PytestWarning as error:  # where warnings are errors; one of a hook would end in a traceback
            raise pytest.UsageError(str(error)) from None


# Fixtures


@pytest.fixture(scope="session")
def mockserver_config() -> Mapping[str, Any]:
    """Settings of the session's server, as keywords of `Settings`; they override those that the project configures."""
    return {}


@pytest.fixture(scope="session")
def mockserver(pytestconfig: pytest.Config, mockserver_config: Mapping[str, Any]) -> "MockServer":
    """A running `MockServer`, in a thread of its own."""
    if SERVER not in pytestconfig.stash:
        with marker.reported():
            pytestconfig.stash[SERVER] = _started(pytestconfig.rootpath, mockserver_config)
    elif mockserver_config:
        pytest.fail(
            "With mockserver_early the server runs before mockserver_config is asked. State the settings in "
            "[tool.mockserver] of pyproject.toml.",
            pytrace=False,
        )
    return pytestconfig.stash[SERVER]


@pytest.fixture
def mock_openai(
    mockserver: "MockServer",
    mock_openai_factory: Callable[..., "Workspace"],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> "Workspace":
    """A fresh `Workspace`; `OpenAI()` and subprocesses find it through the environment.

    When the test ends it fails on requests that no rule matched and on rules that were not used up.
    """
    own = marker.marked(request.node, marker.OWN_OPTIONS)
    early_key = early.KEY if request.config.getini("mockserver_early") else None
    workspace = mock_openai_factory(key=own.get("key", early_key))
    _lead_to(workspace, mockserver, request.node, monkeypatch)
    return workspace


@pytest.fixture
def mock_openai_factory(
    mockserver: "MockServer", request: pytest.FixtureRequest
) -> Generator[Callable[..., "Workspace"], None, None]:
    """A function that makes fresh workspaces, set up by the test's marker and verified when the test ends.

    With `key=…` it empties the workspace of that key, for apps that were started with a key of their own.
    """
    made = request.node.stash[WORKSPACES] = []  # a new list: a test that runs again has nothing to do with its last run

    def make(*, key: str | None = None) -> "Workspace":
        workspace = _fresh(mockserver, request.node, key)
        made.append(workspace)
        cassettes.use_cassette(request.node, workspace, made[0])
        return workspace

    yield make
    cassettes.list_used(request.config, made)
    for workspace in made:
        mockserver.discard(workspace)


@pytest.fixture(scope="module")
def mock_openai_module(mockserver: "MockServer", request: pytest.FixtureRequest) -> Generator["Workspace", None, None]:
    """A workspace for all tests of a module; what is wrong with it is an error when the module ends."""
    yield from _lasting(mockserver, request.node)


@pytest.fixture(scope="session")
def mock_openai_session(mockserver: "MockServer", request: pytest.FixtureRequest) -> Generator["Workspace", None, None]:
    """A workspace for all tests of the session; what is wrong with it is an error when the session ends."""
    yield from _lasting(mockserver, request.node)


@pytest.fixture
def block_network() -> Generator[None, None, None]:
    """Refuse connections to other machines."""
    with blocked_network():
        yield


def _started(folder: Path, settings: Mapping[str, Any]) -> "MockServer":
    """A server with the settings of the project in `folder`, and these."""
    try:
        from mockserver import MockServer, load_settings  # noqa: PLC0415 - only sessions that use it pay for it
    except ImportError:
        import mockserver as hiding  # noqa: PLC0415

        where = next(iter(getattr(hiding, "__path__", [hiding.__file__])))
        raise pytest.UsageError(
            f"{where} hides the package mockserver that this plugin needs: both have the same name. Rename it, or run "
            "pytest where it cannot be imported (--import-mode=importlib)."
        ) from None
    try:
        server = MockServer(load_settings(folder, **{"port": 0, **settings}))
        server.start()
    except Exception as error:
        if not marker.is_of_set_up(type(error)):
            raise
        raise pytest.UsageError(f"The settings of mockserver: {error}") from None
    return server


def _fresh(server: "MockServer", node: pytest.Item | pytest.Collector, key: str | None) -> "Workspace":
    """A workspace as the markers say, empty, named after a test or what contains it."""
    if key is not None and any(key == each.api_key for each in _workspaces(node)):
        pytest.fail(
            "This test has a workspace of this key already, with the rules that were given to it. Use that one, or "
            "another key.",
            pytrace=False,
        )
    with marker.reported("The mockserver marker, or the key of a workspace: "):
        if key is not None:
            server.discard(server.workspace(key))
        workspace = server.workspace(key, **marker.workspace_options(node))
    workspace.space.name = node.nodeid
    return workspace


def _lead_to(
    workspace: "Workspace", server: "MockServer", node: pytest.Item | pytest.Collector, patch: pytest.MonkeyPatch
) -> None:
    """Set the environment so that clients find a workspace."""
    env = marker.env_of(node)
    set_variables(node.config, patch, variables(workspace.base_url, workspace.api_key, env, ca_file=server.ca_file))


def _workspaces(node: pytest.Item | pytest.Collector) -> list["Workspace"]:
    """Those of a test, and of what contains it."""
    return [workspace for each in node.listchain() for workspace in each.stash.get(WORKSPACES, ())]


def _lasting(server: "MockServer", node: pytest.Collector) -> Generator["Workspace", None, None]:
    workspace = _fresh(server, node, marker.marked(node, marker.OWN_OPTIONS).get("key"))
    node.stash[WORKSPACES] = [workspace]
    cassettes.use_cassette(node, workspace, workspace)
    with pytest.MonkeyPatch.context() as patch:
        _lead_to(workspace, server, node, patch)
        yield workspace
    problems = workspace.problems()
    cassettes.list_used(node.config, [workspace])
    server.discard(workspace)
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


# Verdict and report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """A test that passed is still wrong if its client asked for what no rule scripted, or with a key of nobody's."""
    result = yield
    _fail_on([problem for workspace in item.stash.get(WORKSPACES, ()) for problem in workspace.problems()], item)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    """What a fixture asks for at its end, with a key of nobody's, is an error of the test that it is for."""
    result = yield
    _fail_on([], item)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what was asked and answered beside a failure, and what to do where its cause is the set-up."""
    report = yield
    if call.when == "setup" and report.passed:
        return report
    strays = _strays(item)  # also of a test that has not failed: the next one has nothing to do with them
    item.stash[STRAYS] = []
    if not (report.failed and (strays or _uses_fixtures(item))):
        return report
    untold = [stray for stray in strays if stray not in report.longreprtext]
    if untold:
        report.sections.append(("mockserver: requests of no workspace", "\n".join(untold)))
    workspaces = _workspaces(item)
    nothing = f"no request came{' with the key of this workspace' if strays else ''}"
    for workspace in workspaces:
        lines = [one.report(known=report.longreprtext) for one in workspace.requests] or [nothing]
        report.sections.append((f"mockserver {workspace.base_url}", "\n".join(lines)))
    reports.write(item, report, workspaces)
    is_lost = bool(workspaces) and not any(workspace.requests for workspace in workspaces)
    is_set_up = is_lost and call.when == "call" and not is_of_test(call)
    advise(report, otherwise=_advice(item) if strays or is_set_up else "")
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Say what to do where a client cannot be made while tests are collected."""
    report = yield
    if report.failed:
        advise(report)
    return report


def _fail_on(problems: list[str], item: pytest.Item) -> None:
    strays = _strays(item)
    if problems or strays:
        pytest.fail("\n".join([*problems, *strays, *([_advice(item)] if strays else [])]), pytrace=False)


def _strays(item: pytest.Item) -> list[str]:
    """The requests of nobody that have come since the last test was reported."""
    came = item.stash.setdefault(STRAYS, [])
    if SERVER in item.config.stash:
        came += item.config.stash[SERVER].strays()
    return came


def _advice(item: pytest.Item) -> str:
    """What to do about a client that the test does not reach."""
    is_early = item.config.getini("mockserver_early")
    if is_early and not _workspaces(item):
        return NO_WORKSPACE
    return early.changes(item.config) or (ADOPT if is_early else EARLY)


def _uses_fixtures(item: pytest.Item) -> bool:
    return any(name.startswith(("mockserver", "mock_openai")) for name in getattr(item, "fixturenames", ()))
