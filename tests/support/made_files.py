"""Files of the package that a script makes: written, or compared with what the script makes now."""

import argparse
import difflib
import sys
from collections.abc import Sequence
from pathlib import Path


def write_or_check(path: Path, made: str, *, description: str, arguments: Sequence[str] | None = None) -> int:
    """Writes what was made; with `--check` among the arguments, prints how the file differs. Gives the exit code."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--check", action="store_true", help="print a diff and exit 1 where the file is out of date")
    if not parser.parse_args(arguments).check:
        path.write_text(made, encoding="utf-8")
        return 0
    committed = path.read_text(encoding="utf-8") if path.exists() else ""
    sys.stdout.writelines(
        difflib.unified_diff(committed.splitlines(keepends=True), made.splitlines(keepends=True), "committed", "made")
    )
    return int(made != committed)
