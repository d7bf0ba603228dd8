"""Prints the oldest versions that `pyproject.toml` allows, as requirements: `python tests/oldest_versions.py`.

The tools of the tests are those of the development environment: what is asked is whether the package works with the
oldest versions of what it needs itself.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
TOOLS = {"hypothesis", "openai", "pytest", "pytest-aiohttp", "pytest-xdist", "websockets"}
"""What the tests need that run with these versions."""


def oldest() -> Iterator[str]:
    """The requirements, a line each."""
    document = tomllib.loads(PROJECT.read_text(encoding="utf-8"))
    project, developing = document["project"], document["dependency-groups"]["dev"]
    yield from (line for line in developing if Requirement(line).name in TOOLS)
    for line in (
        *project["dependencies"],
        *(one for extra in project["optional-dependencies"].values() for one in extra),
    ):
        needed = Requirement(line)
        (bound,) = needed.specifier
        if bound.operator != ">=":
            raise ValueError(f"{line}: expected a lower bound, as in `aiohttp>=3.11.8`.")
        condition = f"; {needed.marker}" if needed.marker else ""
        yield f"{needed.name}=={bound.version}{condition}"


if __name__ == "__main__":
    print(*oldest(), sep="\n")
