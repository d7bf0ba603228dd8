"""Another repository uses the plugin: the wheel, in a fresh environment, and that repository's own tests."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APP = Path(__file__).parent / "agent_app"
WAIT = 120  # seconds after which a step is taken for stuck


def run(*command, folder):
    """What a command prints, without a way to this checkout or a build of its own environment."""
    known = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "OPENAI", "COV"))
    }
    ended = subprocess.run(
        [*map(str, command)], cwd=folder, env=known, capture_output=True, text=True, timeout=WAIT, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="session")
def environment(tmp_path_factory):
    """A Python with the wheel of this checkout, and beside it what this environment has: nothing is downloaded."""
    folder = tmp_path_factory.mktemp("environment")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    source = folder / "source"
    keep = shutil.ignore_patterns(".*", "tests", "docs", "__pycache__")
    shutil.copytree(ROOT, source, ignore=keep)
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source, folder=folder)
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", folder=folder)
    python = folder / "venv" / "bin" / "python"
    (wheel,) = folder.glob("*.whl")
    run(*pip, "--python", python, "install", "--no-deps", "--no-index", wheel, folder=folder)
    own = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=folder)
    others = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(own.strip()) / "others.pth").write_text("\n".join(sorted(others)))  # their own .pth files are not followed
    return python


@pytest.fixture
def repository(tmp_path):
    """That repository, checked out somewhere else."""
    return Path(shutil.copytree(APP, tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__")))


def test_wheel_is_what_is_imported(environment, repository):
    code = "import mockserver, pytest_plugin; print(mockserver.__file__, pytest_plugin.__file__)"
    places = run(environment, "-c", code, folder=repository).split()

    assert [environment.parents[1] in Path(place).parents for place in places] == [True, True]


def test_agent_app_passes_its_tests_with_the_plugin_alone(environment, repository):
    options = ("-p", "no:cacheprovider", "-o", "asyncio_default_fixture_loop_scope=function")
    printed = run(environment, "-m", "pytest", *options, folder=repository)

    assert re.search(r"\b11 passed\b", printed), printed


def test_command_of_the_wheel_checks_fixtures(environment, repository):
    printed = run(environment.parent / "mockserver", "check", ROOT / "fixtures", folder=repository)

    assert printed == "0 problems found.\n"
