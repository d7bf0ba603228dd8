"""The `mockserver` command."""

import argparse
import sys
from collections.abc import Mapping, Sequence

import mockserver
from mockserver import commands
from mockserver.errors import MockServerError

COMMANDS: Mapping[str, str] = {
    "serve": "start a mock server and print its base URL",
    "record": "forward requests to an upstream API and record the exchanges",
    "replay": "start a mock server that replays cassettes",
    "check": "validate fixture files and cassettes, or a profile",
    "profile": "propose a profile from a recording of a provider, as YAML",
    "import": "convert recordings made by other tools into cassettes",
    "export": "convert a cassette into rules, or into a format of other tools",
    "drift": "send recorded requests again, and show how the answers differ in form",
    "rewrite": "record single exchanges of a cassette anew",
    "show": "print a cassette as a conversation with timings",
    "tail": "follow the requests of a running server",
    "schema": "print the JSON Schema of a kind of file, for editors",
}
"""What each command does; `add_NAME` in `mockserver.commands` adds its options."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is 0, 1 where a check found something, or 2 for a mistake of the caller."""
    options = parsed(sys.argv[1:] if arguments is None else arguments)
    try:
        return int(options.run(options))
    except MockServerError as error:
        sys.stderr.write(f"mockserver: {error}\n")
    except OSError as error:
        if error.filename is None:
            raise
        sys.stderr.write(f"mockserver: {error.filename}: cannot be opened: {error.strerror}\n")
    return 2


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of a command, and `run`, which carries it out. Only the modules of that command are imported."""
    parser = argparse.ArgumentParser(
        prog="mockserver",
        description="Mock server for OpenAI's Responses API and Conversations API.",
    )
    parser.add_argument("--version", action="version", version=f"mockserver {mockserver.__version__}")
    subparsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    wanted = next((argument for argument in arguments if argument in COMMANDS), "")
    for name, text in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=text)
        if name == wanted:
            getattr(commands, f"add_{name}")(subparser)
    return parser.parse_args(arguments)
