"""The control API: what a test says to its workspace, over HTTP, for tests in any language.

Every call works on the workspace of the API key that it carries, like the calls of the client under test.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from mockserver import __version__, page, script
from mockserver.clock import ManualClock
from mockserver.engine import Engine
from mockserver.errors import ScriptError
from mockserver.model.headers import shown_headers
from mockserver.spec.api_errors import api_error
from mockserver.state.exchange import Exchange
from mockserver.verification import unrecorded
from mockserver.web.context import RequestContext, WebReply, json_reply
from mockserver.web.routes import Route

YAML = frozenset({"application/yaml", "application/x-yaml", "text/yaml"})
"""Content types of YAML. Source: RFC 9512, and what was common before."""
PAGE = 1_000
"""Exchanges that a reply has at most: more would keep other clients waiting."""
PAGE_BYTES = 4 << 20
"""Bytes of exchanges that a reply has at most, unless the first alone has more."""
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
"""Python reads no integers of more than 4,300 digits."""


async def health(engine: Engine, context: RequestContext) -> WebReply:
    """`GET /_mock/health`: answers without an API key, so it only counts the problems that `verify` lists.

    `loop_lag` is the largest delay of the event loop in the last ten seconds, in milliseconds.
    """
    counts = {"fixture_problems": len(context.workspace.fixture_problems()), "unrecorded": unrecorded(context.space)}
    problems = {name: count for name, count in counts.items() if count}
    status = "degraded" if problems else "ok"
    return json_reply({"status": status, "version": __version__, "loop_lag": engine.lag.milliseconds, **problems})


async def list_rules(_engine: Engine, context: RequestContext) -> WebReply:
    """`GET /_mock/rules`: each rule, where it was written, how often it has answered."""
    return json_reply({"rules": [_rule(rule) for rule in context.workspace.script.rules]})


async def add_rules(_engine: Engine, context: RequestContext) -> WebReply:
    """`POST /_mock/rules`: rules as in a fixture file, put at the end, or in the place of the rule `instead`."""
    added = await _written_rules(context)
    instead = number_in_query(context, "instead", 0)
    if instead:
        context.workspace.script.replace(instead, added.rules)
    else:
        context.workspace.script.add(added.rules)
    context.workspace.script.chaos = added.chaos or context.workspace.script.chaos
    context.workspace.script.prompts.add(added.prompts)
    return json_reply({"rules": [_rule(rule) for rule in added.rules]})


async def check_rules(_engine: Engine, context: RequestContext) -> WebReply:
    """`POST /_mock/rules/check`: what is wrong with rules in YAML, each with its line and field; nothing changes."""
    found = await asyncio.to_thread(script.read_text, _text(context), file="")
    problems = [{"line": one.line, "field": one.path, "message": one.message} for one in found.problems]
    return json_reply({"problems": problems, "rules": len(found.rules)})


async def _written_rules(context: RequestContext) -> "script.FixtureDocument | script.Fixtures":
    """The rules of the body, in YAML or JSON, as its content type says. Raises: ApiError, ScriptError."""
    place = "POST /_mock/rules"
    if context.asked.head.headers.get("content-type", "").partition(";")[0].strip().lower() not in YAML:
        return script.read_document(context.json(), location=lambda keys: f"{place} {_path(keys)}")
    found = await asyncio.to_thread(script.read_text, _text(context), file=place)
    if found.problems:
        raise ScriptError("\n".join(map(str, found.problems)))
    return found


def _text(context: RequestContext) -> str:
    try:
        return context.raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScriptError(f"The body is not UTF-8 text: {error}.") from error


async def clear_rules(_engine: Engine, context: RequestContext) -> WebReply:
    """`DELETE /_mock/rules`: an empty script; stored responses and requests stay."""
    context.workspace.script.clear()
    return json_reply({"rules": []})


async def reset(_engine: Engine, context: RequestContext) -> WebReply:
    """`POST /_mock/reset`: forget everything in this workspace."""
    context.workspace.reset()
    return json_reply({"status": "ok"})


async def list_requests(_engine: Engine, context: RequestContext) -> WebReply:
    """`GET /_mock/requests`: what came, newest last; a page after the number `after`, of at most `limit`."""
    after, limit = number_in_query(context, "after", 0), number_in_query(context, "limit", PAGE)
    found = [exchange for exchange in context.workspace.requests if exchange.number > after]
    return await asyncio.to_thread(_listing, found, limit)


async def search_requests(_engine: Engine, context: RequestContext) -> WebReply:
    """`POST /_mock/requests/search`: the requests that meet a rule's `when`."""
    found = await asyncio.to_thread(context.workspace.search, **_object(context))
    return await asyncio.to_thread(_listing, found[::-1], PAGE, newest_first=True)


async def verify(_engine: Engine, context: RequestContext) -> WebReply:
    """`GET /_mock/verify`: unmatched requests, rules that were not used up, fixture files that are broken."""
    problems = context.workspace.problems()
    return json_reply({"complete": not problems, "problems": problems})


async def create_gate(_engine: Engine, context: RequestContext) -> WebReply:
    """`POST /_mock/gates`: hold the runs that start from now on."""
    return json_reply({"gate": context.workspace.hold()})


async def command_gate(_engine: Engine, context: RequestContext) -> WebReply:
    """`POST /_mock/gates/{gate}`: `{"step": 2}`, `{"until": "response.output_text.done"}` or `{"open": true}`."""
    gate = context.workspace.gates.get(context.params["gate"])
    if gate is None:
        raise api_error("unknown_gate", gate=context.params["gate"], known=", ".join(context.workspace.gates) or "none")
    match _object(context):
        case {"step": int(count), **more} if count > 0 and not more:
            gate.step(count)
        case {"until": str(event_type), **more} if not more:
            gate.until(event_type)
        case {"open": True, **more} if not more:
            gate.open()
        case other:
            raise ScriptError(
                f'{other} is not a valid gate command; expected {{"step": 1}}, {{"until": "…"}}, {{"open": true}}.'
            )
    return json_reply({"gate": context.params["gate"]})


async def release_gate(_engine: Engine, context: RequestContext) -> WebReply:
    """`DELETE /_mock/gates/{gate}`: open it, and hold no more runs."""
    if context.params["gate"] not in context.workspace.gates:
        raise api_error("unknown_gate", gate=context.params["gate"], known=", ".join(context.workspace.gates) or "none")
    context.workspace.release(context.params["gate"])
    return json_reply({"gate": context.params["gate"]})


async def advance_clock(_engine: Engine, context: RequestContext) -> WebReply:
    """`POST /_mock/clock`: `{"advance": 1.5}` moves a manual clock on; `{"manual": true}` makes it one first."""
    match _object(context):
        case {"manual": True}:
            if not isinstance(context.workspace.clock, ManualClock):
                context.workspace.clock = ManualClock()
        case {"advance": int() | float() as seconds} if isinstance(context.workspace.clock, ManualClock):
            context.workspace.clock.advance(seconds)
        case other:
            raise ScriptError(
                f'{other} is not a valid command for this clock; expected {{"manual": true}}, then {{"advance": 1.5}}.'
            )
    return json_reply({"elapsed": context.workspace.clock.elapsed()})


async def describe(_engine: Engine, context: RequestContext) -> WebReply:
    """`GET /_mock/workspace`: how it is set: gates, clock, pace, chaos, how many answers are queued."""
    space = context.space
    chaos = space.script.chaos if space.responders else None
    pace = {"first": space.pace.first, "rate": space.pace.rate, "jitter": space.pace.jitter}
    return json_reply(
        {
            "gates": [*space.gates],
            "clock": {"manual": isinstance(space.clock, ManualClock), "elapsed": space.clock.elapsed()},
            "pace": pace,
            "chaos": None if chaos is None else {"rate": chaos.rate, "faults": [*map(page.fault_text, chaos.faults)]},
            "queued": len(space.script.queued) if space.responders else 0,
            "unmatched": "fail" if space.strict else "answer",
        }
    )


async def queue_answer(_engine: Engine, context: RequestContext) -> WebReply:
    """`POST /_mock/next`: the answer to the next request, whatever it is: a rule's `reply`, or its `fault`."""
    answer = {**_object(context), "times": 1}
    rules = script.read_document([answer], location=lambda keys: f"POST /_mock/next {_path(keys[1:])}".rstrip()).rules
    context.workspace.script.queue(rules)
    return json_reply({"rules": [_rule(rule) for rule in rules]})


async def set_pace(_engine: Engine, context: RequestContext) -> WebReply:
    """`POST /_mock/pace`: when the events of replies without a pace of their own leave; `{}` is at once."""
    context.workspace.pace = script.read_pace(_object(context))
    return await describe(_engine, context)


async def set_chaos(_engine: Engine, context: RequestContext) -> WebReply:
    """`POST /_mock/chaos`: `{"rate": 0.2, "faults": [{"status": 500}]}`; `{}` ends it."""
    body = _object(context)
    context.workspace.script.chaos = script.read_chaos(body) if body else None
    return await describe(_engine, context)


def _listing(found: Sequence[Exchange], limit: int, *, newest_first: bool = False) -> WebReply:
    """A page of the first of these exchanges, newest last; made in a thread, as it can be large."""
    listed: list[Mapping[str, Any]] = []
    size = 0
    for exchange in found[: min(limit, PAGE)]:
        size += exchange.size
        if listed and size > PAGE_BYTES:
            break
        listed.append(_exchange(exchange))
    shown = listed[::-1] if newest_first else listed
    return json_reply({"requests": shown, "has_more": len(found) > len(listed)})


def _object(context: RequestContext) -> dict[str, Any]:
    body = context.json()
    if not isinstance(body, dict):
        raise ScriptError(f"The body is {type(body).__name__}; expected a JSON object.")
    return body


def number_in_query(context: RequestContext, name: str, default: int) -> int:
    """A number from the query. Raises: ScriptError for what is none."""
    given = dict(context.query).get(name)
    if given is None:
        return default
    number = read_number(given)
    if number is None:
        raise ScriptError(f"The query says {name}={given}; expected a number, 0 or more.")
    return number


def read_number(text: str) -> int | None:
    """The number that a part of a URL says; None for what is none that this server can have given out."""
    return int(text) if _NUMBER.fullmatch(text) else None


def _path(keys: tuple[str | int, ...]) -> str:
    return ".".join(map(str, keys))


def _rule(rule: "script.Rule") -> Mapping[str, Any]:
    return {"rule": str(rule), "used": rule.used, "times": rule.limit}


def _exchange(exchange: Exchange) -> Mapping[str, Any]:
    return {
        **exchange.identity,
        "headers": shown_headers(exchange.headers),
        "body": exchange.body,
        "status": exchange.status,
        "rule": exchange.rule,
        "miss": exchange.miss,
        "response": exchange.response,
        "error": exchange.error,
    }


HEALTH = Route("GET", "/_mock/health", health, public=True)
CALLS = (
    Route("GET", "/_mock/rules", list_rules),
    Route("POST", "/_mock/rules", add_rules),
    Route("POST", "/_mock/rules/check", check_rules),
    Route("DELETE", "/_mock/rules", clear_rules),
    Route("POST", "/_mock/reset", reset),
    Route("GET", "/_mock/requests", list_requests),
    Route("POST", "/_mock/requests/search", search_requests),
    Route("GET", "/_mock/verify", verify),
    Route("POST", "/_mock/gates", create_gate),
    Route("POST", "/_mock/gates/{gate}", command_gate),
    Route("DELETE", "/_mock/gates/{gate}", release_gate),
    Route("POST", "/_mock/clock", advance_clock),
    Route("GET", "/_mock/workspace", describe),
    Route("POST", "/_mock/next", queue_answer),
    Route("POST", "/_mock/pace", set_pace),
    Route("POST", "/_mock/chaos", set_chaos),
)
