"""What CONTRIBUTING.md says about files holds: who looks for the tests of a module finds them, and paths exist."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
TABLE = TEXT.partition("| module | tested in |")[2].partition("\n\n")[0]
ROW = re.compile(r"^\| (.+?) \| (.+?) \|$", re.MULTILINE)
NAME = re.compile(r"`([\w./]+)`")


def rows() -> Iterator[tuple[list[str], list[str]]]:
    """The modules and the test files of each row."""
    for modules, files in ROW.findall(TABLE):
        folder, colon, names = modules.partition(":")
        prefix = NAME.findall(folder)[0] if colon else ""
        yield [prefix + name for name in NAME.findall(names if colon else modules)], NAME.findall(files)


def test_tests_of_every_module_are_found_by_name_or_in_the_table():
    listed = {module for modules, _ in rows() for module in modules}
    package = ROOT / "mockserver"
    modules = [path.relative_to(package) for path in sorted(package.rglob("*.py")) if not path.name.startswith("__")]
    lost = [
        str(module)
        for module in modules
        if str(module.with_suffix("")) not in listed
        and not (ROOT / "tests" / module.parent / f"test_{module.name}").exists()
    ]

    assert lost == [], "neither a test file of this name, nor a row in CONTRIBUTING.md"


def test_table_names_modules_and_tests_that_exist():
    modules = [ROOT / "mockserver" / f"{module}.py" for names, _ in rows() for module in names]
    tests = [ROOT / "tests" / file for _, files in rows() for file in files]

    assert [str(path.relative_to(ROOT)) for path in (*modules, *tests) if not path.exists()] == []


def test_files_that_recipes_name_exist():
    recipes = TEXT.partition("## Recipes")[2]
    named = [path for path in NAME.findall(recipes) if re.search(r"^\w.*/.*\.(py|md|json)$|^\w+\.py$", path)]

    assert len(named) > 40
    assert [path for path in named if not ((ROOT / path).exists() or (ROOT / "mockserver" / path).exists())] == []


def test_links_inside_lead_to_headings():
    headings = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    }

    assert set(re.findall(r"\]\(#([\w-]+)\)", TEXT)) <= headings
