"""Rules as they are written in YAML and JSON: a row per key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from mockserver.authoring.arguments import call
from mockserver.authoring.diagnostics import Keys, as_mapping, collect, describe, one_of, problem, read_mapping
from mockserver.model.fault import Chaos, Fault
from mockserver.script.placeholders import has_placeholders
from mockserver.script.replies import (
    INCOMPLETE_REASONS,
    STATUSES,
    Reply,
    check_parts,
    failure_of,
    pace_of,
    usage_of,
)
from mockserver.script.rules import Rule, times_of
from mockserver.script.when import conditions

Read: TypeAlias = Callable[[Any], Any]


def rule_of(written: Any, *, place: str) -> Rule:
    """The rule that a mapping describes; `place` says where it is written.

    Raises: ProblemError, all faults at once, each with the keys that lead to it.
    """
    said = read_mapping(as_mapping(written, "a rule: a mapping with 'when' and 'reply'"), RULE_KEYS)
    _check_together(said)
    rule = Rule(said.get("when"), place=place)
    for parts in said.get("replies", [said["reply"]] if "reply" in said else []):
        rule.step(_reply(parts, said))
    if "fault" in said:
        rule.fault(**said["fault"])
    if "times" in said:
        rule.times(said["times"])
    return rule.named(said["name"]) if "name" in said else rule


def chaos_of(written: Any) -> Chaos:
    """Chaos as a mapping of its rate and its faults describes it. Raises: ProblemError."""
    said = read_mapping(as_mapping(written, "a mapping of rate and faults"), CHAOS_KEYS)
    lacking = [key for key in CHAOS_KEYS if key not in said]
    if lacking:
        raise problem(f"lacks {' and '.join(repr(key) for key in lacking)}.")
    return Chaos(rate=said["rate"], faults=tuple(Fault(**fields) for fields in said["faults"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a fixture file or a call of the control API says."""

    rules: list[Rule]
    chaos: Chaos | None = None


def document_of(written: Any, *, place: Callable[[Keys], str]) -> Document:
    """Rules as a list, or as `{rules: …, chaos: …}`; `place` turns the keys of a rule into its place.

    Raises: ProblemError.
    """
    if isinstance(written, list):
        return Document(rules=_rules(written, (), place))
    given = as_mapping(written, "a list of rules, or a mapping of rules and chaos")
    said = read_mapping(given, {"rules": lambda rules: _rules(rules, ("rules",), place), "chaos": chaos_of})
    return Document(rules=said.get("rules", []), chaos=said.get("chaos"))


def _rules(written: Any, under: tuple[str, ...], place: Callable[[Keys], str]) -> list[Rule]:
    if not isinstance(written, list) or not written:
        raise problem(f"expected a list of rules, got {describe(written)}.")
    return collect((n, partial(rule_of, one, place=place((*under, n)))) for n, one in enumerate(written))


def _check_together(said: Mapping[str, Any]) -> None:
    """What is wrong with keys that are right one by one."""
    answers = [key for key in ("reply", "replies") if key in said]
    if not answers and "fault" not in said:
        raise problem("a rule lacks 'reply', 'replies' or 'fault'.")
    if len(answers) > 1:
        raise problem("expected 'reply' or 'replies', got both.", "replies")
    if answers and said.get("fault", {}).get("status") is not None:
        raise problem("a fault with a status leaves no reply. Write two rules, the first with 'times'.", "fault")
    options = [key for key in (*OPTIONS, "pace") if key in said]
    if options and not answers:
        raise problem(f"'{options[0]}' needs a reply.", options[0])


def _reply(parts: Any, said: Mapping[str, Any]) -> Reply:
    overrides = said.get("response", {})
    templated = has_placeholders(parts) | has_placeholders(overrides)
    options = {key: said[key] for key in OPTIONS if key in said and key != "response"}
    return Reply(parts=parts, overrides=overrides, templated=templated, pace=said.get("pace"), **options)


def _when(written: Any) -> Any:
    conditions(written)
    return written


def _parts(written: Any) -> Any:
    has_placeholders(written)
    check_parts(written)
    return written


def _several_parts(written: Any) -> Any:
    if not isinstance(written, list) or not written:
        raise problem(f"expected a list of replies, got {describe(written)}.")
    return collect((n, partial(_parts, one)) for n, one in enumerate(written))


def _name(written: Any) -> str:
    if not isinstance(written, str) or not written:
        raise problem(f"expected a string, got {describe(written)}.")
    return written


def _response(written: Any) -> Any:
    has_placeholders(written)
    return as_mapping(written, "a mapping of response fields")


def _error(written: Any) -> Any:
    failure_of(written)
    return written


def _fault(written: Any) -> Any:
    call(Fault, as_mapping(written, "a mapping of what goes wrong"))
    return written


def _rate(written: Any) -> Any:
    if not isinstance(written, int | float) or isinstance(written, bool) or not 0 <= written <= 1:
        raise problem(f"expected a fraction, 0 to 1, got {describe(written)}.")
    return written


def _faults(written: Any) -> Any:
    if not isinstance(written, list) or not written:
        raise problem(f"expected a list of faults, got {describe(written)}.")
    return collect((n, partial(_fault, one)) for n, one in enumerate(written))


# How the response of a reply ends and what it states.
OPTIONS: Mapping[str, Read] = {
    "status": partial(one_of, allowed=STATUSES, what="status"),
    "incomplete_reason": partial(one_of, allowed=INCOMPLETE_REASONS, what="reason"),
    "error": _error,
    "usage": usage_of,
    "response": _response,
}
RULE_KEYS: Mapping[str, Read] = {
    "when": _when,
    "reply": _parts,
    "replies": _several_parts,
    **OPTIONS,
    "pace": pace_of,
    "fault": _fault,
    "times": times_of,
    "name": _name,
}
CHAOS_KEYS: Mapping[str, Read] = {"rate": _rate, "faults": _faults}
