"""The marker `mockserver` and the configuration beside it: how the workspaces of a test are set up."""

from collections.abc import Generator
from contextlib import contextmanager
from os import PathLike
from typing import Any

import pytest

from pytest_plugin.environment import NAMES

MARKER = (
    "mockserver(fixtures=(), pace=None, unmatched=None, all_used=False, clock=None, profile=None, "
    "unknown_parameters=None, encrypted_content=None, key=None, env=('openai',)): how the test's workspaces are set up"
)
OPTIONS = ("fixtures", "pace", "unmatched", "all_used", "clock", "profile", "unknown_parameters", "encrypted_content")
"""Options of the marker that are those of `MockServer.workspace`."""
OWN_OPTIONS = ("key", "env")
FLAGS = {
    "mockserver_early": "start the server and set the environment before tests are collected, for clients that are "
    "made at import",
    "mockserver_all_used": "fail tests whose rules have not all answered a request",
    "mockserver_block_network": "refuse connections to other machines in all tests",
}
"""Options of pytest's configuration that are true or false."""
ENV = "mockserver_env"
_NEAR = 0.6


def add_options(parser: pytest.Parser) -> None:
    """Add the options of the configuration file."""
    for name, help_text in FLAGS.items():
        parser.addini(name, help_text, type="bool", default=False)
    parser.addini(ENV, "whose variables to set: openai, azure, or both", type="args", default=["openai"])


def check_options(config: pytest.Config) -> None:
    """Refuse what the configuration of pytest says, where it cannot work. Raises: UsageError that names the option."""
    for name in FLAGS:
        try:
            config.getini(name)
        except (ValueError, pytest.UsageError) as error:
            raise pytest.UsageError(
                f"{name} in the configuration of pytest: {error}; expected true or false."
            ) from None
    check_env(ENV, config.getini(ENV))


def check_env(name: str, value: Any) -> tuple[str, ...]:
    """Whose variables to set. Raises: UsageError."""
    given = (value,) if isinstance(value, str) else tuple(value)
    wrong = [each for each in given if each not in NAMES]
    if wrong:
        both = " ".join(NAMES) if name == ENV else NAMES
        raise pytest.UsageError(f"{name} is {wrong[0]!r}; expected {' or '.join(map(repr, NAMES))}. For both: {both}.")
    return given


def marked(node: pytest.Item | pytest.Collector, wanted: tuple[str, ...]) -> dict[str, Any]:
    """These arguments of all `mockserver` markers; the nearest one wins."""
    options: dict[str, Any] = {}
    for marker in reversed(list(node.iter_markers("mockserver"))):
        if marker.args:
            _refuse(marker, ", ".join(map(repr, marker.args)), MARKER)
        check_keywords(marker, (*OPTIONS, *OWN_OPTIONS), MARKER)
        options |= marker.kwargs
    return {key: value for key, value in options.items() if key in wanted}


def check_keywords(marker: pytest.Mark, known: tuple[str, ...], description: str) -> None:
    """Fail a test whose marker has a keyword that no marker of its name takes."""
    wrong = [key for key in marker.kwargs if key not in known]
    if wrong:
        import difflib  # noqa: PLC0415 - pytest does not import it either

        near = difflib.get_close_matches(wrong[0], known, 1, _NEAR)
        _refuse(marker, ", ".join(wrong), description, f" Did you mean {near[0]!r}?" if near else "")


def _refuse(marker: pytest.Mark, got: str, description: str, hint: str = "") -> None:
    takes = description.partition("): ")[0]
    pytest.fail(f"The {marker.name} marker got {got}; it takes {takes}).{hint}", pytrace=False)


def env_of(node: pytest.Item | pytest.Collector) -> tuple[str, ...]:
    """Whose variables to set for a test. Raises: UsageError."""
    own = marked(node, OWN_OPTIONS).get("env")
    if own:
        with reported("The mockserver marker: "):
            return check_env("env", own)
    return check_env(ENV, node.config.getini(ENV))


def workspace_options(node: pytest.Item | pytest.Collector) -> dict[str, Any]:
    """How the markers set up workspaces, anew for each. Fixture files are found from the root folder."""
    options = {"all_used": node.config.getini("mockserver_all_used")} | marked(node, OPTIONS)
    if "fixtures" in options:
        given = options["fixtures"]
        paths = [given] if isinstance(given, str | PathLike) else given
        options["fixtures"] = [node.config.rootpath / path for path in paths]
    clock = options.get("clock")
    return options | ({"clock": clock()} if isinstance(clock, type) else {})


@contextmanager
def reported(subject: str = "") -> Generator[None]:
    """Turn an error of the set-up into a failure without a traceback: its lines are nobody's but the plugin's."""
    try:
        yield
    except Exception as error:
        if not (is_of_set_up(type(error)) or isinstance(error, pytest.UsageError)):
            raise
        failure = pytest.fail.Exception(f"{subject}{error}", pytrace=False)
        raise failure from None


def is_of_set_up(kind: type[BaseException]) -> bool:
    """Whether an error says that a test, or a setting, is wrong: a `MockServerError` that is no `AssertionError`.

    It is known by name: sessions that do not use the server do not import it.
    """
    return any(each.__name__ == "MockServerError" for each in kind.__mro__) and not issubclass(kind, AssertionError)
