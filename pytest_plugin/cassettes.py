"""Cassettes of tests: which one a test has, and whether it is replayed or recorded."""

import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_plugin.environment import upstream_key
from pytest_plugin.marker import check_keywords, is_of_set_up

if TYPE_CHECKING:
    from mockserver import Workspace

MARKER = (
    "cassette(*names, speed=0, all_used=False, ignore=(), redact=(), repeat=False, order=False, match_on=(…), "
    "before_record=None, max_age=0, on_expiry='warn'): replay or record cassettes/NAME.yaml; "
    "its name follows from the test's own where there is none. Several can be replayed, one can be recorded"
)
KEYWORDS = (
    "speed",
    "all_used",
    "ignore",
    "redact",
    "repeat",
    "order",
    "match_on",
    "before_record",
    "max_age",
    "on_expiry",
)
"""Options of the marker that are those of `Workspace.replay`; the same ones as in `MARKER`."""
MODES = ("none", "once", "new", "all")
NAME = "{folder}/{file}/{test}"
UPSTREAM = "https://api.openai.com/v1"


def add_options(parser: pytest.Parser, group: pytest.OptionGroup) -> None:
    """Add the options of recording."""
    group.addoption(
        "--mockserver-record",
        choices=MODES,
        default="none",
        help="record mode of tests with a cassette. none: replay only; once: record cassettes that do not exist; "
        "new: also record requests that are not in the cassette; all: record everything again (default: %(default)s)",
    )
    group.addoption(
        "--mockserver-used",
        metavar="FILE",
        help="write the recordings that tests used to this file, for `mockserver check --unused FILE`",
    )
    parser.addini("mockserver_upstream", "upstream base URL to record cassettes from", default=UPSTREAM)
    parser.addini("mockserver_cassettes", "folder of cassettes, from pytest's root directory", default="cassettes")
    parser.addini(
        "mockserver_cassette_name",
        "name of a cassette whose marker names none: {folder} and {file} of the module, and {test}",
        default=NAME,
    )


def use_cassette(node: pytest.Item | pytest.Collector, workspace: "Workspace", first: "Workspace") -> None:
    """Put in the cassettes of the nearest marker; the workspaces of one test share them."""
    marker = node.get_closest_marker("cassette")
    if marker is None:
        return
    if workspace is not first:
        workspace.share_cassette(first)
        return
    check_keywords(marker, ("name", *KEYWORDS), MARKER)
    named = marker.kwargs.get("name")
    names = [*marker.args, *([named] if named else [])] or [cassette_name(node)]
    mode = node.config.getoption("--mockserver-record")
    if len(names) > 1 and mode != "none":
        pytest.fail(f"The cassette marker names {len(names)} cassettes; only one can be recorded.", pytrace=False)
    folder = node.config.rootpath / node.config.getini("mockserver_cassettes")
    how = {key: value for key, value in marker.kwargs.items() if key != "name"}
    try:
        if len(names) > 1:
            workspace.replay(*(folder / f"{name}.yaml" for name in names), **how)
            return
        workspace.use_cassette(
            folder / f"{names[0]}.yaml",
            mode=mode,
            upstream=node.config.getini("mockserver_upstream"),
            key=os.environ.get("MOCKSERVER_UPSTREAM_KEY") or upstream_key(node.config),
            **how,
        )
    except Exception as error:
        if not is_of_set_up(type(error)):
            raise
        hint = "\nRecord it with --mockserver-record=once." if mode == "none" else ""
        failure = pytest.fail.Exception(f"{error}{hint}", pytrace=False)
        raise failure from None


def begin_list(config: pytest.Config) -> None:
    """Empty the list of used recordings, once for all workers."""
    path = config.getoption("--mockserver-used")
    if path and not hasattr(config, "workerinput"):
        Path(path).write_text("", encoding="utf-8")


def list_used(config: pytest.Config, workspaces: "Sequence[Workspace]") -> None:
    """Add the recordings that answered in workspaces to the list."""
    path = config.getoption("--mockserver-used")
    used = [name for workspace in workspaces for name in workspace.used_recordings()] if path else []
    if used:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write("".join(f"{name}\n" for name in used))


def cassette_name(node: pytest.Item | pytest.Collector) -> str:
    """By default `tests/test_app/test_name` for `tests/test_app.py::test_name`, `…/module` for the module.

    What file names cannot hold becomes `_`; a few digits then distinguish `x/y` from `x:y`.

    Raises: UsageError for a configured name with other parts.
    """
    module, *inner = node.nodeid.split("::")
    test = ".".join(inner) or "module"
    name = re.sub(r"[^\w.\[\]-]", "_", test)
    if name != test:
        name += "-" + hashlib.blake2b(test.encode(), digest_size=3).hexdigest()
    folder, _, file = re.sub(r"[^\w./-]", "_", module.removesuffix(".py")).rpartition("/")
    wanted = node.config.getini("mockserver_cassette_name")
    try:
        return str(wanted.format(folder=folder, file=file, test=name)).lstrip("/")
    except (KeyError, IndexError, ValueError):
        raise pytest.UsageError(
            f"mockserver_cassette_name is {wanted!r}; expected a path with {{folder}}, {{file}} and {{test}}: {NAME!r}."
        ) from None
