"""Every ```yaml block of README.md and docs/ that shows rules is a fixture file without a problem."""

import re
from pathlib import Path

import pytest

from mockserver.script.fixtures import check_fixtures

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *(ROOT / "docs" / name for name in ("scripting.md", "faults.md", "plugin.md"))]
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [
    pytest.param(found[1], id=f"{page.name}:{page.read_text().count(chr(10), 0, found.start()) + 2}")
    for page in PAGES
    for found in BLOCK.finditer(page.read_text())
]


@pytest.mark.parametrize("text", BLOCKS)
def test_rules_in_the_docs_are_right(text, tmp_path):
    (tmp_path / "block.yaml").write_text(text)

    assert check_fixtures([tmp_path / "block.yaml"]) == []
