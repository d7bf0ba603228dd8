"""The commands that look for mistakes in files: `check`; and `profile`, which proposes a file."""

import argparse
import sys
from pathlib import Path

from mockserver import cassette, conformance, script
from mockserver.clock import RealClock
from mockserver.commands import check_report
from mockserver.commands.counts import counted
from mockserver.commands.patterns import PATTERN_HELP, redacted
from mockserver.errors import CassetteError, SettingsError

BODIES = 500
"""Random bodies that are sent to check a profile."""
REPORTS = ("json", "sarif")


def add_check(parser: argparse.ArgumentParser) -> None:
    """The options of `check`."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="fixture files, cassettes, or folders of them")
    parser.add_argument(
        "--profile",
        metavar="PROFILE",
        help="check a profile (name or file) against its OpenAPI document, by its examples and random bodies",
    )
    parser.add_argument("--bodies", type=int, default=BODIES, metavar="NUMBER", help="random bodies (default: 500)")
    parser.add_argument("--max-age", type=float, metavar="DAYS", help="report cassettes that are older than this")
    parser.add_argument(
        "--unused",
        metavar="FILE",
        help="report recordings that are not in FILE, which `pytest --mockserver-used` writes",
    )
    parser.add_argument(
        "--redact", action="append", default=[], metavar="PATTERN", help=f"what to report; {PATTERN_HELP}"
    )
    reports = parser.add_mutually_exclusive_group()
    for report in REPORTS:
        reports.add_argument(
            f"--{report}",
            dest="report",
            action="store_const",
            const=report,
            help=f"print what was found as {report.upper()}",
        )
    parser.set_defaults(run=_check, report="")


def add_profile(parser: argparse.ArgumentParser) -> None:
    """The options of `profile`."""
    parser.add_argument("--from", required=True, dest="path", metavar="CASSETTE", help="what was recorded")
    parser.set_defaults(run=_profile)


def _check(options: argparse.Namespace) -> int:
    if options.profile and options.report:
        raise SettingsError("check --profile prints text only; leave out --json and --sarif.")
    if options.profile:
        return _check_profile(options.profile, bodies=options.bodies)
    if not options.paths:
        raise SettingsError("check needs a path, or a profile: `mockserver check fixtures/` or `--profile FILE`.")
    if options.max_age is not None and not options.max_age >= 0:
        raise SettingsError(f"--max-age is {options.max_age:g}; expected a number of days.")
    given = [(path, script.fixture_files(path)) for path in map(Path, options.paths)]
    empty = [path for path, found in given if path.is_dir() and not found]
    files = [file for path, found in given if path not in empty for file in found or [path]]
    recordings = [file for file in files if file.is_file() and file.read_bytes().startswith(cassette.CASSETTE_START)]
    finding = check_report.finding
    problems = [check_report.nothing_in(path) for path in empty]
    problems += [
        finding(problem) for problem in script.check_fixtures(file for file in files if file not in recordings)
    ]
    patterns = cassette.secret_patterns(redacted(options.redact))
    now = RealClock().now()
    used = cassette.read_used(Path(options.unused)) if options.unused else None
    for file in recordings:
        try:
            found = cassette.check_cassette(file, now=now, max_age_days=options.max_age, patterns=patterns)
            problems += map(finding, found)
            problems += map(finding, cassette.unused_recordings(file, used) if used is not None else [])
        except CassetteError as error:
            problems.append(finding(error))
    return check_report.write(problems, options.report)


def _check_profile(name: str, *, bodies: int) -> int:
    report = conformance.check_profile(name, bodies=bodies)
    for slip in report.slips:
        sys.stderr.write(f"document: {slip}\n")
    for difference in report.differences.values():
        sys.stderr.write(f"{difference}\n")
    sent = f"{counted(report.examples, 'example')} and {counted(report.bodies, 'random body', 'random bodies')} sent"
    sys.stdout.write(f"{sent}, {counted(len(report.differences), 'difference')} found.\n")
    return 1 if report.differences else 0


def _profile(options: argparse.Namespace) -> int:
    sys.stdout.write(conformance.propose_profile(Path(options.path)))
    return 0
