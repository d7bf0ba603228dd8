"""The control API: what a test says to its workspace, over HTTP, for tests in any language.

Every call works on the workspace of the API key that it carries, like the calls of the client under test.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mockserver import __version__
from mockserver.clock import ManualClock
from mockserver.engine import Engine
from mockserver.errors import ScriptError
from mockserver.spec.api_errors import api_error
from mockserver.state.journal import Exchange
from mockserver.web.call import Call, WebReply, json_reply
from mockserver.web.routes import Route

if TYPE_CHECKING:
    from mockserver.script.rules import Rule


async def health(_engine: Engine, call: Call) -> WebReply:
    """`GET /_mock/health`: answers without an API key, so it only counts the problems that `verify` tells."""
    broken = len(call.workspace.fixture_problems())
    problems = {"fixture_problems": broken} if broken else {}
    return json_reply({"status": "degraded" if broken else "ok", "version": __version__, **problems})


async def list_rules(_engine: Engine, call: Call) -> WebReply:
    """`GET /_mock/rules`: each rule, where it was written, how often it has answered."""
    return json_reply({"rules": [_rule(rule) for rule in call.workspace.script.rules]})


async def add_rules(_engine: Engine, call: Call) -> WebReply:
    """`POST /_mock/rules`: rules as in a fixture file, as JSON, put at the end."""
    from mockserver.script.rule_schema import read_document  # noqa: PLC0415 - reading rules needs YAML's modules

    added = read_document(call.json(), location=lambda keys: f"POST /_mock/rules {_path(keys)}")
    script = call.workspace.script
    script.add(added.rules)
    script.chaos = added.chaos or script.chaos
    return json_reply({"rules": [_rule(rule) for rule in added.rules]})


async def clear_rules(_engine: Engine, call: Call) -> WebReply:
    """`DELETE /_mock/rules`: an empty script; stored responses and requests stay."""
    call.workspace.script.clear()
    return json_reply({"rules": []})


async def reset(_engine: Engine, call: Call) -> WebReply:
    """`POST /_mock/reset`: forget everything in this workspace."""
    call.workspace.reset()
    return json_reply({"status": "ok"})


async def list_requests(_engine: Engine, call: Call) -> WebReply:
    """`GET /_mock/requests`: what came, newest last."""
    return json_reply({"requests": [_exchange(exchange) for exchange in call.workspace.requests]})


async def search_requests(_engine: Engine, call: Call) -> WebReply:
    """`POST /_mock/requests/search`: the requests that meet a rule's `when`."""
    found = call.workspace.search(**_object(call))
    return json_reply({"requests": [_exchange(exchange) for exchange in found]})


async def verify(_engine: Engine, call: Call) -> WebReply:
    """`GET /_mock/verify`: unmatched requests, rules that were not used up, fixture files that are broken."""
    problems = call.workspace.problems()
    return json_reply({"complete": not problems, "problems": problems})


async def create_gate(_engine: Engine, call: Call) -> WebReply:
    """`POST /_mock/gates`: hold the runs that start from now on."""
    return json_reply({"gate": call.workspace.hold()})


async def command_gate(_engine: Engine, call: Call) -> WebReply:
    """`POST /_mock/gates/{gate}`: `{"step": 2}`, `{"until": "response.output_text.done"}` or `{"open": true}`."""
    gate = call.workspace.gates.get(call.params["gate"])
    if gate is None:
        raise api_error("unknown_gate", gate=call.params["gate"], known=", ".join(call.workspace.gates) or "none")
    match _object(call):
        case {"step": int(count), **more} if count > 0 and not more:
            gate.step(count)
        case {"until": str(event_type), **more} if not more:
            gate.until(event_type)
        case {"open": True, **more} if not more:
            gate.open()
        case other:
            raise ScriptError(
                f'{other} is no order for a gate; expected {{"step": 1}}, {{"until": "…"}}, {{"open": true}}.'
            )
    return json_reply({"gate": call.params["gate"]})


async def release_gate(_engine: Engine, call: Call) -> WebReply:
    """`DELETE /_mock/gates/{gate}`: open it, and hold no more runs."""
    if call.params["gate"] not in call.workspace.gates:
        raise api_error("unknown_gate", gate=call.params["gate"], known=", ".join(call.workspace.gates) or "none")
    call.workspace.release(call.params["gate"])
    return json_reply({"gate": call.params["gate"]})


async def advance_clock(_engine: Engine, call: Call) -> WebReply:
    """`POST /_mock/clock`: `{"advance": 1.5}` moves a manual clock on; `{"manual": true}` makes it one first."""
    match _object(call):
        case {"manual": True}:
            if not isinstance(call.workspace.clock, ManualClock):
                call.workspace.clock = ManualClock()
        case {"advance": int() | float() as seconds} if isinstance(call.workspace.clock, ManualClock):
            call.workspace.clock.advance(seconds)
        case other:
            raise ScriptError(
                f'{other} is no order for this clock; expected {{"manual": true}}, then {{"advance": 1.5}}.'
            )
    return json_reply({"elapsed": call.workspace.clock.elapsed()})


def _object(call: Call) -> dict[str, Any]:
    body = call.json()
    if not isinstance(body, dict):
        raise ScriptError(f"The body is {type(body).__name__}; expected a JSON object.")
    return body


def _path(keys: tuple[str | int, ...]) -> str:
    return ".".join(map(str, keys))


def _rule(rule: "Rule") -> Mapping[str, Any]:
    return {"rule": str(rule), "used": rule.used, "times": rule.limit}


def _exchange(exchange: Exchange) -> Mapping[str, Any]:
    return {
        "number": exchange.number,
        "method": exchange.method,
        "path": exchange.path,
        "headers": {name: value for name, value in exchange.headers.items() if name != "authorization"},
        "body": exchange.body,
        "status": exchange.status,
        "rule": exchange.rule,
        "miss": exchange.miss,
        "response": exchange.response,
        "error": exchange.error,
    }


HEALTH = Route("GET", "/_mock/health", health, public=True)
CONTROL = (
    Route("GET", "/_mock/rules", list_rules),
    Route("POST", "/_mock/rules", add_rules),
    Route("DELETE", "/_mock/rules", clear_rules),
    Route("POST", "/_mock/reset", reset),
    Route("GET", "/_mock/requests", list_requests),
    Route("POST", "/_mock/requests/search", search_requests),
    Route("GET", "/_mock/verify", verify),
    Route("POST", "/_mock/gates", create_gate),
    Route("POST", "/_mock/gates/{gate}", command_gate),
    Route("DELETE", "/_mock/gates/{gate}", release_gate),
    Route("POST", "/_mock/clock", advance_clock),
)
