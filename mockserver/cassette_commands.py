"""The commands that take cassettes elsewhere."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from mockserver import cassette
from mockserver.errors import CassetteError

T = TypeVar("T")
FORMATS = ("rules", "har", "vcr", "jsonl", "curl")
"""The names of the exporters, which are imported when one of them is used; a test compares them."""


def add_cassette_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parsers of these commands."""
    export = commands.add_parser("export", help="convert a cassette into rules, or into a format of other tools")
    export.add_argument("path", metavar="CASSETTE", help="what was recorded")
    export.add_argument("--to", required=True, choices=FORMATS, dest="format", help="what to write")
    export.add_argument("--output", "-o", metavar="FILE", help="file to write (default: standard output)")
    export.add_argument(
        "--exchange", type=int, action="append", default=[], metavar="N", help="only this exchange, from 1; repeatable"
    )
    export.set_defaults(run=_export)


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
