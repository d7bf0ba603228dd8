"""`mockserver tail`, and the options that it shares with the commands that log requests themselves."""

import argparse
import os
import sys
from typing import Any, TextIO

from mockserver import server_client


def add_tail(commands: Any, *, port: Any) -> None:
    """Add the command; `port` is where it looks for a server unless a URL is stated."""
    tail = commands.add_parser("tail", help="follow the requests of a running server")
    here = f"http://127.0.0.1:{port}"
    tail.add_argument("url", nargs="?", default=here, metavar="URL", help="the server (default: %(default)s)")
    tail.add_argument("--key", default="", metavar="KEY", help="API key whose requests to follow (default: all keys)")
    add_log(tail, stream="stdout", quiet=False)
    tail.set_defaults(run=_tail)


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


def _tail(options: argparse.Namespace) -> int:
    how = {"format": options.log_format, "bodies": options.verbose, "colors": has_colors(sys.stdout)}
    try:
        for line in server_client.follow(options.url, options.key, how):
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
    except KeyboardInterrupt:
        return 0
    sys.stderr.write("The server has stopped.\n")
    return 0
