"""Rules as they are written in YAML and JSON: a row per key, whose reader gives what the rule keeps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from mockserver.authoring.arguments import call
from mockserver.authoring.diagnostics import (
    Keys,
    Reader,
    as_mapping,
    as_text,
    collect,
    describe,
    non_empty_list,
    problem,
    read_list,
    read_mapping,
)
from mockserver.authoring.json_schema import json_schema, of_arguments
from mockserver.authoring.takes import a_list, mapping, takes
from mockserver.model.fault import Chaos, Fault
from mockserver.model.prompt import Prompt
from mockserver.script.http_replies import read_http_reply
from mockserver.script.prompts import read_prompt
from mockserver.script.replies import ScriptedReply, read_parts
from mockserver.script.reply_options import OPTIONS, stated_by
from mockserver.script.rules import Rule, read_times
from mockserver.script.when import ROUTE_KEYS, is_elsewhere, read_when


def _accepted_rule() -> Mapping[str, Any]:
    """The schema of a rule, with what it has to say; of another route's, where it speaks of a route."""
    says = {"anyOf": [{"required": [key]} for key in ("reply", "replies", "fault")]}
    speaks = {"anyOf": [{"required": [key]} for key in ROUTE_KEYS]}
    elsewhere = {"required": ["when"], "properties": {"when": speaks}}
    return {"anyOf": [mapping(RULE, allOf=[says]), {"allOf": [mapping(ROUTE_RULE), says, elsewhere]}]}


@takes(_accepted_rule, name="rule")
def read_rule(written: Any, *, location: str) -> Rule:
    """The rule that a mapping describes; `location` says where it is written.

    Raises: ProblemError, all problems at once, each with the keys that lead to it.
    """
    given = as_mapping(written, "a rule: a mapping with 'when' and 'reply'")
    elsewhere = is_elsewhere(given.get("when"))
    read = read_mapping(given, ROUTE_RULE if elsewhere else RULE)
    _check_together(read)
    rule = Rule(read.get("when"), location=location)
    rule.written = written
    rule.limit = read.get("times")
    rule.own_pace = read.get("pace") if elsewhere else None
    stated = stated_by(read)
    for reply in read.get("replies", [read["reply"]] if "reply" in read else []):
        if elsewhere:
            rule.http_step(reply)
        else:
            rule.step(ScriptedReply(parts=reply, stated=stated))
    if "fault" in read:
        rule.add_fault(read["fault"])
    return rule.named(read["name"]) if "name" in read else rule


@takes(lambda: mapping(CHAOS, required=[*CHAOS]))
def read_chaos(written: Any) -> Chaos:
    """Chaos as a mapping of its rate and its faults describes it. Raises: ProblemError."""
    read = read_mapping(as_mapping(written, "a mapping of rate and faults"), CHAOS)
    lacking = [key for key in CHAOS if key not in read]
    if lacking:
        raise problem(f"lacks {' and '.join(repr(key) for key in lacking)}.")
    return Chaos(**read)


@dataclass(frozen=True, slots=True, kw_only=True)
class FixtureDocument:
    """What a fixture file or a call of the control API says."""

    rules: list[Rule]
    chaos: Chaos | None = None
    prompts: Sequence[Prompt] = ()


@takes(lambda: {"anyOf": [a_list(read_rule, least=1), mapping({**DOCUMENT, "rules": a_list(read_rule, least=1)})]})
def read_document(written: Any, *, location: Callable[[Keys], str]) -> FixtureDocument:
    """Rules as a list, or as `{rules: …, chaos: …, prompts: …}`.

    `location` gives where the rule under these keys is written.

    Raises: ProblemError.
    """
    if isinstance(written, list):
        return FixtureDocument(rules=_read_rules(written, (), location))
    given = as_mapping(written, "a list of rules, or a mapping of rules, chaos and prompts")
    read = read_mapping(given, {**DOCUMENT, "rules": lambda rules: _read_rules(rules, ("rules",), location)})
    return FixtureDocument(rules=read.get("rules", []), chaos=read.get("chaos"), prompts=read.get("prompts", ()))


def fixture_schema() -> dict[str, Any]:
    """The JSON Schema of a fixture file."""
    return json_schema(read_document, title="Fixture file of mockserver")


def _read_rules(written: Any, under: tuple[str, ...], location: Callable[[Keys], str]) -> list[Rule]:
    rules = non_empty_list(written, "a list of rules")
    return collect((n, partial(read_rule, one, location=location((*under, n)))) for n, one in enumerate(rules))


def _check_together(read: Mapping[str, Any]) -> None:
    """What is wrong with keys that are right one by one."""
    answers = [key for key in ("reply", "replies") if key in read]
    fault: Fault | None = read.get("fault")
    if not answers and fault is None:
        raise problem("a rule lacks 'reply', 'replies' or 'fault'.")
    if len(answers) > 1:
        raise problem("expected 'reply' or 'replies', got both.", "replies")
    if answers and fault is not None and fault.replaces_reply:
        raise problem("a fault with a status leaves no reply. Write two rules, the first with 'times'.", "fault")
    options = [key for key in OPTIONS if key in read]
    if options and not answers:
        raise problem(f"'{options[0]}' needs a reply.", options[0])


@takes(lambda read: a_list(read, least=1))
def _read_several(read: Reader, written: Any) -> list[Any]:
    return read_list(non_empty_list(written, "a list of replies"), read)


@takes(lambda: of_arguments(Fault))
def _read_fault(written: Any) -> Fault:
    fault: Fault = call(Fault, as_mapping(written, "a mapping of what goes wrong"))
    return fault


@takes(lambda: a_list(_read_fault, least=1))
def _read_faults(written: Any) -> tuple[Fault, ...]:
    return tuple(read_list(non_empty_list(written, "a list of faults"), _read_fault))


@takes(a_list(read_prompt, least=1))
def _read_prompts(written: Any) -> Sequence[Prompt]:
    return read_list(non_empty_list(written, "a list of prompts"), read_prompt)


@takes({"type": "number", "minimum": 0, "maximum": 1})
def _read_rate(written: Any) -> float:
    if not isinstance(written, int | float) or isinstance(written, bool) or not 0 <= written <= 1:
        raise problem(f"expected a fraction, 0 to 1, got {describe(written)}.")
    return written


_read_parts = partial(read_parts, placeholders=True)
_read_http_reply = partial(read_http_reply, placeholders=True)

RULE: Final[Mapping[str, Reader]] = {
    "when": read_when,
    "reply": _read_parts,
    "replies": partial(_read_several, _read_parts),
    **OPTIONS,
    "fault": _read_fault,
    "times": read_times,
    "name": as_text,
}
ROUTE_RULE: Final[Mapping[str, Reader]] = {
    **{key: reader for key, reader in RULE.items() if key not in OPTIONS},
    "pace": OPTIONS["pace"],
    "reply": _read_http_reply,
    "replies": partial(_read_several, _read_http_reply),
}
"""A rule about another route than `POST /v1/responses`."""
CHAOS: Final[Mapping[str, Reader]] = {"rate": _read_rate, "faults": _read_faults}
DOCUMENT: Final[Mapping[str, Reader]] = {"chaos": read_chaos, "prompts": _read_prompts}
"""A fixture file besides its rules."""
