"""The commands that convert cassettes, compare them with a service, and record them anew."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from mockserver import cassette, conformance
from mockserver.codec import dumps_indented
from mockserver.commands.counts import counted
from mockserver.commands.patterns import redacted
from mockserver.errors import CassetteError, SettingsError

T = TypeVar("T")
KEY_VARIABLES = ("MOCKSERVER_UPSTREAM_KEY", "OPENAI_API_KEY")
KEY_HELP = f"variable with the API key (default: {' or '.join(KEY_VARIABLES)})"
FORMATS = ("rules", "har", "vcr", "jsonl", "curl")
"""The names of the exporters; here, so that these are imported only when one is used. A test compares them."""


def add_export(parser: argparse.ArgumentParser) -> None:
    """The options of `export`."""
    parser.add_argument("path", metavar="CASSETTE", help="what was recorded")
    parser.add_argument("--to", required=True, choices=FORMATS, dest="format", help="what to write")
    parser.add_argument("--output", "-o", metavar="FILE", help="file to write (default: standard output)")
    parser.add_argument(
        "--exchange", type=int, action="append", default=[], metavar="N", help="only this exchange, from 1; repeatable"
    )
    parser.set_defaults(run=_export)


def add_drift(parser: argparse.ArgumentParser) -> None:
    """The options of `drift`."""
    parser.add_argument("paths", nargs="+", metavar="CASSETTE", help="cassettes, or folders of cassettes")
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--upstream", metavar="URL", help="base URL of the API to compare with")
    target.add_argument("--self", action="store_true", dest="own", help="compare with the answers of this mock server")
    parser.add_argument("--key-env", metavar="NAME", help=KEY_HELP)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--update", action="store_true", help="record the cassettes anew")
    parser.set_defaults(run=_drift)


def add_rewrite(parser: argparse.ArgumentParser) -> None:
    """The options of `rewrite`."""
    parser.add_argument("path", metavar="CASSETTE", help="cassette to change")
    parser.add_argument("numbers", nargs="+", type=int, metavar="N", help="exchanges, numbered as by `show`")
    parser.add_argument("--upstream", required=True, metavar="URL", help="base URL of the API that answers them")
    parser.add_argument("--key-env", metavar="NAME", help=KEY_HELP)
    parser.set_defaults(run=_rewrite)


def _export(options: argparse.Namespace) -> int:
    exchanges = cassette.load_cassette(Path(options.path)).exchanges
    exported = cassette.export_exchanges(_chosen(options.path, exchanges, options.exchange), options.format)
    for line in exported.left_out:
        sys.stderr.write(f"left out: {line}\n")
    if not exported.texts:
        raise CassetteError(f"{options.path}: no exchange can be written as {options.format}; nothing was written")
    if options.output is None:
        sys.stdout.write("\n".join(exported.texts))
        return 0
    for path, text in zip(_paths(Path(options.output), len(exported.texts)), exported.texts, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        sys.stdout.write(f"{path} written.\n")
    return 0


def _chosen(path: str, exchanges: Sequence[T], numbers: Sequence[int]) -> Sequence[T]:
    for number in numbers:
        if not 1 <= number <= len(exchanges):
            raise CassetteError(f"{path}: there is no exchange {number}; it has {len(exchanges)}, counted from 1")
    return [exchanges[number - 1] for number in numbers] if numbers else exchanges


def _paths(path: Path, count: int) -> Sequence[Path]:
    """The file, or files with a number before the ending where there are several."""
    return [path] if count == 1 else [path.with_stem(f"{path.stem}-{number}") for number in range(1, count + 1)]


def _drift(options: argparse.Namespace) -> int:
    if options.own and options.update:
        raise SettingsError("--update records what an upstream answers; with --self there is none.")
    paths = [file for path in map(Path, options.paths) for file in cassette.cassette_files(path)]
    if options.own:
        report = conformance.own_drift(paths)
    else:
        report = conformance.drift_from(
            paths, upstream=options.upstream, key=_key(options.key_env), update=options.update, redact=redacted()
        )
    if options.json:
        sys.stdout.buffer.write(dumps_indented(report.as_json()) + b"\n")
    else:
        sys.stdout.write(report.table())
        sys.stdout.write(f"{report.compared} compared, {counted(len(report.differences), 'difference')} found.\n")
    alike = report.compared and not report.differences
    return 0 if alike or options.update else 1


def _rewrite(options: argparse.Namespace) -> int:
    path = Path(options.path)
    remarks = conformance.rewrite(
        path, options.numbers, upstream=options.upstream, key=_key(options.key_env), redact=redacted()
    )
    for remark in remarks:
        sys.stderr.write(f"{remark}\n")
    sys.stdout.write(f"{counted(len(set(options.numbers)), 'exchange')} recorded anew.\n")
    return 1 if remarks else 0


def _key(variable: str | None) -> str | None:
    """The API key for the upstream."""
    if variable is not None and not os.environ.get(variable):
        raise SettingsError(f"--key-env names {variable}, which is not set; expected a variable with the API key.")
    names = [variable] if variable else KEY_VARIABLES
    return next((os.environ[name] for name in names if os.environ.get(name)), None)
