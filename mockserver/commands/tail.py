"""`mockserver tail`: the log of a server that runs elsewhere."""

import argparse
import sys

from mockserver.commands import server_client
from mockserver.commands.log_options import add_log, has_colors
from mockserver.commands.servers import PORT


def add_tail(parser: argparse.ArgumentParser) -> None:
    """The options of `tail`."""
    here = f"http://127.0.0.1:{PORT}"
    parser.add_argument("url", nargs="?", default=here, metavar="URL", help="the server (default: %(default)s)")
    parser.add_argument("--key", default="", metavar="KEY", help="API key whose requests to follow (default: all keys)")
    add_log(parser, stream="stdout", quiet=False)
    parser.set_defaults(run=_tail)


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
