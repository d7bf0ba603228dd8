"""What `when` may say: a row per key, which makes conditions of the key's value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias

from mockserver.authoring.diagnostics import (
    ProblemError,
    as_mapping,
    collect,
    describe,
    non_empty_list,
    one_of,
    problem,
    read_list,
    read_mapping,
)
from mockserver.authoring.difference import Difference
from mockserver.authoring.json_path import ABSENT, SeveralValues, parse_path, value_at
from mockserver.authoring.takes import FLAG, a_list, by_name, mapping, takes, values
from mockserver.model.headers import is_secret, shown_header
from mockserver.model.request import CreateRequest
from mockserver.script.conditions import (
    Alternatives,
    Condition,
    Exclusion,
    FieldCondition,
    differing,
)
from mockserver.script.matchers import (
    ATOMS,
    COMBINED,
    MakeMatcher,
    Matcher,
    exact,
    json_matcher,
    json_schema,
    keys_of,
    name_matcher,
    predicate,
    present,
    text_matcher,
    value_matcher,
)
from mockserver.script.request_values import (
    ReadRequest,
    conversation_id,
    instructions,
    message_texts,
    output_names,
    previous_response_id,
    tool_names,
    tool_outputs,
    user_text,
)
from mockserver.script.routes import method_matcher, operation_matcher, path_matcher

MakeConditions: TypeAlias = Callable[[Any], list[Condition]]

ROUTE_KEYS = ("method", "path", "operation")
CREATION = CreateRequest({})
"""Stands for all requests to create a response, as far as their route goes."""
ROLES = ("user", "assistant", "system", "developer")
TRANSPORTS = ("http", "websocket")
_NO_OUTPUT_YET = replace(present(wanted=False), wanted="none since the user's message")


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """What a rule asks of a request, ready to be asked of many."""

    written: Mapping[str, Any]
    conditions: Sequence[Condition]
    deterministic: bool
    """Whether equal requests always get the same answer from it."""
    takes_warm_ups: bool
    """Whether it may be met by requests that only prepare a later one: no other `when` is."""
    routes: Sequence[Condition] = ()
    """Those of the conditions that are about the route; without any, it is about requests to create a response."""

    @property
    def may_create(self) -> bool:
        """Whether it may be met by a request to create a response."""
        return not differing(self.routes, CREATION)

    def met_by(self, request: CreateRequest) -> bool:
        """Whether a request meets all conditions; the first difference settles it."""
        return not any(condition.differences(request) for condition in self.conditions)

    def differences(self, request: CreateRequest) -> list[Difference]:
        """How a request differs from what is asked; nothing where it meets it."""
        return differing(self.conditions, request)


@takes(lambda: mapping(WHEN), name="when")
def read_when(written: Any) -> When:
    """What a `when` asks for.

    Only a `when` that speaks of `warm_up` is about requests that prepare a later one.
    A `when` about `input` is about a user message that waits for its answer: unless it speaks of `tool_output` too, it
    does not match once tool outputs have come, so that an agent's loop goes on to the next rule.

    Raises: ProblemError, all problems at once.
    """
    conditions = _conditions(written)
    if _speaks_of(written, "input") and not _speaks_of(written, "tool_output"):
        conditions.append(FieldCondition(field="tool_output", wanted=_NO_OUTPUT_YET, read=output_names))
    return When(
        written=dict(written),
        conditions=conditions,
        routes=[condition for key in ROUTE_KEYS if key in written for condition in WHEN[key](written[key])],
        deterministic=all(condition.deterministic for condition in conditions),
        takes_warm_ups=_speaks_of(written, "warm_up"),
    )


def is_elsewhere(written: Any) -> bool:
    """Whether a `when`, right or wrong, is about another route than `POST /v1/responses`."""
    routes = {key: written[key] for key in ROUTE_KEYS if key in written} if isinstance(written, Mapping) else {}
    try:
        return bool(routes) and not read_when(routes).may_create
    except ProblemError:
        return False


def _conditions(when: Any) -> list[Condition]:
    asked = as_mapping(when, "a mapping of what to match")
    return _flat(collect((str(key), partial(_read, key, wanted)) for key, wanted in asked.items()))


def _read(key: Any, wanted: Any) -> list[Condition]:
    return WHEN[one_of(_unreserved(key), WHEN)](wanted)


def _unreserved(key: Any) -> Any:
    """The key; `not_` is how Python spells `not`."""
    return "not" if key == "not_" else key


def _flat(several: list[list[Condition]]) -> list[Condition]:
    return [condition for conditions in several for condition in conditions]


def _speaks_of(when: Any, key: str) -> bool:
    if isinstance(when, list | tuple):
        return any(_speaks_of(one, key) for one in when)
    inner = (value for name, value in when.items() if _unreserved(name) in COMBINED)
    return key in when or any(_speaks_of(value, key) for value in inner)


def _field(field: str, read: ReadRequest, make: MakeMatcher) -> MakeConditions:
    """One value of the request."""

    @takes(lambda: make)
    def conditions(wanted: Any) -> list[Condition]:
        return [FieldCondition(field=field, wanted=make(wanted), read=read)]

    return conditions


@takes(FLAG)
def _flag(wanted: Any) -> Matcher:
    if not isinstance(wanted, bool):
        raise problem(f"expected true or false, got {describe(wanted)}.")
    return exact(wanted)


@takes({"enum": [*TRANSPORTS]})
def _transport(wanted: Any) -> Matcher:
    return exact(one_of(wanted, TRANSPORTS, what="transport"))


def _by_name(what: str, make_one: Callable[[str, Any], Condition], matcher: MakeMatcher) -> MakeConditions:
    """Several values, each with its name; those that are not named may be anything."""

    @takes(values(matcher))
    def make(wanted: Any) -> list[Condition]:
        entries = as_mapping(wanted, what).items()
        return collect((str(key), partial(make_one, str(key), one)) for key, one in entries)

    return make


def _metadata(key: str, wanted: Any) -> Condition:
    def read(request: CreateRequest) -> Any:
        given = request.body.get("metadata")
        return given.get(key, ABSENT) if isinstance(given, dict) else ABSENT

    return FieldCondition(field=f"metadata.{key}", wanted=value_matcher(wanted), read=read)


def _header(key: str, wanted: Any) -> Condition:
    name = key.lower()
    matcher = value_matcher(wanted)
    if is_secret(name):  # neither what is wanted nor what came is shown whole
        matcher = replace(matcher, wanted="another value", why=_secret_header)
    return FieldCondition(
        field=f"headers.{name}", wanted=matcher, read=lambda request: request.headers.get(name, ABSENT)
    )


def _secret_header(value: Any) -> str:
    return "nothing" if value is ABSENT else shown_header(value)


def _json(key: str, wanted: Any) -> Condition:
    path = parse_path(key)
    return FieldCondition(field=key, wanted=json_matcher(wanted), read=lambda request: value_at(request.body, path))


_ROLE = {"role": partial(one_of, allowed=ROLES, what="role")}


@takes(lambda: {"anyOf": [text_matcher, mapping({**keys_of(text_matcher), **_ROLE}, minProperties=1)]})
def _message(wanted: Any) -> list[Condition]:
    """A message with this text; `role` says whose."""
    if not isinstance(wanted, Mapping):
        return [FieldCondition(field="message", wanted=text_matcher(wanted), read=message_texts)]
    role = read_mapping({"role": wanted["role"]}, _ROLE)["role"] if "role" in wanted else None
    rest = {key: value for key, value in wanted.items() if key != "role"}
    made = text_matcher(rest) if rest or role is None else present()
    field = f"message[{role}]" if role else "message"
    return [FieldCondition(field=field, wanted=made, read=partial(message_texts, role=role))]


def _or_several(name: str, *one: Any) -> Mapping[str, Any]:
    """The schema of one value, or of a list of what has this name, which is the same."""
    return {"anyOf": [*one, a_list(by_name(name))]}


@takes(lambda: _or_several("tools", name_matcher), name="tools")
def _tools(wanted: Any) -> list[Condition]:
    """A tool that is offered; of a list every one."""
    if isinstance(wanted, list | tuple):
        return _flat(read_list(wanted, _tools))
    return [FieldCondition(field="tools", wanted=name_matcher(wanted), read=tool_names)]


_OUTPUT_KEYS: Mapping[str, MakeMatcher] = {"name": name_matcher, "call_id": name_matcher, "value": text_matcher}


@takes(lambda: _or_several("tool_output", name_matcher, mapping(_OUTPUT_KEYS, minProperties=1)), name="tool_output")
def _tool_output(wanted: Any) -> list[Condition]:
    """An output that has come, by the call's name or id, and with `value` what it says; of a list every one."""
    if isinstance(wanted, list | tuple):
        return _flat(read_list(wanted, _tool_output))
    written = isinstance(wanted, Mapping) and bool(wanted)
    if written and not {*wanted} & {*ATOMS, *COMBINED}:
        return [_output(wanted)]
    return [FieldCondition(field="tool_output", wanted=name_matcher(wanted), read=output_names)]


def _output(wanted: Mapping[str, Any]) -> Condition:
    asked: dict[str, Matcher] = read_mapping(wanted, _OUTPUT_KEYS)
    call = [asked[key] for key in ("name", "call_id") if key in asked]

    def read(request: CreateRequest) -> SeveralValues:
        outputs = [output for output in tool_outputs(request) if all(one.matches(output.names) for one in call)]
        return SeveralValues(output.text for output in outputs)

    field = f"tool_output[{', '.join(map(str, call))}]" if call else "tool_output"
    return FieldCondition(field=field, wanted=asked.get("value") or present(), read=read)


@takes(lambda: a_list(read_when, least=1))
def _all(wanted: Any) -> list[Condition]:
    return _flat(_sets(wanted))


@takes(lambda: a_list(read_when, least=1))
def _any(wanted: Any) -> list[Condition]:
    return [Alternatives(sets=_sets(wanted))]


@takes(lambda: read_when)
def _not(wanted: Any) -> list[Condition]:
    return [Exclusion(conditions=_conditions(wanted), about=", ".join(wanted))]


def _sets(wanted: Any) -> list[list[Condition]]:
    return read_list(non_empty_list(wanted, "a list of mappings of what to match"), _conditions)


WHEN: Mapping[str, MakeConditions] = {
    "input": _field("input", user_text, text_matcher),
    "message": _message,
    "instructions": _field("instructions", instructions, text_matcher),
    "model": _field("model", lambda request: request.model or ABSENT, name_matcher),
    "tools": _tools,
    "tool_output": _tool_output,
    "previous_response_id": _field("previous_response_id", previous_response_id, name_matcher),
    "conversation": _field("conversation", conversation_id, name_matcher),
    "metadata": _by_name("a mapping of metadata", _metadata, value_matcher),
    "stream": _field("stream", lambda request: request.stream, _flag),
    "background": _field("background", lambda request: request.background, _flag),
    "transport": _field("transport", lambda request: request.transport, _transport),
    "lane": _field("lane", lambda request: request.lane or ABSENT, name_matcher),
    "warm_up": _field("warm_up", lambda request: request.warms_up, _flag),
    "headers": _by_name("a mapping of headers", _header, value_matcher),
    "json": _by_name("a mapping of paths into the body", _json, json_matcher),
    "schema": _field("schema", lambda request: request.body, json_schema),
    "predicate": _field("predicate", lambda request: request, predicate),
    "method": _field("method", lambda request: request.method, method_matcher),
    "path": _field("path", lambda request: request.path, path_matcher),
    "operation": _field("operation", lambda request: request.operation or ABSENT, operation_matcher),
    "all": _all,
    "any": _any,
    "not": _not,
}
