"""Every example of README.md and docs/ runs as it is written.

A ```python block is a program of its own, or, where it defines tests, a test module that pytest runs with the plugin.
In a ```console block `$ ` begins a command and the lines after it are its output, with `...` for anything. A server
that a command starts is stopped when it has said where it listens. A block that begins with a comment `# name.yaml` is
that file, for every example of its page. Commands that set up a machine (`make`, `pip`) are not run but looked up: make
must know the target, pip's package must be this one.
"""

import gc
import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from doctest import ELLIPSIS, OutputChecker
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.own_modules import OwnModules

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^```yaml\n(# ([\w.-]+\.yaml)\n.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
EXAMPLE_ADDRESS = "127.0.0.1:8080"
MODULE = f'"{sys.executable}" -m mockserver'
COMMAND_HERE = f'mockserver() {{ {MODULE} "$@"; }}; '  # the command of this checkout, installed or not
APART = ("instructor", "litellm")
"""Packages that need other versions than the rest; `make clients` installs them apart, and runs their examples."""
WAIT = 120  # seconds after which an example is taken for stuck


def examples(language):
    """The blocks of one language, each with the files of its page."""
    rows = []
    for page in PAGES:
        text = page.read_text()
        files = {name: content for content, name in FILE.findall(text)}
        for found in BLOCK.finditer(text):
            line = text.count("\n", 0, found.start()) + 2
            if found[1] == language:
                names = [f"{page.relative_to(ROOT)}:{line}", *packages_apart(found[2])]
                rows.append(pytest.param(found[2], files, id="-".join(names)))
    return rows


def packages_apart(code):
    """Which of those packages an example needs."""
    return [name for name in APART if re.search(rf"^import {name}$", code, re.MULTILINE)]


def put(files, *, folder):
    for name, content in files.items():
        (folder / name).write_text(content)


def run(command, *, folder):
    """What a command prints; it finds the packages of this checkout and the programs of this environment."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    known = {"PATH": path, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ended = subprocess.run(command, cwd=folder, env=known, capture_output=True, text=True, timeout=WAIT, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(autouse=True)
def kept_apart(monkeypatch):
    """Examples may set variables; modules that they import stay."""
    monkeypatch.setattr("_pytest.pytester.SysModulesSnapshot", OwnModules)
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # examples leave their clients to the end of the program
@pytest.mark.parametrize(("code", "files"), examples("python"))
def test_python_example_runs(code, files, pytester, tmp_path, monkeypatch):
    for package in packages_apart(code):
        if find_spec(package) is None:
            pytest.skip(f"`make clients` installs {package}")
    put(files, folder=tmp_path)
    program = tmp_path / "test_example.py"
    program.write_text(code)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(program)])
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    if re.search(r"^(async )?def test_", code, re.MULTILINE):
        if packages_apart(code):  # they change what is loaded in this process
            run([sys.executable, "-m", "pytest", "-p", "pytest_plugin", str(program)], folder=tmp_path)
            return
        ended = pytester.runpytest_inprocess("-p", "pytest_plugin", program)
        assert ended.ret == pytest.ExitCode.OK
    else:
        runpy.run_path(str(program), run_name="__main__")
        gc.collect()


@pytest.mark.parametrize(("session", "files"), examples("console"))
def test_console_example_prints_what_it_says(session, files, server, tmp_path):
    put(files, folder=tmp_path)
    found = COMMAND.findall(session)
    assert found, "a console block needs a line that begins with `$ `"

    for command, output in found:
        check(command, output, address=server.origin.removeprefix("http://"), folder=tmp_path)


def check(command, output, *, address, folder):
    program, *arguments = command.split()
    if program == "make":
        run(["make", "--dry-run", "--directory", str(ROOT), *arguments], folder=folder)
    elif program == "pip":
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        assert arguments[:2] == ["install", project["name"]]
    elif arguments[:1] == ["serve"]:
        assert serve(command, folder=folder).startswith("Base URL: http://127.0.0.1:")
    elif shutil.which(program) or program in {"mockserver", "export"}:
        printed = run(["/bin/sh", "-c", COMMAND_HERE + command.replace(EXAMPLE_ADDRESS, address)], folder=folder)
        assert OutputChecker().check_output(output or "...\n", printed.rstrip("\n") + "\n", ELLIPSIS), printed
    else:
        pytest.skip(f"{program} is not installed")


def serve(command, *, folder):
    """The first line that a server prints."""
    with subprocess.Popen(
        ["/bin/sh", "-c", f"exec {MODULE} {command.removeprefix('mockserver ')} --port 0"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            return server.stdout.readline()
        finally:
            server.terminate()


def test_pages_that_the_readme_links_to_are_there():
    linked = re.findall(r"\]\(([\w/.-]+\.md)\)", PAGES[0].read_text())

    assert linked
    assert [link for link in linked if not (ROOT / link).exists()] == []
