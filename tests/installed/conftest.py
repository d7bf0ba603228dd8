"""An environment of its own, in which this package is installed from its wheel, and a repository of a user.

The environment holds the wheel, and what the repository needs besides: links to the packages of this environment, so
that nothing is downloaded. The checkout is not on its path.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from collections.abc import Callable, Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import TypeAlias

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mockserver.upstream.file_lock import FileLock

ROOT = Path(__file__).parents[2]
REPOSITORY = Path(__file__).with_name("repository")
NEEDED = (
    "anyio",
    "fastapi",
    "freezegun",
    "openai",
    "pytest",
    "pytest-asyncio",
    "pytest-randomly",
    "pytest-socket",
    "pytest-xdist",
    "trio",
    "uvicorn",
)
"""What the repository needs besides the wheel."""

WAIT = 300  # seconds after which a run is taken for stuck

HERE_ALONE = ("PYTEST_", "PYTHON", "COVERAGE", "OPENAI_", "AZURE_", "MOCKSERVER_")
"""Variables of this suite, or of who runs it, that the owner of the repository does not have."""
REPORT = re.compile(r"^__+ (\S[^\n]*) __+\n(.*?)(?=^__+ \S[^\n]* __+$|^==+ )", re.MULTILINE | re.DOTALL)
Suite: TypeAlias = Callable[..., "Ran"]


def _closure(names: list[str]) -> Iterator[Distribution]:
    """The installed packages that meet these requirements, and those that they need themselves."""
    waiting, met = [Requirement(name) for name in names], set()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if name in met or not (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
            continue
        met.add(name)
        found = distribution(name)
        waiting += [Requirement(text) for text in found.requires or ()]
        yield found


def _link(package: Distribution, *, folder: Path) -> None:
    """Make a package that is installed here importable from another folder as well."""
    tops = {file.parts[0] for file in package.files or ()} - {"..", "__pycache__"}
    for top in tops:
        if not (folder / top).exists():
            (folder / top).symlink_to(Path(str(package.locate_file(top))))


def _make(folder: Path) -> None:
    """Build the wheel, and install it into a new environment."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", symlinks=os.name != "nt")
    (packages,) = (folder / "venv").glob("lib/python*/site-packages")
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    for package in _closure([*NEEDED, *declared]):
        _link(package, folder=packages)
    pip = [sys.executable, "-m", "pip", "--python", str(_python(folder)), "install", "--no-index", "--no-deps"]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)


def _python(folder: Path) -> Path:
    return folder / "venv" / "bin" / "python"


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of the environment, which the first worker that needs it makes."""
    run = tmp_path_factory.getbasetemp()
    folder = (run.parent if "PYTEST_XDIST_WORKER" in os.environ else run) / "installed"
    lock = FileLock(folder)
    try:
        if not (folder / "ready").exists():
            folder.mkdir()
            _make(folder)
            (folder / "ready").touch()
    finally:
        lock.release()
    return _python(folder)


class Ran:
    """What pytest has printed."""

    def __init__(self, printed: str) -> None:
        self.printed = printed
        self.outcomes = pytest.RunResult.parse_summary_nouns(printed.splitlines())

    def report(self, name: str) -> str:
        """What is printed about one failure: the text below a heading that ends with this name."""
        for heading, text in REPORT.findall(self.printed):
            if heading.endswith(name):
                return str(text)
        raise AssertionError(f"nothing is reported about {name}:\n{self.printed}")


@pytest.fixture(scope="module")
def suite(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Suite:
    """`suite(*arguments)` runs pytest in a copy of the repository, as its owner would."""
    folder = shutil.copytree(REPOSITORY, tmp_path_factory.mktemp("suite") / "repository")
    env = {name: value for name, value in os.environ.items() if not name.startswith(HERE_ALONE)}
    env["COLUMNS"] = "120"  # room for a heading

    def run(*arguments: str) -> Ran:
        command = [str(python), "-m", "pytest", "--color=no", "-p", "no:cacheprovider", *arguments]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=WAIT, check=False)
        return Ran(done.stdout + done.stderr)

    return run
