"""Whether a request is the one that a rule is for: rows of readings, each of which may find a difference.

"Matches" is "has no difference", so a match and the message about a miss cannot disagree.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias

from mockserver.codec import compact
from mockserver.errors import ScriptError
from mockserver.model.plan import Item
from mockserver.model.request import TOOL_OUTPUTS, CreateRequest, text_of
from mockserver.responders.choice import ALIASES
from mockserver.responders.matchers import (
    ATOMS,
    COMBINED,
    MakeMatcher,
    Matcher,
    exact,
    json_matcher,
    json_schema,
    matcher,
    name_matcher,
    predicate,
    present,
    text_matcher,
    value_matcher,
)
from mockserver.responders.misfits import each, known, listed, mapping, misfit, spelt
from mockserver.responders.paths import ABSENT, Values, parsed_path, value_at

_LONGEST_GOT = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One way in which a request is not the one that was wanted."""

    field: str
    wanted: Any
    got: Any

    def __str__(self) -> str:
        return f"{self.field}: wanted {self.wanted}, got {shown(self.got)}"


class Condition(Protocol):
    """One thing that a rule asks of a request."""

    def differences(self, request: CreateRequest) -> list[Difference]:
        """What is otherwise than asked; nothing where the request meets it."""
        ...


Read: TypeAlias = Callable[[CreateRequest], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A value of the request, and what it has to be."""

    field: str
    wanted: Matcher
    read: Read

    def differences(self, request: CreateRequest) -> list[Difference]:
        """None, or one."""
        got = self.read(request)
        try:
            met = self.wanted.matches(got)
        except ScriptError:
            raise
        except Exception as error:
            raise ScriptError(f"{self.field}: {self.wanted} raised {error!r} for {shown(got)}.") from error
        return [] if met else [Difference(field=self.field, wanted=self.wanted, got=got)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternatives:
    """Several sets of conditions, one of which has to hold."""

    sets: Sequence[Sequence[Condition]]

    def differences(self, request: CreateRequest) -> list[Difference]:
        """None, or those of the nearest set."""
        found = [differing(conditions, request) for conditions in self.sets]
        nearest = min(range(len(found)), key=lambda n: len(found[n]))
        return [replace(one, field=f"any[{nearest}].{one.field}") for one in found[nearest]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Conditions that must not all hold."""

    conditions: Sequence[Condition]

    def differences(self, request: CreateRequest) -> list[Difference]:
        """None, or one."""
        if differing(self.conditions, request):
            return []
        fields = ", ".join(getattr(one, "field", type(one).__name__.lower()) for one in self.conditions)
        return [Difference(field="not", wanted=f"a request of another {fields or 'kind'}", got=_Word("one that fits"))]


class _Word(str):
    """Shown without quotes."""

    __slots__ = ()


def differences(when: Mapping[str, Any], request: CreateRequest) -> list[Difference]:
    """How a request differs from what `when` asks for; nothing where it matches.

    Raises: Misfits (a ScriptError) where `when` itself is wrong.
    """
    return differing(conditions(when), request)


def differing(asked: Sequence[Condition], request: CreateRequest) -> list[Difference]:
    """The differences of all conditions, in their order."""
    return [one for condition in asked for one in condition.differences(request)]


def conditions(when: Any) -> list[Condition]:
    """The conditions of a `when`, ready to be asked of many requests.

    A `when` about `input` is about a user message that waits for an answer: unless it also speaks of `tool_output`,
    it does not match once tool outputs have come, so that an agent's loop goes on to the next rule.

    Raises: Misfits, all faults at once.
    """
    asked = _conditions(when)
    if _speaks_of(when, "input") and not _speaks_of(when, "tool_output"):
        asked.append(Reading(field="tool_output", wanted=_NO_OUTPUT_YET, read=_tool_output_texts))
    return asked


def shown(value: Any) -> str:
    """A value on one line of a message, cut where it is long."""
    if value is ABSENT:
        return "nothing"
    if isinstance(value, _Word):
        return value
    if isinstance(value, Values):
        text = " | ".join(shown(one) for one in value) or "nothing"
    else:
        text = repr(value) if isinstance(value, str) else compact(value).decode("utf-8", "replace")
    return text if len(text) <= _LONGEST_GOT else f"{text[: _LONGEST_GOT - 1]}…"


def _conditions(when: Any) -> list[Condition]:
    asked = mapping(when, "a mapping of what to match")
    made = each((str(key), lambda key=key, wanted=wanted: _made(key, wanted)) for key, wanted in asked.items())
    return [condition for several in made for condition in several]


def _made(key: str, wanted: Any) -> list[Condition]:
    return WHEN[known(_unreserved(key), WHEN)](wanted)


def _unreserved(key: Any) -> Any:
    """`not_` is how Python spells `not`."""
    return "not" if key == "not_" else key


def _speaks_of(when: Any, key: str) -> bool:
    if isinstance(when, list | tuple):
        return any(_speaks_of(one, key) for one in when)
    if not isinstance(when, Mapping):
        return False
    inner = (value for name, value in when.items() if _unreserved(name) in COMBINED)
    return key in when or any(_speaks_of(value, key) for value in inner)


# One value of the request.

_NO_OUTPUT_YET = Matcher(wanted="none since the user's message", matches=present(False).matches)


def _reading(field: str, read: Read, make: MakeMatcher) -> Callable[[Any], list[Condition]]:
    return lambda wanted: [Reading(field=field, wanted=make(wanted), read=read)]


def _body(key: str) -> Read:
    return lambda request: _or_absent(request.body.get(key))


def _or_absent(value: Any) -> Any:
    return ABSENT if value is None or value == "" else value


def _instructions(request: CreateRequest) -> Any:
    given = request.body.get("instructions")
    return "\n".join(map(text_of, given)) if isinstance(given, list) else _or_absent(given)


def _conversation(request: CreateRequest) -> Any:
    given = request.body.get("conversation")
    return _or_absent(given.get("id") if isinstance(given, Mapping) else given)


def _flag(wanted: Any) -> Matcher:
    if not isinstance(wanted, bool):
        raise misfit(f"expected true or false, got {spelt(wanted)}.")
    return exact(wanted)


# Several values by name.


def _metadata(wanted: Any) -> list[Condition]:
    def reading(key: str, one: Any) -> Condition:
        return Reading(
            field=f"metadata.{key}",
            wanted=value_matcher(one),
            read=lambda request: (request.body.get("metadata") or {}).get(key, ABSENT),
        )

    return _by_name(wanted, "a mapping of metadata", reading)


def _headers(wanted: Any) -> list[Condition]:
    def reading(key: str, one: Any) -> Condition:
        name = key.lower()
        return Reading(
            field=f"headers.{name}",
            wanted=value_matcher(one),
            read=lambda request: request.headers.get(name, ABSENT),
        )

    return _by_name(wanted, "a mapping of headers", reading)


def _json(wanted: Any) -> list[Condition]:
    def reading(key: str, one: Any) -> Condition:
        path = parsed_path(key)
        return Reading(field=key, wanted=json_matcher(one), read=lambda request: value_at(request.body, path))

    return _by_name(wanted, "a mapping of paths into the body", reading)


def _by_name(wanted: Any, what: str, reading: Callable[[str, Any], Condition]) -> list[Condition]:
    entries = mapping(wanted, what).items()
    return each((str(key), lambda key=key, one=one: reading(str(key), one)) for key, one in entries)


# Messages.


def _message(wanted: Any) -> list[Condition]:
    """`{role: …, <matcher>}`: a message of that role, of any without one; plain text is found in any message."""
    if not isinstance(wanted, Mapping) or "role" not in wanted:
        return [Reading(field="message", wanted=text_matcher(_some(wanted)), read=_texts_of_role(None))]
    role = known(wanted["role"], ("user", "assistant", "system", "developer"), what="role")
    rest = {key: value for key, value in wanted.items() if key != "role"}
    made = text_matcher(rest) if rest else present()
    return [Reading(field=f"message[{role}]", wanted=made, read=_texts_of_role(role))]


def _some(wanted: Any) -> Any:
    if not isinstance(wanted, str | Mapping):
        raise misfit(f"expected text or a mapping of a role and matchers, got {spelt(wanted)}.")
    return wanted


def _texts_of_role(role: str | None) -> Read:
    def read(request: CreateRequest) -> Values:
        messages = (item for item in request.context if item.get("type") == "message")
        return Values(text_of(item) for item in messages if role is None or item.get("role") == role)

    return read


# Tools and what came back from them.


def _tools(wanted: Any) -> list[Condition]:
    if isinstance(wanted, list | tuple):
        return [
            condition
            for several in each((n, lambda one=one: _tools(one)) for n, one in enumerate(wanted))
            for condition in several
        ]
    return [Reading(field="tools", wanted=name_matcher(wanted), read=offered_names)]


def offered_names(request: CreateRequest) -> Values:
    """What the offered tools go by: names, labels of MCP servers, types."""
    return Values(name for tool in request.tools for name in _names(tool))


def _names(tool: Mapping[str, Any]) -> Iterator[str]:
    kind = tool.get("type", "")
    if kind == "namespace":
        for inner in tool.get("tools") or ():
            yield from _names(inner)
    candidates = (tool.get("name"), tool.get("server_label"), *({kind: None, ALIASES.get(kind, kind): None}))
    yield from (name for name in candidates if name)


_OUTPUT_KEYS = ("name", "call_id", "value")


def _tool_output(wanted: Any) -> list[Condition]:
    """A function's name or call id; with `value`, what it returned; true for any output, false for none."""
    if isinstance(wanted, bool) or wanted is None:
        return [Reading(field="tool_output", wanted=present(bool(wanted)), read=_tool_output_texts)]
    if isinstance(wanted, list | tuple):
        made = each((n, lambda one=one: _tool_output(one)) for n, one in enumerate(wanted))
        return [condition for several in made for condition in several]
    if not isinstance(wanted, Mapping):
        return [Reading(field="tool_output", wanted=name_matcher(wanted), read=_answered)]
    if not wanted:
        raise misfit(f"expected a name, or a mapping of {', '.join(_OUTPUT_KEYS)}; got an empty mapping.")
    if not {*wanted} & {*_OUTPUT_KEYS} and {*wanted} <= {*ATOMS, *COMBINED}:
        return [Reading(field="tool_output", wanted=name_matcher(wanted), read=_answered)]
    return [_output_reading(wanted)]


def _output_reading(wanted: Mapping[str, Any]) -> Condition:
    makers = {"name": name_matcher, "call_id": name_matcher, "value": text_matcher}
    made = each((str(key), lambda key=key, one=one: makers[known(key, makers)](one)) for key, one in wanted.items())
    asked = dict(zip(wanted, made, strict=True))
    whom = [asked[key] for key in ("name", "call_id") if key in asked]

    def read(request: CreateRequest) -> Values:
        outputs = [output for output in tool_outputs(request) if all(one.matches(output.names) for one in whom)]
        return Values(output.text for output in outputs)

    of = f"[{', '.join(map(str, whom))}]" if whom else ""
    return Reading(field=f"tool_output{of}", wanted=asked.get("value") or present(), read=read)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOutput:
    """What the client sent back for one call; `names` are all that it goes by."""

    names: Values
    text: str


def tool_outputs(request: CreateRequest) -> list[ToolOutput]:
    """The outputs that have come since the last user message, in order."""
    answers = [item for item in request.turn if item.get("type") in TOOL_OUTPUTS]
    calls = {call_id_of(item): item for item in request.context if item.get("type") in TOOL_OUTPUTS.values()}
    return [_tool_output_of(item, calls) for item in answers]


def _tool_output_of(answer: Item, calls: Mapping[Any, Item]) -> ToolOutput:
    call_id = answer.get("call_id") or answer.get("approval_request_id")
    names = (calls.get(call_id, {}).get("name"), call_id, TOOL_OUTPUTS[answer["type"]])
    said = answer.get("output", answer.get("approve"))
    if isinstance(said, list):
        said = "\n".join(part.get("text") or compact(part).decode() for part in said)
    return ToolOutput(
        names=Values(name for name in names if name),
        text=said if isinstance(said, str) else compact(said).decode("utf-8", "replace"),
    )


def call_id_of(call: Item) -> Any:
    """What an answer to the call refers to."""
    return call.get("call_id") or call.get("id")


def _answered(request: CreateRequest) -> Values:
    return Values(name for output in tool_outputs(request) for name in output.names)


def _tool_output_texts(request: CreateRequest) -> Values:
    return Values(output.text for output in tool_outputs(request))


# Combinations.


def _all(wanted: Any) -> list[Condition]:
    return [condition for several in _sets(wanted) for condition in several]


def _any(wanted: Any) -> list[Condition]:
    return [Alternatives(sets=_sets(wanted))]


def _not(wanted: Any) -> list[Condition]:
    return [Exclusion(conditions=_conditions(wanted))]


def _sets(wanted: Any) -> list[list[Condition]]:
    if not isinstance(wanted, list | tuple) or not wanted:
        raise misfit(f"expected a list of mappings of what to match, got {spelt(wanted)}.")
    return each((n, lambda one=one: _conditions(one)) for n, one in enumerate(wanted))


# What `when` may say: each key makes conditions of its value.
WHEN: Mapping[str, Callable[[Any], list[Condition]]] = {
    "input": _reading("input", lambda request: _or_absent(request.user_text), text_matcher),
    "message": _message,
    "instructions": _reading("instructions", _instructions, text_matcher),
    "model": _reading("model", lambda request: _or_absent(request.model), name_matcher),
    "tools": _tools,
    "tool_output": _tool_output,
    "previous_response_id": _reading("previous_response_id", _body("previous_response_id"), name_matcher),
    "conversation": _reading("conversation", _conversation, name_matcher),
    "metadata": _metadata,
    "stream": _reading("stream", lambda request: request.stream, _flag),
    "background": _reading("background", lambda request: request.background, _flag),
    "headers": _headers,
    "json": _json,
    "schema": _reading("schema", lambda request: request.body, json_schema),
    "predicate": _reading("predicate", lambda request: request, predicate),
    "all": _all,
    "any": _any,
    "not": _not,
}
