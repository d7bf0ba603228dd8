"""The benchmark runs; how fast is not asked."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run(*arguments):
    command = [sys.executable, "tests/bench", *arguments]
    known = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True, timeout=300, check=False)


def test_benchmark_measures_a_row():
    ran = run("--quick", "--only", "json-1-rule")

    assert ran.returncode == 0, ran.stderr
    assert "| JSON, 1 connection, rule |" in ran.stdout


def test_benchmark_names_its_rows_to_who_asks_for_another():
    ran = run("--only", "no-such-row")

    assert ran.returncode == 2
    assert "No row is called no-such-row; the rows are stream-64-rule, " in ran.stderr
