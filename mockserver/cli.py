"""The `mockserver` command."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence

from mockserver import __version__
from mockserver.errors import MockServerError
from mockserver.settings import Settings

DEFAULTS = Settings()
DEFAULT_PORT = 8080


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is 0, or 2 for a mistake of the caller."""
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
    serve.set_defaults(run=_serve)
    serve.add_argument("--host", default=DEFAULTS.host, help="address to listen on (default: %(default)s)")
    serve.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="port to listen on, 0 for any free one (default: %(default)s)"
    )
    serve.add_argument(
        "--api-key",
        action="append",
        default=[],
        metavar="KEY",
        help="a key that is good; may be given more than once (default: any key is good)",
    )
    serve.add_argument(
        "--body-limit",
        type=int,
        default=DEFAULTS.body_limit,
        metavar="BYTES",
        help="largest request body (default: %(default)s)",
    )
    serve.add_argument(
        "--seed", default=DEFAULTS.seed, help="another seed gives other ids and texts, equally repeatable"
    )
    return parser


def _serve(options: argparse.Namespace) -> int:
    settings = Settings(
        host=options.host,
        port=options.port,
        api_keys=tuple(options.api_key),
        body_limit=options.body_limit,
        seed=options.seed,
    )
    asyncio.run(_serve_until_signalled(settings))
    return 0


async def _serve_until_signalled(settings: Settings) -> None:
    from mockserver.server import MockServer  # noqa: PLC0415 - `--version` and `--help` need no server

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
