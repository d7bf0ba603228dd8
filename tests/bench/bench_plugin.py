"""What the pytest plugin costs: `python tests/bench/bench_plugin.py`.

Prints the session's start (wanted: at most 300 ms) and each test's set-up and tear-down (at most 10 ms), then runs 8
xdist workers with 200 tests each whose rules clash.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
SESSION_LIMIT = 300  # milliseconds
TEST_LIMIT = 10
TESTS = 200
WORKERS = 8

CONFTEST = """
import json

spent = []


def pytest_runtest_logreport(report):
    if report.when != "call":
        spent.append((report.when, report.duration))


def pytest_sessionfinish(session):
    with open("spent.json", "w") as file:
        json.dump(spent, file)
"""
ALONE = f"""
import pytest


@pytest.mark.parametrize("number", range({TESTS}))
def test_one(mock_openai, number):
    mock_openai.on().reply("Hi.")
"""
CLASHING = f"""
import json
import os
import urllib.request

import pytest


@pytest.mark.parametrize("number", range({TESTS * WORKERS}))
def test_clashing(mock_openai, number):
    mock_openai.on(input="Who are you?").times(1).reply(f"Number {{number}}.")
    request = urllib.request.Request(
        os.environ["OPENAI_BASE_URL"] + "/responses",
        data=b'{{"model": "gpt-4.1", "input": "Who are you?"}}',
        headers={{"authorization": "Bearer " + os.environ["OPENAI_API_KEY"], "content-type": "application/json"}},
    )
    with urllib.request.urlopen(request) as reply:
        assert json.load(reply)["output"][0]["content"][0]["text"] == f"Number {{number}}."
"""


def run(folder: Path, code: str, *options: str) -> str:
    """What pytest prints at the end of these tests."""
    (folder / "test_bench.py").write_text(code)
    known = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "pytest_plugin", *options]
    ended = subprocess.run(command, cwd=folder, env=known, capture_output=True, text=True, check=False)
    return ended.stdout.strip().splitlines()[-1]


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "conftest.py").write_text(CONFTEST)
        print(run(folder, ALONE))
        spent = [(when, seconds * 1000) for when, seconds in json.loads((folder / "spent.json").read_text())]
        setups, teardowns = ([ms for when, ms in spent if when == kind] for kind in ("setup", "teardown"))
        each = [up + down for up, down in zip(setups[1:-1], teardowns[1:-1], strict=True)]
        print(f"session start    {setups[0]:7.1f} ms  (wanted: at most {SESSION_LIMIT})")
        print(f"session end      {teardowns[-1]:7.1f} ms")
        print(f"each test        {statistics.median(each):7.2f} ms  (wanted: at most {TEST_LIMIT})")
        print(f"slowest test     {max(each):7.2f} ms")
        (folder / "conftest.py").unlink()
        started = time.perf_counter()
        print(run(folder, CLASHING, "-p", "xdist.plugin", "-n", str(WORKERS)))
        print(f"{WORKERS} workers x {TESTS} tests with clashing rules: {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
