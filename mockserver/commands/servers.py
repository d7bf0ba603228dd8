"""The commands that run a server: `serve`, `record`, `replay`."""

import argparse
import asyncio
import gc
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import Field, fields
from typing import Any

import mockserver
from mockserver.commands.log_options import add_log, has_colors
from mockserver.configuration import configured
from mockserver.errors import SettingsError
from mockserver.request_log import Allowance, MessageLog, RequestLog, Write, as_json, as_text
from mockserver.settings import Settings

PORT = 8080
DEFAULTS = {"port": PORT, "repeat": True}
"""Other defaults than those of the library: a port that stays the same, and recordings that can be replayed again."""
COLLECT_SELDOM = (10_000, 20, 50)
"""Thresholds of the garbage collector: what is kept has no cycles, and looking for them takes a tenth of the time."""
TRUST = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
"""Variables that name authorities to trust: for OpenSSL and httpx, for requests, for Node.js."""


def add_serve(parser: argparse.ArgumentParser) -> None:
    """The options of `serve`."""
    parser.add_argument("--open", action="store_true", help="open the page that shows what happens in a browser")
    add_log(parser)
    _add_settings(parser)
    parser.set_defaults(run=_serve)


def add_record(parser: argparse.ArgumentParser) -> None:
    """The options of `record`."""
    add_log(parser)
    _add_settings(parser)
    parser.set_defaults(run=_record)


def add_replay(parser: argparse.ArgumentParser) -> None:
    """The options of `replay`."""
    parser.add_argument("replay", nargs="+", metavar="CASSETTE", help="cassettes, or folders of cassettes")
    add_log(parser)
    _add_settings(parser, without=("replay", "upstream", "cassette"), several=False)
    parser.set_defaults(run=_serve, upstream="", cassette="")


def _add_settings(parser: argparse.ArgumentParser, *, without: Sequence[str] = (), several: bool = True) -> None:
    """One option for each field of `Settings`; what is not stated may be configured elsewhere.

    `several` says whether an option may be followed by several values: it would swallow the arguments of a command.
    """
    for one in (one for one in fields(Settings) if one.name not in without):
        name = one.metadata["option"] or one.name.replace("_", "-")
        parser.add_argument(f"--{name}", dest=one.name, default=argparse.SUPPRESS, **_kind(one, several=several))


def _kind(one: "Field[Any]", *, several: bool) -> dict[str, Any]:
    text = one.metadata["text"]
    default = DEFAULTS.get(one.name, one.default)
    if isinstance(default, bool):
        turned_on = " (default: yes)" if default else ""
        return {"action": argparse.BooleanOptionalAction, "help": f"{text}{turned_on}"}
    metavar = one.metadata["metavar"]
    if isinstance(one.default, tuple):
        values = {"action": "extend", "nargs": "+"} if several else {"action": "append"}
        return {**values, "help": text, "metavar": metavar}
    text += f" (default: {default})" if default != "" else ""
    if one.metadata["choices"]:
        return {"choices": one.metadata["choices"], "help": text}
    return {"type": type(one.default), "help": text, "metavar": metavar or one.name.rpartition("_")[2].upper()}


def _record(options: argparse.Namespace) -> int:
    settings = stated_settings(options)
    if not (settings.upstream and settings.cassette):
        raise SettingsError("record needs --upstream, where requests go, and --cassette, where exchanges are kept.")
    return _run(settings, options)


def _serve(options: argparse.Namespace) -> int:
    return _run(stated_settings(options), options)


def stated_settings(options: argparse.Namespace) -> Settings:
    """The settings that are stated, or configured."""
    known = {one.name for one in fields(Settings)}
    stated = {name: value for name, value in vars(options).items() if name in known}
    stated |= {name: tuple(value) for name, value in stated.items() if isinstance(value, list)}
    return Settings(**{**DEFAULTS, **configured(**stated)})


def _run(settings: Settings, options: argparse.Namespace) -> int:
    from mockserver.loop_thread import new_event_loop  # noqa: PLC0415 - no other command needs a server

    server = mockserver.MockServer(settings)
    with asyncio.Runner(loop_factory=new_event_loop) as runner, ExitStack() as stack:
        if not options.quiet:
            is_json = options.log_format == "json"
            allowance = None if is_json else Allowance()
            stack.enter_context(MessageLog(sys.stderr, as_json=is_json))
            server.watch(stack.enter_context(RequestLog(sys.stderr, _write(options), allowance=allowance)))
        runner.run(_serve_until_signalled(server, opened=getattr(options, "open", False)))
    return 0


def _write(options: argparse.Namespace) -> Write:
    if options.log_format == "json":
        return as_json(bodies=options.verbose)
    return as_text(colors=has_colors(sys.stderr), bodies=options.verbose)


async def _serve_until_signalled(server: "mockserver.MockServer", *, opened: bool) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    gc.set_threshold(*COLLECT_SELDOM)
    async with server:
        sys.stdout.write(_welcome(server))
        sys.stdout.flush()
        if opened:
            _open(server)
        await ended.wait()


def _open(server: "mockserver.MockServer") -> None:
    """Show the page in the browser of whoever runs the command. Raises: SettingsError where there is no page."""
    import webbrowser  # noqa: PLC0415 - for one option

    if not server.settings.control_api:
        raise SettingsError("--open needs the page, which --no-control-api turns off.")
    if not webbrowser.open(f"{server.origin}/_mock/"):
        sys.stderr.write(f"No browser was found. Open {server.origin}/_mock/ in one.\n")


def _welcome(server: "mockserver.MockServer") -> str:
    keys, url, authority = server.settings.api_keys, server.base_url, server.ca_file
    key = keys[0] if keys else "any-key"
    body = '{"model": "gpt-4o", "input": "Say hello."}'
    trust = f" --cacert {authority}" if authority else ""
    return (
        f"Base URL: {url}\n"
        f"Try it:   curl{trust} {url}/responses -H 'Authorization: Bearer {key}' "
        f"-H 'Content-Type: application/json' -d '{body}'\n"
        f"{_page(server)}"
    ) + (f"Trust it: export {' '.join(f'{name}={authority}' for name in TRUST)}\n" if authority else "")


def _page(server: "mockserver.MockServer") -> str:
    return f"Page:     {server.origin}/_mock/\n" if server.settings.control_api else ""
