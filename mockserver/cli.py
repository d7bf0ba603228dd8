"""The `mockserver` command."""

import argparse
import asyncio
import gc
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import Field, fields
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import mockserver
from mockserver import (
    cassette,
    cassette_commands,
    check_report,
    conformance,
    import_command,
    page,
    script,
    server_client,
    tail_command,
)
from mockserver.clock import RealClock
from mockserver.codec import dumps_indented
from mockserver.configuration import configured
from mockserver.errors import CassetteError, MockServerError, SettingsError
from mockserver.request_log import MOST, MessageLog, RequestLog, Write, as_json, as_text
from mockserver.settings import Settings
from mockserver.tail_command import add_log, has_colors
from mockserver.web import profiles

DEFAULTS = {"port": 8080, "repeat": True}
"""Settings of which the command has other defaults: people find its port again, and try a recorded session often."""
BODIES = 500
"""Random bodies that are sent to check a profile."""
COLLECT_SELDOM = (10_000, 20, 50)
"""Thresholds of the garbage collector: what the server keeps has no cycles, and looking for them costs a tenth."""
CASSETTE_START = b"format:"
REPORTS = ("json", "sarif")
SCHEMAS = {
    "fixture": (script, "fixture_schema"),
    "cassette": (cassette, "cassette_schema"),
    "profile": (profiles, "profile_schema"),
}
"""The kinds of files that have a schema, and what makes it."""
TRUST = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
"""Variables that name authorities to trust: for OpenSSL and httpx, for requests, for Node.js."""
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name
MORE = "a regular expression, `email` or `phone`, in addition to the known and the configured ones; repeatable"


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
        description="Mock server for OpenAI's Responses API and Conversations API.",
    )
    parser.add_argument("--version", action="version", version=f"mockserver {mockserver.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_servers(commands)
    _add_tools(commands)
    _add_viewers(commands)
    return parser


def _add_servers(commands: Commands) -> None:
    """The commands that run a server."""
    serve = commands.add_parser("serve", help="start a mock server and print its base URL")
    serve.add_argument("--open", action="store_true", help="open the page that shows what happens in a browser")
    add_log(serve)
    _add_settings(serve)
    serve.set_defaults(run=_serve)

    record = commands.add_parser("record", help="forward requests to an upstream API and record the exchanges")
    add_log(record)
    _add_settings(record)
    record.set_defaults(run=_record)

    replay = commands.add_parser("replay", help="start a mock server that replays cassettes")
    replay.add_argument("replay", nargs="+", metavar="CASSETTE", help="cassettes, or folders of cassettes")
    add_log(replay)
    _add_settings(replay, without=("replay", "upstream", "cassette"), several=False)
    replay.set_defaults(run=_serve, upstream="", cassette="")


def _add_tools(commands: Commands) -> None:
    """The commands that read or write files."""
    check = commands.add_parser("check", help="validate fixture files and cassettes, or a profile")
    check.add_argument("paths", nargs="*", metavar="PATH", help="fixture files, cassettes, or folders of them")
    check.add_argument(
        "--profile",
        metavar="PROFILE",
        help="check a profile (name or file) against its OpenAPI document, by its examples and random bodies",
    )
    check.add_argument("--bodies", type=int, default=BODIES, metavar="NUMBER", help="random bodies (default: 500)")
    check.add_argument("--max-age", type=float, metavar="DAYS", help="report cassettes that are older than this")
    check.add_argument(
        "--unused",
        metavar="FILE",
        help="report recordings that are not in FILE, which `pytest --mockserver-used` writes",
    )
    check.add_argument("--redact", action="append", default=[], metavar="PATTERN", help=f"what to report; {MORE}")
    reports = check.add_mutually_exclusive_group()
    for report in REPORTS:
        reports.add_argument(
            f"--{report}",
            dest="report",
            action="store_const",
            const=report,
            help=f"print what was found as {report.upper()}",
        )
    check.set_defaults(run=_check, report="")

    profile = commands.add_parser("profile", help="propose a profile from a recording of a provider, as YAML")
    profile.add_argument("--from", required=True, dest="path", metavar="CASSETTE", help="what was recorded")
    profile.set_defaults(run=_profile)

    import_command.add_import(commands, redact=MORE)

    cassette_commands.add_cassette_commands(commands)


def _add_viewers(commands: Commands) -> None:
    """The commands that show something."""
    show = commands.add_parser("show", help="print a cassette as a conversation with timings")
    show.add_argument("path", nargs="?", metavar="CASSETTE", help="cassette to show")
    show.add_argument(
        "--html", metavar="FILE", help="write a page that needs no server to this file, instead of printing"
    )
    show.add_argument("--url", metavar="URL", help="show the requests of a running server, with --html")
    show.add_argument("--key", default="", metavar="KEY", help="API key for --url, where the server accepts only some")
    show.set_defaults(run=_show)

    tail_command.add_tail(commands, port=DEFAULTS["port"])

    schema = commands.add_parser("schema", help="print the JSON Schema of a kind of file, for editors")
    schema.add_argument("kind", choices=SCHEMAS, help="kind of file")
    schema.set_defaults(run=_schema)


def _add_settings(parser: argparse.ArgumentParser, *, without: Sequence[str] = (), several: bool = True) -> None:
    """One option for each field of `Settings`; what is not stated may be configured elsewhere.

    `several` says whether an option may have several values: where the command has arguments, it would take them.
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
    settings = _settings(options)
    if not (settings.upstream and settings.cassette):
        raise SettingsError("record needs --upstream, where requests go, and --cassette, where exchanges are kept.")
    return _run(settings, options)


def _serve(options: argparse.Namespace) -> int:
    return _run(_settings(options), options)


def _settings(options: argparse.Namespace) -> Settings:
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
            most = None if is_json else MOST
            stack.enter_context(MessageLog(sys.stderr, as_json=is_json))
            server.watch(stack.enter_context(RequestLog(sys.stderr, _write(options), most=most)))
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


def _check(options: argparse.Namespace) -> int:
    if options.profile and options.report:
        raise SettingsError("check --profile prints text only; leave out --json and --sarif.")
    if options.profile:
        return _check_profile(options.profile, bodies=options.bodies)
    if not options.paths:
        raise SettingsError("check needs a path, or a profile: `mockserver check fixtures/` or `--profile FILE`.")
    files = [file for path in map(Path, options.paths) for file in script.fixture_files(path) or [path]]
    recordings = [file for file in files if file.is_file() and file.read_bytes().startswith(CASSETTE_START)]
    finding = check_report.finding
    problems = [finding(problem) for problem in script.check_fixtures(file for file in files if file not in recordings)]
    patterns = cassette.secret_patterns(_redacted(options))
    now = RealClock().now()
    used = cassette.read_used(Path(options.unused)) if options.unused else None
    for file in recordings:
        try:
            found = cassette.check_cassette(file, now=now, max_age_days=options.max_age, patterns=patterns)
            problems += map(finding, found)
            problems += map(finding, cassette.unused_recordings(file, used) if used is not None else [])
        except CassetteError as error:
            problems.append(finding(error))
    return check_report.write(problems, options.report)


def _check_profile(name: str, *, bodies: int) -> int:
    report = conformance.check_profile(name, bodies=bodies)
    for slip in report.slips:
        sys.stderr.write(f"document: {slip}\n")
    for difference in report.differences.values():
        sys.stderr.write(f"{difference}\n")
    sent = f"{_count(report.examples, 'example')} and {_count(report.bodies, 'random body', 'random bodies')} sent"
    sys.stdout.write(f"{sent}, {_count(len(report.differences), 'difference')} found.\n")
    return 1 if report.differences else 0


def _profile(options: argparse.Namespace) -> int:
    sys.stdout.write(conformance.propose_profile(Path(options.path)))
    return 0


def _redacted(options: argparse.Namespace) -> Sequence[str]:
    """The patterns that the project redacts, and those that are stated."""
    return tuple(configured(redact=options.redact)["redact"])


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


def _count(number: int, noun: str, several: str = "") -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {several or noun + 's'}"
