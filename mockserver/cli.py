"""The `mockserver` command."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from dataclasses import Field, fields
from typing import Any

from mockserver import __version__
from mockserver.errors import MockServerError
from mockserver.settings import Settings

DEFAULT_PORT = 8080


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is 0, 1 where a check found something, or 2 for a mistake of the caller."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except MockServerError as error:
        sys.stderr.write(f"mockserver: {error}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mockserver",
        description="A mock server for OpenAI's Responses API and Conversations API.",
    )
    parser.add_argument("--version", action="version", version=f"mockserver {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="start a server and print its base URL")
    _add_settings(serve)
    serve.set_defaults(run=_serve, port=DEFAULT_PORT)

    check = commands.add_parser("check", help="look for mistakes in fixture files")
    check.add_argument("paths", nargs="+", metavar="PATH", help="files or folders")
    check.set_defaults(run=_check)
    return parser


def _add_settings(parser: argparse.ArgumentParser) -> None:
    """One option for each field of `Settings`."""
    for one in fields(Settings):
        name = one.metadata["option"] or one.name.replace("_", "-")
        default = list(one.default) if isinstance(one.default, tuple) else one.default
        parser.add_argument(f"--{name}", dest=one.name, default=default, **_kind(one))


def _kind(one: "Field[Any]") -> dict[str, Any]:
    text = one.metadata["text"]
    if isinstance(one.default, bool):
        return {"action": argparse.BooleanOptionalAction, "help": text}
    metavar = one.metadata["metavar"]
    if isinstance(one.default, tuple):
        return {"action": "extend", "nargs": "+", "help": text, "metavar": metavar}
    text += " (default: %(default)s)" if one.default != "" else ""
    if one.metadata["choices"]:
        return {"choices": one.metadata["choices"], "help": text}
    return {"type": type(one.default), "help": text, "metavar": metavar or one.name.rpartition("_")[2].upper()}


def _serve(options: argparse.Namespace) -> int:
    chosen: dict[str, Any] = {one.name: getattr(options, one.name) for one in fields(Settings)}
    chosen |= {name: tuple(value) for name, value in chosen.items() if isinstance(value, list)}
    asyncio.run(_serve_until_signalled(Settings(**chosen)))
    return 0


async def _serve_until_signalled(settings: Settings) -> None:
    from mockserver.server import MockServer  # noqa: PLC0415 - `--version` and `check` need no server

    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with MockServer(settings) as server:
        sys.stdout.write(_welcome(server.base_url, settings))
        sys.stdout.flush()
        await ended.wait()


def _welcome(base_url: str, settings: Settings) -> str:
    key = settings.api_keys[0] if settings.api_keys else "any-key"
    body = '{"model": "gpt-4o", "input": "Say hello."}'
    return (
        f"Base URL: {base_url}\n"
        f"Try it:   curl {base_url}/responses -H 'Authorization: Bearer {key}' "
        f"-H 'Content-Type: application/json' -d '{body}'\n"
    )


def _check(options: argparse.Namespace) -> int:
    from mockserver.responders.fixtures import check_fixtures  # noqa: PLC0415 - `serve` without fixtures reads no YAML

    problems = check_fixtures(options.paths)
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    sys.stdout.write(f"{len(problems)} problem{'s' * (len(problems) != 1)} found.\n")
    return 1 if problems else 0
