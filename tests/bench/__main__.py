"""`python tests/bench`: measures this server and bare aiohttp in one run, and says which targets fall short."""

import argparse
import resource
import sys
from pathlib import Path

from figures import FULL, QUICK, Effort
from report import HEAD, Result, line_of, shortfalls, write
from rows import ROWS, Row

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


def main() -> int:
    """Run what was asked for; the exit code is 1 where something could not be measured, not where it is slow."""
    parser = _parser()
    options = parser.parse_args()
    if options.only and options.write:
        parser.error("--write puts the whole table into the page; leave out --only.")
    _allow_many_sockets()
    chosen = [row for row in ROWS if not options.only or any(part in row.name for part in options.only)]
    if not chosen:
        names = ", ".join(row.name for row in ROWS)
        sys.stderr.write(f"No row is called {' or '.join(options.only)}; the rows are {names}.\n")
        return 2
    print(*HEAD, sep="\n")
    results = [result for row in chosen if (result := _measured(row, QUICK if options.quick else FULL))]
    print()
    print(*shortfalls(results), sep="\n")
    if options.write:
        write(PAGE, results)
    return 0 if len(results) == len(chosen) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python tests/bench", description=__doc__)
    parser.add_argument("--only", action="append", metavar="NAME", help="rows with NAME in their name; may be repeated")
    parser.add_argument("--quick", action="store_true", help="short rounds and few of them: to see that it works")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    return parser


def _allow_many_sockets() -> None:
    """As many open files as the system allows, for this process and the servers that it starts."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _measured(row: Row, effort: Effort) -> Result | None:
    """The result of a row, printed at once; None where it could not be measured."""
    try:
        result = Result(row=row, figures=row.measure(effort))
    except (OSError, ImportError) as error:
        sys.stderr.write(f"{row.name} could not be measured: {error}\n")
        return None
    print(line_of(result), flush=True)
    return result


if __name__ == "__main__":
    sys.exit(main())
