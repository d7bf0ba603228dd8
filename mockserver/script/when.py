"""What `when` may say: a row per key, which makes conditions of the key's value."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

from mockserver.authoring.diagnostics import as_mapping, collect, describe, one_of, problem, read_mapping
from mockserver.authoring.difference import Difference
from mockserver.authoring.json_path import ABSENT, Values, parse_path, value_at
from mockserver.model.request import CreateRequest
from mockserver.script.conditions import (
    Alternatives,
    Condition,
    Exclusion,
    Read,
    Reading,
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
    name_matcher,
    predicate,
    present,
    text_matcher,
    value_matcher,
)
from mockserver.script.request_values import (
    conversation_id,
    instructions,
    message_texts,
    output_names,
    previous_response_id,
    tool_names,
    tool_outputs,
    user_text,
)

MakeConditions: TypeAlias = Callable[[Any], list[Condition]]

ROLES = ("user", "assistant", "system", "developer")
_NO_OUTPUT_YET = replace(present(wanted=False), wanted="none since the user's message")


def differences(when: Mapping[str, Any], request: CreateRequest) -> list[Difference]:
    """How a request differs from what `when` asks for; nothing where it matches.

    Raises: ProblemError (a ScriptError) where `when` itself is wrong.
    """
    return differing(conditions(when), request)


def conditions(when: Any) -> list[Condition]:
    """The conditions of a `when`, ready to be asked of many requests.

    A `when` about `input` is about a user message that waits for its answer: unless it speaks of `tool_output` too, it
    does not match once tool outputs have come, so that an agent's loop goes on to the next rule.

    Raises: ProblemError, all faults at once.
    """
    asked = _conditions(when)
    if _speaks_of(when, "input") and not _speaks_of(when, "tool_output"):
        asked.append(Reading(field="tool_output", wanted=_NO_OUTPUT_YET, read=output_names))
    return asked


def _conditions(when: Any) -> list[Condition]:
    asked = as_mapping(when, "a mapping of what to match")
    return _flat(collect((str(key), partial(_made, key, wanted)) for key, wanted in asked.items()))


def _made(key: Any, wanted: Any) -> list[Condition]:
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


def _reading(field: str, read: Read, make: MakeMatcher) -> MakeConditions:
    """One value of the request."""
    return lambda wanted: [Reading(field=field, wanted=make(wanted), read=read)]


def _flag(wanted: Any) -> Matcher:
    if not isinstance(wanted, bool):
        raise problem(f"expected true or false, got {describe(wanted)}.")
    return exact(wanted)


def _by_name(what: str, reading: Callable[[str, Any], Condition]) -> MakeConditions:
    """Several values, each with its name; those that are not named may be anything."""

    def make(wanted: Any) -> list[Condition]:
        entries = as_mapping(wanted, what).items()
        return collect((str(key), partial(reading, str(key), one)) for key, one in entries)

    return make


def _metadata(key: str, wanted: Any) -> Condition:
    def read(request: CreateRequest) -> Any:
        return (request.body.get("metadata") or {}).get(key, ABSENT)

    return Reading(field=f"metadata.{key}", wanted=value_matcher(wanted), read=read)


def _header(key: str, wanted: Any) -> Condition:
    name = key.lower()
    return Reading(
        field=f"headers.{name}",
        wanted=value_matcher(wanted),
        read=lambda request: request.headers.get(name, ABSENT),
    )


def _json(key: str, wanted: Any) -> Condition:
    path = parse_path(key)
    return Reading(field=key, wanted=json_matcher(wanted), read=lambda request: value_at(request.body, path))


_ROLE = {"role": partial(one_of, allowed=ROLES, what="role")}


def _message(wanted: Any) -> list[Condition]:
    """A message with this text; `role` says whose."""
    if not isinstance(wanted, Mapping):
        return [Reading(field="message", wanted=text_matcher(wanted), read=message_texts)]
    role = read_mapping({"role": wanted["role"]}, _ROLE)["role"] if "role" in wanted else None
    rest = {key: value for key, value in wanted.items() if key != "role"}
    made = text_matcher(rest) if rest or role is None else present()
    field = f"message[{role}]" if role else "message"
    return [Reading(field=field, wanted=made, read=partial(message_texts, role=role))]


def _tools(wanted: Any) -> list[Condition]:
    """A tool that is offered; of a list every one."""
    if isinstance(wanted, list | tuple):
        return _flat(collect((n, partial(_tools, one)) for n, one in enumerate(wanted)))
    return [Reading(field="tools", wanted=name_matcher(wanted), read=tool_names)]


_OUTPUT_KEYS: Mapping[str, MakeMatcher] = {"name": name_matcher, "call_id": name_matcher, "value": text_matcher}


def _tool_output(wanted: Any) -> list[Condition]:
    """An output that has come, by the call's name or id, and with `value` what it says; of a list every one."""
    if isinstance(wanted, list | tuple):
        return _flat(collect((n, partial(_tool_output, one)) for n, one in enumerate(wanted)))
    written = isinstance(wanted, Mapping) and bool(wanted)
    if written and not {*wanted} & {*ATOMS, *COMBINED}:
        return [_output(wanted)]
    return [Reading(field="tool_output", wanted=name_matcher(wanted), read=output_names)]


def _output(wanted: Mapping[str, Any]) -> Condition:
    asked: dict[str, Matcher] = read_mapping(wanted, _OUTPUT_KEYS)
    call = [asked[key] for key in ("name", "call_id") if key in asked]

    def read(request: CreateRequest) -> Values:
        outputs = [output for output in tool_outputs(request) if all(one.matches(output.names) for one in call)]
        return Values(output.text for output in outputs)

    field = f"tool_output[{', '.join(map(str, call))}]" if call else "tool_output"
    return Reading(field=field, wanted=asked.get("value") or present(), read=read)


def _all(wanted: Any) -> list[Condition]:
    return _flat(_sets(wanted))


def _any(wanted: Any) -> list[Condition]:
    return [Alternatives(sets=_sets(wanted))]


def _not(wanted: Any) -> list[Condition]:
    return [Exclusion(conditions=_conditions(wanted), about=", ".join(wanted))]


def _sets(wanted: Any) -> list[list[Condition]]:
    if not isinstance(wanted, list | tuple) or not wanted:
        raise problem(f"expected a list of mappings of what to match, got {describe(wanted)}.")
    return collect((n, partial(_conditions, one)) for n, one in enumerate(wanted))


WHEN: Mapping[str, MakeConditions] = {
    "input": _reading("input", user_text, text_matcher),
    "message": _message,
    "instructions": _reading("instructions", instructions, text_matcher),
    "model": _reading("model", lambda request: request.model or ABSENT, name_matcher),
    "tools": _tools,
    "tool_output": _tool_output,
    "previous_response_id": _reading("previous_response_id", previous_response_id, name_matcher),
    "conversation": _reading("conversation", conversation_id, name_matcher),
    "metadata": _by_name("a mapping of metadata", _metadata),
    "stream": _reading("stream", lambda request: request.stream, _flag),
    "background": _reading("background", lambda request: request.background, _flag),
    "headers": _by_name("a mapping of headers", _header),
    "json": _by_name("a mapping of paths into the body", _json),
    "schema": _reading("schema", lambda request: request.body, json_schema),
    "predicate": _reading("predicate", lambda request: request, predicate),
    "all": _all,
    "any": _any,
    "not": _not,
}
