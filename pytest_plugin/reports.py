"""A page for each failed test that shows what was asked and answered, as an artefact of CI."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

OPTION = "--mockserver-report"
LONGEST = 150
"""Characters of a test's name in that of its file."""


def add_options(group: pytest.OptionGroup) -> None:
    """Add the option that names the folder."""
    group.addoption(OPTION, metavar="DIR", help="write an HTML page of the requests of each failed test to this folder")


def write(item: pytest.Item, report: pytest.TestReport, workspaces: Sequence[Any]) -> None:
    """Write the page of a failed test about these `Workspace`s, and say where it is.

    No-op where nobody asked for it, or no request came.
    """
    folder: str | None = item.config.getoption(OPTION)
    if not folder or not any(workspace.requests for workspace in workspaces):
        return
    from mockserver import write_report  # noqa: PLC0415 - only sessions that use it pay for it

    name = re.sub(r"[^\w.=-]+", "_", item.nodeid)[-LONGEST:].strip("_")
    path = item.config.invocation_params.dir / Path(folder) / f"{name}.html"
    write_report(path, *workspaces, title=item.nodeid)
    report.sections.append(("mockserver report", str(path)))
