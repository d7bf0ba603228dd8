"""The public names: what `__all__` lists, what can be imported, what the reference documents."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import mockserver

ROOT = Path(__file__).parents[1]
REFERENCE = (ROOT / "docs" / "reference.md").read_text()
ROWS = dict(re.findall(r"^- `(\w+)`: (.*)$", REFERENCE, re.MULTILINE))

HEAVY = ("aiohttp", "jsonschema", "faker", "yaml", "openai")


def test_reference_documents_every_public_name_and_no_other():
    assert set(ROWS) == set(mockserver.__all__)


@pytest.mark.parametrize("name", mockserver.__all__)
def test_reference_says_what_the_docstring_says(name):
    said = (inspect.getdoc(getattr(mockserver, name)) or "").split("\n\n")[0].replace("\n", " ")

    assert ROWS[name] == said


def test_public_names_are_in_order_and_named_once():
    assert list(mockserver.__all__) == sorted(set(mockserver.__all__))


def test_unknown_name_is_an_error_that_lists_the_public_ones():
    with pytest.raises(AttributeError, match=r"has no attribute 'Nope'; it offers ApiError, "):
        _ = mockserver.Nope  # type: ignore[attr-defined]


def test_version_is_that_of_the_package():
    assert re.fullmatch(r"\d+\.\d+\.\d+", mockserver.__version__)


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, mockserver, pytest_plugin; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert set(loaded.split()).isdisjoint(HEAVY)
