"""The options of commands that log requests."""

import argparse
import os
from typing import TextIO


def add_log(parser: argparse.ArgumentParser, *, stream: str = "stderr", quiet: bool = True) -> None:
    """What is logged of each request."""
    how_much = parser.add_mutually_exclusive_group()
    if quiet:
        how_much.add_argument("--quiet", "-q", action="store_true", help="do not log requests")
    how_much.add_argument("--verbose", "-v", action="store_true", help="log the bodies of requests and answers as well")
    parser.add_argument(
        "--log-format", choices=("text", "json"), default="text", help=f"format of the log on {stream} (default: text)"
    )


def has_colors(stream: TextIO) -> bool:
    """Whether colours may be written to it: it is a terminal, and NO_COLOR is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR")
