"""The commands that print something: `show` and `schema`."""

import argparse
import sys
from functools import partial
from pathlib import Path

from mockserver import cassette, page, script
from mockserver.codec import dumps_indented
from mockserver.commands import server_client
from mockserver.errors import SettingsError
from mockserver.web import profiles

SCHEMAS = {
    "fixture": (script, "fixture_schema"),
    "cassette": (cassette, "cassette_schema"),
    "profile": (profiles, "profile_schema"),
}
"""The kinds of files that have a schema, and what makes it."""


def add_show(parser: argparse.ArgumentParser) -> None:
    """The options of `show`."""
    parser.add_argument("path", nargs="?", metavar="CASSETTE", help="cassette to show")
    parser.add_argument(
        "--html", metavar="FILE", help="write a page that needs no server to this file, instead of printing"
    )
    parser.add_argument("--url", metavar="URL", help="show the requests of a running server, with --html")
    parser.add_argument("--key", default="", metavar="KEY", help="API key for --url, if the server checks keys")
    parser.set_defaults(run=_show)


def add_schema(parser: argparse.ArgumentParser) -> None:
    """The arguments of `schema`."""
    parser.add_argument("kind", choices=SCHEMAS, help="kind of file")
    parser.set_defaults(run=_schema)


def _show(options: argparse.Namespace) -> int:
    if bool(options.path) == bool(options.url) or (options.url and not options.html):
        raise SettingsError("show needs a cassette, or --url and --html: `mockserver show session.yaml`.")
    if options.url:
        page.write_server_report(options.html, options.url, partial(server_client.fetch, options.url, options.key))
    elif options.html:
        page.write_cassette_report(options.html, Path(options.path))
    if options.html:
        sys.stdout.write(f"{options.html} written.\n")
        return 0
    sys.stdout.write(cassette.show_cassette(cassette.load_cassette(Path(options.path))))
    return 0


def _schema(options: argparse.Namespace) -> int:
    door, name = SCHEMAS[options.kind]
    sys.stdout.buffer.write(dumps_indented(getattr(door, name)()) + b"\n")
    return 0
